// From manifests to what a run of the checker is about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "manifests/read.hpp"
#include "model/configuration.hpp"

namespace kcheck::manifests {

struct ClusterOptions {
    /// Which Deployment, as `name` or `namespace/name`; needed when there are several.
    std::optional<std::string> deployment;
    /// `--nodes N`: that many default nodes; only where the manifests describe none.
    std::optional<int> nodes;
};

struct Cluster {
    /// Deployment, operations, nodes and waits_until_available are filled in; bounds and
    /// variants keep their initial values.
    model::Configuration configuration;
    /// What the manifests say and the configuration leaves out.
    std::vector<Warning> warnings;
};

/// `count` equal nodes node-0, node-1, ... that take 110 pods each and never run out of
/// anything else; no node ranks above another.
std::vector<model::Node> default_nodes(int count);

/// The nodes as the pods of `pod` meet them (see scheduling.hpp). Score tables that cannot
/// rank a node above another are left empty, so that equal nodes are seen to be equal.
std::vector<model::Node> nodes_for(const PodTemplate& pod, const std::vector<NodeSpec>& nodes);

/// One Deployment, one apply per distinct spec.replicas, and the nodes: the manifests', or
/// `options.nodes` default ones, or a single default one. The other Deployments are left
/// out with a warning. The error is about the choice of the Deployment or of the nodes.
tl::expected<Cluster, Error> to_configuration(const Manifests& manifests, const ClusterOptions& options);

}  // namespace kcheck::manifests
