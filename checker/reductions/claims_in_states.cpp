#include "checker/reductions/claims_in_states.hpp"

namespace kcheck::checker::reductions {

ir::Term condition_of(const ir::TransitionSystem& system, const Question& question) {
    return ir::Term(*system.arena, static_cast<ir::NodeId>(question.second));
}

std::vector<std::size_t> instead_of(const Question& question) {
    std::vector<std::size_t> sequence;
    for (const std::size_t action : {question.second, question.third}) {
        if (action != no_action) sequence.push_back(action);
    }
    return sequence;
}

namespace {

/// Steps of single states.
class Runner {
public:
    Runner(const ir::TransitionSystem& system, ir::Evaluator& evaluate)
        : system_(system), evaluate_(evaluate) {}

    bool is(ir::Term term, const State& state) {
        evaluate_.reset(state);
        return evaluate_(term) != 0;
    }
    bool enabled(std::size_t action, const State& state) { return is(system_.actions[action].guard, state); }
    /// Nothing if one of them is not enabled when its turn comes.
    std::optional<State> after(const std::vector<std::size_t>& sequence, State state) {
        for (const std::size_t action : sequence) {
            evaluate_.reset(state);
            if (evaluate_(system_.actions[action].guard) == 0) return std::nullopt;
            State next = state;
            for (const auto& [variable, term] : system_.actions[action].assignments)
                next[variable] = evaluate_(term);
            state = std::move(next);
        }
        return state;
    }

private:
    const ir::TransitionSystem& system_;
    ir::Evaluator& evaluate_;
};

}  // namespace

bool applies_in(const ir::TransitionSystem& system, ir::Evaluator& evaluate, const Question& question,
                const State& state) {
    Runner run(system, evaluate);
    const std::size_t u = question.first, t = question.second;
    switch (question.claim) {
        case Claim::keeps_false:
            return run.enabled(u, state) && !run.is(condition_of(system, question), state);
        case Claim::excludes:
        case Claim::dominated: return run.enabled(u, state);
        case Claim::overwritten: return run.after({u, t, question.third}, state).has_value();
        case Claim::moves_left: return run.after({u, t}, state).has_value();
        default: return run.enabled(u, state) && run.enabled(t, state);
    }
}

bool fails_in(const ir::TransitionSystem& system, const std::vector<Budget>& budgets, ir::Evaluator& evaluate,
              const Question& question, const State& state) {
    if (!applies_in(system, evaluate, question, state)) return false;
    Runner run(system, evaluate);
    const std::size_t u = question.first, t = question.second;
    switch (question.claim) {
        case Claim::keeps_false: return run.is(condition_of(system, question), *run.after({u}, state));
        case Claim::excludes: return run.enabled(t, state);
        case Claim::leaves_enabled: return !run.after({u, t}, state);
        case Claim::overwritten:
            return run.after({t, question.third}, state) != run.after({u, t, question.third}, state);
        case Claim::dominated: {
            std::optional<State> better = run.after(instead_of(question), state);
            const State after_u = *run.after({u}, state);
            if (!better) return true;
            for (const Budget& budget : budgets) {
                std::int32_t& left = (*better)[budget.variable];
                const std::int32_t used = after_u[budget.variable];
                if (budget.counts_up ? left > used : left < used) return true;
                left = used;
            }
            return *better != after_u;
        }
        case Claim::moves_left: {
            const std::optional<State> alone = run.after({t}, state), both = run.after({u, t}, state);
            return !alone || (both != alone && run.after({t, u}, state) != both);
        }
        case Claim::accords: {
            const std::optional<State> both = run.after({u, t}, state);
            return !both || run.after({t, u}, state) != both;
        }
        default: return run.after({t, u}, state) != run.after({u}, state);
    }
}

}  // namespace kcheck::checker::reductions
