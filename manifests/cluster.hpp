// From manifests to what the runs of the checker are about: a configuration for each
// Deployment, and what it leaves out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "manifests/read.hpp"
#include "manifests/references.hpp"
#include "model/configuration.hpp"

namespace kcheck::manifests {

struct ClusterOptions {
    /// Which Deployment, as `name` or `namespace/name`; otherwise all of them.
    std::optional<std::string> deployment = {};
    /// `--nodes N`: that many default nodes; only where the manifests describe none.
    std::optional<int> nodes = {};
    /// What the user does after the applies of the manifests; see Configuration::then.
    std::vector<model::UserOperation> operations = {};
    int crashes = 1;
    int lost_replies = 1;
    /// Names of effects.hpp that the user accepts.
    std::vector<std::string> assume = {};
};

/// A Deployment to check.
struct Workload {
    std::string name_space;
    std::string name;
    /// Deployment, operations, nodes, waits_until_available and the fault budgets are filled
    /// in; other bounds and variants keep their initial values.
    model::Configuration configuration;
    /// What may decide its verdict and is not modelled, in the order of the input; what was
    /// accepted is there too, and says so.
    std::vector<LeftOut> left_out;
    Assumed assumed;
};

struct Cluster {
    std::vector<Workload> workloads;
    /// Objects that can change no verdict, and workloads that are not checked, with their
    /// counts: "3 Services, 2 Roles"; empty: none.
    std::string without_effect;
    std::string not_checked;
    /// Of default nodes; empty where the manifests describe the nodes.
    std::string node_size;
};

inline constexpr std::string_view nothing_to_undo =
    "--undo: there is nothing to go back to (add --set-image right before it)";

/// `count` equal nodes node-0, node-1, ... that take 110 pods each and never run out of
/// anything else; no node ranks above another.
std::vector<model::Node> default_nodes(int count);

/// The same as a kubelet registers them: with the labels that it sets, and of this size.
std::vector<NodeSpec> default_node_specs(int count);
inline constexpr std::string_view default_node_size = "4 cpu, 16Gi memory, 100Gi ephemeral-storage, 110 pods";

/// The nodes as the pods of `pod` meet them (see scheduling.hpp). Score tables that cannot
/// rank a node above another are left empty, so that equal nodes are seen to be equal.
std::vector<model::Node> nodes_for(const PodTemplate& pod, const std::vector<NodeSpec>& nodes);

/// Each Deployment with one apply per distinct spec.replicas, on the manifests' nodes,
/// `options.nodes` default ones, or a single default one. The error is about the choice of the
/// Deployment or of the nodes.
tl::expected<Cluster, Error> to_cluster(const Manifests& manifests, const ClusterOptions& options);

}  // namespace kcheck::manifests
