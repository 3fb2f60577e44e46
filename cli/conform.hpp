// kcheck conform: does the model admit what was recorded?
#pragma once

#include <atomic>
#include <string>

#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace kcheck::cli {

struct Conformed {
    std::string text;
    ExitCode exit;  // holds: admitted; violated: not; incomplete: a limit
};

/// The error: the recording cannot be read, or asks for more than the model has.
tl::expected<Conformed, UsageError> conform(const Options& options, const std::atomic<bool>& stop);

}  // namespace kcheck::cli
