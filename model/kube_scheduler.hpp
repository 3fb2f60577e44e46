// kube-scheduler (pkg/scheduler): filter and rank, assume, bind, confirm or forget.
//
// Scheduling cycles run one after the other on a snapshot of the cache; a
// binding cycle runs beside them for each assumed pod. The order of the queue
// is not modelled: back-off can put any pending pod first.
//
// A reply that says the pod is bound tells the scheduler what the pod's event
// would: the assumption is confirmed then and there, and the event, which
// changes nothing for it, is not queued. With the reduction watch-projection off, or where
// a variant has a pod bound more than once, the event arrives like any other.
#pragma once

#include "model/kube_apiserver.hpp"

namespace kcheck::model::kube_scheduler {

template <class C>
Bool<C> is_known(const C& c,
                 const PodVariables& pod) {  // scheduler.go:newPodInformer leaves out terminal pods
    return c[pod[pod::exists]] == 1 && c[pod[pod::phase]] != pod::terminal;
}

/// Pods that the snapshot counts on node n: bound in the cache, or assumed.
template <class C>
Int<C> pods_on(const C& c, const Encoding& k, int n) {
    auto pods = c.integer(0);
    for (std::size_t p = 0; p < k.scheduler.assumed.size(); ++p)
        pods = pods + c.count(is_known(c, k.scheduler.pods.copy[p]) &&
                              (c[k.scheduler.pods.copy[p][pod::node]] == n + 1 ||
                               c[k.scheduler.assumed[p]] == n + 1));
    return pods;
}

template <class C>
Bool<C> is_feasible(const C& c, const Encoding& k, int n) {
    const auto& node = k.configuration.nodes[static_cast<std::size_t>(n)];
    if (!node.schedulable || node.capacity == 0) return c.boolean(false);
    if (node.capacity >= k.pods()) return c.boolean(true);
    return pods_on(c, k, n) < node.capacity;
}

/// The node's score, from its table; the last entry stands for all higher counts.
template <class C>
Int<C> score(const C& c, const Encoding& k, int n) {
    const auto& table = k.configuration.nodes[static_cast<std::size_t>(n)].score;
    if (table.empty()) return c.integer(0);
    const auto pods = pods_on(c, k, n);
    auto result = c.integer(table.back());
    for (int i = std::min(static_cast<int>(table.size()) - 2, k.pods()); i >= 0; --i)
        result = c.choose(pods == i, table[static_cast<std::size_t>(i)], result);
    return result;
}

/// schedule_one.go:schedulingCycle: pod p goes to a node that no feasible node outranks.
template <class C>
void assume(C& c, const Encoding& k, int p, int n) {
    const auto i = static_cast<std::size_t>(p);
    const auto& pod = k.scheduler.pods.copy[i];
    // An unbound pod is never marked for deletion: it is deleted at once.
    if (!c.require(is_known(c, pod) && c[pod[pod::node]] == 0)) return;
    if (!c.require(c[k.scheduler.assumed[i]] == 0)) return;
    if (!c.require(is_feasible(c, k, n))) return;
    for (int other = 0; other < k.nodes(); ++other)
        if (other != n && !c.require(!is_feasible(c, k, other) || score(c, k, other) <= score(c, k, n)))
            return;
    c.set(k.scheduler.assumed[i], c.integer(n + 1));
    c.set(k.scheduler.binding[i], c.integer(1));
}

/// schedule_one.go:bindingCycle: POST binding with the pod's UID. On any failure the pod is
/// forgotten and, if the cache still has it unbound, scheduled again.
template <class C>
void bind(C& c, const Encoding& k, int p, Reply reply) {
    const auto i = static_cast<std::size_t>(p);
    if (!c.require(c[k.scheduler.assumed[i]] != 0 && c[k.scheduler.binding[i]] == 1)) return;
    const auto accepted = may_bind(c, k, p);
    if (!reply.is_known() && !c.require(accepted)) return;  // a refusal is forgotten either way
    if (!spend(c, k, reply, k.scheduler.broken[i])) return;
    const auto node = c[k.scheduler.assumed[i]];
    const auto forget = [&] {
        if (!k.is(Variant::bind_failure_is_forgotten)) c.set(k.scheduler.assumed[i], c.integer(0));
    };
    c.set(k.scheduler.binding[i], c.integer(0));
    if (k.configuration.crashes > 0) c.set(k.scheduler.broken[i], c.integer(0));
    if (reply.is_known()) {
        c.when(accepted, [&] {
            bind_pod(c, k, p, node, k.confirms_by_reply());
            if (k.confirms_by_reply()) {
                c.set(k.scheduler.assumed[i], c.integer(0));
                write(c, k.scheduler.pods.copy[i], project(c, k.scheduler.pods, read(c, k.pod[i])));
            }
        });
        c.when(!accepted, forget);
    } else {
        forget();
        if (reply.commits()) bind_pod(c, k, p, node);
    }
    if (reply.cause == Cause::restart) restart_apiserver(c, k);
}

}  // namespace kcheck::model::kube_scheduler
