// The ReplicaSet controller (pkg/controller/replicaset).
//
// A sync is a program of several requests: syncReplicaSet reads the cache once,
// manageReplicas sends creations in batches of 1, 2, 4, ... (slowStartBatch)
// or all deletions in parallel, and the status is updated at the end with the
// numbers of the beginning. While it deletes its view stays as it was: no pod
// event is received before the last reply (informers.hpp:receives_pods), which nobody
// can tell apart. A DELETE that finds its pod gone (404) counts as done.
//
// A sync does not begin until the cache has reached this process's own pod
// creations and status write (1.36, ctl/util/consistency), and does not manage
// replicas until its expectations are satisfied (controller_utils.go:
// UIDTrackingControllerExpectations): deletions by name. Expectations of
// creations are counts; under the first rule they decide nothing, and are kept
// only where a variant makes them matter.
#pragma once

#include "model/kube_apiserver.hpp"

namespace kcheck::model::replicaset_controller {

/// What an entry of expects_deletion says of a pod.
inline constexpr int expected = 1;
inline constexpr int excused = 2;  // a victim of this sync whose deletion need not be waited for

template <class C>
Bool<C> is_active(const C& c, const PodVariables& pod) {  // controller_utils.go:IsPodActive
    return c[pod[pod::exists]] == 1 && c[pod[pod::deleting]] == 0 && c[pod[pod::phase]] != pod::terminal;
}

template <class C>
Int<C> active_pods(const C& c, const Encoding& k) {
    auto active = c.integer(0);
    for (const auto& pod : k.rsc.pods.copy) active = active + c.count(is_active(c, pod));
    return active;
}

/// pod_util.go:IsPodAvailable.
template <class C>
Int<C> available_pods(const C& c, const Encoding& k) {
    auto available = c.integer(0);
    for (std::size_t p = 0; p < k.rsc.pods.copy.size(); ++p) {
        auto is = is_active(c, k.rsc.pods.copy[p]) && c[k.rsc.pods.copy[p][pod::phase]] == pod::running;
        if (k.configuration.waits_until_available) is = is && c[k.aged[p]] == 1;
        available = available + c.count(is);
    }
    return available;
}

/// No sync is in progress.
template <class C>
Bool<C> is_idle(const C& c, const Encoding& k) {
    return c[k.rsc.left] == 0 && c[k.rsc.deletes] == 0 && c[k.rsc.update_status] == 0;
}

/// EnsureReady: the cache holds this process's own writes.
template <class C>
Bool<C> may_sync(const C& c, const Encoding& k) {
    auto ready = c[k.rsc.replica_sets.copy[workload::exists]] == 1 && c[k.rsc.awaits_status] == 0;
    for (const auto variable : k.rsc.awaits_pod) ready = ready && c[variable] == 0;
    return ready;
}

template <class C>
Bool<C> expectations_are_satisfied(const C& c, const Encoding& k) {
    auto satisfied = c[k.rsc.expects_creations] == 0;
    for (const auto variable : k.rsc.expects_deletion) satisfied = satisfied && c[variable] == 0;
    return satisfied;
}

/// Replicas that are missing (positive) in the view of the cache.
template <class C>
Int<C> missing(const C& c, const Encoding& k) {
    return c[k.rsc.replica_sets.copy[workload::replicas]] - active_pods(c, k);
}

/// replica_set_utils.go:updateReplicaSetStatus writes only what differs from the cache.
template <class C>
Bool<C> status_differs(const C& c, const Encoding& k) {
    const auto& replica_set = k.rsc.replica_sets.copy;
    return c[replica_set[workload::observed]] != c[replica_set[workload::generation]] ||
           c[replica_set[workload::status_replicas]] != active_pods(c, k) ||
           c[replica_set[workload::status_available]] != available_pods(c, k);
}

/// Keeps the numbers that the status at the end of this sync will carry.
template <class C>
void remember_status(C& c, const Encoding& k) {
    c.when(status_differs(c, k), [&] {
        c.set(k.rsc.update_status, c.integer(1));
        c.set(k.rsc.status_replicas, active_pods(c, k));
        c.set(k.rsc.status_available, available_pods(c, k));
        c.set(k.rsc.status_observed, c[k.rsc.replica_sets.copy[workload::generation]]);
    });
}

template <class C>
void lower_expected_creations(C& c, const Encoding& k, Int<C> by) {
    if (!k.counts_creations()) return;
    c.set(k.rsc.expects_creations,
          c.choose(c[k.rsc.expects_creations] > by, c[k.rsc.expects_creations] - by, 0));
}

/// After the last reply of a batch: the next one, twice as large, or the end.
template <class C>
void end_batch(C& c, const Encoding& k) {
    c.when(c[k.rsc.left] == 0, [&] {
        if (k.configuration.crashes > 0) c.set(k.rsc.broken, c.integer(0));
        const auto stops = c[k.rsc.failed] == 1 || c[k.rsc.rest] == 0;
        c.when(c[k.rsc.failed] == 1, [&] { lower_expected_creations(c, k, c[k.rsc.rest]); });
        const auto doubled = c[k.rsc.batch] + c[k.rsc.batch];
        const auto next = c.choose(doubled < c[k.rsc.rest], doubled, c[k.rsc.rest]);
        const auto rest = c.choose(stops, 0, c[k.rsc.rest] - next);
        c.set(k.rsc.left, c.choose(stops, 0, next));
        c.set(k.rsc.batch, c.choose(stops, 0, next));
        c.set(k.rsc.rest, rest);
        c.set(k.rsc.failed, c.integer(0));
    });
}

/// Whether the next request of the controller is a POST of a pod.
template <class C>
Bool<C> creates_next(const C& c, const Encoding& k) {
    return c[k.rsc.left] > 0 ||
           (is_idle(c, k) && may_sync(c, k) && expectations_are_satisfied(c, k) && missing(c, k) > 0);
}

/// One POST of a batch; the first also begins the sync.
template <class C>
void create_one(C& c, const Encoding& k, Reply reply) {
    if (!c.require(creates_next(c, k))) return;
    if (!spend(c, k, reply, k.rsc.broken)) return;
    c.when(c[k.rsc.left] == 0, [&] {
        remember_status(c, k);
        c.set(k.rsc.left, c.integer(1));
        c.set(k.rsc.batch, c.integer(1));
        c.set(k.rsc.rest, missing(c, k) - 1);
        if (k.counts_creations()) c.set(k.rsc.expects_creations, missing(c, k));
    });
    if (reply.commits())
        create_pod(c, k, [&](int p) {
            if (reply.is_known() && !k.is(Variant::no_expectations))
                c.set(k.rsc.awaits_pod[static_cast<std::size_t>(p)], c.integer(1));
        });
    if (!reply.is_known() && !k.is(Variant::create_timeout_is_success)) {
        c.set(k.rsc.failed, c.integer(1));
        lower_expected_creations(c, k, c.integer(1));
    }
    c.set(k.rsc.left, c[k.rsc.left] - 1);
    end_batch(c, k);
    if (reply.cause == Cause::restart) restart_apiserver(c, k);
}

/// controller_utils.go:ActivePodsWithRanks: the lowest goes first. Unassigned before
/// assigned, Pending before Running; what Kubernetes then decides by siblings on the node and
/// by time is left open: any of them may go.
template <class C>
Int<C> deletion_rank(const C& c, const Encoding& k, int p) {
    const auto& pod = k.rsc.pods.copy[static_cast<std::size_t>(p)];
    return c.choose(c[pod[pod::node]] != 0, 2, 0) + c.choose(c[pod[pod::phase]] == pod::running, 1, 0);
}

/// Whether the next request of the controller may be the DELETE of pod p: every pod that
/// ranks strictly before it is, or still can be, among the victims of this sync.
template <class C>
Bool<C> deletes_next(const C& c, const Encoding& k, int p) {
    const auto& pod = k.rsc.pods.copy[static_cast<std::size_t>(p)];
    const auto chosen = [&](int q) { return c[k.rsc.expects_deletion[static_cast<std::size_t>(q)]] != 0; };
    const auto begins =
        is_idle(c, k) && may_sync(c, k) && expectations_are_satisfied(c, k) && missing(c, k) < 0;
    const auto victims = c.choose(c[k.rsc.deletes] > 0, c[k.rsc.deletes], c.integer(0) - missing(c, k));
    auto possible = is_active(c, pod) && !chosen(p) && (c[k.rsc.deletes] > 0 || begins);
    if (c.surely_not(possible)) return possible;
    auto before = c.integer(0);
    for (int q = 0; q < k.pods(); ++q)
        before = before + c.count(is_active(c, k.rsc.pods.copy[static_cast<std::size_t>(q)]) && !chosen(q) &&
                                  deletion_rank(c, k, q) < deletion_rank(c, k, p));
    return possible && before < victims;
}

/// After the last reply: who was chosen but is no longer expected to go is an ordinary pod again.
template <class C>
void end_deletions(C& c, const Encoding& k) {
    c.when(c[k.rsc.deletes] == 0, [&] {
        if (k.configuration.crashes > 0) c.set(k.rsc.broken, c.integer(0));
        if (k.is(Variant::no_expectations)) return;
        for (const auto variable : k.rsc.expects_deletion)
            c.when(c[variable] == excused, [&] { c.set(variable, c.integer(0)); });
    });
    if (const int most = k.rsc.pods.room.staleness; most > 0)
        keep_up(c, k.rsc.pods, static_cast<std::size_t>(most), [&] {
            c.when(receives_pods(c, k.rsc), [&] { receive_pod_by_replica_set_controller(c, k); });
        });
}

/// One DELETE; the first also begins the sync. By name, without UID or resourceVersion. An
/// error, or a pod that is gone already (404), lowers the expectation.
template <class C>
void delete_one(C& c, const Encoding& k, int p, Reply reply) {
    const auto i = static_cast<std::size_t>(p);
    if (!c.require(deletes_next(c, k, p))) return;
    if (!spend(c, k, reply, k.rsc.broken)) return;
    c.when(c[k.rsc.deletes] == 0, [&] {
        remember_status(c, k);
        c.set(k.rsc.deletes, c.integer(0) - missing(c, k));
    });
    if (!k.is(Variant::no_expectations))
        c.set(k.rsc.expects_deletion[i], reply.is_known()
                                             ? c.choose(c[k.pod[i][pod::exists]] == 0, excused, expected)
                                             : c.integer(excused));
    if (reply.commits()) delete_pod(c, k, p);
    c.set(k.rsc.deletes, c[k.rsc.deletes] - 1);
    end_deletions(c, k);
    if (reply.cause == Cause::restart) restart_apiserver(c, k);
}

/// PUT status. With a stale resourceVersion it conflicts, and the controller repeats it once on a
/// live GET, with the old numbers: so it commits all the same, unless it conflicts again. For that,
/// one write has come before the GET and another after it.
template <class C>
void update_status(C& c, const Encoding& k, Reply reply) {
    const auto ends_sync = c[k.rsc.update_status] == 1 && c[k.rsc.left] == 0 && c[k.rsc.deletes] == 0;
    auto differs = status_differs(c, k);
    if (k.is(Variant::status_carries_time)) differs = differs || c.boolean(true);
    const auto only_status = is_idle(c, k) && may_sync(c, k) &&
                             (missing(c, k) == 0 || !expectations_are_satisfied(c, k)) && differs;
    if (!c.require(ends_sync || only_status)) return;
    const auto& queue = k.rsc.replica_sets.queue;
    if (reply.cause == Cause::conflict &&
        !c.require(queue.size() > 1 ? c[queue[1].present] == 1 : c.boolean(false)))
        return;
    if (!spend(c, k, reply, nowhere)) return;
    const auto pick = [&](VariableId remembered, Int<C> now) {
        return c.choose(ends_sync, c[remembered], now);
    };
    const auto replicas = pick(k.rsc.status_replicas, active_pods(c, k));
    const auto available = pick(k.rsc.status_available, available_pods(c, k));
    const auto observed = pick(k.rsc.status_observed, c[k.rsc.replica_sets.copy[workload::generation]]);
    for (const auto variable :
         {k.rsc.update_status, k.rsc.status_replicas, k.rsc.status_available, k.rsc.status_observed})
        c.set(variable, c.integer(0));
    if (!reply.commits()) return;
    const auto commit = [&](const WorkloadRecord<C>& after) {
        const auto base = k.is(Variant::update_without_resource_version) ? Base::cached : Base::live;
        monitors::update(c, k, base, pending(c, k.rsc.replica_sets));
        commit_replica_set(c, k, Writer::kube_apiserver, after);
        if (reply.is_known() && !k.is(Variant::no_expectations)) {
            auto queued = c.integer(0);
            for (const auto& event : k.rsc.replica_sets.queue) queued = queued + c[event.present];
            c.set(k.rsc.awaits_status, queued);
        }
    };
    if (k.is(Variant::status_carries_time)) {
        auto after = read(c, k.replica_set);
        after[workload::observed] = observed;
        after[workload::status_replicas] = replicas;
        after[workload::status_available] = available;
        commit(after);
    } else {
        model::update_status(c, k.replica_set, observed, replicas, available, commit);
    }
    if (reply.cause == Cause::restart) restart_apiserver(c, k);
}

}  // namespace kcheck::model::replicaset_controller
