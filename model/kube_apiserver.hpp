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
#include "model/reply.hpp"

namespace kcheck::model {

/// kube-apiserver (or etcd) restarts: what it keeps in memory is gone, and all
/// requests under way lose their replies.
template <class C>
void restart_apiserver(C& c, const Encoding& k) {
    for (const auto& breaks : k.on_apiserver_restart) breaks(c);
    if (k.uid_next != nowhere) c.set(k.uid_next, c.integer(0));
    if (k.is(Variant::revisions_repeat_after_restart)) c.set(k.revision_behind, c.integer(1));
}

/// States that what the cause of a loss takes is there: some of a budget, or a broken connection.
template <class C>
bool may_be_lost(C& c, const Encoding& k, Reply reply, VariableId broken) {
    switch (reply.cause) {
        case Cause::none:
        case Cause::conflict: return true;  // of others' writes, which the action asks for
        case Cause::lost_reply: return c.require(c[k.replies_lost] < k.configuration.lost_replies);
        case Cause::restart: return c.require(c[k.crashes_used] < k.configuration.crashes);
        case Cause::broken_connection: return c.require(c[broken] == 1);
    }
    return false;
}

/// Takes it.
template <class C>
void pay(C& c, const Encoding& k, Reply reply) {
    if (reply.cause == Cause::lost_reply) c.set(k.replies_lost, c[k.replies_lost] + 1);
    if (reply.cause == Cause::restart) c.set(k.crashes_used, c[k.crashes_used] + 1);
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
        if (q != p) taken = taken || (c[k.pod(q)[pod::exists]] == 1 && c[k.number[i]] == c[k.uid_next]);
    }
    c.set(k.number[static_cast<std::size_t>(p)], c[k.uid_next]);
    return taken;
}

/// The pod in slot p is gone from etcd.
template <class C>
void remove_pod(C& c, const Encoding& k, int p) {
    monitors::removal(c, k, p);
    if (k.configuration.waits_until_available) c.set(k.aged[static_cast<std::size_t>(p)], c.integer(0));
    if (!k.number.empty()) c.set(k.number[static_cast<std::size_t>(p)], c.integer(0));
    commit(c, k, Writer::kube_apiserver, p, nothing<Pod>(c));
}

/// POST pods: generateName and a fresh UID, so it never conflicts. `owner`: the ReplicaSet's template. The
/// answer: 1 + the slot of the pod.
template <class C>
Int<C> create_pod(C& c, const Encoding& k, int owner) {
    auto slot = c.integer(0);
    auto found = c.boolean(false);
    for (int p = 0; p < k.pods(); ++p) {
        const auto here = !found && is_free(c, k, p);
        found = found || here;
        c.when(here, [&] {
            auto pod = nothing<Pod>(c);
            pod[pod::exists] = c.integer(1);
            pod[pod::owner] = c.integer(owner);
            monitors::uid(c, k, draw_uid(c, k, p));
            commit(c, k, Writer::kube_apiserver, p, pod);
        });
        slot = c.choose(here, p + 1, slot);
        if constexpr (std::is_same_v<Bool<C>, bool>)
            if (found) return slot;
    }
    c.when(!found, [&] { c.set(k.exceeded, c.integer(exceeded_pods)); });
    return slot;
}

/// DELETE pod with its default grace period (podreg/strategy.go:CheckGracefulDelete): at
/// once if it is unbound or terminal, else marked. That it looks and removes in one step is an assumption: in
/// truth the grace period is that of its first look, whatever has been written since
/// (registry/store.go:Delete). The variant deletion-decides-early does without it.
template <class C>
void delete_pod(C& c, const Encoding& k, int p) {
    const auto before = read(c, k.pod(p));
    const auto at_once = before[pod::node] == 0 || before[pod::phase] == pod::terminal;
    c.when(before[pod::exists] == 1 && at_once, [&] { remove_pod(c, k, p); });
    c.when(before[pod::exists] == 1 && !at_once && before[pod::deleting] == 0, [&] {
        auto after = before;
        after[pod::deleting] = c.integer(1);
        commit(c, k, Writer::kube_apiserver, p, after);
    });
}

/// Whether POST binding would commit (podreg/storage/storage.go:setPodNodeAndMetadata).
template <class C>
Bool<C> may_bind(const C& c, const Encoding& k, int p) {
    const auto& stored = k.pod(p);
    auto may = c[stored[pod::exists]] == 1;
    if (k.is(Variant::scheduler_writes_etcd)) return may;
    may = may && c[stored[pod::deleting]] == 0;
    if (!k.is(Variant::binding_without_precondition)) may = may && c[stored[pod::node]] == 0;
    return may;
}

/// POST binding: sets spec.nodeName. `node` is 1 + the node's index; `silent` as of `commit`.
template <class C>
void bind_pod(C& c, const Encoding& k, int p, Int<C> node, const AnyWatch* silent = nullptr) {
    auto after = read(c, k.pod(p));
    after[pod::node] = node;
    monitors::binding(c, k, p);
    commit(c, k, k.is(Variant::scheduler_writes_etcd) ? Writer::kube_scheduler : Writer::kube_apiserver, p,
           after, silent);
}

/// PATCH pod status, by UID and without resourceVersion.
template <class C>
void patch_pod_phase(C& c, const Encoding& k, int p, pod::Phase phase) {
    auto after = read(c, k.pod(p));
    after[pod::phase] = c.integer(phase);
    commit(c, k, Writer::kube_apiserver, p, after);
}

// ---- Deployments and ReplicaSets

/// POST of an object of this spec under a fixed name: 409 AlreadyExists if there is one.
template <class C, class K>
void create_workload(C& c, const Encoding& k, int slot, Record<C, K> created) {
    const auto taken = c[k.stored<K>(slot)[workload::exists]] == 1;
    created[workload::exists] = c.integer(1);
    created[workload::generation] = c.integer(1);
    const auto allowed = k.is(Variant::create_without_name_check) ? c.boolean(true) : !taken;
    c.when(allowed, [&] {
        monitors::creation(c, k, taken);
        commit(c, k, Writer::kube_apiserver, slot, created);
    });
}

/// `after` is what is stored but for its spec; an identical one writes nothing (GuaranteedUpdate). `newer`:
/// what is stored is newer than what its sender decided on. `annotates`: an annotation changes too, which of
/// a Deployment counts as its spec does (registry/apps/deployment/strategy.go:PrepareForUpdate).
template <class C, class K>
void update_spec(C& c, const Encoding& k, int slot, Record<C, K> after, Base base, Bool<C> newer,
                 bool annotates = false) {
    const auto& stored = k.stored<K>(slot);
    const auto changes = annotates ? c.boolean(true) : differ(c, stored, read(c, stored), after);
    const auto fits = after[workload::generation] < k.bounds.generations;
    after[workload::generation] = after[workload::generation] + c.count(fits);
    c.when(changes && !fits, [&] { c.set(k.exceeded, c.integer(exceeded_generations)); });
    c.when(changes, [&] {
        monitors::update(c, k, base, newer);
        commit(c, k, Writer::kube_apiserver, slot, after);
    });
}

template <class K, class C>
void update_replicas(C& c, const Encoding& k, int slot, Int<C> replicas, Base base, Bool<C> newer) {
    auto after = read(c, k.stored<K>(slot));
    after[workload::replicas] = replicas;
    update_spec(c, k, slot, after, base, newer);
}

/// The record with a status of these numbers.
template <class C, class K>
Record<C, K> with_status(const Record<C, K>& before, Int<C> observed, Int<C> replicas, Int<C> available) {
    auto after = before;
    after[workload::observed] = observed;
    after[workload::status_replicas] = replicas;
    after[workload::status_available] = available;
    return after;
}

/// The guard of a PUT with the resourceVersion of the sender's copy of the object in slot `key`. Without
/// one (a variant) the last writer wins.
template <class C, class K>
bool require_newest(C& c, const Encoding& k, const Watch<K>& watch, int key) {
    return k.is(Variant::update_without_resource_version) || c.require(!pending(c, watch, key));
}

}  // namespace kcheck::model
