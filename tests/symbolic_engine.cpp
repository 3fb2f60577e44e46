// Bounded model checking and k-induction on systems with known answers.
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "tests/symbolic_systems.hpp"

using namespace kcheck;
using namespace kcheck::checker;
using namespace kcheck::tests;
using ir::Term;

namespace {

/// Counts 0, 1, ..., modulus-1, 0, ... in a variable that could hold `size` values.
ir::TransitionSystem counter(int modulus, int size) {
    SystemBuilder b;
    const Term n = b.variable("n", size);
    b.action("wrap", n == modulus - 1, {{n, b.number(0)}});
    b.action("count", n < modulus - 1, {{n, n + 1}});
    b.invariant("below modulus", n < modulus);
    b.invariant("below 5", n < 5);
    return b.system;
}

/// Peterson's algorithm for two processes, G. L. Peterson, "Myths about the mutual
/// exclusion problem", 1981. pc: 0 idle, 1 flag set, 2 waiting, 3 critical.
ir::TransitionSystem peterson() {
    SystemBuilder b;
    const Term turn = b.variable("turn", 2);
    const Term pc[] = {b.variable("pc[0]", 4), b.variable("pc[1]", 4)};
    const Term flag[] = {b.variable("flag[0]", 2), b.variable("flag[1]", 2)};
    Term lemma = b.truth(true);
    for (int me = 0; me < 2; ++me) {
        const int other = 1 - me;
        const std::string who = std::to_string(me) + ": ";
        b.action(who + "want", pc[me] == 0, {{pc[me], b.number(1)}, {flag[me], b.number(1)}});
        b.action(who + "yield", pc[me] == 1, {{pc[me], b.number(2)}, {turn, b.number(other)}});
        b.action(who + "enter", pc[me] == 2 && (flag[other] == 0 || turn == me), {{pc[me], b.number(3)}});
        b.action(who + "leave", pc[me] == 3, {{pc[me], b.number(0)}, {flag[me], b.number(0)}});
        lemma = lemma && (flag[me] == 1 || pc[me] == 0) && (!(pc[me] == 3 && pc[other] == 2) || turn == me);
    }
    const Term exclusion = !(pc[0] == 3 && pc[1] == 3);
    b.invariant("exclusion", exclusion);
    b.invariant("exclusion with lemma", exclusion, lemma);
    b.invariant("wrong lemma", exclusion, pc[0] < 3);
    return b.system;
}

template <class T, class Result>
const T& as(const Result& result) {
    INFO("the result is alternative " << result.index());
    REQUIRE(std::holds_alternative<T>(result));
    return std::get<T>(result);
}

}  // namespace

TEST_CASE("a counter stays below its modulus") {
    const ir::TransitionSystem system = counter(10, 16);
    CHECK(as<Proved>(prove_by_k_induction(system, {"below modulus"}, 3)).k == 1);
    CHECK(as<NoViolation>(bounded_model_check(system, {"below modulus"}, 25)).depth == 25);
}

TEST_CASE("a false property has a trace of exactly the shortest length") {
    const ir::TransitionSystem system = counter(10, 16);
    CHECK(as<NoViolation>(bounded_model_check(system, {"below 5"}, 4)).depth == 4);
    const auto bounded = as<Refutation>(bounded_model_check(system, {"below modulus", "below 5"}, 20));
    CHECK(bounded.name == "below 5");
    CHECK(bounded.part == Part::holds);
    CHECK(bounded.trace.initial == State{0});
    REQUIRE(bounded.trace.steps.size() == 5);
    for (int i = 0; i < 5; ++i) {
        CHECK(bounded.trace.steps[i].action == 1);
        CHECK(bounded.trace.steps[i].state == State{i + 1});
    }
    const auto inductive = as<Refutation>(prove_by_k_induction(system, {"below 5"}, 10));
    CHECK(inductive.trace.steps.size() == 5);
}

TEST_CASE("a violated initial state is a trace without steps") {
    SystemBuilder b;
    b.variable("n", 4, 3);
    b.action("reset", b.truth(true), {{b.system.arena->variable(0), b.number(0)}});
    b.invariant("not 3", b.system.arena->variable(0) != 3);
    b.invariant("false", b.truth(false));
    b.invariant("true", b.truth(true));
    CHECK(as<Refutation>(bounded_model_check(b.system, {"not 3"}, 5)).trace.steps.empty());
    CHECK(as<Refutation>(prove_by_k_induction(b.system, {"false"}, 5)).trace.initial == State{3});
    CHECK(as<Proved>(prove_by_k_induction(b.system, {"true"}, 5)).k == 1);
}

TEST_CASE("a failed step shows the states in which it fails") {
    // Only the unreachable states 11 to 14 lead to 15.
    const ir::TransitionSystem system = [] {
        SystemBuilder b;
        const Term n = b.variable("n", 16);
        b.variable("unrelated", 3, 2);
        b.action("count", n < 9, {{n, n + 1}});
        b.action("jump", n == 14, {{n, b.number(15)}});
        b.action("approach", n > 10 && n < 14, {{n, n + 1}});
        b.invariant("not 15", n != 15);
        return b.system;
    }();
    const auto one = as<InductionFailure>(prove_by_k_induction(system, {"not 15"}, 1));
    CHECK(one.k == 1);
    CHECK(one.name == "not 15");
    CHECK(one.trace.initial == State{14, 2});
    REQUIRE(one.trace.steps.size() == 1);
    CHECK(one.trace.steps[0].action == 1);
    CHECK(one.trace.steps[0].state == State{15, 2});
    CHECK(one.cone == std::vector<ir::VariableId>{0});

    // 11, 12, 13, 14 is the longest way there.
    const auto four = as<InductionFailure>(prove_by_k_induction(system, {"not 15"}, 4));
    CHECK(four.k == 4);
    CHECK(four.trace.initial == State{11, 2});
    CHECK(four.trace.steps.size() == 4);
    CHECK(is_path(system, four.trace));
    CHECK(as<Proved>(prove_by_k_induction(system, {"not 15"}, 9)).k == 5);
}

TEST_CASE("simple paths decide where plain induction does not") {
    // An unreachable loop 8 -> 9 -> 8 from which the bad state 15 can be reached.
    SystemBuilder b;
    const Term n = b.variable("n", 16);
    b.action("forth", n == 8, {{n, b.number(9)}});
    b.action("back", n == 9, {{n, b.number(8)}});
    b.action("fail", n == 9, {{n, b.number(15)}});
    b.invariant("not 15", n != 15);
    CHECK(as<Proved>(prove_by_k_induction(b.system, {"not 15"}, 20)).k == 3);
    const SymbolicOptions plain{.simple_path = false};
    const auto failure = as<InductionFailure>(prove_by_k_induction(b.system, {"not 15"}, 20, plain));
    CHECK(failure.k == 20);
    CHECK(is_path(b.system, failure.trace));
}

TEST_CASE("Peterson's mutual exclusion") {
    const ir::TransitionSystem system = peterson();
    const auto failure = as<InductionFailure>(prove_by_k_induction(system, {"exclusion"}, 1));
    CHECK(last_state(failure.trace)[1] == 3);
    CHECK(last_state(failure.trace)[2] == 3);
    CHECK(as<Proved>(prove_by_k_induction(system, {"exclusion"}, 20)).k > 1);
    CHECK(as<Proved>(prove_by_k_induction(system, {"exclusion with lemma"}, 1)).k == 1);
    CHECK_FALSE(shortest_violation(system, system.invariants[0].holds));
}

TEST_CASE("a lemma must be an invariant itself") {
    const ir::TransitionSystem system = peterson();
    const auto wrong = as<Refutation>(prove_by_k_induction(system, {"wrong lemma"}, 20));
    CHECK(wrong.part == Part::lemma);
    CHECK(wrong.name == "wrong lemma");
    CHECK(wrong.trace.steps.size() == 3);
    // Bounded model checking speaks of the properties only.
    CHECK(as<NoViolation>(bounded_model_check(system, {"wrong lemma"}, 10)).depth == 10);
}

TEST_CASE("the step proves the lemma too") {
    // The lemma makes the property inductive, and is itself violated after four steps.
    SystemBuilder b;
    const Term n = b.variable("n", 8), alarm = b.variable("alarm", 2);
    b.action("count", n < 4, {{n, n + 1}});
    b.action("ring", n == 6, {{alarm, b.number(1)}});
    b.invariant("quiet", alarm == 0, n < 4);
    const auto failure = as<InductionFailure>(prove_by_k_induction(b.system, {"quiet"}, 1));
    CHECK(failure.part == Part::lemma);
    CHECK(failure.trace.initial == State{3, 0});
    const auto violation = as<Refutation>(prove_by_k_induction(b.system, {"quiet"}, 9));
    CHECK(violation.part == Part::lemma);
    CHECK(violation.trace.steps.size() == 4);
}

TEST_CASE("every conjunct and every named invariant is checked") {
    SystemBuilder b;
    const Term n = b.variable("n", 8), m = b.variable("m", 8);
    b.action("n", n < 3, {{n, n + 1}});
    b.action("m", m < 5 || m == 6, {{m, m + 1}});
    b.invariant("n is small", n < 4);
    b.invariant("both are small", n < 4 && m < 5);
    b.invariant("only m fails the step", n < 4 && m != 7);
    b.invariant("m is small", m < 5);
    CHECK(as<Refutation>(prove_by_k_induction(b.system, {"both are small"}, 9)).trace.steps.size() == 5);
    CHECK(as<Refutation>(prove_by_k_induction(b.system, {"n is small", "m is small"}, 9)).name ==
          "m is small");
    CHECK(as<Refutation>(bounded_model_check(b.system, {"n is small", "m is small"}, 9)).name ==
          "m is small");
    const auto failure = as<InductionFailure>(prove_by_k_induction(b.system, {"only m fails the step"}, 1));
    CHECK(failure.trace.steps.at(0).action == 1);
    CHECK(failure.trace.initial.at(1) == 6);
}

TEST_CASE("a value outside its range is a violation") {
    SystemBuilder b;
    const Term n = b.variable("n", 6);
    const Term m = b.variable("m", 4, 3);
    b.action("grow", b.truth(true), {{n, n + 2}});
    b.action("shrink", m > 0, {{m, m - 1}});
    b.invariant("n is small", n < 100);
    b.invariant("m is small", m < 100);
    const auto bounded = as<Refutation>(bounded_model_check(b.system, {"n is small"}, 9));
    CHECK(bounded.part == Part::range);
    CHECK(bounded.name == "n");
    CHECK(bounded.trace.steps.size() == 3);
    CHECK(last_state(bounded.trace) == State{6, 3});
    CHECK(as<Refutation>(prove_by_k_induction(b.system, {"n is small"}, 9)).part == Part::range);
    // The guard keeps m in its range; n is outside the cone unless the cone is everything.
    CHECK(as<Proved>(prove_by_k_induction(b.system, {"m is small"}, 1)).k == 1);
    const SymbolicOptions whole{.cone_of_influence = false};
    CHECK(as<Refutation>(bounded_model_check(b.system, {"m is small"}, 9, whole)).name == "n");
}

TEST_CASE("the cone keeps what a guard reads and drops what nobody reads") {
    SystemBuilder b;
    const Term key = b.variable("key", 2);
    const Term door = b.variable("door", 2);
    const Term log = b.variable("log", 8);
    b.action("find key", key == 0, {{key, b.number(1)}, {log, b.number(1)}});
    b.action("open", key == 1, {{door, b.number(1)}, {log, b.number(2)}});
    b.action("note", log < 7, {{log, log + 1}});
    b.invariant("closed", door == 0);
    const auto found = as<Refutation>(bounded_model_check(b.system, {"closed"}, 9));
    REQUIRE(found.trace.steps.size() == 2);
    // `log` is outside the cone and still has its real values in the trace.
    CHECK(found.trace.steps[0].state == State{1, 0, 1});
    CHECK(found.trace.steps[1].state == State{1, 1, 2});
}

TEST_CASE("a system without steps is proved or violated at once") {
    SystemBuilder b;
    const Term n = b.variable("n", 3, 1);
    b.invariant("is 1", n == 1);
    CHECK(as<Proved>(prove_by_k_induction(b.system, {"is 1"}, 4)).k == 1);
    CHECK(as<NoViolation>(bounded_model_check(b.system, {"is 1"}, 4)).depth == 4);
}

TEST_CASE("misuse is reported to the programmer") {
    ir::TransitionSystem system = counter(3, 4);
    CHECK_THROWS_AS(bounded_model_check(system, {}, 1), std::invalid_argument);
    CHECK_THROWS_AS(bounded_model_check(system, {"nobody"}, 1), std::invalid_argument);
    CHECK_THROWS_AS(bounded_model_check(system, {"below 5"}, -1), std::invalid_argument);
    CHECK_THROWS_AS(prove_by_k_induction(system, {"below 5"}, 0), std::invalid_argument);
    system.variables[0].initial = 4;
    CHECK_THROWS_AS(bounded_model_check(system, {"below 5"}, 1), std::invalid_argument);
    system.variables[0].initial = 0;
    system.actions[0].assignments.push_back(system.actions[0].assignments[0]);
    CHECK_THROWS_AS(bounded_model_check(system, {"below 5"}, 1), std::invalid_argument);
}

namespace {

/// The step is a single query, the pigeonhole principle for 16 pigeons, whose
/// resolution proofs are exponential (A. Haken, "The intractability of resolution",
/// 1985): only an interrupt from outside ends it in time.
ir::TransitionSystem pigeonhole() {
    SystemBuilder b;
    std::vector<Term> holes;
    Term distinct = b.truth(true);
    for (int i = 0; i < 16; ++i) {
        const Term hole = b.variable("hole[" + std::to_string(i) + "]", 15);
        for (const Term other : holes) distinct = distinct && hole != other;
        holes.push_back(hole);
    }
    const Term contradiction = b.variable("contradiction", 2);
    b.action("all fit", distinct, {{contradiction, b.number(1)}});
    b.invariant("too many pigeons", contradiction == 0);
    return b.system;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("a timeout is unknown and interrupts a running query") {
    const auto start = std::chrono::steady_clock::now();
    const auto late =
        as<Unknown>(prove_by_k_induction(pigeonhole(), {"too many pigeons"}, 1, {.timeout_s = 0.5}));
    CHECK(late.reason == "timeout");
    CHECK(late.depth == 0);
    CHECK(seconds_since(start) < 10);
    const auto never =
        as<Unknown>(bounded_model_check(pigeonhole(), {"too many pigeons"}, 9, {.timeout_s = 0.0}));
    CHECK(never.reason == "timeout");
    CHECK(never.depth == -1);
}

TEST_CASE("an interrupt of the user is left to the program while Z3 works") {
    static std::atomic<bool> stop = false;
    stop = false;
    const auto before = std::signal(SIGINT, [](int) { stop = true; });
    std::thread user([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        kill(getpid(), SIGINT);
    });
    const InductionResult result =
        prove_by_k_induction(pigeonhole(), {"too many pigeons"}, 1, {.timeout_s = 100, .stop = &stop});
    user.join();
    std::signal(SIGINT, before);
    CHECK(stop);
    CHECK(as<Unknown>(result).reason == "stopped");
}

TEST_CASE("the engine gives up for want of memory") {
    SymbolicOptions options;
    options.memory_max_bytes = 1;
    CHECK(as<Unknown>(prove_by_k_induction(pigeonhole(), {"too many pigeons"}, 1, options)).reason ==
          "memory");
}

TEST_CASE("another thread can stop the engine", "[parallel]") {
    std::atomic<bool> stop = false;
    std::thread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        stop = true;
    });
    const auto start = std::chrono::steady_clock::now();
    const InductionResult result =
        prove_by_k_induction(pigeonhole(), {"too many pigeons"}, 1, {.timeout_s = 100, .stop = &stop});
    stopper.join();
    CHECK(as<Unknown>(result).reason == "stopped");
    CHECK(seconds_since(start) < 10);
}
