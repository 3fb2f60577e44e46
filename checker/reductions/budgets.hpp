// Budgets: variables that bound how often something may happen, and do nothing else.
//
// Theorem. Let b be a variable such that whatever is possible in a state is possible where b has more left,
// and leads to the same state but for b, which again has at least as much left. Then the state with more left
// simulates the other, so a search may leave out a state where it has one with the same values and
// no less of any budget: the same quiescent states and predicates are reached, but for the values of
// budgets, on paths that are no longer.
// Literature: simulation preorder, R. Milner 1971; as subsumption of states, e.g. P. Abdulla, K. Cerans, B.
// Jonsson, Y.-K. Tsay, "General decidability theorems for infinite-state systems", LICS 1996 (upward-closed
// sets).
//
// Obligations: one query to Z3 for each budget and action that reads or writes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/transition_system.hpp"

namespace kcheck::checker::reductions {

struct Budget {
    ir::VariableId variable = 0;
    bool counts_up = false;  // less is left the larger it is
};

/// A state in which more is left of the budget, and an action that then does something else.
struct BudgetRefutation {
    std::size_t action = 0;
    std::vector<std::int32_t> state;
    std::int32_t more_left = 0;  // the other value of the budget
};

/// Nothing if it is proved that `budget` is one. Throws std::runtime_error if Z3 gives no answer.
std::optional<BudgetRefutation> refute_budget(const ir::TransitionSystem& system, const Budget& budget);

}  // namespace kcheck::checker::reductions
