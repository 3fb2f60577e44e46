// AG EF goal: from every reachable state a goal can still be reached, fairness aside.
#pragma once

#include <functional>
#include <optional>

#include "checker/explicit_graph.hpp"
#include "checker/limits.hpp"
#include "checker/store.hpp"

namespace kcheck::checker {

/// The nearest state from which no goal is reachable, if there is one. States whose
/// transitions were not recorded, because the exploration is incomplete, get the
/// benefit of the doubt: what is returned is a counterexample in any case. Throws LimitReached.
std::optional<StateId> goal_stays_reachable(const TransitionGraph& graph, const StateStore& store,
                                            const std::function<bool(StateId)>& goal,
                                            const Limits& limits = {});

}  // namespace kcheck::checker
