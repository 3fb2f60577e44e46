// kcheck conform: does the model admit what was recorded?
#pragma once

#include <atomic>
#include <string>

#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "traces/recordings/conformance.hpp"

namespace kcheck::cli {

struct Conformed {
    std::string text;
    ExitCode exit;  // holds: admitted; violated: not; incomplete: a limit
};

/// The error: the recording cannot be read, or asks for more than the model has.
tl::expected<Conformed, UsageError> conform(const Options& options, const std::atomic<bool>& stop);

/// The verdict in words, and the first write that is not admitted.
std::string text_of(const traces::recordings::Recording& recording,
                    const traces::recordings::Conformance& result);

}  // namespace kcheck::cli
