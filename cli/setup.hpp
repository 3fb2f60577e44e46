// From Options to the pipeline that is checked.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "manifests/error.hpp"
#include "model/pipeline.hpp"

namespace kcheck::cli {

struct Setup {
    std::unique_ptr<model::Pipeline> pipeline;
    std::vector<manifests::Warning> warnings;  // what the manifests say and the model leaves out
};

/// Reads the manifests, if any, and builds the pipeline. The error is about the call, the
/// manifests, or a configuration that is too large for the model.
tl::expected<Setup, UsageError> set_up(const Options& options);

/// The limit of --max-memory where it is not given: three quarters of what the machine, or
/// the control group that the process runs in, has.
std::size_t default_memory_max_bytes();

/// The configuration in words: the operations of the user, the nodes, what may go wrong.
struct Description {
    std::string operations;  // "app: apply 3, scale 1"
    std::string nodes;       // "2 nodes: node-0, node-1 (110 pods each)"
    std::string bounds;      // "1 crash, 1 lost reply, unlimited staleness"
    std::string broken;      // the variants; empty if there is none
    std::string without;     // the reductions that are off; empty if there is none
};
Description describe(const model::Configuration& configuration, const model::Reductions& reductions);

}  // namespace kcheck::cli
