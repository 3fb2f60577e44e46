// etcd: a revisioned store. Every write is one key and one transaction.
//
// The functions here are the only ones that assign variables of Part::etcd.
// Each takes the identity of the writer: etcd accepts any, that only
// kube-apiserver writes is a property. A commit puts the event of the change
// on the watch of every client that it concerns.
#pragma once

#include "model/informers.hpp"

namespace kcheck::model {

/// No request that waits in the network can still act on the pod.
template <class C>
void forget_late_requests(C& c, const Encoding& k, int p, const PodRecord<C>& after) {
    if (k.configuration.crashes == 0) return;
    const auto i = static_cast<std::size_t>(p);
    const auto gone = after[pod::exists] == 0 || after[pod::deleting] == 1;
    if (!k.is(Variant::binding_without_precondition) && !k.is(Variant::scheduler_writes_etcd))
        c.when(gone || after[pod::node] != 0, [&] { c.set(k.late_binding[i], c.integer(0)); });
    else
        c.when(gone, [&] { c.set(k.late_binding[i], c.integer(0)); });
    c.when(gone, [&] { c.set(k.late_deletion[i], c.integer(0)); });
}

/// `scheduler_knows`: the scheduler learns of this write by the reply to its own request,
/// and has nothing pending of the pod.
template <class C>
void commit_pod(C& c, const Encoding& k, Writer writer, int p, const PodRecord<C>& after,
                bool scheduler_knows = false) {
    const auto i = static_cast<std::size_t>(p);
    const auto before = read(c, k.pod[i]);
    write(c, k.pod[i], after);
    monitors::commit(c, k, writer);
    forget_late_requests(c, k, p, after);
    c.when(after[pod::exists] == 0, [&] {
        monitors::removal(c, k, p);
        if (k.configuration.waits_until_available) c.set(k.aged[i], c.integer(0));
        if (!k.number.empty()) c.set(k.number[i], c.integer(0));
    });
    send(c, k.rsc.pods, p, before, after,
         [&] { c.when(receives_pods(c, k.rsc), [&] { receive_pod_by_replica_set_controller(c, k); }); });
    if (!scheduler_knows)
        send(c, k.scheduler.pods, p, before, after, [&] { receive_pod_by_scheduler(c, k); });
    for (int n = 0; n < k.nodes(); ++n)
        send(c, k.kubelet[static_cast<std::size_t>(n)].pods, p, before, after,
             [&] { c.when(receives_pods(c, k, n), [&] { receive_pod_by_kubelet(c, k, n); }); });
}

/// A removed object leaves nothing behind under its key.
template <class C>
PodRecord<C> no_pod(const C& c) {
    PodRecord<C> record;
    record.value.fill(c.integer(0));
    return record;
}

template <class C>
void commit_deployment(C& c, const Encoding& k, Writer writer, const WorkloadRecord<C>& after) {
    write(c, k.deployment, after);
    monitors::commit(c, k, writer);
    send(c, k.dc.deployments, after, [&] { receive(c, k.dc.deployments); });
}

template <class C>
void commit_replica_set(C& c, const Encoding& k, Writer writer, const WorkloadRecord<C>& after) {
    write(c, k.replica_set, after);
    monitors::commit(c, k, writer);
    if (k.configuration.crashes > 0 && k.configuration.operations.size() > 1)
        c.set(k.late_scale, c.integer(0));  // its resourceVersion is no longer the newest
    send(c, k.dc.replica_sets, after, [&] { receive(c, k.dc.replica_sets); });
    send(c, k.rsc.replica_sets, after, [&] { receive_replica_set_by_replica_set_controller(c, k); });
}

}  // namespace kcheck::model
