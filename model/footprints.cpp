#include "model/footprints.hpp"

#include <algorithm>

#include "model/pipeline.hpp"

namespace kcheck::model {

namespace {

/// Marks the fields of a watch's records that are among the variables `read`.
void mark(const PodWatch& watch, const std::vector<ir::VariableId>& read,
          std::array<bool, pod::fields>& fields) {
    const auto is_read = [&](Slot slot) {
        return slot != nowhere && std::ranges::binary_search(read, ir::VariableId{slot});
    };
    for (int f = 0; f < pod::fields; ++f) {
        bool any = false;
        for (const auto& copy : watch.copy) any = any || is_read(copy[f]);
        for (const auto& event : watch.queue) any = any || is_read(event.record[f]);
        fields[static_cast<std::size_t>(f)] = fields[static_cast<std::size_t>(f)] || any;
    }
}

}  // namespace

Footprint footprint_of(const Configuration& configuration, const Reductions& reductions) {
    const Pipeline pipeline(configuration, reductions, Footprint::everything());
    const auto& k = pipeline.cluster();
    const auto system = pipeline.transition_system();

    std::vector<ir::Term> observed;
    for (const auto& action : system.actions) {
        observed.push_back(action.guard);
        for (const auto& [variable, value] : action.assignments) {
            const auto part = k.layout[static_cast<Slot>(variable)].part;
            if (part != Part::cache && part != Part::queue) observed.push_back(value);
        }
    }
    const auto read = ir::variables_of(*system.arena, observed);
    Footprint footprint;
    mark(k.kcm.pods, read, footprint.controller_manager);
    mark(k.scheduler.pods, read, footprint.scheduler);
    for (const auto& kubelet : k.kubelet) mark(kubelet.pods, read, footprint.kubelet);
    return footprint;
}

void collect_terminal_pods(const Cluster& k, Valuation& state) {
    for (int p = 0; p < k.pods(); ++p) {
        const auto i = static_cast<std::size_t>(p);
        const auto& stored = k.pod[i];
        if (state[stored[pod::exists]] == 0 || state[stored[pod::phase]] != pod::terminal ||
            state[stored[pod::deleting]] == 1)
            continue;
        const bool pending =
            std::ranges::any_of(k.references_to_pods(), [&](Slot slot) { return state[slot] == p + 1; });
        const bool runs = std::ranges::any_of(
            k.kubelet, [&](const Kubelet& kubelet) { return state[kubelet.container[i]] != 0; });
        if (pending || runs || state[k.late_deletion[i]] != 0) continue;
        for (const auto slot : k.variables_of_pod(p)) state[slot] = 0;
    }
}

void sort_promotions(const Cluster& k, Valuation& state) {
    const auto& watch = k.kcm.pods;
    const auto event_pod = [&](std::size_t i) { return state[watch.queue[i].pod]; };
    if (event_pod(0) == 0) return;
    // Whether each pod is active in the copy after the events so far.
    std::array<bool, 256> active{};
    for (int p = 0; p < k.pods(); ++p)
        active[static_cast<std::size_t>(p + 1)] =
            state[watch.copy[static_cast<std::size_t>(p)][pod::exists]] == 1;

    const auto move = [&](std::size_t to, std::size_t from) {
        state[watch.queue[to].pod] = state[watch.queue[from].pod];
        for (int f = 0; f < pod::fields; ++f)
            if (watch.queue[to].record[f] != nowhere)
                state[watch.queue[to].record[f]] = state[watch.queue[from].record[f]];
    };
    std::size_t end = 0;    // events kept so far
    std::size_t first = 0;  // where the run of promotions at the end of them begins
    for (std::size_t i = 0; i < watch.queue.size() && event_pod(i) != 0; ++i) {
        const auto p = event_pod(i);
        const bool is_active = state[watch.queue[i].record[pod::exists]] == 1;
        if (!(is_active && active[p])) {  // becomes active, or ceases to be
            active[p] = is_active;
            move(end++, i);
            first = end;
            continue;
        }
        std::size_t at = first;
        while (at < end && event_pod(at) != p) ++at;
        move(at, i);
        if (at == end) ++end;
    }
    for (std::size_t i = end; i < watch.queue.size() && event_pod(i) != 0; ++i) {
        state[watch.queue[i].pod] = 0;
        for (int f = 0; f < pod::fields; ++f)
            if (watch.queue[i].record[f] != nowhere) state[watch.queue[i].record[f]] = 0;
    }
}

bool next_is_promotion(const Cluster& k, const Valuation& state) {
    const auto& front = k.kcm.pods.queue.front();
    const auto p = state[front.pod];
    return p != 0 && state[front.record[pod::exists]] == 1 &&
           state[k.kcm.pods.copy[p - 1U][pod::exists]] == 1;
}

bool replicas_are_final(const Cluster& k, const Valuation& state) {
    const auto operations = k.configuration.operations.size();
    if (state[k.operations_done] != operations || state[k.late_scale] != 0) return false;
    const auto replicas = state[k.deployment[workload::replicas]];
    const auto agrees = [&](const WorkloadSlots& slots) {
        return state[slots[workload::exists]] == 1 && state[slots[workload::replicas]] == replicas;
    };
    if (!agrees(k.kcm.deployments.copy) || !agrees(k.replica_set) || !agrees(k.kcm.replica_sets.copy))
        return false;
    const auto all_agree = [&](const WorkloadWatch& watch) {
        return std::ranges::all_of(watch.queue, [&](const auto& event) {
            return state[event.present] == 0 || agrees(event.record);
        });
    };
    return all_agree(k.kcm.deployments) && all_agree(k.kcm.replica_sets);
}

}  // namespace kcheck::model
