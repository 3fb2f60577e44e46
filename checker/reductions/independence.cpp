// The formulas: x is a state of solver constants; what its variables hold after a sequence of actions are
// formulas over x. Two successors are compared where one of the actions writes.
//
// Each claim is asked in a scope of its own of one solver that holds the ranges and the invariants, with the
// box as assumptions, one for each variable that the claim speaks about. (Claims that stay in the solver
// behind literals that are then false make each check of a large system slower: 20 times after 150 of them.)
// Footprints decide first: Godefroid 1996, section 3.
#include "checker/reductions/independence.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <z3++.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>
#include <unordered_map>

#include "checker/reductions/claims_in_states.hpp"
#include "checker/reductions/steps.hpp"

namespace kcheck::checker::reductions {
namespace {

bool meet(const std::vector<ir::VariableId>& a, const std::vector<ir::VariableId>& b) {
    auto i = a.begin();
    auto j = b.begin();
    while (i != a.end() && j != b.end()) {
        if (*i == *j) return true;
        *i < *j ? ++i : ++j;
    }
    return false;
}

bool includes(const Condition& condition, const Box& box) {
    return std::ranges::all_of(condition,
                               [&](const auto& part) { return box[part.first].is_subset_of(part.second); });
}

}  // namespace

struct Independence::Implementation {
    static constexpr int longest = 3;  // sequence of actions in a claim

    Implementation(const ir::TransitionSystem& of, const std::vector<ir::Term>& assumed,
                   std::vector<Budget> some)
        : system(of),
          invariants(assumed),
          budgets(std::move(some)),
          steps(of, longest),
          evaluate(*of.arena),
          ranges(all_states(of)) {
        for (const ir::Term invariant : invariants) steps.solver().add(steps.now(invariant));
    }

    const ir::TransitionSystem& system;
    std::vector<ir::Term> invariants;
    std::vector<Budget> budgets;
    Steps steps;
    ir::Evaluator evaluate;
    Box ranges;
    std::map<Question, Knowledge> known;
    std::map<std::tuple<ir::VariableId, std::int32_t, std::int32_t, std::uint64_t>, z3::expr> in_set;
    Statistics statistics;

    ir::Term condition(const Question& question) const { return condition_of(system, question); }

    bool is_budget(ir::VariableId variable) const {
        return std::ranges::find(budgets, variable, &Budget::variable) != budgets.end();
    }

    /// The second sequence leads to the same state as the first, but that more may be left of budgets.
    z3::expr no_worse(const Steps::Sequence& some, const Steps::Sequence& better) {
        const std::vector<z3::expr> a = steps.values_after(some), b = steps.values_after(better);
        z3::expr_vector parts(steps.context());
        for (ir::VariableId v = 0; v < a.size(); ++v) {
            if (!z3::eq(a[v], b[v]) && !is_budget(v)) parts.push_back(a[v] == b[v]);
        }
        for (const Budget& budget : budgets) {
            const z3::expr &used = a[budget.variable], &left = b[budget.variable];
            parts.push_back(budget.counts_up ? z3::sle(left, used) : z3::sge(left, used));
        }
        return z3::mk_and(parts);
    }

    z3::expr failure(const Question& question) {
        const std::size_t u = question.first, t = question.second;
        const z3::expr u_enabled = steps.now(system.actions[u].guard);
        if (question.claim == Claim::keeps_false) {
            return u_enabled && !steps.now(condition(question)) && steps.after(u, condition(question));
        }
        if (question.claim == Claim::dominated) {
            const Steps::Sequence instead = instead_of(question);
            return u_enabled && !(steps.possible(instead) && no_worse({u}, instead));
        }
        if (question.claim == Claim::overwritten) {
            const Steps::Sequence with{u, t, question.third}, without{t, question.third};
            return steps.possible(with) && !(steps.possible(without) && steps.equal(with, without));
        }
        const z3::expr t_enabled = steps.now(system.actions[t].guard);
        if (question.claim == Claim::excludes) return u_enabled && t_enabled;
        const z3::expr t_after_u = steps.after(u, system.actions[t].guard);
        if (question.claim == Claim::leaves_enabled) return u_enabled && t_enabled && !t_after_u;
        const z3::expr u_after_t = steps.after(t, system.actions[u].guard);
        switch (question.claim) {
            case Claim::moves_left:
                return u_enabled && t_after_u &&
                       !(t_enabled &&
                         ((u_after_t && steps.equal({u, t}, {t, u})) || steps.equal({u, t}, {t})));
            case Claim::accords:
                return u_enabled && t_enabled && !(t_after_u && u_after_t && steps.equal({u, t}, {t, u}));
            default: return u_enabled && t_enabled && !(u_after_t && steps.equal({t, u}, {u}));
        }
    }

    z3::expr literal_of(ir::VariableId variable, const ValueSet& set) {
        const std::tuple key(variable, set.low, set.high, set.mask);
        const auto found = in_set.find(key);
        if (found != in_set.end()) return found->second;
        const z3::expr literal = steps.fresh("set");
        const std::int32_t low = std::max(set.low, 0), high = std::min(set.high, ranges[variable].high);
        z3::expr member = steps.is_between(variable, low, high);
        for (std::int32_t value = low; set.mask != 0 && value <= high; ++value) {
            if (!set.contains(value)) member = member && !steps.is_between(variable, value, value);
        }
        steps.solver().add(z3::implies(literal, member));
        return in_set.emplace(key, literal).first->second;
    }
};

Independence::Independence(const ir::TransitionSystem& system, const std::vector<ir::Term>& invariants,
                           std::vector<Budget> budgets)
    : footprints_(footprints_of(system)),
      implementation_(std::make_unique<Implementation>(system, invariants, std::move(budgets))) {
    for (const ir::Variable& variable : system.variables) {
        if (variable.size < 1)
            throw std::invalid_argument("independence: " + variable.name + " has no value");
    }
    for (std::size_t a = 0; a < footprints_.size(); ++a) {
        const std::vector<ir::VariableId>& writes = footprints_[a].writes;
        if (std::ranges::adjacent_find(writes) != writes.end()) {
            throw std::invalid_argument("independence: " + system.actions[a].name +
                                        " assigns a variable twice");
        }
    }
}

Independence::~Independence() = default;

bool Independence::holds_by_footprints(const Question& question) const {
    const ActionFootprint& u = footprints_.at(question.first);
    if (question.claim == Claim::keeps_false) {
        const ir::TransitionSystem& system = implementation_->system;
        return !meet(u.writes, ir::variables_of(*system.arena, {implementation_->condition(question)}));
    }
    switch (question.claim) {
        case Claim::absorbs:
        case Claim::excludes:
        case Claim::dominated:
        case Claim::overwritten: return false;
        default: break;
    }
    const ActionFootprint& t = footprints_.at(question.second);
    if (question.claim == Claim::leaves_enabled) return !meet(u.writes, t.guard);
    if (question.first == question.second) return false;
    return !meet(u.writes, t.reads) && !meet(u.writes, t.writes) && !meet(t.writes, u.reads);
}

std::set<ir::VariableId> Independence::support_of(const Question& question) const {
    std::set<ir::VariableId> support;
    const auto add = [&](const std::vector<ir::VariableId>& some) {
        support.insert(some.begin(), some.end());
    };
    const auto add_action = [&](std::size_t action) {
        if (action != no_action) add(footprints_[action].reads), add(footprints_[action].writes);
    };
    add_action(question.first);
    if (question.claim == Claim::keeps_false) {
        add(ir::variables_of(*implementation_->system.arena, {implementation_->condition(question)}));
        return support;
    }
    add_action(question.second), add_action(question.third);
    if (question.claim == Claim::dominated) {
        for (const Budget& budget : implementation_->budgets) support.insert(budget.variable);
    }
    return support;
}

bool Independence::applies_in(const Question& question, const State& state) {
    Implementation& own = *implementation_;
    return reductions::applies_in(own.system, own.evaluate, question, state);
}

bool Independence::fails_in(const Question& question, const State& state) {
    Implementation& own = *implementation_;
    return reductions::fails_in(own.system, own.budgets, own.evaluate, question, state);
}

bool Independence::holds(const Question& question, const Box& box) {
    return holds_by_footprints(question) || ask(question, box).has_value();
}

std::optional<Condition> Independence::ask(const Question& question, const Box& box) {
    Implementation& own = *implementation_;
    Knowledge& known = own.known[question];
    const auto covering =
        std::ranges::find_if(known.proved, [&](const Condition& c) { return includes(c, box); });
    if (covering != known.proved.end()) return *covering;
    const std::set<ir::VariableId> support = support_of(question);
    // What else the state has only matters to invariants, and to refuse too much is no error.
    const auto refutes = [&](const State& state) {
        return std::ranges::all_of(support, [&](ir::VariableId v) { return box[v].contains(state[v]); });
    };
    if (std::ranges::any_of(known.refuted, refutes)) return std::nullopt;

    z3::expr_vector assumptions(own.steps.context());
    std::unordered_map<unsigned, ir::VariableId> variable_of;  // of an assumption, by its id
    for (const ir::VariableId v : support) {
        if (own.ranges[v].is_subset_of(box[v])) continue;
        const z3::expr literal = own.literal_of(v, box[v]);
        variable_of.emplace(Z3_get_ast_id(literal.ctx(), literal), v);
        assumptions.push_back(literal);
    }
    ++own.statistics.queries;
    const auto start = std::chrono::steady_clock::now();
    z3::solver& solver = own.steps.solver();
    solver.push();
    solver.add(own.failure(question));
    const z3::check_result result = solver.check(assumptions);
    std::optional<State> state;
    Condition condition;
    if (result == z3::sat) state = own.steps.state(solver.get_model());
    if (result == z3::unsat) {
        for (const z3::expr& literal : solver.unsat_core()) {
            const ir::VariableId v = variable_of.at(Z3_get_ast_id(literal.ctx(), literal));
            condition.emplace_back(v, box[v]);
        }
        std::ranges::sort(condition, {}, &std::pair<ir::VariableId, ValueSet>::first);
    }
    solver.pop();
    own.statistics.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    if (result == z3::unsat) {
        ++own.statistics.proved;
        if (condition.empty()) known.proved.clear();
        known.proved.push_back(condition);
        return condition;
    }
    if (!state) return std::nullopt;  // what is not proved is not used
    if (!fails_in(question, *state)) {
        throw std::logic_error("independence: Z3 refutes a claim in a state in which it does not fail");
    }
    known.refuted.push_back(std::move(*state));
    return std::nullopt;
}

Condition Independence::condition_around(const Question& question, const State& state, std::size_t most) {
    if (holds_by_footprints(question)) return {};
    const Box& ranges = implementation_->ranges;
    std::optional<Condition> condition = ask(question, only_state(state));
    if (!condition)
        throw std::logic_error("independence: no condition around a state in which a claim fails");
    const auto holds_under = [&](const Condition& weaker) {
        Box box = ranges;
        for (const auto& [variable, set] : weaker) box[variable] = set;
        return ask(question, box);
    };
    if (condition->size() > most) return *condition;
    for (std::size_t i = 0; i < condition->size();) {
        Condition without = *condition;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
        if (std::optional<Condition> found = holds_under(without)) {
            condition = std::move(found), i = 0;
        } else {
            ++i;
        }
    }
    for (auto& [variable, set] : *condition) {
        const std::int32_t value = state[variable];
        for (const ValueSet& wider : {ValueSet::between(std::min(value, 1), ranges[variable].high),
                                      ValueSet::between(value, ranges[variable].high),
                                      ValueSet::between(ranges[variable].low, value)}) {
            const ValueSet before = set;
            if (wider == before || wider == ranges[variable]) continue;
            set = wider;
            if (holds_under(*condition)) break;
            set = before;
        }
    }
    return *condition;
}

std::optional<State> Independence::refuted_in(const Question& question) const {
    const auto known = implementation_->known.find(question);
    if (known == implementation_->known.end() || known->second.refuted.empty()) return std::nullopt;
    return known->second.refuted.back();
}

const Independence::Statistics& Independence::statistics() const { return implementation_->statistics; }

std::vector<std::pair<Question, Knowledge>> Independence::learnt() const {
    return {implementation_->known.begin(), implementation_->known.end()};
}

void Independence::remember(const std::vector<std::pair<Question, Knowledge>>& learnt) {
    for (const auto& [question, knowledge] : learnt) implementation_->known[question] = knowledge;
}

std::string Independence::digest() const {
    const ir::TransitionSystem& system = implementation_->system;
    std::string text;
    const auto number = [&text](std::int64_t value) { text += std::to_string(value) + ' '; };
    for (const ir::Variable& variable : system.variables) {
        text += variable.name + '\n';
        number(variable.size), number(variable.initial);
    }
    // Nodes by id: a node id is what a question about a condition names, so all of them count.
    for (ir::NodeId id = 0; id < system.arena->size(); ++id) {
        const ir::Node& node = system.arena->node(id);
        number(static_cast<int>(node.op)), number(node.value), number(node.a), number(node.b), number(node.c);
    }
    for (const ir::Action& action : system.actions) {
        text += action.name + '\n';
        number(action.guard.id());
        for (const auto& [variable, term] : action.assignments) number(variable), number(term.id());
    }
    for (const ir::Term invariant : implementation_->invariants) number(invariant.id());
    for (const Budget& budget : implementation_->budgets)
        number(budget.variable), number(budget.counts_up ? 1 : 0);
    const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash);
    std::string hex;
    for (const unsigned char byte : canonical.digest) {
        constexpr char digits[] = "0123456789abcdef";
        hex += digits[byte >> 4], hex += digits[byte & 15];
    }
    return hex;
}

}  // namespace kcheck::checker::reductions
