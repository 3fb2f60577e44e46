// Small transition systems with known answers, and an explicit search to compare with.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/symbolic.hpp"
#include "ir/transition_system.hpp"

namespace kcheck::tests {

/// Adds variables, actions and invariants in the order in which they are written.
struct SystemBuilder {
    ir::TransitionSystem system;

    ir::Term variable(const std::string& name, std::int32_t size, std::int32_t initial = 0) {
        system.variables.push_back({name, size, initial});
        return system.arena->variable(static_cast<ir::VariableId>(system.variables.size() - 1));
    }
    ir::Term number(std::int32_t value) { return system.arena->integer(value); }
    ir::Term truth(bool value) { return system.arena->boolean(value); }
    void action(const std::string& name, ir::Term guard,
                const std::vector<std::pair<ir::Term, ir::Term>>& assignments) {
        ir::Action action{name, guard, {}};
        for (const auto& [variable, value] : assignments) {
            action.assignments.emplace_back(static_cast<ir::VariableId>(variable.node().value), value);
        }
        system.actions.push_back(std::move(action));
    }
    void invariant(const std::string& name, ir::Term holds, ir::Term lemma = {}) {
        system.invariants.push_back({name, holds, lemma});
    }
};

using State = checker::SymbolicState;

inline bool holds(const ir::TransitionSystem& system, ir::Term term, const State& state) {
    ir::Evaluator evaluate(*system.arena);
    evaluate.reset(state);
    return evaluate(term) != 0;
}

/// The successor, or nullopt if the action is not enabled.
inline std::optional<State> step(const ir::TransitionSystem& system, const ir::Action& action,
                                 const State& state) {
    ir::Evaluator evaluate(*system.arena);
    evaluate.reset(state);
    if (evaluate(action.guard) == 0) return std::nullopt;
    State next = state;
    for (const auto& [variable, term] : action.assignments) next[variable] = evaluate(term);
    return next;
}

inline bool in_range(const ir::TransitionSystem& system, const State& state) {
    for (std::size_t v = 0; v < state.size(); ++v) {
        if (state[v] < 0 || state[v] >= system.variables[v].size) return false;
    }
    return true;
}

/// The length of a shortest run to a state outside the ranges or outside `property`;
/// nullopt if there is none. Explores every reachable state.
inline std::optional<int> shortest_violation(const ir::TransitionSystem& system, ir::Term property) {
    State initial;
    for (const ir::Variable& variable : system.variables) initial.push_back(variable.initial);
    std::map<State, int> depth{{initial, 0}};
    std::deque<State> queue{initial};
    while (!queue.empty()) {
        const State state = queue.front();
        queue.pop_front();
        if (!in_range(system, state) || !holds(system, property, state)) return depth[state];
        for (const ir::Action& action : system.actions) {
            const std::optional<State> next = step(system, action, state);
            if (next && depth.try_emplace(*next, depth[state] + 1).second) queue.push_back(*next);
        }
    }
    return std::nullopt;
}

/// Every step of the trace is a step of the system.
inline bool is_path(const ir::TransitionSystem& system, const checker::SymbolicTrace& trace) {
    State state = trace.initial;
    for (const checker::SymbolicStep& taken : trace.steps) {
        if (step(system, system.actions.at(taken.action), state) != taken.state) return false;
        state = taken.state;
    }
    return true;
}

inline const State& last_state(const checker::SymbolicTrace& trace) {
    return trace.steps.empty() ? trace.initial : trace.steps.back().state;
}

}  // namespace kcheck::tests
