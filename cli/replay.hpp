// kcheck replay: a recorded counterexample, executed again.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace kcheck::cli {

struct Replayed {
    std::string text;
    ExitCode exit;  // violated if the trace violates a property, as recorded; holds if it is of none.
                    // On an implementation: holds if it does what the trace says, else violated.
};

/// The error: the file cannot be read, or a step of it cannot be executed as recorded.
tl::expected<Replayed, UsageError> replay(const Options& options);

}  // namespace kcheck::cli
