// kcheck replay --on: a trace on an implementation.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "cli/replay.hpp"
#include "traces/counterexamples/trace.hpp"
#include "traces/driver/implementation.hpp"

namespace kcheck::cli {

/// Starts what --on says. The reference is the program kcheck-reference in the folder of kcheck itself.
tl::expected<std::unique_ptr<traces::driver::ExecImplementation>, UsageError> start_implementation(
    const std::string& on, const traces::driver::ExecOptions& options);

/// Requires: the trace has been executed. The error is that of the driver, over several lines where it
/// wrote to its standard error.
tl::expected<Replayed, UsageError> replay_on(const Options& options, const traces::Trace& trace);

}  // namespace kcheck::cli
