// From Options to what is checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "model/configuration.hpp"
#include "scenarios/check.hpp"
#include "scenarios/prove.hpp"
#include "scenarios/workload.hpp"

namespace kcheck::cli {

using scenarios::Workload;

struct Setup {
    std::vector<Workload> workloads;  // one or more
    // Of the manifests, if there are any (see manifests::Cluster).
    std::string without_effect, not_checked, node_size;
};

/// Reads the manifests, if any. The error is about the call or the manifests.
tl::expected<Setup, UsageError> set_up(const Options& options);

/// The one that `what` is of ("a model"): the error says that there are several, or what of it is left out
/// and may decide.
tl::expected<const Workload*, UsageError> only_workload(const Setup& setup, std::string_view what);

/// What the options say of a check and of a proof, with what holds where they say nothing: a thread for
/// each processor, and most of the memory.
scenarios::CheckOptions check_options(const Options& options);
scenarios::ProofOptions proof_options(const Options& options);

/// 0 holds or proved, 1 violated, 3 the rest.
ExitCode exit_code(scenarios::Verdict verdict);

/// The configuration in words: the operations of the user, the nodes, what may go wrong.
struct Description {
    std::string operations;  // "app: apply 3, scale 1"
    std::string nodes;       // "2 nodes: node-0, node-1 (room for 110 pods each)"
    std::string bounds;      // "1 crash, 1 lost reply, unlimited lag"
    std::string broken;      // the variants; empty if there is none
    std::string without;     // the reductions that are off; empty if there is none
};
Description describe(const model::Configuration& configuration, const model::Reductions& reductions);

}  // namespace kcheck::cli
