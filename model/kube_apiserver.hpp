// kube-apiserver: the requests that the pipeline makes, each with its own guard.
//
// One request is one step: it is decided on what its sender believes, and
// committed on what is stored (apiserver storage/etcd3/store.go:Create,
// GuaranteedUpdate). Validation and defaulting of what users send happen where
// manifests are read.
//
// A caller learns the outcome, or the reply is lost. `Reply` says which, and
// the cause of a loss: the network, out of the budget of lost replies, or a restart of
// kube-apiserver or etcd, which breaks every connection at once.
#pragma once

#include "model/etcd.hpp"

namespace kcheck::model {

enum class Outcome : std::uint8_t { known, lost_committed, lost_uncommitted };
enum class Cause : std::uint8_t { none, lost_reply, restart, broken_connection, conflict };

struct Reply {
    Outcome outcome = Outcome::known;
    Cause cause = Cause::none;
    bool commits() const { return outcome != Outcome::lost_uncommitted; }
    bool is_known() const { return outcome == Outcome::known; }
};

/// kube-apiserver (or etcd) restarts: what it keeps in memory is gone, and all
/// requests under way lose their replies.
template <class C>
void restart_apiserver(C& c, const Encoding& k) {
    c.when(c[k.rsc.left] > 0 || c[k.rsc.deletes] > 0, [&] { c.set(k.rsc.broken, c.integer(1)); });
    for (int p = 0; p < k.pods(); ++p)
        c.when(c[k.scheduler.binding[static_cast<std::size_t>(p)]] == 1,
               [&] { c.set(k.scheduler.broken[static_cast<std::size_t>(p)], c.integer(1)); });
    if (k.uid_next != nowhere) c.set(k.uid_next, c.integer(0));
    if (k.is(Variant::revisions_repeat_after_restart)) c.set(k.revision_behind, c.integer(1));
}

/// Spends what the cause of the loss takes from a budget; false if there is nothing left of it.
template <class C>
bool spend(C& c, const Encoding& k, Reply reply, VariableId broken) {
    switch (reply.cause) {
        case Cause::none:
        case Cause::conflict: return true;  // of others' writes, which the action asks for
        case Cause::lost_reply:
            if (!c.require(c[k.replies_lost] < k.configuration.lost_replies)) return false;
            c.set(k.replies_lost, c[k.replies_lost] + 1);
            return true;
        case Cause::restart:
            if (!c.require(c[k.crashes_used] < k.configuration.crashes)) return false;
            c.set(k.crashes_used, c[k.crashes_used] + 1);
            return true;
        case Cause::broken_connection: return c.require(c[broken] == 1);
    }
    return false;
}

// ---- pods

/// Whether nothing in the system remembers slot p.
template <class C>
Bool<C> is_free(const C& c, const Encoding& k, int p) {
    auto free = c.boolean(true);
    for (const auto variable : k.occupancy_of_pod(p)) {
        free = free && c[variable] == 0;
        if (c.surely_not(free)) return free;
    }
    for (const auto variable : k.references_to_pods()) free = free && c[variable] != p + 1;
    return free;
}

/// Draws the UID of the pod that is created in slot p; whether a stored pod has it. It is a random
/// number of 122 bits; a variant numbers them, from 1 again after a restart.
template <class C>
Bool<C> draw_uid(C& c, const Encoding& k, int p) {
    auto taken = c.boolean(false);
    if (!k.is(Variant::uids_repeat_after_restart)) return taken;
    c.when(c[k.uid_next] < k.pods() + 1, [&] { c.set(k.uid_next, c[k.uid_next] + 1); });
    for (int q = 0; q < k.pods(); ++q) {
        const auto i = static_cast<std::size_t>(q);
        if (q != p) taken = taken || (c[k.pod[i][pod::exists]] == 1 && c[k.number[i]] == c[k.uid_next]);
    }
    c.set(k.number[static_cast<std::size_t>(p)], c[k.uid_next]);
    return taken;
}

/// POST pods: generateName and a fresh UID, so it never conflicts. `created(p)` is told
/// the slot of the new pod.
template <class C, class F>
void create_pod(C& c, const Encoding& k, F&& created) {
    auto found = c.boolean(false);
    for (int p = 0; p < k.pods(); ++p) {
        const auto here = !found && is_free(c, k, p);
        found = found || here;
        c.when(here, [&] {
            auto pod = no_pod(c);
            pod[pod::exists] = c.integer(1);
            monitors::uid(c, k, draw_uid(c, k, p));
            commit_pod(c, k, Writer::kube_apiserver, p, pod);
            created(p);
        });
        if constexpr (std::is_same_v<Bool<C>, bool>)
            if (found) return;
    }
    c.when(!found, [&] { c.set(k.exceeded, c.integer(exceeded_pods)); });
}

/// DELETE pod with its default grace period (podreg/strategy.go:CheckGracefulDelete): at
/// once if it is unbound or terminal, else marked.
template <class C>
void delete_pod(C& c, const Encoding& k, int p) {
    const auto i = static_cast<std::size_t>(p);
    const auto before = read(c, k.pod[i]);
    const auto at_once = before[pod::node] == 0 || before[pod::phase] == pod::terminal;
    c.when(before[pod::exists] == 1 && at_once,
           [&] { commit_pod(c, k, Writer::kube_apiserver, p, no_pod(c)); });
    c.when(before[pod::exists] == 1 && !at_once && before[pod::deleting] == 0, [&] {
        auto after = before;
        after[pod::deleting] = c.integer(1);
        commit_pod(c, k, Writer::kube_apiserver, p, after);
    });
}

/// Whether POST binding would commit (podreg/storage/storage.go:setPodNodeAndMetadata).
template <class C>
Bool<C> may_bind(const C& c, const Encoding& k, int p) {
    const auto& stored = k.pod[static_cast<std::size_t>(p)];
    auto may = c[stored[pod::exists]] == 1;
    if (k.is(Variant::scheduler_writes_etcd)) return may;
    may = may && c[stored[pod::deleting]] == 0;
    if (!k.is(Variant::binding_without_precondition)) may = may && c[stored[pod::node]] == 0;
    return may;
}

/// POST binding: sets spec.nodeName. `node` is 1 + the node's index.
template <class C>
void bind_pod(C& c, const Encoding& k, int p, Int<C> node, bool scheduler_knows = false) {
    const auto i = static_cast<std::size_t>(p);
    auto after = read(c, k.pod[i]);
    after[pod::node] = node;
    monitors::binding(c, k, p);
    commit_pod(c, k, k.is(Variant::scheduler_writes_etcd) ? Writer::kube_scheduler : Writer::kube_apiserver,
               p, after, scheduler_knows);
}

/// PATCH pod status, by UID and without resourceVersion.
template <class C>
void patch_pod_phase(C& c, const Encoding& k, int p, pod::Phase phase) {
    auto after = read(c, k.pod[static_cast<std::size_t>(p)]);
    after[pod::phase] = c.integer(phase);
    commit_pod(c, k, Writer::kube_apiserver, p, after);
}

// ---- Deployments and ReplicaSets

/// POST of an object under a fixed name: 409 AlreadyExists if there is one.
template <class C, class Commit>
void create_workload(C& c, const Encoding& k, const WorkloadVariables& stored, Int<C> replicas,
                     Commit&& commit) {
    const auto taken = c[stored[workload::exists]] == 1;
    WorkloadRecord<C> created;
    created.value.fill(c.integer(0));
    created[workload::exists] = c.integer(1);
    created[workload::replicas] = replicas;
    created[workload::generation] = c.integer(1);
    const auto allowed = k.is(Variant::create_without_name_check) ? c.boolean(true) : !taken;
    c.when(allowed, [&] {
        monitors::creation(c, k, taken);
        commit(created);
    });
}

/// A change of spec.replicas; identical content writes nothing (GuaranteedUpdate).
template <class C, class Commit>
void update_replicas(C& c, const Encoding& k, const WorkloadVariables& stored, Int<C> replicas,
                     Commit&& commit) {
    auto after = read(c, stored);
    const auto changes = after[workload::replicas] != replicas;
    const auto fits = after[workload::generation] < k.bounds.generations;
    after[workload::replicas] = replicas;
    after[workload::generation] = after[workload::generation] + c.count(fits);
    c.when(changes && !fits, [&] { c.set(k.exceeded, c.integer(exceeded_generations)); });
    c.when(changes, [&] { commit(after); });
}

/// A change of the status; identical content writes nothing.
template <class C, class Commit>
void update_status(C& c, const WorkloadVariables& stored, Int<C> observed, Int<C> replicas, Int<C> available,
                   Commit&& commit) {
    const auto before = read(c, stored);
    auto after = before;
    after[workload::observed] = observed;
    after[workload::status_replicas] = replicas;
    after[workload::status_available] = available;
    c.when(differ(c, stored, before, after), [&] { commit(after); });
}

/// The guard of a PUT with the resourceVersion of the sender's copy. Without one
/// (a variant) the last writer wins.
template <class C>
bool require_newest(C& c, const Encoding& k, const WorkloadWatch& watch) {
    return k.is(Variant::update_without_resource_version) || c.require(!pending(c, watch));
}

}  // namespace kcheck::model
