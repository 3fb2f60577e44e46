// The ReplicaSet controller (pkg/controller/replicaset), for the ReplicaSet of one pod template: a worker
// syncs one key at a time, and syncs of different keys run side by side (--concurrent-replicaset-syncs).
//
// They share an informer, of which each sees what is of its ReplicaSet. The model lets these views lag
// apart from each other, as they would if the syncs began at different times.
//
// A sync is a program of several requests: syncReplicaSet reads the cache once,
// manageReplicas sends creations in batches of 1, 2, 4, ... (slowStartBatch)
// or all deletions in parallel, and the status is updated at the end with the
// numbers of the beginning. While it deletes its view stays as it was: no pod
// event is received before the last reply, which nobody can tell apart. A DELETE
// that finds its pod gone (404) counts as done.
//
// A sync does not begin until the cache has reached this process's own pod
// creations and status write (1.36, ctl/util/consistency), and does not manage
// replicas until its expectations are satisfied (controller_utils.go:
// UIDTrackingControllerExpectations): deletions by name. Expectations of
// creations are counts; under the first rule they decide nothing, and are kept
// only where a variant makes them matter.
#pragma once

#include <fmt/core.h>

#include "model/action.hpp"

namespace kcheck::model {

class ReplicaSetController : public Component {
public:
    ReplicaSetController(Encoding& k, int of_template)
        : pod_template(of_template),
          k_(k),
          process_(k.process("kube-controller-manager")),
          progress_(k.fairness.add(name, Fairness::Object::fixed)),
          replica_sets(k.watch<ReplicaSet>({
              .client = client(k),
              .process = process_,
              .only = pod_template,
              .on_event = [this](auto& c, int, const auto&) { replica_set_changed(c); },
          })),
          pods(k.watch<Pod>({
              .client = client(k),
              .process = process_,
              .filter =
                  k.rolls_out() ? std::optional(Requirement{pod::owner, true, pod_template}) : std::nullopt,
              // Active or not (controller_utils.go:IsPodActive), and then assigned and Running or not.
              .projection = {.visible = {{pod::deleting, true, 0}, {pod::phase, false, pod::terminal}},
                             .keep = {Keep::whole, Keep::whole, Keep::whole, Keep::whether_set}},
              .receives = [this](const auto& c) { return c[deletes] == 0; },
              .on_event = [this](auto& c, int p, const auto& event) { pod_changed(c, p, event); },
          })) {
        declare(k);
    }

    void add_actions(Actions& actions) const override {
        actions.of(name, {&replica_sets, &pods});
        actions.request(
            {.verb = Verb::create_pod,
             .what = k_.rolls_out() ? "POST pod of " + object() : "POST pod",
             .progress = progress_,
             .reply_matters = true,
             .broken = broken,
             .leaves = [this](auto& c) { c.set(late_creations, c[late_creations] + 1); }},
            [this](auto& c) { decide_creation(c); },
            [this](auto& c) { return create_pod(c, k_, pod_template); },
            [this](auto& c, const auto& slot) { learn_of_creation(c, slot); },
            [this](auto& c) { learn_nothing_of_creation(c); });
        actions.for_each_pod([&](int p) {
            for (const bool early : looks()) add_deletion(actions, p, early);
        });
        add_status(actions);
    }

    void add_late_requests(Actions& actions) const override {
        actions.late(Verb::late_create, "a POST pod that kube-controller-manager gave up arrives",
                     [this](auto& c) {
                         if (!c.require(c[late_creations] > 0)) return;
                         c.set(late_creations, c[late_creations] - 1);
                         create_pod(c, k_, pod_template);
                     });
        actions.for_each_pod([&](int p) {
            for (const bool early : looks())
                actions.late(
                    Verb::late_delete,
                    fmt::format("the DELETE of pod[{}] that kube-controller-manager gave up arrives{}", p,
                                early ? seen_unbound : ""),
                    [this, p, early](auto& c) {
                        const auto how = c[late_deletion[at(p)]];
                        if (!c.require(how == by_itself || (how == one_of_some && c[late_choices] > 0)))
                            return;
                        if (early && !c.require(saw_unbound(c, p))) return;
                        c.when(how == one_of_some, [&] { c.set(late_choices, c[late_choices] - 1); });
                        c.set(late_deletion[at(p)], c.integer(0));
                        carry_out_deletion(c, p, early);
                        forget_choices(c);
                    });
        });
    }

    /// Of DELETEs that look and remove apart: pod p has been bound since the look.
    template <class C>
    Bool<C> saw_unbound(const C& c, int p) const {
        return c[looked[at(p)]] == 1 && c[k_.pod(p)[pod::exists]] == 1;
    }

    // ---- what is under way when the process crashes

    template <class C>
    void leave_requests(C& c) const {
        const auto under_way = c.choose(c[left] > 0, c[left], c.count(creates_next(c)));
        c.set(late_creations, c[late_creations] + under_way);
        c.when(deletes_some(c), [&] { leave_deletions(c); });
        if (decides_early()) forget_looks(c);
    }

    /// The victims have been chosen; which of several equal ones the model has left open.
    template <class C>
    void leave_deletions(C& c) const {
        auto certain = c.integer(0);
        auto open = c.boolean(false);
        for (int p = 0; p < k_.pods(); ++p) {
            const auto must = must_go(c, p);
            certain = certain + c.count(must);
            open = open || (deletes_next(c, p) && !must);
        }
        const auto choices = victims(c) - certain;
        for (int p = 0; p < k_.pods(); ++p)
            c.when(deletes_next(c, p),
                   [&] { leave_deletion(c, p, c.choose(must_go(c, p), by_itself, one_of_some)); });
        c.when(open, [&] {
            const auto most = c.integer(k_.pods()), sum = c[late_choices] + choices;
            c.set(late_choices, c.choose(sum < most, sum, most));
        });
        forget_choices(c);
    }

    template <class C>
    void leave_deletion(C& c, int p, const Int<C>& how) const {
        const auto& stored = k_.pod(p);
        c.when(c[stored[pod::exists]] == 1 && c[stored[pod::deleting]] == 0 &&
                   c[late_deletion[at(p)]] != by_itself,
               [&] { c.set(late_deletion[at(p)], how); });
    }

    /// No sync is under way whose DELETEs may have looked at pods that were unbound then.
    template <class C>
    void forget_looks(C& c) const {
        for (int p = 0; p < k_.pods(); ++p)
            c.when(c[late_deletion[at(p)]] == 0, [&] { c.set(looked[at(p)], c.integer(0)); });
    }

    /// Never more than there are to choose from; where none is left, nothing to choose from.
    template <class C>
    void forget_choices(C& c) const {
        auto some = c.integer(0);
        for (const auto variable : late_deletion) some = some + c.count(c[variable] == one_of_some);
        c.when(c[late_choices] > some, [&] { c.set(late_choices, some); });
        c.when(c[late_choices] == 0, [&] {
            for (const auto variable : late_deletion)
                c.when(c[variable] == one_of_some, [&] { c.set(variable, c.integer(0)); });
        });
    }

    // ---- syncReplicaSet, top to bottom

    /// EnsureReady: the cache holds this process's own writes.
    template <class C>
    Bool<C> may_sync(const C& c) const {
        auto ready = c[replica_set()[workload::exists]] == 1 && c[awaits_status] == 0;
        for (const auto variable : awaits_pod) ready = ready && c[variable] == 0;
        return ready;
    }

    /// No sync is in progress: one key, one worker.
    template <class C>
    Bool<C> is_idle(const C& c) const {
        return c[left] == 0 && c[deletes] == 0 && c[updates_status] == 0;
    }

    template <class C>
    Bool<C> expectations_are_satisfied(const C& c) const {
        auto satisfied = c[expects_creations] == 0;
        for (const auto variable : expects_deletion) satisfied = satisfied && c[variable] == 0;
        return satisfied;
    }

    template <class C>
    Bool<C> is_active(const C& c, int p) const {  // controller_utils.go:IsPodActive
        const auto& pod = pods.copy_of(p);
        return c[pod[pod::exists]] == 1 && c[pod[pod::deleting]] == 0 && c[pod[pod::phase]] != pod::terminal;
    }

    template <class C>
    Int<C> active_pods(const C& c) const {
        auto active = c.integer(0);
        for (int p = 0; p < k_.pods(); ++p) active = active + c.count(is_active(c, p));
        return active;
    }

    /// Replicas that are missing (positive) or too many (negative) in the view of the cache.
    template <class C>
    Int<C> missing(const C& c) const {
        return c[replica_set()[workload::replicas]] - active_pods(c);
    }

    /// A sync could begin now, and would manage replicas.
    template <class C>
    Bool<C> may_manage(const C& c) const {
        return is_idle(c) && may_sync(c) && expectations_are_satisfied(c);
    }

    // manageReplicas, too few: slowStartBatch.

    template <class C>
    Bool<C> creates_next(const C& c) const {
        return c[left] > 0 || (may_manage(c) && missing(c) > 0);
    }

    template <class C>
    void decide_creation(C& c) const {
        if (!c.require(creates_next(c))) return;
        c.when(c[left] == 0, [&] {
            remember_status(c);
            c.set(left, c.integer(1));
            c.set(batch, c.integer(1));
            c.set(rest, missing(c) - 1);
            if (counts_creations_) c.set(expects_creations, missing(c));
        });
    }

    /// The record of its own writes holds what it knows to have created.
    template <class C>
    void learn_of_creation(C& c, const Int<C>& slot) const {
        if (!k_.is(Variant::no_expectations))
            for (int p = 0; p < k_.pods(); ++p)
                c.when(slot == p + 1, [&] { c.set(awaits_pod[at(p)], c.integer(1)); });
        end_creation(c);
    }

    template <class C>
    void learn_nothing_of_creation(C& c) const {
        if (!k_.is(Variant::create_timeout_is_success)) {
            c.set(failed, c.integer(1));
            lower_expected_creations(c, c.integer(1));
        }
        end_creation(c);
    }

    /// After the last reply of a batch: the next one, twice as large, or the end.
    template <class C>
    void end_creation(C& c) const {
        c.set(left, c[left] - 1);
        c.when(c[left] == 0, [&] {
            if (k_.has_crashes()) c.set(broken, c.integer(0));
            const auto stops = c[failed] == 1 || c[rest] == 0;
            c.when(c[failed] == 1, [&] { lower_expected_creations(c, c[rest]); });
            const auto doubled = c[batch] + c[batch];
            const auto next = c.choose(doubled < c[rest], doubled, c[rest]);
            const auto after = c.choose(stops, 0, c[rest] - next);
            c.set(left, c.choose(stops, 0, next));
            c.set(batch, c.choose(stops, 0, next));
            c.set(rest, after);
            c.set(failed, c.integer(0));
        });
    }

    // manageReplicas, too many: getPodsToDelete.

    /// controller_utils.go:ActivePodsWithRanks: the lowest goes first. Unassigned before
    /// assigned, Pending before Running; what Kubernetes then decides by siblings on the node and
    /// by time is left open: any of them may go.
    template <class C>
    Int<C> deletion_rank(const C& c, int p) const {
        const auto& pod = pods.copy_of(p);
        return c.choose(c[pod[pod::node]] != 0, 2, 0) + c.choose(c[pod[pod::phase]] == pod::running, 1, 0);
    }

    /// Whether the next request may be the DELETE of pod p: every pod that ranks strictly
    /// before it is, or still can be, among the victims of this sync.
    template <class C>
    Bool<C> deletes_next(const C& c, int p) const {
        auto possible = is_active(c, p) && !is_chosen(c, p) && deletes_some(c);
        if (c.surely_not(possible)) return possible;
        return possible && outranked(c, p, false) < victims(c);
    }

    /// Every choice of victims has pod p.
    template <class C>
    Bool<C> must_go(const C& c, int p) const {
        return deletes_next(c, p) && outranked(c, p, true) < victims(c);
    }

    /// A sync that is under way still deletes pods, or one that does could begin.
    template <class C>
    Bool<C> deletes_some(const C& c) const {
        return c[deletes] > 0 || (may_manage(c) && missing(c) < 0);
    }

    /// How many are still to be deleted, of a sync that is under way or could begin.
    template <class C>
    Int<C> victims(const C& c) const {
        return c.choose(c[deletes] > 0, c[deletes], c.integer(0) - missing(c));
    }

    template <class C>
    Bool<C> is_chosen(const C& c, int p) const {
        return c[expects_deletion[at(p)]] != 0;
    }

    /// How many pods that can still be chosen go before pod p; `or_equal`: or may.
    template <class C>
    Int<C> outranked(const C& c, int p, bool or_equal) const {
        auto before = c.integer(0);
        for (int q = 0; q < k_.pods(); ++q) {
            if (q == p) continue;
            const auto goes = or_equal ? deletion_rank(c, q) <= deletion_rank(c, p)
                                       : deletion_rank(c, q) < deletion_rank(c, p);
            before = before + c.count(is_active(c, q) && !is_chosen(c, q) && goes);
        }
        return before;
    }

    template <class C>
    void decide_deletion(C& c, int p) const {
        if (!c.require(deletes_next(c, p))) return;
        c.when(c[deletes] == 0, [&] {
            remember_status(c);
            c.set(deletes, c.integer(0) - missing(c));
        });
        // By name, without UID or resourceVersion; expected before it is sent.
        if (!k_.is(Variant::no_expectations)) c.set(expects_deletion[at(p)], c.integer(expected));
    }

    /// An error, or a pod that is gone already (404), lowers the expectation.
    template <class C>
    void learn_of_deletion(C& c, int p, const Bool<C>& found) const {
        if (!k_.is(Variant::no_expectations))
            c.set(expects_deletion[at(p)], c.choose(found, expected, excused));
        c.set(deletes, c[deletes] - 1);
        c.when(c[deletes] == 0, [&] {
            if (k_.has_crashes()) c.set(broken, c.integer(0));
            if (decides_early()) forget_looks(c);
            if (k_.is(Variant::no_expectations)) return;
            // Who was chosen but is no longer expected to go is an ordinary pod again.
            for (const auto variable : expects_deletion)
                c.when(c[variable] == excused, [&] { c.set(variable, c.integer(0)); });
        });
        catch_up(c, pods);
    }

    // updateReplicaSetStatus.

    /// pod_util.go:IsPodAvailable.
    template <class C>
    Int<C> available_pods(const C& c) const {
        auto available = c.integer(0);
        for (int p = 0; p < k_.pods(); ++p) {
            auto is = is_active(c, p) && c[pods.copy_of(p)[pod::phase]] == pod::running;
            if (k_.configuration.waits_until_available) is = is && c[k_.aged[at(p)]] == 1;
            available = available + c.count(is);
        }
        return available;
    }

    /// replica_set_utils.go:updateReplicaSetStatus writes only what differs from the cache.
    template <class C>
    Bool<C> status_differs(const C& c) const {
        const auto& cached = replica_set();
        return c[cached[workload::observed]] != c[cached[workload::generation]] ||
               c[cached[workload::status_replicas]] != active_pods(c) ||
               c[cached[workload::status_available]] != available_pods(c);
    }

    /// Keeps the numbers that the status at the end of this sync will carry.
    template <class C>
    void remember_status(C& c) const {
        c.when(status_differs(c), [&] { keep_status(c); });
    }
    template <class C>
    void keep_status(C& c) const {
        c.set(updates_status, c.integer(1));
        c.set(status_replicas, active_pods(c));
        c.set(status_available, available_pods(c));
        c.set(status_observed, c[replica_set()[workload::generation]]);
    }

    template <class C>
    void decide_status(C& c) const {
        const auto ends_sync = c[updates_status] == 1 && c[left] == 0 && c[deletes] == 0;
        auto differs = status_differs(c);
        if (k_.is(Variant::status_carries_time)) differs = differs || c.boolean(true);
        const auto only_status =
            is_idle(c) && may_sync(c) && (missing(c) == 0 || !expectations_are_satisfied(c)) && differs;
        if (!c.require(ends_sync || only_status)) return;
        c.when(!ends_sync, [&] { keep_status(c); });
    }

    /// PUT status. With a stale resourceVersion it conflicts, and the controller repeats it once on a
    /// live GET, with the old numbers: so it commits all the same, unless it conflicts again. The answer:
    /// whether it wrote.
    template <class C>
    Bool<C> put_status(C& c) const {
        const auto before = read(c, k_.replica_set(pod_template));
        const auto after =
            with_status<C>(before, c[status_observed], c[status_replicas], c[status_available]);
        const auto base = k_.is(Variant::update_without_resource_version) ? Base::cached : Base::live;
        auto writes = differ(c, k_.replica_set(pod_template), before, after);
        if (k_.is(Variant::status_carries_time)) writes = writes || c.boolean(true);
        c.when(writes, [&] {
            monitors::update(c, k_, base, pending(c, replica_sets));
            if (k_.is(Variant::status_carries_time)) c.set(time, c.count(c[time] == 0));
            commit(c, k_, Writer::kube_apiserver, pod_template, after);
        });
        return writes;
    }

    template <class C>
    void learn_of_status(C& c, const Bool<C>& wrote) const {
        if (!k_.is(Variant::no_expectations))
            c.when(wrote, [&] {
                auto queued = c.integer(0);
                for (const auto& event : replica_sets.queue) queued = queued + c.count(c[event.key] != 0);
                c.set(awaits_status, queued);
            });
        forget_status(c);
    }

    template <class C>
    void forget_status(C& c) const {
        for (const auto variable : {updates_status, status_replicas, status_available, status_observed})
            c.set(variable, c.integer(0));
    }

    static constexpr const char* name = "replicaset-controller";
    const int pod_template;

private:
    static std::size_t at(int p) { return static_cast<std::size_t>(p); }
    /// DELETE of a pod. `early`: kube-apiserver has looked at it before it was bound.
    void add_deletion(Actions& actions, int p, bool early) const {
        actions.request(
            {.verb = Verb::delete_pod,
             .what = fmt::format("DELETE pod[{}]{}", p, early ? seen_unbound : ""),
             .progress = progress_,
             .reply_matters = true,
             .broken = broken,
             .leaves =
                 [this, p](auto& c) {
                     leave_deletion(c, p, c.integer(by_itself));
                     forget_choices(c);
                 }},
            [this, p, early](auto& c) {
                if (early && !c.require(saw_unbound(c, p))) return;
                decide_deletion(c, p);
            },
            [this, p, early](auto& c) {
                const auto found = c[k_.pod(p)[pod::exists]] == 1;
                carry_out_deletion(c, p, early);
                return found;
            },
            [this, p](auto& c, const auto& found) { learn_of_deletion(c, p, found); },
            [this, p](auto& c) { learn_of_deletion(c, p, c.boolean(false)); });
    }

    template <class C>
    void carry_out_deletion(C& c, int p, bool early) const {
        if (early)
            remove_pod(c, k_, p);
        else
            delete_pod(c, k_, p);
    }

    static constexpr const char* seen_unbound = ", which kube-apiserver had seen unbound";
    /// How a DELETE may have looked: early or not.
    std::vector<bool> looks() const {
        return decides_early() ? std::vector{false, true} : std::vector{false};
    }
    bool decides_early() const { return k_.is(Variant::deletion_decides_early); }
    std::string object() const {
        return k_.rolls_out() ? fmt::format("replicaset[{}]", pod_template) : "ReplicaSet";
    }
    std::string client(const Encoding& k) const {
        return k.rolls_out() ? fmt::format("{}[{}]", name, pod_template) : name;
    }
    const Variables<ReplicaSet>& replica_set() const { return replica_sets.copy_of(pod_template); }

    // ---- event handlers: replica_set.go:addPod, updatePod, deletePod

    /// A pod that is marked for deletion counts as deleted from then on.
    template <class C>
    void pod_changed(C& c, int p, const Variables<Pod>& event) const {
        if (decides_early()) forget_looks(c);
        if (!k_.is(Variant::no_expectations)) {
            c.when(c[event[pod::exists]] == 0 || c[event[pod::deleting]] == 1,
                   [&] { c.set(expects_deletion[at(p)], c.integer(0)); });
            c.set(awaits_pod[at(p)], c.integer(0));
        }
        if (!counts_creations_) return;
        const auto added = c[pods.copy_of(p)[pod::exists]] == 0 && c[event[pod::exists]] == 1;
        c.when(added, [&] { lower_expected_creations(c, c.integer(1)); });
    }

    template <class C>
    void replica_set_changed(C& c) const {
        if (decides_early()) c.when(c[deletes] == 0, [&] { forget_looks(c); });
        if (!k_.is(Variant::no_expectations))
            c.when(c[awaits_status] > 0, [&] { c.set(awaits_status, c[awaits_status] - 1); });
    }

    template <class C>
    void lower_expected_creations(C& c, Int<C> by) const {
        if (!counts_creations_) return;
        c.set(expects_creations, c.choose(c[expects_creations] > by, c[expects_creations] - by, 0));
    }

    void add_status(Actions& actions) const {
        const RequestOf status{.verb = Verb::update_status,
                               .what = "PUT " + object() + " status",
                               .progress = progress_,
                               .reply_matters = true,
                               .status = 3};
        actions.request(
            status, [this](auto& c) { decide_status(c); }, [this](auto& c) { return put_status(c); },
            [this](auto& c, const auto& wrote) { learn_of_status(c, wrote); },
            [this](auto& c) { forget_status(c); });
        // It conflicts twice: one write has come before the GET and another after it.
        auto& conflict =
            actions.step(status.verb, status.what + "; others write before it, and again after the live GET",
                         progress_, [this](auto& c) {
                             const auto& queue = replica_sets.queue;
                             if (!c.require(queue.size() > 1 ? c[queue[1].key] != 0 : c.boolean(false)))
                                 return;
                             decide_status(c);
                             if (c.is_out()) return;
                             forget_status(c);
                         });
        conflict.request = conflict.ends_sync = true;
        conflict.reply = {Outcome::lost_uncommitted, Cause::conflict};
        conflict.status = status.status;
    }

    void declare(Encoding& k) {
        const int most = k.configuration.replicas_max(), some_pods = k.bounds.pods + 1;
        const bool remembers = !k.is(Variant::no_expectations);
        const auto memory = [&](const char* what, int size) {
            return k.memory(process_, fmt::format("{}.{}", client(k), what), size);
        };
        left = memory("batch_left", most + 1);
        batch = memory("batch_size", most + 1);
        rest = memory("creations_after_batch", most + 1);
        failed = memory("batch_failed", 2);
        deletes = memory("deletions_left", some_pods);
        broken = memory("connection_broken", k.has_crashes() ? 2 : 1);
        updates_status = memory("status_to_update", 2);
        status_replicas = memory("status_to_update.replicas", some_pods);
        status_available = memory("status_to_update.availableReplicas", some_pods);
        status_observed = memory("status_to_update.observedGeneration",
                                 k.layout[k.replica_set(pod_template)[workload::generation]].size);
        expects_deletion = k.memory_for_pods(process_, client(k) + ".expects_deletion", remembers ? 3 : 1);
        awaits_pod = k.memory_for_pods(process_, client(k) + ".awaits_pod", remembers ? 2 : 1);
        counts_creations_ = k.is(Variant::create_timeout_is_success);
        expects_creations = memory("expects_creations", counts_creations_ ? most + 1 : 1);
        time = k.add(client(k) + ".time", k.is(Variant::status_carries_time) ? 2 : 1, Part::environment);
        awaits_status =
            memory("awaits_status", remembers ? static_cast<int>(replica_sets.queue.size()) + 1 : 1);

        const auto which = k.rolls_out() ? fmt::format("[{}]", pod_template) : "";
        late_creations =
            k.add("network.creations" + which,
                  k.configuration.crashes * most + k.configuration.lost_replies + 1, Part::network);
        const bool late = k.has_late_requests(), chosen = k.has_crashes();
        late_deletion = k.add_for_pods("network.deletion" + which, chosen ? 3 : late ? 2 : 1, Part::network);
        late_choices = k.add("network.deletions" + which, chosen ? some_pods : 1, Part::network);
        k.on_apiserver_restart.emplace_back(
            [this](auto& c) { c.when(c[left] > 0 || c[deletes] > 0, [&] { c.set(broken, c.integer(1)); }); });
        k.on_crash(process_, [this](auto& c) { leave_requests(c); });
        looked = k.add_for_pods("network.deletion_looked" + which, decides_early() ? 2 : 1, Part::network);
        if (decides_early())
            k.on_commit<Pod>([this](auto& c, int p) {
                const auto& stored = k_.pod(p);
                const auto is_bound = c[stored[pod::exists]] == 1 && c[stored[pod::node]] != 0 &&
                                      c[stored[pod::phase]] == pod::pending && c[stored[pod::deleting]] == 0;
                c.when(is_bound && (deletes_next(c, p) || c[late_deletion[at(p)]] != 0),
                       [&] { c.set(looked[at(p)], c.integer(1)); });
                c.when(c[stored[pod::exists]] == 0, [&] { c.set(looked[at(p)], c.integer(0)); });
            });
        if (late)  // a DELETE finds nothing more to do
            k.on_commit<Pod>([this](auto& c, int p) {
                const auto& stored = k_.pod(p);
                c.when(c[stored[pod::exists]] == 0 || c[stored[pod::deleting]] == 1, [&] {
                    c.set(late_deletion[at(p)], c.integer(0));
                    forget_choices(c);
                });
            });
    }

    const Encoding& k_;
    int process_;
    ir::ClassMask progress_;
    bool counts_creations_ = false;

public:
    /// What an entry of expects_deletion says of a pod.
    static constexpr int expected = 1;
    static constexpr int excused = 2;  // a victim of this sync whose deletion need not be waited for
    /// How a DELETE of a pod that nobody waits for is under way.
    static constexpr int by_itself = 1;
    static constexpr int one_of_some = 2;  // a crashed sync had chosen `late_choices` of these

    const Watch<ReplicaSet>& replica_sets;
    const Watch<Pod>& pods;

    // The sync in progress: manageReplicas, then status.
    VariableId left = nowhere;            // POSTs of the current batch without a reply
    VariableId batch = nowhere;           // size of the current batch of POSTs
    VariableId rest = nowhere;            // creations after the current batch
    VariableId failed = nowhere;          // a POST of this batch failed: no further batch
    VariableId deletes = nowhere;         // DELETEs of this sync that are still to be sent
    VariableId broken = nowhere;          // the connection broke under the requests under way
    VariableId updates_status = nowhere;  // the sync ends with a status update of these numbers:
    VariableId status_replicas = nowhere, status_available = nowhere, status_observed = nowhere;

    std::vector<VariableId> expects_deletion;  // per pod: expectations of deletions are names
    VariableId expects_creations = nowhere;    // expectations of creations are a count
    std::vector<VariableId> awaits_pod;        // per pod: created by this process, not yet in its cache
    VariableId awaits_status = nowhere;        // ReplicaSet events up to this process's own last status write

    VariableId time = nowhere;  // where the status carries one: it has gone on since the write before

    // Requests that nobody waits for any more.
    VariableId late_creations = nowhere;
    std::vector<VariableId> late_deletion;  // per pod: how its DELETE is under way
    VariableId late_choices = nowhere;      // so many of those that are one of some
    std::vector<VariableId> looked;  // per pod, of a variant: a DELETE of it has looked before it was bound
};

}  // namespace kcheck::model
