#include "traces/driver/deliveries.hpp"

#include <algorithm>

namespace kcheck::traces::driver {

namespace {

using model::NativeStep;
using model::Valuation;
using model::VariableId;

template <int N>
bool same(const model::RecordVariables<N>& variables, const Valuation& a, const Valuation& b) {
    return std::ranges::all_of(variables.field,
                               [&](VariableId variable) { return a[variable] == b[variable]; });
}

bool same(const model::PodWatch& watch, const Valuation& a, const Valuation& b) {
    return std::ranges::all_of(watch.queue, [&](const model::PodWatch::Event& event) {
        return a[event.pod] == b[event.pod] && same(event.record, a, b);
    });
}

bool same(const model::WorkloadWatch& watch, const Valuation& a, const Valuation& b) {
    return std::ranges::all_of(watch.queue, [&](const model::WorkloadWatch::Event& event) {
        return a[event.present] == b[event.present] && same(event.record, a, b);
    });
}

void add(std::vector<Delivery>& deliveries, int watch, bool lost) {
    if (deliveries.empty() || deliveries.back().watch != watch || deliveries.back().lost != lost)
        deliveries.push_back({watch, 0, lost});
    ++deliveries.back().events;
}

}  // namespace

Deliveries::Deliveries(const model::Pipeline& pipeline, const Actions& actions)
    : pipeline_(pipeline), encoding_(pipeline.encoding()), actions_(actions) {
    // In the order of Pipeline::watches().
    pod_watches_ = {nullptr, nullptr, nullptr, &encoding_.rsc.pods, &encoding_.scheduler.pods};
    workload_watches_ = {&encoding_.dc.deployments, &encoding_.dc.replica_sets, &encoding_.rsc.replica_sets};
    for (const auto& kubelet : encoding_.kubelet) pod_watches_.push_back(&kubelet.pods);
    workload_watches_.resize(pod_watches_.size(), nullptr);
    queues_.resize(pod_watches_.size());
}

Deliveries::Change Deliveries::change_of(int action, const Valuation& before, const Valuation& after) const {
    Change change;
    change.deployment = !same(encoding_.deployment, before, after);
    change.replica_set = !same(encoding_.replica_set, before, after);
    for (int p = 0; p < encoding_.pods(); ++p)
        if (!same(encoding_.pod[static_cast<std::size_t>(p)], before, after)) change.pod = p;
    change.collected = action >= actions_.first_collection();
    return change;
}

/// What the step appends to the watch; neither shown nor queued: nothing.
Deliveries::Event Deliveries::event_of(std::size_t watch, const Change& change, const Valuation& before,
                                       const Valuation& after) const {
    Event event;
    if (workload_watches_[watch] != nullptr) {
        event.shown =
            workload_watches_[watch] == &encoding_.dc.deployments ? change.deployment : change.replica_set;
        event.queued = !same(*workload_watches_[watch], before, after);
        // A full queue may look as it did, if the event is like those that it pushes on.
        if (workload_watches_[watch]->every_event) event.queued |= event.shown;
        return event;
    }
    const auto& client = *pod_watches_[watch];
    event.queued = !same(client, before, after);
    if (change.pod < 0) return event;
    event.pod = change.pod;
    const auto& stored = encoding_.pod[static_cast<std::size_t>(change.pod)];
    const auto was = before[stored[model::pod::node]], is = after[stored[model::pod::node]];
    const bool of_kubelet = watch >= static_cast<std::size_t>(model::first_kubelet_watch);
    if (!of_kubelet)
        event.shown = true;
    else if (client.node >= 0)
        event.shown = was == client.node + 1 || is == client.node + 1;
    else  // a variant: of all bound pods
        event.shown = was != 0 || is != 0;
    // A full queue may look as it did, if the event is like those that it pushes on.
    if (client.every_event && !change.collected) event.queued |= event.shown || client.node < 0;
    auto state = after;
    event.record = model::read(NativeStep(state), stored);
    return event;
}

/// An event that the model did not queue and that would change what its client knows. There is one
/// only behind an event that was lost: the client must not be told by accident what it lost.
bool Deliveries::would_tell_something(std::size_t watch, const Event& event, const Valuation& after) const {
    if (!encoding_.is(model::Variant::watch_drops_event) || event.queued || event.pod < 0) return false;
    auto state = after;
    const NativeStep step(state);
    const auto& client = *pod_watches_[watch];
    const auto& copy = client.copy[static_cast<std::size_t>(event.pod)];
    return model::differ(step, copy, model::read(step, copy), model::project(step, client, event.record));
}

/// Takes the events up to the first that the model queued, which is received, or lost.
void Deliveries::pop(std::size_t watch, bool lost, const Valuation& after, std::vector<Delivery>& into) {
    pop_unqueued(watch, after, into);
    auto& queue = queues_[watch];
    if (queue.empty()) return;
    if (queue.front().shown) add(into, static_cast<int>(watch), lost);
    queue.pop_front();
}

void Deliveries::pop_unqueued(std::size_t watch, const Valuation& after, std::vector<Delivery>& into) {
    auto& queue = queues_[watch];
    for (; !queue.empty() && !queue.front().queued; queue.pop_front())
        add(into, static_cast<int>(watch), would_tell_something(watch, queue.front(), after));
}

std::vector<Delivery> Deliveries::step(int action, const Valuation& before, const Valuation& after) {
    const auto* info = actions_.info(action);
    const bool drops = info != nullptr && info->verb == "drop-event";
    const auto change = change_of(action, before, after);
    std::vector<Delivery> result;
    for (std::size_t w = 0; w < queues_.size(); ++w) {
        const auto watch = static_cast<int>(w);
        auto& queue = queues_[w];
        const auto queued = [&](const Valuation& state) { return pipeline_.watches()[w].queued(state); };
        if (info != nullptr && std::ranges::find(info->refreshes, watch) != info->refreshes.end()) {
            queue.clear();  // a fresh list
            continue;
        }
        const bool receipt = actions_.is_receipt(action);
        int popped = queued(before) - queued(after);
        if (!receipt && !drops) {
            const auto event = event_of(w, change, before, after);
            if (event.shown || event.queued) queue.push_back(event);
            popped += event.queued ? 1 : 0;
        }
        // More than one receipt at once: forced by a bound on staleness, or of the client's own write.
        for (; popped > 0; --popped) pop(w, drops, after, result);
        pop_unqueued(w, after, result);
    }
    return result;
}

}  // namespace kcheck::traces::driver
