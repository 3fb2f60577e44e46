// Faults and time: what happens to the pipeline rather than in it.
//
// A crash loses what its process keeps in memory, caches included, and nothing
// else; the process comes back with a fresh list (reflector.go: watch-list at the
// most recent revision). Requests that it had under way may still arrive, at any
// later time or never. A restart of kube-apiserver or etcd loses replies: it is
// paid for where a request is lost (kube_apiserver.hpp). A restart of the container
// runtime changes nothing: containers and images outlive it.
#pragma once

#include "model/kube_scheduler.hpp"
#include "model/kubelet.hpp"
#include "model/replicaset_controller.hpp"

namespace kcheck::model::environment {

template <class C>
bool use_crash(C& c, const Encoding& k) {
    if (!c.require(c[k.crashes_used] < k.configuration.crashes)) return false;
    c.set(k.crashes_used, c[k.crashes_used] + 1);
    return true;
}

/// What kube-controller-manager may have under way when it crashes.
enum class UnderWay : std::uint8_t { creations, deletion, scale };

template <class C>
void crash_controller_manager(C& c, const Encoding& k, UnderWay under_way, int p) {
    namespace rs = replicaset_controller;
    const auto& deployment = k.dc.deployments.copy;
    const auto& replica_set = k.dc.replica_sets.copy;
    if (under_way == UnderWay::deletion) {
        if (!c.require(rs::deletes_next(c, k, p) && c[k.pod[static_cast<std::size_t>(p)][pod::exists]] == 1))
            return;
        if (!use_crash(c, k)) return;
        c.set(k.late_deletion[static_cast<std::size_t>(p)], c.integer(1));
    } else if (under_way == UnderWay::scale) {
        if (!c.require(c[deployment[workload::exists]] == 1 && c[replica_set[workload::exists]] == 1 &&
                       c[replica_set[workload::replicas]] != c[deployment[workload::replicas]] &&
                       !pending(c, k.dc.replica_sets)))
            return;
        if (!use_crash(c, k)) return;
        c.set(k.late_scale, c[deployment[workload::replicas]] + 1);
    } else {
        if (!use_crash(c, k)) return;
        const auto requests = c.choose(c[k.rsc.left] > 0, c[k.rsc.left], c.count(rs::creates_next(c, k)));
        c.set(k.late_creates, c[k.late_creates] + requests);
    }
    relist(c, k.dc.deployments, k.deployment);
    relist(c, k.dc.replica_sets, k.replica_set);
    relist(c, k.rsc.replica_sets, k.replica_set);
    relist(c, k.rsc.pods, k.pod);
    for (const auto variable :
         {k.rsc.left, k.rsc.batch, k.rsc.rest, k.rsc.failed, k.rsc.deletes, k.rsc.broken, k.rsc.update_status,
          k.rsc.status_replicas, k.rsc.status_available, k.rsc.status_observed, k.rsc.expects_creations,
          k.rsc.awaits_status})
        if (k.layout[variable].size > 1) c.set(variable, c.integer(0));
    for (int q = 0; q < k.pods(); ++q)
        for (const auto variable : {k.rsc.expects_deletion[static_cast<std::size_t>(q)],
                                    k.rsc.awaits_pod[static_cast<std::size_t>(q)]})
            if (k.layout[variable].size > 1) c.set(variable, c.integer(0));
}

/// Every binding cycle without a reply leaves its request under way.
template <class C>
void crash_scheduler(C& c, const Encoding& k) {
    if (!use_crash(c, k)) return;
    for (int p = 0; p < k.pods(); ++p) {
        const auto i = static_cast<std::size_t>(p);
        c.when(c[k.scheduler.binding[i]] == 1 && may_bind(c, k, p),
               [&] { c.set(k.late_binding[i], c[k.scheduler.assumed[i]]); });
        c.set(k.scheduler.assumed[i], c.integer(0));
        c.set(k.scheduler.binding[i], c.integer(0));
        c.set(k.scheduler.broken[i], c.integer(0));
    }
    relist(c, k.scheduler.pods, k.pod);
}

/// Pods that are not terminal are admitted again (kubelet_admission.hpp); the runtime keeps its containers.
template <class C>
void crash_kubelet(C& c, const Encoding& k, int n) {
    if (!use_crash(c, k)) return;
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    relist(c, here.pods, k.pod);
    if (!k.crowded(n)) return;
    for (int p = 0; p < k.pods(); ++p) {
        const auto i = static_cast<std::size_t>(p);
        const auto listed = c[here.pods.copy[i][pod::exists]] == 1;
        const auto over = listed && c[k.pod[i][pod::phase]] == pod::terminal;
        const auto again = listed && c[here.worker[i]] == kubelet::admitted;
        c.set(here.worker[i], c.choose(over, c.integer(kubelet::refused),
                                       c.choose(again, kubelet::admitted, kubelet::unseen)));
    }
}

/// kube-apiserver or etcd restarts while no reply is lost. It changes something only where
/// they wrongly keep something in memory.
template <class C>
void restart_quietly(C& c, const Encoding& k) {
    if (!use_crash(c, k)) return;
    restart_apiserver(c, k);
}

// ---- requests that outlived their sender

template <class C>
void late_create(C& c, const Encoding& k) {
    if (!c.require(c[k.late_creates] > 0)) return;
    c.set(k.late_creates, c[k.late_creates] - 1);
    create_pod(c, k, [](int) {});
}

template <class C>
void late_delete(C& c, const Encoding& k, int p) {
    const auto variable = k.late_deletion[static_cast<std::size_t>(p)];
    if (!c.require(c[variable] == 1)) return;
    c.set(variable, c.integer(0));
    delete_pod(c, k, p);
}

template <class C>
void late_scale(C& c, const Encoding& k) {
    if (!c.require(c[k.late_scale] > 0)) return;
    const auto replicas = c[k.late_scale] - 1;
    c.set(k.late_scale, c.integer(0));
    update_replicas(c, k, k.replica_set, replicas, [&](const WorkloadRecord<C>& after) {
        commit_replica_set(c, k, Writer::kube_apiserver, after);
    });
}

template <class C>
void late_bind(C& c, const Encoding& k, int p) {
    const auto variable = k.late_binding[static_cast<std::size_t>(p)];
    if (!c.require(c[variable] != 0 && may_bind(c, k, p))) return;
    const auto node = c[variable];
    c.set(variable, c.integer(0));
    bind_pod(c, k, p, node);
}

/// A Ready pod has been Ready for minReadySeconds.
template <class C>
void age(C& c, const Encoding& k, int p) {
    const auto i = static_cast<std::size_t>(p);
    if (!c.require(c[k.pod[i][pod::exists]] == 1 && c[k.pod[i][pod::phase]] == pod::running &&
                   c[k.aged[i]] == 0))
        return;
    c.set(k.aged[i], c.integer(1));
}

/// A variant: the oldest event on its way to the scheduler is lost.
template <class C>
void drop_event(C& c, const Encoding& k) {
    if (!c.require(pending(c, k.scheduler.pods) && c[k.dropped] == 0)) return;
    c.set(k.dropped, c.integer(1));
    const auto copies = k.scheduler.pods.copy;
    std::vector<PodRecord<C>> before;
    for (const auto& copy : copies) before.push_back(read(c, copy));
    receive(c, k.scheduler.pods);
    for (std::size_t p = 0; p < copies.size(); ++p) write(c, copies[p], before[p]);
}

}  // namespace kcheck::model::environment
