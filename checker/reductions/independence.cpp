// The formulas: x is a state of solver constants; after(u) is what its variables hold after u, as
// formulas over x; after(u, t) the same after u and then t. Two successors are compared where one of
// the two actions writes.
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

#include "checker/reductions/two_steps.hpp"

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
    Implementation(const ir::TransitionSystem& of, const std::vector<ir::Term>& assumed)
        : system(of), invariants(assumed), steps(of), evaluate(*of.arena), ranges(all_states(of)) {
        for (const ir::Term invariant : invariants) steps.solver().add(steps.now(invariant));
    }

    const ir::TransitionSystem& system;
    std::vector<ir::Term> invariants;
    TwoSteps steps;
    ir::Evaluator evaluate;
    Box ranges;
    std::map<Question, Knowledge> known;
    std::map<std::tuple<ir::VariableId, std::int32_t, std::int32_t, std::uint64_t>, z3::expr> in_set;
    Statistics statistics;

    ir::Term condition(const Question& question) const {
        return ir::Term(*system.arena, static_cast<ir::NodeId>(question.second));
    }

    z3::expr failure(const Question& question) {
        const std::size_t u = question.first, t = question.second;
        const z3::expr u_enabled = steps.now(system.actions[u].guard);
        if (question.claim == Claim::keeps_false) {
            return u_enabled && !steps.now(condition(question)) && steps.after(u, condition(question));
        }
        const z3::expr t_enabled = steps.now(system.actions[t].guard);
        const z3::expr t_after_u = steps.after(u, system.actions[t].guard);
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

Independence::Independence(const ir::TransitionSystem& system, const std::vector<ir::Term>& invariants)
    : footprints_(footprints_of(system)),
      implementation_(std::make_unique<Implementation>(system, invariants)) {
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
    if (question.claim == Claim::absorbs || question.first == question.second) return false;
    const ActionFootprint& t = footprints_.at(question.second);
    return !meet(u.writes, t.reads) && !meet(u.writes, t.writes) && !meet(t.writes, u.reads);
}

std::set<ir::VariableId> Independence::support_of(const Question& question) const {
    std::set<ir::VariableId> support;
    const auto add = [&](const std::vector<ir::VariableId>& some) {
        support.insert(some.begin(), some.end());
    };
    add(footprints_[question.first].reads), add(footprints_[question.first].writes);
    if (question.claim == Claim::keeps_false) {
        add(ir::variables_of(*implementation_->system.arena, {implementation_->condition(question)}));
    } else {
        add(footprints_[question.second].reads), add(footprints_[question.second].writes);
    }
    return support;
}

bool Independence::fails_in(const Question& question, const State& state) {
    ir::Evaluator& evaluate = implementation_->evaluate;
    const ir::TransitionSystem& system = implementation_->system;
    const auto enabled = [&](std::size_t action, const State& in) {
        evaluate.reset(in);
        return evaluate(system.actions[action].guard) != 0;
    };
    const auto after = [&](std::size_t action, const State& in) {
        evaluate.reset(in);
        State next = in;
        for (const auto& [variable, term] : system.actions[action].assignments)
            next[variable] = evaluate(term);
        return next;
    };
    const std::size_t u = question.first, t = question.second;
    if (!enabled(u, state)) return false;
    const State after_u = after(u, state);
    if (question.claim == Claim::keeps_false) {
        evaluate.reset(state);
        if (evaluate(implementation_->condition(question)) != 0) return false;
        evaluate.reset(after_u);
        return evaluate(implementation_->condition(question)) != 0;
    }
    const bool t_enabled = enabled(t, state), t_after_u = enabled(t, after_u);
    if (question.claim == Claim::moves_left ? !t_after_u : !t_enabled) return false;
    if (!t_enabled) return true;
    const State after_t = after(t, state);
    const bool u_after_t = enabled(u, after_t);
    switch (question.claim) {
        case Claim::moves_left: {
            const State both = after(t, after_u);
            return both != after_t && !(u_after_t && after(u, after_t) == both);
        }
        case Claim::accords: return !(t_after_u && u_after_t && after(u, after_t) == after(t, after_u));
        default: return !(u_after_t && after(u, after_t) == after_u);
    }
}

bool Independence::holds(const Question& question, const Box& box) {
    if (holds_by_footprints(question)) return true;
    Implementation& own = *implementation_;
    Knowledge& known = own.known[question];
    if (std::ranges::any_of(known.proved, [&](const Condition& c) { return includes(c, box); })) return true;
    const std::set<ir::VariableId> support = support_of(question);
    // What else the state has only matters to invariants, and to refuse too much is no error.
    const auto refutes = [&](const State& state) {
        return std::ranges::all_of(support, [&](ir::VariableId v) { return box[v].contains(state[v]); });
    };
    if (std::ranges::any_of(known.refuted, refutes)) return false;

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
        known.proved.push_back(std::move(condition));
        return true;
    }
    if (!state) return false;  // what is not proved is not used
    if (!fails_in(question, *state)) {
        throw std::logic_error("independence: Z3 refutes a claim in a state in which it does not fail");
    }
    known.refuted.push_back(std::move(*state));
    return false;
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
