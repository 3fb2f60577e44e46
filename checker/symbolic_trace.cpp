// Replay before report: an answer of the solver is believed only after the
// unreduced system, evaluated without the encoding, agrees with it step by step.
// Linear in the length of the trace times the terms of its actions.
#include "checker/symbolic_trace.hpp"

#include <optional>
#include <stdexcept>

namespace kcheck::checker {
namespace {

struct Failure {
    Part part;
    std::string name;
};

void confirm(bool condition, const std::string& what) {
    if (!condition) throw std::logic_error("symbolic: the solver's trace does not re-execute: " + what);
}

SymbolicState successor(const ir::TransitionSystem& system, std::size_t action, const SymbolicState& state) {
    ir::Evaluator evaluate(*system.arena);
    evaluate.reset(state);
    confirm(evaluate(system.actions[action].guard) == 1, system.actions[action].name + " is not enabled");
    SymbolicState next = state;
    for (const auto& [variable, term] : system.actions[action].assignments) next[variable] = evaluate(term);
    return next;
}

std::optional<Failure> failure_in(const ir::TransitionSystem& system, const Problem& problem,
                                  const SymbolicState& state) {
    for (const ir::VariableId v : problem.variables) {
        const ir::Variable& variable = system.variables[v];
        if (state[v] < 0 || state[v] >= variable.size) return Failure{Part::range, variable.name};
    }
    ir::Evaluator evaluate(*system.arena);
    evaluate.reset(state);
    for (const Problem::Property& property : problem.properties) {
        const ir::Invariant& invariant = system.invariants[property.invariant];
        const ir::Term term = property.part == Part::lemma ? invariant.lemma : invariant.holds;
        if (evaluate(term) == 0) return Failure{property.part, invariant.name};
    }
    return std::nullopt;
}

bool agrees(const Problem& problem, const SymbolicState& state, const std::vector<std::int32_t>& cone) {
    for (std::size_t i = 0; i < cone.size(); ++i) {
        if (state[problem.variables[i]] != cone[i]) return false;
    }
    return true;
}

}  // namespace

CheckedTrace execute(const ir::TransitionSystem& system, const Problem& problem, const Path& path) {
    SymbolicState state;
    for (const ir::Variable& variable : system.variables) state.push_back(variable.initial);
    for (std::size_t i = 0; i < problem.variables.size(); ++i)
        state[problem.variables[i]] = path.states.at(0)[i];

    SymbolicTrace trace{state, {}};
    std::optional<Failure> failure = failure_in(system, problem, state);
    for (std::size_t i = 0; i < path.actions.size(); ++i) {
        confirm(!failure, "it fails before its end");
        state = successor(system, path.actions[i], state);
        trace.steps.push_back({path.actions[i], state});
        failure = failure_in(system, problem, state);
        // A value out of its range has no counterpart in the encoding.
        const bool comparable = i + 1 < path.states.size() && !(failure && failure->part == Part::range);
        confirm(!comparable || agrees(problem, state, path.states[i + 1]),
                "another state after step " + std::to_string(i + 1));
    }
    confirm(failure.has_value(), "nothing fails at its end");
    return {std::move(trace), failure->part, std::move(failure->name)};
}

}  // namespace kcheck::checker
