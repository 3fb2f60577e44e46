// Breadth-first search from many sources that enter at their own depth (Dijkstra's
// algorithm with unit lengths and buckets; Dial, CACM 1969): shortest runs that leave an
// obligation open. O(states + transitions), after sorting the sources.
#include "checker/liveness_pending.hpp"

#include <algorithm>

namespace kcheck::checker {

PendingStates::PendingStates(const TransitionGraph& graph, const StateStore& store, const Predicate& premise,
                             const Predicate& goal, LimitWatch& watch)
    : store_(store) {
    watch.before_allocating(store.id_bound() * (sizeof(std::uint32_t) + sizeof(StateId)));
    distance_.assign(store.id_bound(), unreached);
    parent_.assign(store.id_bound(), no_state);
    struct Source {
        std::uint32_t depth;
        StateId state;
    };
    std::vector<Source> sources;
    store.for_each([&](StateId state) {
        watch.tick();
        if (premise(state) && !goal(state)) sources.push_back({store.depth(state), state});
    });
    std::stable_sort(sources.begin(), sources.end(),
                     [](const Source& a, const Source& b) { return a.depth < b.depth; });

    std::vector<StateId> level;
    auto source = sources.begin();
    for (std::uint32_t now = 0; !level.empty() || source != sources.end(); ++now) {
        if (level.empty()) now = std::max(now, source->depth);
        for (; source != sources.end() && source->depth == now; ++source) {
            if (contains(source->state)) continue;
            distance_[raw(source->state)] = now;
            level.push_back(source->state);
        }
        std::vector<StateId> next;
        for (const StateId state : level) {
            watch.tick();
            const EdgeRange range = graph.edges(state);
            for (std::uint32_t at = range.first; at < range.last; ++at) {
                const StateId target = graph.target(state, at);
                if (contains(target) || goal(target)) continue;
                distance_[raw(target)] = now + 1;
                parent_[raw(target)] = state;
                next.push_back(target);
            }
        }
        level = std::move(next);
    }
}

std::vector<StateId> PendingStates::path_to(StateId state) const {
    std::vector<StateId> back;
    for (; parent_[raw(state)] != no_state; state = parent_[raw(state)]) back.push_back(state);
    std::vector<StateId> path = store_.path_to(state);
    path.insert(path.end(), back.rbegin(), back.rend());
    return path;
}

}  // namespace kcheck::checker
