// Which of several nodes is best for a pod (pkg/scheduler/framework/plugins), with the weights of
// the default profile (apis/config/v1/default_plugins.go): TaintToleration 3, NodeAffinity 2,
// PodTopologySpread 2, NodeResourcesFit (LeastAllocated) 1, NodeResourcesBalancedAllocation 1.
//
// PodTopologySpread has its built-in constraints only (by host and by zone, ScheduleAnyway); the
// pods that it counts are those of the same controller, where Kubernetes takes that controller's
// selector. Not there: ImageLocality, and preferred terms of InterPodAffinity.
#pragma once

#include <cstdint>
#include <vector>

#include "reference/scheduler/node_info.hpp"

namespace kcheck::reference::scheduler {

constexpr std::int64_t node_score_max = 100;

/// The weighted sum for each of `nodes` (those that passed the filters), in their order.
std::vector<std::int64_t> score_nodes(const PodInfo& pod, const std::vector<const NodeInfo*>& nodes);

/// Single plugins, from 0 to node_score_max.
std::int64_t least_allocated_score(const PodInfo& pod, const NodeInfo& node);
/// 0 for pods that request neither CPU nor memory: it would draw them all to one node.
std::int64_t balanced_allocation_score(const PodInfo& pod, const NodeInfo& node);
std::vector<std::int64_t> taint_toleration_scores(const PodInfo& pod,
                                                  const std::vector<const NodeInfo*>& nodes);
std::vector<std::int64_t> node_affinity_scores(const PodInfo& pod, const std::vector<const NodeInfo*>& nodes);
std::vector<std::int64_t> pod_topology_spread_scores(const PodInfo& pod,
                                                     const std::vector<const NodeInfo*>& nodes);

}  // namespace kcheck::reference::scheduler
