// From Options to what is checked.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "manifests/cluster.hpp"
#include "model/pipeline.hpp"

namespace kcheck::cli {

/// One Deployment, which is checked by itself.
struct Workload {
    std::string name;  // "default/web" of a manifest, else "app"
    model::Configuration configuration;
    model::Reductions wanted;
    /// What the manifests have, the model has not, and may decide; accepted or not.
    std::vector<manifests::LeftOut> left_out;
    manifests::Assumed assumed;
};

struct Setup {
    std::vector<Workload> workloads;  // one or more
    // Of the manifests, if there are any (see manifests::Cluster).
    std::string without_effect, not_checked, node_size;
};

/// Reads the manifests, if any. The error is about the call or the manifests.
tl::expected<Setup, UsageError> set_up(const Options& options);

/// That a pipeline could not be made of the configuration.
UsageError too_large();

/// The limit of --max-memory where it is not given: three quarters of what the machine, or
/// the control group that the process runs in, has.
std::size_t default_memory_max_bytes();

/// The configuration in words: the operations of the user, the nodes, what may go wrong.
struct Description {
    std::string operations;  // "app: apply 3, scale 1"
    std::string nodes;       // "2 nodes: node-0, node-1 (room for 110 pods each)"
    std::string bounds;      // "1 crash, 1 lost reply, unlimited staleness"
    std::string broken;      // the variants; empty if there is none
    std::string without;     // the reductions that are off; empty if there is none
};
Description describe(const model::Configuration& configuration, const model::Reductions& reductions);

}  // namespace kcheck::cli
