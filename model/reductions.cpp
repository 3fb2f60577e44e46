#include "model/reductions.hpp"

#include <algorithm>

#include "model/deployment_controller.hpp"
#include "model/kube_scheduler.hpp"
#include "model/kubelet.hpp"
#include "model/pipeline.hpp"
#include "model/pod_garbage_collector.hpp"
#include "model/replicaset_controller.hpp"

namespace kcheck::model {

void collect_terminal_pods(const Encoding& k, Valuation& state) {
    for (int p = 0; p < k.pods(); ++p) {
        NativeStep step(state);
        pod_garbage_collector::collect(step, k, p);
    }
}

bool next_is_promotion(const ReplicaSetController& controller, const Valuation& state) {
    const auto& pods = controller.pods;
    const auto& front = pods.queue.front();
    const auto key = state[front.key];
    return key != 0 && state[front.record[pod::exists]] == 1 &&
           state[pods.copy_of(key - 1)[pod::exists]] == 1;
}

namespace {

template <class K>
void wipe_status(const Variables<K>& record, Valuation& state) {
    for (int f = 0; f < K::fields; ++f)
        if (K::table[static_cast<std::size_t>(f)].section == Section::status && record[f] != nowhere)
            state[record[f]] = 0;
}

template <class K>
void wipe_statuses(const Watch<K>& watch, Valuation& state) {
    wipe_status(watch.copy_of(0), state);
    const auto* last = &watch.copy_of(0);
    std::size_t kept = 0;
    for (const auto& event : watch.queue) {
        if (state[event.key] == 0) break;
        wipe_status(event.record, state);
        const bool alike =
            std::ranges::equal(event.record.field, last->field,
                               [&](VariableId a, VariableId b) { return state[a] == state[b]; });
        if (alike) continue;
        const auto& to = watch.queue[kept++];
        for (int f = 0; f < K::fields; ++f)
            if (to.record[f] != nowhere) state[to.record[f]] = state[event.record[f]];
        last = &to.record;
    }
    for (std::size_t i = 0; i < watch.queue.size(); ++i) {
        const auto& event = watch.queue[i];
        state[event.key] = i < kept ? 1 : 0;
        if (i < kept) continue;
        for (const auto variable : event.record.field)
            if (variable != nowhere) state[variable] = 0;
    }
}

}  // namespace

void forget_statuses(const Encoding& k, Valuation& state) {
    wipe_status(k.deployment(), state);
    wipe_status(k.replica_set(), state);
    for (const auto* watch : k.store<Deployment>().watches) wipe_statuses(*watch, state);
    for (const auto* watch : k.store<ReplicaSet>().watches) wipe_statuses(*watch, state);
    state[k.the<ReplicaSetController>().awaits_status] = 0;
}

bool replicas_are_final(const Encoding& k, const DeploymentController& deployments,
                        const ReplicaSetController& controller, const Valuation& state) {
    const auto& replica_sets = controller.replica_sets;
    const auto operations = k.configuration.operations.size();
    if (state[k.operations_done] != operations || state[deployments.late_scale.front()] != 0) return false;
    const auto replicas = state[k.deployment()[workload::replicas]];
    const auto agrees = [&](const auto& variables) {
        return state[variables[workload::exists]] == 1 && state[variables[workload::replicas]] == replicas;
    };
    const auto all_agree = [&](const auto& watch) {
        return agrees(watch.copy_of(0)) && std::ranges::all_of(watch.queue, [&](const auto& event) {
                   return state[event.key] == 0 || agrees(event.record);
               });
    };
    return agrees(k.replica_set()) && all_agree(deployments.deployments) && all_agree(replica_sets);
}

void Pipeline::settle(Valuation& state, const std::function<void(int)>& taken) const {
    const auto& k = *encoding_;
    const auto receive_one = [&](int watch) {
        NativeStep step(state);
        watches_[static_cast<std::size_t>(watch)].text(step);
        if (step.enabled() && taken) taken(static_cast<int>(actions_.size()) + watch);
        return step.enabled();
    };
    for (std::size_t n = 0; n < local_actions_.size(); ++n) {
        if (local_actions_[n].empty()) continue;
        const auto take_all = [&] {
            for (const auto a : local_actions_[n]) {
                NativeStep step(state);
                actions_[static_cast<std::size_t>(a)].text(step);
                if (step.enabled() && taken) taken(a);
            }
        };
        // Only what the kubelet hears lets it do anything that it could not do before; with fresh caches
        // it has heard it in the step that is just over.
        if (k.configuration.caches_are_fresh()) take_all();
        while (receive_one(kubelets_[n]->pods.index)) take_all();
    }
    if (!k.reductions.local_steps) return;
    // The scheduler can do more for every pod that it knows to be pending, and what it does for one
    // that is not pending any more is refused.
    const bool hears_at_once =
        scheduler_->confirms_by_reply() && !k.counts_pods_on_nodes() && !k.is(Variant::watch_drops_event);
    if (hears_at_once)
        while (receive_one(scheduler_->pods.index)) {
        }
    if (k.rolls_out()) return;
    const auto& rsc = *replicaset_controller_;
    // The ReplicaSet controller does not manage before it has heard of its own writes ...
    const auto awaits_pods = [&] {
        return std::ranges::any_of(rsc.awaits_pod,
                                   [&](VariableId variable) { return state[variable] == 1; }) ||
               (k.reductions.status_last &&
                std::ranges::any_of(rsc.expects_deletion, [&](VariableId variable) {
                    return state[variable] == ReplicaSetController::expected;
                }));
    };
    while (awaits_pods() && receive_one(rsc.pods.index)) {
    }
    if (!k.reductions.status_last) return;
    while (state[rsc.awaits_status] > 0 && receive_one(rsc.replica_sets.index)) {
    }
    // ... and has nothing to do while it counts as many pods as it should have.
    if (rsc.pods.every_event || !replicas_are_final(k, *deployment_controller_, rsc, state)) return;
    // All that the deployment controller could still do in a stale view of the ReplicaSet is to write
    // its status, or to create it once more and be refused.
    const int to_deployments = deployment_controller_->replica_sets.index;
    while (!k.is(Variant::create_without_name_check) && receive_one(to_deployments)) {
    }
    NativeStep view(state);
    while (rsc.is_idle(view)) {
        const int missing = rsc.missing(view);
        const bool indifferent = missing == 0 || (missing > 0 && next_is_promotion(rsc, state));
        if (!indifferent || !receive_one(rsc.pods.index)) break;
    }
}

std::uint8_t Pipeline::receive_all(const std::vector<int>& watches, Valuation& state) const {
    std::uint8_t received = 0;
    for (const auto w : watches)
        for (;; ++received) {
            NativeStep step(state);
            watches_[static_cast<std::size_t>(w)].text(step);
            if (!step.enabled()) break;
        }
    return received;
}

bool Pipeline::is_idle_fault(const ActionInfo& action, const Valuation& before, const Valuation& after,
                             Scratch& scratch) const {
    const auto& k = *encoding_;
    const auto same_but_for_budgets = [&](Valuation& other) {
        other[k.crashes_used] = after[k.crashes_used];
        other[k.replies_lost] = after[k.replies_lost];
        return same(other, after);
    };
    assign(scratch.probe, before);
    if (same_but_for_budgets(scratch.probe)) return true;
    if (action.twin >= 0) {
        assign(scratch.probe, before);
        NativeStep step(scratch.probe);
        actions_[static_cast<std::size_t>(action.twin)].text(step);
        if (k.reductions.status_last) forget_status(scratch.probe);
        return step.enabled() && same_but_for_budgets(scratch.probe);
    }
    // A process that restarts comes back as one that has received all there is.
    if (action.refreshes.empty()) return false;
    assign(scratch.probe, before);
    receive_all(action.refreshes, scratch.probe);
    return same_but_for_budgets(scratch.probe);
}

void Pipeline::forget_status(Valuation& state) const {
    const auto& rsc = *replicaset_controller_;
    for (const auto variable :
         {rsc.updates_status, rsc.status_replicas, rsc.status_available, rsc.status_observed})
        state[variable] = 0;
}

void Pipeline::reduce(Valuation& state) const {
    const auto& k = *encoding_;
    if (k.reductions.status_last) forget_status(state);
    settle(state);
    collect_terminal_pods(k, state);
}

void Pipeline::canonicalize(Valuation& state) const {
    reduce(state);
    if (encoding_->reductions.symmetry) symmetry_->canonicalize(state);
}

}  // namespace kcheck::model
