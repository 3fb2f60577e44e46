// The other state differs from x in one variable: the same terms, in a frame in which that variable is
// another constant.
#include "checker/reductions/budgets.hpp"

#include <algorithm>
#include <stdexcept>

#include "checker/reductions/independence.hpp"
#include "checker/reductions/steps.hpp"

namespace kcheck::checker::reductions {

std::optional<BudgetRefutation> refute_budget(const ir::TransitionSystem& system, const Budget& budget) {
    Steps steps(system);
    const auto at_least = [&](const z3::expr& a, const z3::expr& b) {  // a has at least as much left
        return budget.counts_up ? z3::sle(a, b) : z3::sge(a, b);
    };
    const z3::expr more = steps.another(budget.variable);
    steps.solver().add(at_least(more, steps.now_value(budget.variable)));
    const std::vector<ActionFootprint> footprints = footprints_of(system);
    for (std::size_t a = 0; a < system.actions.size(); ++a) {
        const auto touches = [&](const std::vector<ir::VariableId>& some) {
            return std::ranges::binary_search(some, budget.variable);
        };
        if (!touches(footprints[a].reads) && !touches(footprints[a].writes)) continue;
        z3::expr_vector same(steps.context());
        same.push_back(steps.with(budget.variable, more, system.actions[a].guard));
        z3::expr left_then = steps.now_value(budget.variable), more_then = more;
        for (const auto& [variable, term] : system.actions[a].assignments) {
            const z3::expr value = steps.now(term), other = steps.with(budget.variable, more, term);
            if (variable == budget.variable) {
                left_then = value, more_then = other;
            } else if (!z3::eq(value, other)) {
                same.push_back(value == other);
            }
        }
        same.push_back(at_least(more_then, left_then));
        const z3::expr literal = steps.fresh("budget");
        steps.solver().add(z3::implies(literal, steps.now(system.actions[a].guard) && !z3::mk_and(same)));
        z3::expr_vector assumptions(steps.context());
        assumptions.push_back(literal);
        const z3::check_result result = steps.solver().check(assumptions);
        if (result == z3::unknown)
            throw std::runtime_error("budgets: z3: " + steps.solver().reason_unknown());
        if (result == z3::unsat) continue;
        const z3::model model = steps.solver().get_model();
        return BudgetRefutation{a, steps.state(model),
                                static_cast<std::int32_t>(model.eval(more, true).get_numeral_uint64())};
    }
    return std::nullopt;
}

}  // namespace kcheck::checker::reductions
