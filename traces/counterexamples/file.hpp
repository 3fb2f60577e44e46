// Writing files so that nobody ever sees half of one.
#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>

#include <tl/expected.hpp>

namespace kcheck::traces {

/// Runs `write` on a temporary file beside `path` and renames it to `path`. On failure `path` is
/// as it was, and the message names the file and the reason.
tl::expected<void, std::string> write_file(const std::filesystem::path& path,
                                           const std::function<void(std::ostream&)>& write);

}  // namespace kcheck::traces
