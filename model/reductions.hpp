// What may be done to a state without anybody being able to tell: the part of the
// reductions that looks at one state. successors.hpp has the part that looks at steps;
// docs/reductions.md says which are on where, and why.
#pragma once

#include "model/cluster.hpp"

namespace kcheck::model {

/// Forgets terminal pods that every client knows to be terminal and whose containers are gone:
/// nobody reads them again. kube-controller-manager's pod garbage collector removes them some day.
void collect_terminal_pods(const Cluster& cluster, Valuation& state);

/// Events by which an active pod of the ReplicaSet controller is assigned or starts to run only narrow
/// its choice of victims. So it never needs to receive one of them before it needs the next event
/// of another kind, and their order up to there, and all but the last of a pod, decide nothing.
void sort_promotions(const Cluster& cluster, Valuation& state);
/// Whether the next pod event of kube-controller-manager is such an event.
bool next_is_promotion(const Cluster& cluster, const Valuation& state);

/// Wipes out all that status writes leave behind, in etcd, in caches and on watches, and events that then
/// say nothing new: what is left of a state once status-last does not tell when statuses are written.
void forget_statuses(const Cluster& cluster, Valuation& state);

/// Whether spec.replicas of the ReplicaSet, and what its controller knows of it, can never change again.
bool replicas_are_final(const Cluster& cluster, const Valuation& state);

}  // namespace kcheck::model
