// The deployment controller (pkg/controller/deployment).
//
// syncDeployment reads the Deployment and its ReplicaSets from the cache, and
// makes at most one of the writes below before the next one needs a newer
// cache: each is decided from the cache at the moment it is committed. There
// are no expectations here; a conflict ends the sync and requeues the key,
// which leaves no trace in memory. A lost reply does the same.
//
// One template means one ReplicaSet. Rolling and Recreate updates between
// several come with the rollout actions, beside `scale`.
#pragma once

#include "model/kube_apiserver.hpp"

namespace kcheck::model::deployment_controller {

/// sync.go:getNewReplicaSet. AlreadyExists changes nothing: the key is requeued.
template <class C>
void create_replica_set(C& c, const Encoding& k, Reply reply) {
    const auto& deployment = k.dc.deployments.copy;
    if (!c.require(c[deployment[workload::exists]] == 1)) return;
    if (!c.require(c[k.dc.replica_sets.copy[workload::exists]] == 0)) return;
    if (!k.is(Variant::create_without_name_check) && !c.require(c[k.replica_set[workload::exists]] == 0))
        return;
    if (!spend(c, k, reply, nowhere)) return;
    if (!reply.commits()) return;
    create_workload(
        c, k, k.replica_set, c[deployment[workload::replicas]],
        [&](const WorkloadRecord<C>& after) { commit_replica_set(c, k, Writer::kube_apiserver, after); });
}

/// sync.go:scaleReplicaSet: PUT with the resourceVersion of the cached ReplicaSet.
template <class C>
void scale(C& c, const Encoding& k, Reply reply) {
    const auto& deployment = k.dc.deployments.copy;
    const auto& replica_set = k.dc.replica_sets.copy;
    if (!c.require(c[deployment[workload::exists]] == 1)) return;
    if (!c.require(c[replica_set[workload::exists]] == 1)) return;
    if (!c.require(c[replica_set[workload::replicas]] != c[deployment[workload::replicas]])) return;
    if (!require_newest(c, k, k.dc.replica_sets)) return;
    if (!spend(c, k, reply, nowhere)) return;
    if (!reply.commits()) return;
    update_replicas(c, k, k.replica_set, c[deployment[workload::replicas]],
                    [&](const WorkloadRecord<C>& after) {
                        monitors::update(c, k, Base::cached, pending(c, k.dc.replica_sets));
                        commit_replica_set(c, k, Writer::kube_apiserver, after);
                    });
}

/// progress.go:syncRolloutStatus, sync.go:calculateStatus: PUT status with the
/// resourceVersion of the cached Deployment, from the cached ReplicaSet's status.
///
/// The controller's own status write is in its cache at once. It would see it with the
/// next event anyway, and until then could only write the same status again and be
/// refused: nothing else that it does reads what the write changed.
template <class C>
void update_status(C& c, const Encoding& k, Reply reply) {
    const auto& deployment = k.dc.deployments.copy;
    const auto& replica_set = k.dc.replica_sets.copy;
    if (!c.require(c[deployment[workload::exists]] == 1)) return;
    if (!c.require(c[replica_set[workload::exists]] == 1)) return;
    if (!c.require(c[replica_set[workload::replicas]] == c[deployment[workload::replicas]])) return;
    if (!c.require(c[deployment[workload::observed]] != c[deployment[workload::generation]] ||
                   c[deployment[workload::status_replicas]] != c[replica_set[workload::status_replicas]] ||
                   c[deployment[workload::status_available]] != c[replica_set[workload::status_available]]))
        return;
    if (!require_newest(c, k, k.dc.deployments)) return;
    if (!spend(c, k, reply, nowhere)) return;
    if (!reply.commits()) return;
    const bool own_write_is_newest = !k.is(Variant::update_without_resource_version);
    model::update_status(c, k.deployment, c[deployment[workload::generation]],
                         c[replica_set[workload::status_replicas]],
                         c[replica_set[workload::status_available]], [&](const WorkloadRecord<C>& after) {
                             monitors::update(c, k, Base::cached, pending(c, k.dc.deployments));
                             commit_deployment(c, k, Writer::kube_apiserver, after);
                             if (own_write_is_newest) receive(c, k.dc.deployments);
                         });
}

}  // namespace kcheck::model::deployment_controller
