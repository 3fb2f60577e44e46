#include "model/reductions.hpp"

#include <algorithm>

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

bool next_is_promotion(const Encoding& k, const Valuation& state) {
    const auto& front = k.rsc.pods.queue.front();
    const auto p = state[front.pod];
    return p != 0 && state[front.record[pod::exists]] == 1 &&
           state[k.rsc.pods.copy[p - 1U][pod::exists]] == 1;
}

void forget_statuses(const Encoding& k, Valuation& state) {
    const auto wipe = [&](const WorkloadVariables& record) {
        for (const int field : {workload::observed, workload::status_replicas, workload::status_available})
            if (record[field] != nowhere) state[record[field]] = 0;
    };
    wipe(k.deployment);
    wipe(k.replica_set);
    for (const auto* watch : {&k.dc.deployments, &k.dc.replica_sets, &k.rsc.replica_sets}) {
        wipe(watch->copy);
        const auto* last = &watch->copy;
        std::size_t kept = 0;
        for (const auto& event : watch->queue) {
            if (state[event.present] == 0) break;
            wipe(event.record);
            const auto alike = [&](const WorkloadVariables& record) {
                return std::ranges::equal(event.record.field, record.field,
                                          [&](VariableId a, VariableId b) { return state[a] == state[b]; });
            };
            if (alike(*last)) continue;
            const auto& to = watch->queue[kept++];
            for (int f = 0; f < workload::fields; ++f)
                if (to.record[f] != nowhere) state[to.record[f]] = state[event.record[f]];
            last = &to.record;
        }
        for (std::size_t i = 0; i < watch->queue.size(); ++i) {
            const auto& event = watch->queue[i];
            state[event.present] = i < kept ? 1 : 0;
            if (i < kept) continue;
            for (const auto variable : event.record.field)
                if (variable != nowhere) state[variable] = 0;
        }
    }
    state[k.rsc.awaits_status] = 0;
}

bool replicas_are_final(const Encoding& k, const Valuation& state) {
    const auto operations = k.configuration.operations.size();
    if (state[k.operations_done] != operations || state[k.late_scale] != 0) return false;
    const auto replicas = state[k.deployment[workload::replicas]];
    const auto agrees = [&](const WorkloadVariables& variables) {
        return state[variables[workload::exists]] == 1 && state[variables[workload::replicas]] == replicas;
    };
    if (!agrees(k.dc.deployments.copy) || !agrees(k.replica_set) || !agrees(k.rsc.replica_sets.copy))
        return false;
    const auto all_agree = [&](const WorkloadWatch& watch) {
        return std::ranges::all_of(watch.queue, [&](const auto& event) {
            return state[event.present] == 0 || agrees(event.record);
        });
    };
    return all_agree(k.dc.deployments) && all_agree(k.rsc.replica_sets);
}

void Pipeline::settle(Valuation& state, const std::function<void(int)>& taken) const {
    const auto& k = *encoding_;
    const auto receive_one = [&](int watch) {
        NativeStep step(state);
        watches_[static_cast<std::size_t>(watch)].native(step);
        if (step.enabled() && taken) taken(static_cast<int>(actions_.size()) + watch);
        return step.enabled();
    };
    for (std::size_t n = 0; n < local_actions_.size(); ++n) {
        if (local_actions_[n].empty()) continue;
        const auto take_all = [&] {
            for (const auto a : local_actions_[n]) {
                NativeStep step(state);
                actions_[static_cast<std::size_t>(a)].native(step);
                if (step.enabled() && taken) taken(a);
            }
        };
        // Only what the kubelet hears lets it do anything that it could not do before; with fresh caches
        // it has heard it in the step that is just over.
        if (k.configuration.caches_are_fresh()) take_all();
        while (receive_one(first_kubelet_watch + static_cast<int>(n))) take_all();
    }
    if (!k.reductions.local_steps) return;
    // The scheduler can do more for every pod that it knows to be pending, and what it does for one
    // that is not pending any more is refused.
    if (k.scheduler_hears_at_once())
        while (receive_one(scheduler_watch)) {
        }
    // The ReplicaSet controller does not manage before it has heard of its own writes ...
    const auto awaits_pods = [&] {
        return std::ranges::any_of(k.rsc.awaits_pod,
                                   [&](VariableId variable) { return state[variable] == 1; }) ||
               (k.reductions.status_last &&
                std::ranges::any_of(k.rsc.expects_deletion, [&](VariableId variable) {
                    return state[variable] == replicaset_controller::expected;
                }));
    };
    while (awaits_pods() && receive_one(rsc_pods_watch)) {
    }
    if (!k.reductions.status_last) return;
    while (state[k.rsc.awaits_status] > 0 && receive_one(rsc_replica_sets_watch)) {
    }
    // ... and has nothing to do while it counts as many pods as it should have.
    if (k.rsc.pods.view != View::active || !replicas_are_final(k, state)) return;
    // All that the deployment controller could still do in a stale view of the ReplicaSet is to write
    // its status, or to create it once more and be refused.
    while (!k.is(Variant::create_without_name_check) && receive_one(dc_replica_sets_watch)) {
    }
    NativeStep view(state);
    while (replicaset_controller::is_idle(view, k)) {
        const int missing = replicaset_controller::missing(view, k);
        const bool indifferent = missing == 0 || (missing > 0 && next_is_promotion(k, state));
        if (!indifferent || !receive_one(rsc_pods_watch)) break;
    }
}

std::uint8_t Pipeline::receive_all(const std::vector<int>& watches, Valuation& state) const {
    std::uint8_t received = 0;
    for (const auto w : watches)
        for (;; ++received) {
            NativeStep step(state);
            watches_[static_cast<std::size_t>(w)].native(step);
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
        actions_[static_cast<std::size_t>(action.twin)].native(step);
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
    const auto& rsc = encoding_->rsc;
    for (const auto variable :
         {rsc.update_status, rsc.status_replicas, rsc.status_available, rsc.status_observed})
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
