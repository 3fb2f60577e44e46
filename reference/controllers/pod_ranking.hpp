// Which pods a ReplicaSet that has too many gives up (pkg/controller/controller_utils.go:
// ActivePodsWithRanks; pkg/controller/replicaset/replica_set.go:getPodsToDelete).
//
// What the pod is decides first: unassigned, Pending before Unknown before Running, not ready, a
// lower deletion cost. Among pods that are equal in that, Kubernetes goes by placement, time and
// chance: more siblings on the node, ready for less time, more restarts, newer. That pick is what
// the environment is offered as the preferred one; it may take any of them.
#pragma once

#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/indexer.hpp"

namespace kcheck::reference::controllers {

/// `related`: the pods of all ReplicaSets of the same owner. At most `count` are returned.
/// The activity asks for one victim at a time, if there is a choice.
std::vector<Object> pods_to_delete(Environment& environment, const Activity& activity,
                                   std::vector<Object> pods, const std::vector<Object>& related,
                                   std::size_t count);

}  // namespace kcheck::reference::controllers
