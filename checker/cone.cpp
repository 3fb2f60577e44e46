// Cone-of-influence reduction.
//
// The cone is the least set of variables that contains those of the properties
// and, for every action that assigns a variable of the cone, those of its guard
// and of the assigned terms. Dropping the other variables, and the actions that
// assign none of the cone, is exact: what is dropped are steps that leave the
// cone as it is, and every run of what remains is a run of the whole system,
// because no remaining guard reads a dropped variable. Shortest counterexamples
// keep their length, since stuttering steps are never part of one.
//
// E. M. Clarke, O. Grumberg, D. Peled, "Model Checking", 1999, section 13.1; the
// refinement to guarded actions (a guard counts only where its action writes into
// the cone) is that of program slicing. Linear in the terms.
#include "checker/cone.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_set>

#include "ir/interval.hpp"
#include "ir/substitution.hpp"

namespace kcheck::checker {
namespace {

using ir::Term;
using ir::VariableId;

bool identity(Term term, VariableId variable) {
    return term.node().op == ir::Op::variable && static_cast<VariableId>(term.node().value) == variable;
}

void validate(const ir::TransitionSystem& system) {
    for (const ir::Variable& variable : system.variables) {
        if (variable.initial < 0 || variable.initial >= variable.size) {
            throw std::invalid_argument("symbolic: the initial value of " + variable.name +
                                        " is out of its range");
        }
    }
    for (const ir::Action& action : system.actions) {
        std::unordered_set<VariableId> assigned;
        for (const auto& [variable, term] : action.assignments) {
            if (variable >= system.variables.size() || !assigned.insert(variable).second) {
                throw std::invalid_argument("symbolic: " + action.name + " assigns a variable twice or none");
            }
        }
    }
}

std::size_t index_of(const ir::TransitionSystem& system, const std::string& name) {
    const auto found = std::ranges::find(system.invariants, name, &ir::Invariant::name);
    if (found == system.invariants.end())
        throw std::invalid_argument("symbolic: no invariant is named " + name);
    return static_cast<std::size_t>(found - system.invariants.begin());
}

std::vector<Problem::Property> properties_of(const ir::TransitionSystem& system,
                                             const std::vector<std::string>& names, bool with_lemmas) {
    if (names.empty()) throw std::invalid_argument("symbolic: no invariant to check");
    std::vector<Problem::Property> properties;
    for (const std::string& name : names) {
        const std::size_t index = index_of(system, name);
        const ir::Invariant& invariant = system.invariants[index];
        properties.push_back({index, Part::holds, invariant.holds});
        if (with_lemmas && invariant.lemma.is_set())
            properties.push_back({index, Part::lemma, invariant.lemma});
    }
    return properties;
}

/// Whether each variable of the system is in the cone of the properties.
std::vector<bool> cone_of(const ir::TransitionSystem& system,
                          const std::vector<Problem::Property>& properties) {
    std::vector<bool> inside(system.variables.size(), false);
    std::vector<VariableId> pending;
    // Terms share most of what they are made of: each node is entered once for all of them.
    std::vector<bool> entered(system.arena->size(), false);
    std::vector<ir::NodeId> nodes;
    const auto enter = [&](Term term) {
        nodes.push_back(term.id());
        while (!nodes.empty()) {
            const ir::NodeId id = nodes.back();
            nodes.pop_back();
            if (entered[id]) continue;
            entered[id] = true;
            const ir::Node& node = system.arena->node(id);
            const ir::NodeId operands[] = {node.a, node.b, node.c};
            for (int i = 0; i < ir::operand_count(node.op); ++i) nodes.push_back(operands[i]);
            if (node.op != ir::Op::variable) continue;
            const auto v = static_cast<VariableId>(node.value);
            if (!inside.at(v)) {
                inside[v] = true;
                pending.push_back(v);
            }
        }
    };
    struct Write {
        std::size_t action;
        Term term;
    };
    std::vector<std::vector<Write>> writes(system.variables.size());
    for (std::size_t a = 0; a < system.actions.size(); ++a) {
        for (const auto& [variable, term] : system.actions[a].assignments) {
            if (!identity(term, variable)) writes[variable].push_back({a, term});
        }
    }
    std::vector<bool> guarded(system.actions.size(), false);
    for (const Problem::Property& property : properties) enter(property.term);
    while (!pending.empty()) {
        const VariableId variable = pending.back();
        pending.pop_back();
        for (const Write& write : writes[variable]) {
            enter(write.term);
            if (!guarded[write.action]) enter(system.actions[write.action].guard);
            guarded[write.action] = true;
        }
    }
    return inside;
}

/// Splits conjunctions, so that an action is later checked only against the
/// conjuncts that read what it writes.
void add_conjuncts(Problem& problem, const Problem::Property& property) {
    std::vector<Term> pending{property.term};
    std::unordered_set<ir::NodeId> seen;
    while (!pending.empty()) {
        const Term term = pending.back();
        pending.pop_back();
        if (!seen.insert(term.id()).second || term.is_constant(1)) continue;
        if (term.node().op == ir::Op::both) {
            pending.emplace_back(*problem.arena, term.node().b);
            pending.emplace_back(*problem.arena, term.node().a);
        } else {
            problem.properties.push_back({property.invariant, property.part, term});
        }
    }
}

/// Needs the intervals of all assigned terms, so it runs once they all exist.
void add_range_obligations(Problem& problem) {
    const std::vector<ir::Interval> interval = ir::intervals(*problem.arena, problem.sizes);
    for (Problem::Action& action : problem.actions) {
        action.in_range = problem.arena->boolean(true);
        for (const auto& [variable, term] : action.assignments) {
            const auto [low, high] = interval[term.id()];
            if (low < 0) action.in_range = action.in_range && term >= 0;
            if (high >= problem.sizes[variable])
                action.in_range = action.in_range && term < problem.sizes[variable];
        }
    }
}

}  // namespace

Problem reduce(const ir::TransitionSystem& system, const std::vector<std::string>& invariants,
               bool with_lemmas, bool cone_of_influence) {
    validate(system);
    const std::vector<Problem::Property> properties = properties_of(system, invariants, with_lemmas);
    const std::vector<bool> inside =
        cone_of_influence ? cone_of(system, properties) : std::vector<bool>(system.variables.size(), true);

    Problem problem;
    std::vector<VariableId> position(system.variables.size());
    for (VariableId v = 0; v < system.variables.size(); ++v) {
        if (!inside[v]) continue;
        position[v] = static_cast<VariableId>(problem.variables.size());
        problem.variables.push_back(v);
        problem.sizes.push_back(system.variables[v].size);
        problem.initial.push_back(system.variables[v].initial);
    }
    ir::Substitution copy(*system.arena, *problem.arena,
                          [&](VariableId v) { return problem.arena->variable(position[v]); });

    for (const Problem::Property& property : properties) {
        add_conjuncts(problem, {property.invariant, property.part, copy(property.term)});
    }
    for (std::size_t a = 0; a < system.actions.size(); ++a) {
        const ir::Action& action = system.actions[a];
        Problem::Action reduced{.original = a, .guard = {}, .in_range = {}, .assignments = {}};
        for (const auto& [variable, term] : action.assignments) {
            if (inside[variable] && !identity(term, variable)) {
                reduced.assignments.emplace_back(position[variable], copy(term));
            }
        }
        if (reduced.assignments.empty()) continue;
        reduced.guard = copy(action.guard);
        if (!reduced.guard.is_constant(0)) problem.actions.push_back(std::move(reduced));
    }
    add_range_obligations(problem);
    return problem;
}

}  // namespace kcheck::checker
