// Backward closure of the goals without the reversed graph: sweeps over the states that
// are not known to reach a goal, the deepest first, until a sweep finds nothing. Most
// transitions lead one level deeper, so few sweeps are needed; the bound is
// O((states + transitions) * sweeps), sweeps at most one more than the longest way to a
// goal. One byte a state. Exact.
#include "checker/reach.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace kcheck::checker {

std::optional<StateId> goal_stays_reachable(const TransitionGraph& graph, const StateStore& store,
                                            const std::function<bool(StateId)>& goal, const Limits& limits) {
    LimitWatch watch(limits);
    watch.before_allocating(store.id_bound());
    std::vector<std::uint8_t> reaches(store.id_bound());
    std::vector<StateId> open;
    store.for_each([&](StateId state) {
        watch.tick();
        if (!graph.expanded(state) || goal(state))
            reaches[raw(state)] = 1;
        else
            open.push_back(state);
    });
    // Ids grow with depth within a partition, so by id descending is roughly the deepest first.
    std::sort(open.begin(), open.end(), [](StateId a, StateId b) { return raw(a) > raw(b); });

    const auto leads_on = [&](StateId state) {
        watch.tick();
        const EdgeRange range = graph.edges(state);
        for (std::uint32_t at = range.first; at < range.last; ++at)
            if (reaches[raw(graph.target(state, at))] != 0) return true;
        return false;
    };
    for (std::size_t before = open.size() + 1; open.size() < before;) {
        before = open.size();
        std::erase_if(open, [&](StateId state) { return (reaches[raw(state)] = leads_on(state)) != 0; });
    }
    const auto nearest = std::min_element(open.begin(), open.end(), [&](StateId a, StateId b) {
        return std::pair{store.depth(a), raw(a)} < std::pair{store.depth(b), raw(b)};
    });
    return nearest == open.end() ? std::nullopt : std::optional(*nearest);
}

}  // namespace kcheck::checker
