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
// most once, or in a rollout a pod at a time; a PUT that outlives a crash adds one and its repair another.
int generations_of(const Configuration& c) {
    const int changes = c.rolls_out() ? c.replicas_max() + 1 : 1;
    return static_cast<int>(c.operations.size()) * changes + 2 * c.crashes + 1;
}

/// Events on their way at once, by what watches.
struct Rooms {
    int deployments = 0, replica_sets = 0, pods = 0;  // of the deployment controller
    int one_replica_set = 0, owned_pods = 0;          // of the ReplicaSet controller, per template
    int scheduler = 0, kubelet = 0;
};

/// In the order of Pipeline::watches(), which is that of model/components.cpp.
std::vector<int> in_order(const Configuration& c, Rooms rooms) {
    // Where the events of a step are received with it, one is on its way at once; the ReplicaSet controller
    // lets those of pods wait while it deletes.
    if (c.caches_are_fresh()) {
        const int waiting = rooms.owned_pods;
        rooms = {1, 1, 1, 1, waiting, 1, 1};
    }
    std::vector<int> events{rooms.deployments, rooms.replica_sets};
    if (c.waits_for_old_pods()) events.push_back(rooms.pods);
    for (int t = 0; t < c.templates(); ++t)
        events.insert(events.end(), {rooms.one_replica_set, rooms.owned_pods});
    events.push_back(rooms.scheduler);
    events.insert(events.end(), c.nodes.size(), rooms.kubelet);
    return events;
}

}  // namespace

Bounds Bounds::least(const Configuration& c) {
    const int operations = static_cast<int>(c.operations.size());
    Bounds bounds;
    bounds.pods = std::max(1, c.replicas_added());
    bounds.generations = generations_of(c);
    bounds.events = in_order(c, {.deployments = operations + 1,
                                 .replica_sets = operations + 2,
                                 .pods = bounds.pods + 2,
                                 .one_replica_set = operations + 2,
                                 .owned_pods = bounds.pods + 2,
                                 .scheduler = 3,
                                 .kubelet = 3});
    bounds.nodes = static_cast<int>(c.nodes.size());
    return bounds;
}

Bounds Bounds::ample(const Configuration& c) {
    const int operations = static_cast<int>(c.operations.size());
    Bounds bounds;
    // Those asked for, one more for each reply that may be lost, and those whose creation outlives a
    // crash; one more to be replaced. Deletions that outlive one make room for as many again: of 20 replicas
    // and more, when half of them are deleted, a run may need more than this.
    bounds.pods = std::max(1, c.replicas_added() + c.lost_replies + c.crashes * batch_most(c.replicas_max()) +
                                  (c.crashes + c.lost_replies > 0 ? 1 : 0));
    bounds.generations = generations_of(c);
    const int pods = bounds.pods;
    bounds.events = in_order(c, {.deployments = operations + 2,
                                 .replica_sets = operations + 3 + 2 * pods,
                                 .pods = 3 * pods,
                                 .one_replica_set = operations + 3,
                                 .owned_pods = 3 * pods,
                                 .scheduler = 3 * pods,
                                 .kubelet = 2 * pods + 2});
    bounds.nodes = static_cast<int>(c.nodes.size());
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
        const auto first_kubelet = events.size() - static_cast<std::size_t>(nodes);
        if (watch >= first_kubelet)
            std::fill(events.begin() + static_cast<std::ptrdiff_t>(first_kubelet), events.end(), room);
    }
}

void Bounds::cover(const Bounds& other) {
    pods = std::max(pods, other.pods);
    generations = std::max(generations, other.generations);
    nodes = std::max(nodes, other.nodes);
    events.resize(std::max(events.size(), other.events.size()));
    for (std::size_t w = 0; w < other.events.size(); ++w) events[w] = std::max(events[w], other.events[w]);
}

std::string Bounds::text() const {
    return fmt::format("{} pods at once, {} events on a watch", pods, std::ranges::max(events));
}

}  // namespace kcheck::model
