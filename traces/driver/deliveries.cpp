#include "traces/driver/deliveries.hpp"

#include <algorithm>

namespace kcheck::traces::driver {

namespace {

using model::NativeStep;
using model::Valuation;
using model::VariableId;
using model::Verb;

template <class K>
bool same(const model::Variables<K>& variables, const Valuation& a, const Valuation& b) {
    return std::ranges::all_of(variables.field,
                               [&](VariableId variable) { return a[variable] == b[variable]; });
}

template <class K>
bool same(const model::Watch<K>& watch, const Valuation& a, const Valuation& b) {
    return std::ranges::all_of(watch.queue, [&](const auto& event) {
        return a[event.key] == b[event.key] && same(event.record, a, b);
    });
}

template <class K>
std::vector<const model::Watch<K>*> by_index(const model::Encoding& encoding) {
    std::vector<const model::Watch<K>*> watches(encoding.watches().size(), nullptr);
    for (const auto* watch : encoding.store<K>().watches)
        watches[static_cast<std::size_t>(watch->index)] = watch;
    return watches;
}

void add(std::vector<Delivery>& deliveries, int watch, bool lost) {
    if (deliveries.empty() || deliveries.back().watch != watch || deliveries.back().lost != lost)
        deliveries.push_back({watch, 0, lost});
    ++deliveries.back().events;
}

}  // namespace

Deliveries::Deliveries(const model::Pipeline& pipeline, const Actions& actions)
    : pipeline_(pipeline), encoding_(pipeline.encoding()), actions_(actions) {
    pods_ = by_index<model::Pod>(encoding_);
    deployments_ = by_index<model::Deployment>(encoding_);
    replica_sets_ = by_index<model::ReplicaSet>(encoding_);
    queues_.resize(encoding_.watches().size());
}

Deliveries::Change Deliveries::change_of(int action, const Valuation& before, const Valuation& after) const {
    Change change;
    change.deployment = !same(encoding_.deployment(), before, after);
    change.replica_set = !same(encoding_.replica_set(), before, after);
    for (int p = 0; p < encoding_.pods(); ++p)
        if (!same(encoding_.pod(p), before, after)) change.pod = p;
    change.collected = action >= actions_.first_collection();
    return change;
}

/// What the step appends to the watch; neither shown nor queued: nothing.
Deliveries::Event Deliveries::event_of(std::size_t watch, const Change& change, const Valuation& before,
                                       const Valuation& after) const {
    Event event;
    const auto of_workload = [&](const auto& workload, bool changed) {
        event.shown = changed;
        event.queued = !same(workload, before, after);
        // A full queue may look as it did, if the event is like those that it pushes on.
        if (workload.every_event) event.queued |= event.shown;
        return event;
    };
    if (deployments_[watch] != nullptr) return of_workload(*deployments_[watch], change.deployment);
    if (replica_sets_[watch] != nullptr) return of_workload(*replica_sets_[watch], change.replica_set);
    const auto& client = *pods_[watch];
    event.queued = !same(client, before, after);
    if (change.pod < 0) return event;
    event.pod = change.pod;
    const auto& stored = encoding_.pod(change.pod);
    auto earlier = before, state = after;
    const auto was = model::read(NativeStep(earlier), stored), is = model::read(NativeStep(state), stored);
    if (client.filter)
        event.shown = model::meets<NativeStep, model::Pod>(was, *client.filter) ||
                      model::meets<NativeStep, model::Pod>(is, *client.filter);
    else  // a variant: a kubelet of all bound pods
        event.shown =
            !client.client.starts_with("kubelet") || was[model::pod::node] != 0 || is[model::pod::node] != 0;
    // A full queue may look as it did, if the event is like those that it pushes on.
    if (client.every_event && !change.collected) event.queued |= event.shown || !client.filter;
    event.record = is;
    return event;
}

/// An event that the model did not queue and that would change what its client knows. There is one
/// only behind an event that was lost: the client must not be told by accident what it lost.
bool Deliveries::would_tell_something(std::size_t watch, const Event& event, const Valuation& after) const {
    if (!encoding_.is(model::Variant::watch_drops_event) || event.queued || event.pod < 0) return false;
    auto state = after;
    const NativeStep step(state);
    const auto& client = *pods_[watch];
    const auto& copy = client.copy_of(event.pod);
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
    const bool drops = info != nullptr && info->verb == Verb::drop_event;
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
