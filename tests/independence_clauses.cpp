// Inductive clauses: true in every reachable state, and the relation that they make stronger.
#include <catch2/catch.hpp>

#include <set>

#include "checker/reductions/inductive_clauses.hpp"
#include "tests/independence_systems.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using namespace kcheck::checker::reductions;

namespace {

std::set<State> reachable(const ir::TransitionSystem& system) {
    State initial;
    for (const ir::Variable& variable : system.variables) initial.push_back(variable.initial);
    std::set<State> seen{initial};
    std::vector<State> pending{initial};
    while (!pending.empty()) {
        const State state = pending.back();
        pending.pop_back();
        for (const ir::Action& action : system.actions) {
            const auto next = step(system, action, state);
            if (next && seen.insert(*next).second) pending.push_back(*next);
        }
    }
    return seen;
}

}  // namespace

TEST_CASE("every clause holds in every reachable state, however poor the sample") {
    std::size_t found = 0, with_all = 0;
    for (unsigned seed = 0; seed < 30; ++seed) {
        const RandomSystem random = random_system(seed);
        const std::set<State> states = reachable(random.system);
        const std::vector<State> all(states.begin(), states.end());
        for (const bool poor : {true, false}) {
            const auto clauses = inductive_clauses(random.system, poor ? std::vector<State>{all[0]} : all);
            (poor ? found : with_all) += clauses.size();
            const std::vector<ir::Term> terms = terms_of(random.system, clauses);
            const Box domain = domain_of(random.system, clauses);
            ir::Evaluator evaluate(*random.system.arena);
            for (const State& state : all) {
                evaluate.reset(state);
                for (const ir::Term term : terms) {
                    if (evaluate(term) == 0) FAIL("seed " << seed);
                }
                if (!contains(domain, state)) FAIL("domain, seed " << seed);
            }
        }
    }
    CHECK(with_all > 100);
    CHECK(found > 10);
}

TEST_CASE("a hole in a queue is excluded, and so a claim holds") {
    SystemBuilder b;
    const ir::Term first = b.variable("first", 2), second = b.variable("second", 2),
                   out = b.variable("out", 2);
    b.action("push", second == 0,
             {{first, b.number(1)}, {second, select(first == 0, b.number(0), b.number(1))}});
    b.action("take", first != 0, {{first, second}, {second, b.number(0)}, {out, b.number(1) - out}});
    const std::vector<State> samples = sample_states(b.system, 100, 1);
    CHECK(samples.size() == 6);
    CHECK(samples == sample_states(b.system, 100, 1));
    const std::vector<Clause> clauses = inductive_clauses(b.system, samples);
    CHECK(clauses == std::vector<Clause>{{{0, 1, true}, {1, 0, true}}});
    // Given what is not so, more follows: whoever gives it has to have proved it.
    CHECK(inductive_clauses(b.system, {{0, 0, 0}}, {second == 0, first == 0, out == 0}).size() == 3);
}

TEST_CASE("a claim that is false in a state that clauses exclude") {
    SystemBuilder b;
    const ir::Term x = b.variable("x", 3), y = b.variable("y", 2), never = b.variable("never", 2);
    b.action("both", x == 0, {{x, b.number(1)}, {y, b.number(1)}});
    b.action("on", x == 1, {{x, b.number(2)}});
    b.action("alarm", x == 2 && y == 0, {{never, b.number(1)}});
    const Question question{Claim::keeps_false, 2, (never == 1).id()};
    CHECK_FALSE(Independence(b.system, {}).holds(question, all_states(b.system)));
    const auto clauses = inductive_clauses(b.system, sample_states(b.system, 100, 1));
    CHECK(Independence(b.system, terms_of(b.system, clauses)).holds(question, all_states(b.system)));
    CHECK(domain_of(b.system, clauses)[2] == ValueSet::only(0));
}

TEST_CASE("stubborn sets with inductive clauses preserve the same") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const RandomSystem random = random_system(seed);
        const ReducedSearchResult plain = plain_search(random);
        const auto clauses = inductive_clauses(random.system, sample_states(random.system, 200, seed));
        Independence independence(random.system, terms_of(random.system, clauses));
        const StubbornOptions options{.absorb = true, .domain = domain_of(random.system, clauses)};
        const ReducedSearchResult reduced =
            search(random.system, random.goals,
                   {.oracle = &independence, .stubborn = options, .budgets = random.budgets});
        INFO("seed " << seed);
        CHECK(reduced.quiescent == plain.quiescent);
        for (std::size_t i = 0; i < plain.bad.size(); ++i) {
            CHECK(reduced.bad[i].has_value() == plain.bad[i].has_value());
        }
    }
}
