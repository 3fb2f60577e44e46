// What kube-scheduler and the kubelet make of one pod template on each node.
//
// Modelled, as in kube-scheduler's default profile (pkg/scheduler/framework/plugins): the filters
// NodeUnschedulable, NodeAffinity (nodeSelector and what is required of nodeAffinity),
// TaintToleration and NodeResourcesFit. The kubelet's admission asks the same of resources and
// nodeSelector, so one capacity serves both. Filters for volumes, ports and pod affinity are left out
// by name (effects.hpp).
//
// Scores are left open: any node that passes the filters may be chosen. They hang on what no
// manifest says (images on the nodes, other pods), and a verdict that covers every choice covers theirs.
#pragma once

#include <string>
#include <vector>

#include "manifests/types.hpp"

namespace kcheck::manifests {

/// Toleration.ToleratesTaint.
bool tolerates(const Toleration& toleration, const Taint& taint);

/// The template's tolerations and the two that the admission plugin DefaultTolerationSeconds
/// adds: not-ready and unreachable, NoExecute.
std::vector<Toleration> effective_tolerations(const PodTemplate& pod);

/// Why NodeUnschedulable, NodeAffinity or TaintToleration keeps the pod off the node, as in
/// "node selector disk=ssd"; empty: they let it.
std::string filtered_because(const PodTemplate& pod, const NodeSpec& node);

/// Why the empty node has no room for one pod, as in "no room: 500 cpu requested, 4
/// allocatable"; empty: it has.
std::string no_room_because(const PodTemplate& pod, const NodeSpec& node);

/// The requests of one pod: of its containers together, or of an init container and the
/// sidecars before it if that is more; and its overhead.
/// Source: component-helpers resource/helpers.go (PodRequests).
Resources pod_requests(const PodTemplate& pod);

/// No node comes near; the limit keeps tables that have an entry for every pod small.
inline constexpr int capacity_limit = 10'000;

/// How many pods of the template the empty node takes (NodeResourcesFit), at most the limit.
/// A resource that is not requested does not limit; cpu, memory and ephemeral-storage do
/// not either where the node does not say how much it has; any other that it does not have
/// fits no pod.
int capacity(const PodTemplate& pod, const NodeSpec& node);

}  // namespace kcheck::manifests
