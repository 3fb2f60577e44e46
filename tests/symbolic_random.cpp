// Random systems, compared with explicit exploration.
#include <catch2/catch.hpp>
#include <random>

#include "tests/symbolic_systems.hpp"

using namespace kcheck;
using namespace kcheck::checker;
using namespace kcheck::tests;
using ir::Term;

namespace {

constexpr int no_limit = 100;  // more than any of these systems has states

class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    /// At most 4 variables of at most 3 values. Assigned values are clamped into
    /// their ranges, or not.
    ir::TransitionSystem system(bool clamped) {
        SystemBuilder b;
        variables_.clear();
        const int count = 2 + below(3);
        for (int v = 0; v < count; ++v) {
            const int size = 1 + below(3);
            variables_.push_back(b.variable("v" + std::to_string(v), size, below(size)));
        }
        const int actions = 1 + below(6);
        for (int a = 0; a < actions; ++a) {
            std::vector<std::pair<Term, Term>> assignments;
            for (int v = 0; v < count; ++v) {
                if (below(5) < 3) continue;
                Term value = integer(b, 2);
                if (clamped) value = clamp(b, value, b.system.variables[v].size);
                assignments.emplace_back(variables_[v], value);
            }
            b.action("a" + std::to_string(a), boolean(b, 2), assignments);
        }
        const Term holds = boolean(b, 1) || boolean(b, 2);
        b.invariant("p", below(2) == 0 ? holds : holds && (boolean(b, 1) || boolean(b, 1)));
        return b.system;
    }

private:
    int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
    Term variable() { return variables_[random_() % variables_.size()]; }

    static Term clamp(SystemBuilder& b, Term value, int size) {
        return select(value < 0, b.number(0), select(value < size, value, b.number(size - 1)));
    }
    Term integer(SystemBuilder& b, int depth) {
        switch (depth == 0 ? below(2) : below(5)) {
            case 0: return b.number(below(3));
            case 1: return variable();
            case 2: return integer(b, depth - 1) + integer(b, depth - 1);
            case 3: return integer(b, depth - 1) - integer(b, depth - 1);
            default: return select(boolean(b, depth - 1), integer(b, depth - 1), integer(b, depth - 1));
        }
    }
    Term boolean(SystemBuilder& b, int depth) {
        switch (depth == 0 ? below(2) : below(5)) {
            case 0: return variable() == below(3);
            case 1: return variable() < variable();
            case 2: return boolean(b, depth - 1) && boolean(b, depth - 1);
            case 3: return !boolean(b, depth - 1);
            default: return integer(b, depth - 1) == integer(b, depth - 1);
        }
    }

    std::mt19937 random_;
    std::vector<Term> variables_;
};

void check_violation(const ir::TransitionSystem& system, const Refutation& violation, int depth) {
    CHECK(static_cast<int>(violation.trace.steps.size()) == depth);
    CHECK(is_path(system, violation.trace));
    const State& last = last_state(violation.trace);
    if (violation.part == Part::range) {
        CHECK_FALSE(in_range(system, last));
    } else {
        CHECK_FALSE(holds(system, system.invariants[0].holds, last));
    }
}

}  // namespace

TEST_CASE("random systems: verdicts and shortest lengths are those of explicit exploration") {
    int violated = 0, proved_late = 0, out_of_range = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        const bool clamped = seed % 4 != 0;
        const ir::TransitionSystem system = Generator(seed).system(clamped);
        const std::optional<int> expected = shortest_violation(system, system.invariants[0].holds);
        INFO("seed " << seed);
        for (const bool cone : {false, true}) {
            if (cone && !clamped) continue;  // ranges outside the cone are not checked
            const SymbolicOptions options{.cone_of_influence = cone};
            const BoundedResult bounded = bounded_model_check(system, {"p"}, 12, options);
            const InductionResult induction = prove_by_k_induction(system, {"p"}, no_limit, options);
            if (expected) {
                REQUIRE(*expected <= 12);
                REQUIRE(std::holds_alternative<Refutation>(bounded));
                REQUIRE(std::holds_alternative<Refutation>(induction));
                check_violation(system, std::get<Refutation>(bounded), *expected);
                check_violation(system, std::get<Refutation>(induction), *expected);
                ++violated;
                out_of_range += std::get<Refutation>(bounded).part == Part::range;
            } else {
                REQUIRE(std::holds_alternative<NoViolation>(bounded));
                REQUIRE(std::holds_alternative<Proved>(induction));
                proved_late += std::get<Proved>(induction).k > 1;
            }
        }
        if (clamped) {
            // Without simple paths a true property may fail, and a false one is never proved.
            const InductionResult plain = prove_by_k_induction(system, {"p"}, 3, {.simple_path = false});
            if (std::holds_alternative<Proved>(plain)) CHECK_FALSE(expected);
            if (const auto* failure = std::get_if<InductionFailure>(&plain)) {
                CHECK(failure->trace.steps.size() == 3);
                CHECK(is_path(system, failure->trace));
                CHECK(holds(system, system.invariants[0].holds, failure->trace.initial));
                CHECK_FALSE(holds(system, system.invariants[0].holds, last_state(failure->trace)));
            }
        }
    }
    // The sample contains what it is meant to exercise.
    CHECK(violated > 100);
    CHECK(out_of_range > 10);
    CHECK(proved_late > 10);
}
