#include "checker/reductions/inductive_clauses.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>

#include "checker/reductions/steps.hpp"

namespace kcheck::checker::reductions {
namespace {

using State = std::vector<std::int32_t>;

constexpr int walk_length = 200;

bool holds(const Literal& literal, const State& state) {
    return (state[literal.variable] == literal.value) == literal.equal;
}
bool holds(const Clause& clause, const State& state) {
    return holds(clause.a, state) || holds(clause.b, state);
}

ir::Term term_of(ir::Arena& arena, const Literal& literal) {
    const ir::Term is = arena.variable(literal.variable) == literal.value;
    return literal.equal ? is : !is;
}

/// By sample, whether the literal is false.
using Bits = std::vector<std::uint64_t>;

Bits where_false(const Literal& literal, const std::vector<State>& samples) {
    Bits bits((samples.size() + 63) / 64, 0);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (!holds(literal, samples[i])) bits[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    return bits;
}

bool disjoint(const Bits& a, const Bits& b) {
    for (std::size_t w = 0; w < a.size(); ++w) {
        if ((a[w] & b[w]) != 0) return false;
    }
    return true;
}

std::set<std::int32_t> values_in(const std::vector<State>& samples, ir::VariableId variable) {
    std::set<std::int32_t> seen;
    for (const State& state : samples) seen.insert(state[variable]);
    return seen;
}

std::vector<Clause> candidates(const ir::TransitionSystem& system, const std::vector<State>& samples) {
    std::vector<Clause> clauses = values_not_in(system, samples);
    std::vector<Literal> literals;
    for (ir::VariableId v = 0; v < system.variables.size(); ++v) {
        const std::set<std::int32_t> seen = values_in(samples, v);
        for (const std::int32_t value : seen) {
            const Literal is{v, value, true}, is_not{v, value, false};
            if (seen.size() > 1) {
                literals.push_back(is);
                if (seen.size() > 2) literals.push_back(is_not);  // of two values one is not the other
            }
        }
    }
    std::vector<Bits> bits;
    for (const Literal& literal : literals) bits.push_back(where_false(literal, samples));
    for (std::size_t i = 0; i < literals.size(); ++i) {
        for (std::size_t j = i + 1; j < literals.size(); ++j) {
            if (literals[i].variable != literals[j].variable && disjoint(bits[i], bits[j])) {
                clauses.push_back({literals[i], literals[j]});
            }
        }
    }
    return clauses;
}

class Houdini {
public:
    Houdini(const ir::TransitionSystem& system, std::vector<Clause> clauses,
            const std::vector<ir::Term>& given)
        : system_(system),
          steps_(system),
          evaluate_(*system.arena),
          given_(given),
          clauses_(std::move(clauses)) {
        by_variable_.resize(system.variables.size());
        for (std::size_t i = 0; i < clauses_.size(); ++i) {
            by_variable_[clauses_[i].a.variable].push_back(i);
            by_variable_[clauses_[i].b.variable].push_back(i);
            terms_.push_back(term_of(*system.arena, clauses_[i].a) || term_of(*system.arena, clauses_[i].b));
        }
        alive_.assign(clauses_.size(), true);
        for (const ir::Term term : given) steps_.solver().add(steps_.now(term));
    }

    std::vector<Clause> greatest_inductive() {
        State initial;
        for (const ir::Variable& variable : system_.variables) initial.push_back(variable.initial);
        drop_broken(initial);
        for (bool dropped = true; dropped;) {
            dropped = false;
            // What is dropped in this round is still assumed in it: the next one sees what that changes.
            steps_.solver().push();
            for (std::size_t i = 0; i < clauses_.size(); ++i) {
                if (alive_[i]) steps_.solver().add(steps_.now(terms_[i]));
            }
            for (std::size_t a = 0; a < system_.actions.size(); ++a) dropped |= drop_broken_by(a);
            steps_.solver().pop();
        }
        std::vector<Clause> result;
        for (std::size_t i = 0; i < clauses_.size(); ++i) {
            if (alive_[i]) result.push_back(clauses_[i]);
        }
        return result;
    }

private:
    bool drop_broken(const State& state) {
        bool dropped = false;
        for (std::size_t i = 0; i < clauses_.size(); ++i) {
            if (!alive_[i] || holds(clauses_[i], state)) continue;
            alive_[i] = false;
            dropped = true;
        }
        return dropped;
    }

    bool drop_broken_by(std::size_t action) {
        std::set<std::size_t> touched;
        for (const auto& [variable, term] : system_.actions[action].assignments) {
            for (const std::size_t i : by_variable_[variable]) {
                if (alive_[i]) touched.insert(i);
            }
        }
        z3::solver& solver = steps_.solver();
        bool dropped = false;
        solver.push();
        solver.add(steps_.now(system_.actions[action].guard));
        for (const ir::Term term : given_) solver.add(steps_.after(action, term));
        while (!touched.empty()) {
            z3::expr_vector broken(steps_.context());
            for (const std::size_t i : touched) broken.push_back(!steps_.after(action, terms_[i]));
            solver.push();
            solver.add(z3::mk_or(broken));
            const z3::check_result result = solver.check();
            std::optional<State> state;
            if (result == z3::sat) state = steps_.state(solver.get_model());
            solver.pop();
            if (result == z3::unknown)
                throw std::runtime_error("inductive clauses: z3: " + solver.reason_unknown());
            if (!state) break;
            if (!drop_broken(after(*state, action))) {
                throw std::logic_error("inductive clauses: Z3 breaks none of them in its counterexample");
            }
            dropped = true;
            std::erase_if(touched, [this](std::size_t i) { return !alive_[i]; });
        }
        solver.pop();
        return dropped;
    }

    State after(const State& state, std::size_t action) {
        evaluate_.reset(state);
        State next = state;
        for (const auto& [variable, term] : system_.actions[action].assignments)
            next[variable] = evaluate_(term);
        return next;
    }

    const ir::TransitionSystem& system_;
    Steps steps_;
    ir::Evaluator evaluate_;
    const std::vector<ir::Term>& given_;
    std::vector<Clause> clauses_;
    std::vector<ir::Term> terms_;  // by clause
    std::vector<bool> alive_;      // likewise
    std::vector<std::vector<std::size_t>> by_variable_;
};

}  // namespace

std::vector<State> sample_states(const ir::TransitionSystem& system, std::size_t count, unsigned seed) {
    ir::Evaluator evaluate(*system.arena);
    const auto successors = [&](const State& state) {
        evaluate.reset(state);
        std::vector<std::pair<std::size_t, State>> found;
        for (std::size_t a = 0; a < system.actions.size(); ++a) {
            if (evaluate(system.actions[a].guard) == 0) continue;
            State next = state;
            for (const auto& [variable, term] : system.actions[a].assignments)
                next[variable] = evaluate(term);
            found.emplace_back(a, std::move(next));
        }
        return found;
    };
    State initial;
    for (const ir::Variable& variable : system.variables) initial.push_back(variable.initial);
    std::set<State> seen{initial};
    std::vector<State> samples{initial};
    const auto add = [&](const State& state) {
        if (samples.size() < count && seen.insert(state).second) samples.push_back(state);
    };
    for (std::size_t next = 0; next < samples.size() && samples.size() < count / 4; ++next) {
        const State state = samples[next];
        for (const auto& [action, successor] : successors(state)) add(successor);
    }
    // Actions have weights that differ from run to run, so that some runs are far from the average.
    std::mt19937 random(seed);
    for (std::size_t run = 0; run < count && samples.size() < count; ++run) {
        std::vector<unsigned> weight(system.actions.size());
        for (unsigned& w : weight) w = 1U << random() % 8;
        State state = initial;
        for (int i = 0; i < walk_length; ++i) {
            auto next = successors(state);
            if (next.empty()) break;
            unsigned sum = 0;
            for (const auto& [action, successor] : next) sum += weight[action];
            unsigned at = random() % sum;
            const auto chosen = std::ranges::find_if(next, [&](const auto& step) {
                const bool here = at < weight[step.first];
                at -= weight[step.first];
                return here;
            });
            state = std::move(chosen->second);
            add(state);
        }
    }
    return samples;
}

std::vector<Clause> inductive_clauses(const ir::TransitionSystem& system, const std::vector<State>& samples,
                                      const std::vector<ir::Term>& given) {
    return Houdini(system, candidates(system, samples), given).greatest_inductive();
}

std::vector<Clause> inductive_subset(const ir::TransitionSystem& system, std::vector<Clause> candidates,
                                     const std::vector<ir::Term>& given) {
    return Houdini(system, std::move(candidates), given).greatest_inductive();
}

std::vector<Clause> values_not_in(const ir::TransitionSystem& system, const std::vector<State>& samples) {
    std::vector<Clause> clauses;
    for (ir::VariableId v = 0; v < system.variables.size(); ++v) {
        const std::set<std::int32_t> seen = values_in(samples, v);
        for (std::int32_t value = 0; value < system.variables[v].size; ++value) {
            if (!seen.contains(value)) clauses.push_back({{v, value, false}, {v, value, false}});
        }
    }
    return clauses;
}

std::vector<ir::Term> terms_of(const ir::TransitionSystem& system, const std::vector<Clause>& clauses) {
    std::vector<ir::Term> terms;
    for (const Clause& clause : clauses) {
        terms.push_back(term_of(*system.arena, clause.a) || term_of(*system.arena, clause.b));
    }
    return terms;
}

Box domain_of(const ir::TransitionSystem& system, const std::vector<Clause>& clauses) {
    std::vector<std::set<std::int32_t>> excluded(system.variables.size());
    for (const Clause& clause : clauses) {
        if (clause.a == clause.b && !clause.a.equal) excluded[clause.a.variable].insert(clause.a.value);
    }
    Box domain = all_states(system);
    for (std::size_t v = 0; v < domain.size(); ++v) {
        std::optional<ValueSet> rest;
        for (std::int32_t value = 0; value < system.variables[v].size && !excluded[v].empty(); ++value) {
            if (excluded[v].contains(value)) continue;
            rest = rest ? united(*rest, ValueSet::only(value)) : ValueSet::only(value);
        }
        if (rest) domain[v] = *rest;
    }
    return domain;
}

}  // namespace kcheck::checker::reductions
