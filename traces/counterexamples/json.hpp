// The trace file: JSON, versioned, complete. docs/trace.schema.json is its schema.
//
// A file says everything that is needed to run it again: configuration, reductions,
// steps by name, and the state after each. Reading validates all of it against the
// model that the configuration describes; whether the steps are possible is for `execute`.
#pragma once

#include <filesystem>
#include <istream>
#include <ostream>
#include <string>

#include <tl/expected.hpp>

#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

inline constexpr int trace_version = 3;

/// What is wrong with a trace file.
struct FormatError {
    std::string pointer;  // RFC 6901, "/steps/3/action"; empty for the document as a whole
    std::string message;
    std::size_t line = 0, column = 0;  // of what is no JSON; else 0
};
/// `/steps/3/action: there is no action "..."`, or `2:7: not JSON from here on`
std::string to_string(const FormatError& error);

void write_json(std::ostream& out, const Trace& trace);
tl::expected<Trace, FormatError> read_json(std::istream& in);

/// Atomic, as write_file.
tl::expected<void, std::string> save(const std::filesystem::path& path, const Trace& trace);
/// The message begins with the name of the file.
tl::expected<Trace, std::string> load(const std::filesystem::path& path);

}  // namespace kcheck::traces
