// The states of a recorded graph in which an obligation is open: reached from a state
// that satisfies the premise, without meeting the goal there or since.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "checker/explicit_graph.hpp"
#include "checker/limits.hpp"
#include "checker/store.hpp"

namespace kcheck::checker {

class PendingStates {
public:
    using Predicate = std::function<bool(StateId)>;

    /// Throws LimitReached when `watch` does.
    PendingStates(const TransitionGraph& graph, const StateStore& store, const Predicate& premise,
                  const Predicate& goal, LimitWatch& watch);

    bool contains(StateId state) const { return distance_[raw(state)] != unreached; }
    /// Length of a shortest run to `state` on which the obligation is open at the end.
    std::uint32_t distance(StateId state) const { return distance_[raw(state)]; }
    /// Such a run: an initial state first, `state` last.
    std::vector<StateId> path_to(StateId state) const;

private:
    static constexpr std::uint32_t unreached = 0xFFFFFFFFU;

    const StateStore& store_;
    std::vector<std::uint32_t> distance_;  // by id
    std::vector<StateId> parent_;          // by id; no_state where the obligation begins
};

}  // namespace kcheck::checker
