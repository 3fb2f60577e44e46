// Breadth-first search of the term form, of all actions or of stubborn sets: the reference for what a
// reduction preserves. It evaluates terms, so it is slow; engines that are fast take their sets from
// StubbornSets themselves.
//
// Proviso for steps that put off an absorber (stubborn.hpp): the graph of these steps alone has one step from
// a state at most. When nothing is left to explore, one state of each of its cycles is expanded
// again without absorbers, until there is no cycle.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "checker/reductions/budgets.hpp"
#include "checker/reductions/stubborn.hpp"

namespace kcheck::checker::reductions {

struct ReducedSearchOptions {
    /// Explores stubborn sets with what it says; all enabled actions if there is none.
    Oracle* oracle = nullptr;
    StubbornOptions stubborn = {};
    /// Proved with refute_budget. Quiescent states are then given with 0 for each.
    std::vector<Budget> budgets = {};
    std::size_t states_max = std::numeric_limits<std::size_t>::max();
};

struct ReducedSearchResult {
    bool complete = false;  // false: states_max was reached
    std::size_t states = 0;
    std::size_t transitions = 0;
    std::size_t branching = 0;            // states with more than one step explored
    std::size_t cycles_broken = 0;        // by the proviso
    std::vector<State> quiescent;         // sorted, each once
    std::vector<std::optional<int>> bad;  // by goal: steps to the nearest state in which it holds
};

/// Throws std::invalid_argument if a budget is read where goals.quiescent or goals.bad must not depend on
/// one: in a bad predicate, or in the guard of an action that is not allowed in a quiescent state; and
/// std::range_error if an action that is explored leaves the range of a variable.
ReducedSearchResult search(const ir::TransitionSystem& system, const Goals& goals,
                           const ReducedSearchOptions& options = {});

}  // namespace kcheck::checker::reductions
