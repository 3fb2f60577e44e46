// What may be done to a state without anybody being able to tell: the part of the
// reductions that looks at one state. successors.hpp has the part that looks at steps;
// docs/reductions.md says which are on where, and why.
#pragma once

#include "model/encoding.hpp"

namespace kcheck::model {

class DeploymentController;
class ReplicaSetController;

/// Takes every step of the pod garbage collector that is possible: nobody reads again what it removes.
void collect_terminal_pods(const Encoding& encoding, Valuation& state);

/// Whether the next pod event of the ReplicaSet controller says that an active pod is assigned or runs, which
/// changes no count of pods.
bool next_is_promotion(const ReplicaSetController& controller, const Valuation& state);

/// Wipes out all that status writes leave behind, in etcd, in caches and on watches, and events that then
/// say nothing new: what is left of a state once status-last does not tell when statuses are written.
void forget_statuses(const Encoding& encoding, Valuation& state);

/// Whether spec.replicas of the ReplicaSet, and what its controller knows of it, can never change again.
bool replicas_are_final(const Encoding& encoding, const DeploymentController& deployments,
                        const ReplicaSetController& controller, const Valuation& state);

}  // namespace kcheck::model
