// What each process does when a watch event reaches it (its event handlers).
//
// client-go updates the store before the handlers run
// (shared_informer.go:processDeltas); here both are one step, because nothing
// reads the store in between that the handlers' lag would let differ.
#pragma once

#include "model/kubelet_admission.hpp"
#include "model/monitors.hpp"

namespace kcheck::model {

template <class C, class F>
void for_front_pod(C& c, const PodWatch& watch, F&& handle) {
    const auto& front = watch.queue.front();
    for (int p = 0; p < static_cast<int>(watch.copy.size()); ++p)
        c.when(c[front.pod] == p + 1, [&] { handle(p, front.record); });
}

/// The victims of a sync are ranked in the view that it began with: what arrives meanwhile is received
/// after it, which nobody can tell apart.
template <class C>
Bool<C> receives_pods(const C& c, const ReplicaSetController& rsc) {
    return c[rsc.deletes] == 0;
}

/// ReplicaSet controller: replica_set.go:addPod, updatePod, deletePod. A pod that is
/// marked for deletion counts as deleted from then on.
template <class C>
void receive_pod_by_replica_set_controller(C& c, const Encoding& k) {
    for_front_pod(c, k.rsc.pods, [&](int p, const PodVariables& event) {
        const auto i = static_cast<std::size_t>(p);
        const auto gone = c[event[pod::exists]] == 0 || c[event[pod::deleting]] == 1;
        if (!k.is(Variant::no_expectations)) {
            c.when(gone, [&] { c.set(k.rsc.expects_deletion[i], c.integer(0)); });
            c.set(k.rsc.awaits_pod[i], c.integer(0));
        }
        if (k.counts_creations()) {
            const auto added = c[k.rsc.pods.copy[i][pod::exists]] == 0 && c[event[pod::exists]] == 1;
            c.when(added && c[k.rsc.expects_creations] > 0,
                   [&] { c.set(k.rsc.expects_creations, c[k.rsc.expects_creations] - 1); });
        }
    });
    receive(c, k.rsc.pods);
}

template <class C>
void receive_replica_set_by_replica_set_controller(C& c, const Encoding& k) {
    receive(c, k.rsc.replica_sets);
    if (!k.is(Variant::no_expectations))
        c.when(c[k.rsc.awaits_status] > 0, [&] { c.set(k.rsc.awaits_status, c[k.rsc.awaits_status] - 1); });
}

/// kube-scheduler: eventhandlers.go:updatePod, backend/cache/cache.go:AddPod. A bound
/// pod's event confirms the assumption; a pod that terminates is forgotten
/// (handleAssumedPodDeletion).
template <class C>
void receive_pod_by_scheduler(C& c, const Encoding& k) {
    for_front_pod(c, k.scheduler.pods, [&](int p, const PodVariables& event) {
        const auto i = static_cast<std::size_t>(p);
        const auto settled =
            c[event[pod::exists]] == 0 || c[event[pod::phase]] == pod::terminal || c[event[pod::node]] != 0;
        c.when(settled, [&] {
            c.set(k.scheduler.assumed[i], c.integer(0));
            c.set(k.scheduler.binding[i], c.integer(0));
            if (k.configuration.crashes > 0) c.set(k.scheduler.broken[i], c.integer(0));
        });
    });
    receive(c, k.scheduler.pods);
}

/// kubelet.go:syncLoopIteration takes one update after the other: none before the pods of the list are
/// admitted.
template <class C>
Bool<C> receives_pods(const C& c, const Encoding& k, int n) {
    auto free = c.boolean(true);
    if (k.crowded(n) && k.configuration.crashes > 0)
        for (int p = 0; p < k.pods(); ++p) free = free && !kubelet::waits_for_admission(c, k, n, p);
    return free;
}

/// kubelet: config/config.go:Merge, kubelet.go:HandlePodAdditions. A removed pod's worker ends once
/// its container has.
template <class C>
void receive_pod_by_kubelet(C& c, const Encoding& k, int n) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    if (k.crowded(n))
        for_front_pod(c, here.pods, [&](int p, const PodVariables& event) {
            const auto i = static_cast<std::size_t>(p);
            auto here_already = c[here.pods.copy[i][pod::exists]] == 1;
            auto here_now = c[event[pod::exists]] == 1;
            if (k.is(Variant::kubelet_ignores_node_name)) {
                here_already = here_already && c[here.pods.copy[i][pod::node]] != 0;
                here_now = here_now && c[event[pod::node]] != 0;
            }
            c.when(!here_now, [&] { c.set(here.worker[i], c.integer(kubelet::unseen)); });
            c.when(here_now && !here_already, [&] { kubelet::decide(c, k, n, p); });
        });
    receive(c, here.pods);
}

}  // namespace kcheck::model
