#include "model/bounds.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace kcheck::model {

namespace {

/// The largest batch of slow start (controller_utils.go:slowStartBatch: 1, 2, 4, ...)
/// on the way to `replicas` pods.
int batch_most(int replicas) {
    int largest = 0;
    for (int sent = 0, batch = 1; sent < replicas; sent += batch, batch *= 2)
        largest = std::max(largest, std::min(batch, replicas - sent));
    return largest;
}

// Every operation changes spec.replicas at most once, and every such change reaches the ReplicaSet at
// most once; a PUT that outlives a crash adds one and its repair another.
int generations_of(const Configuration& c) {
    return static_cast<int>(c.operations.size()) + 2 * c.crashes + 1;
}

/// In Bounds::events.
constexpr std::size_t rsc_pods = 3, first_kubelet = 5;

/// Where the events of a step are received with it, one is on its way at once; the ReplicaSet controller
/// lets those of pods wait while it deletes.
void leave_none_waiting(const Configuration& c, Bounds& bounds) {
    if (!c.caches_are_fresh()) return;
    for (std::size_t w = 0; w < bounds.events.size(); ++w)
        if (w != rsc_pods) bounds.events[w] = 1;
}

}  // namespace

// The order is that of Pipeline::watches(): the deployment controller's two, the ReplicaSet
// controller's two, kube-scheduler's, and one for each kubelet.

Bounds Bounds::least(const Configuration& c) {
    const int operations = static_cast<int>(c.operations.size());
    Bounds bounds;
    bounds.pods = std::max(1, c.replicas_added());
    bounds.generations = generations_of(c);
    bounds.events = {operations + 1, operations + 2, operations + 2, bounds.pods + 2, 3};
    bounds.events.resize(bounds.events.size() + c.nodes.size(), 3);
    leave_none_waiting(c, bounds);
    return bounds;
}

Bounds Bounds::ample(const Configuration& c) {
    const int operations = static_cast<int>(c.operations.size());
    Bounds bounds;
    // Those asked for, one more for each reply that may be lost, and those whose creation outlives a
    // crash; one more to be replaced.
    bounds.pods = std::max(1, c.replicas_added() + c.lost_replies + c.crashes * batch_most(c.replicas_max()) +
                                  (c.crashes + c.lost_replies > 0 ? 1 : 0));
    bounds.generations = generations_of(c);
    const int pods = bounds.pods;
    bounds.events = {operations + 2, operations + 3 + 2 * pods, operations + 3, 3 * pods, 3 * pods};
    bounds.events.resize(bounds.events.size() + c.nodes.size(), 2 * pods + 2);
    leave_none_waiting(c, bounds);
    return bounds;
}

void Bounds::grow(int exceeded) {
    if (exceeded == exceeded_pods) {
        ++pods;
    } else if (exceeded == exceeded_generations) {
        ++generations;
    } else {
        const auto watch = static_cast<std::size_t>(exceeded - exceeded_events);
        const int room = events[watch] + std::max(2, events[watch] / 2);
        events[watch] = room;
        // Equal nodes have equal encodings.
        if (watch >= first_kubelet)
            std::fill(events.begin() + static_cast<std::ptrdiff_t>(first_kubelet), events.end(), room);
    }
}

void Bounds::cover(const Bounds& other) {
    pods = std::max(pods, other.pods);
    generations = std::max(generations, other.generations);
    events.resize(std::max(events.size(), other.events.size()));
    for (std::size_t w = 0; w < other.events.size(); ++w) events[w] = std::max(events[w], other.events[w]);
}

std::string Bounds::text() const {
    return fmt::format("{} pods at once, {} events on a watch", pods, std::ranges::max(events));
}

}  // namespace kcheck::model
