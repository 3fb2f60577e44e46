// What the claims of independence.hpp say of one state, by evaluation: without Z3, and without a box.
#pragma once

#include "checker/reductions/independence.hpp"

namespace kcheck::checker::reductions {

/// The condition that a keeps_false is about.
ir::Term condition_of(const ir::TransitionSystem& system, const Question& question);
/// What dominates the first action of a dominated.
std::vector<std::size_t> instead_of(const Question& question);

/// As the members of Independence of these names.
bool applies_in(const ir::TransitionSystem& system, ir::Evaluator& evaluate, const Question& question,
                const State& state);
bool fails_in(const ir::TransitionSystem& system, const std::vector<Budget>& budgets, ir::Evaluator& evaluate,
              const Question& question, const State& state);

}  // namespace kcheck::checker::reductions
