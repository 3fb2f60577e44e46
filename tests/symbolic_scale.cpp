// The size that the engine is meant for: 300 variables, 250 actions, up to 100
// assignments in an action, sums over all slots shared between them.
#include <catch2/catch.hpp>

#include "tests/symbolic_systems.hpp"

using namespace kcheck;
using namespace kcheck::checker;
using namespace kcheck::tests;
using ir::Term;

namespace {

constexpr int nodes = 4;  // a pod's node is 1 .. nodes, or 0

/// A toy scheduler: pods are created in slot order, bound to a least loaded node by
/// what a cache shows, run, and are removed; an action refreshes the whole cache.
ir::TransitionSystem toy_cluster(int slots) {
    SystemBuilder b;
    struct Slot {
        Term phase, node, age, seen_phase, seen_node, dirty;
    };
    std::vector<Slot> pods;
    for (int i = 0; i < slots; ++i) {
        const std::string pod = "pod[" + std::to_string(i) + "].";
        pods.push_back({b.variable(pod + "phase", 4), b.variable(pod + "node", nodes + 1),
                        b.variable(pod + "age", 8), b.variable(pod + "seen phase", 4),
                        b.variable(pod + "seen node", nodes + 1), b.variable(pod + "dirty", 2)});
    }
    std::vector<Term> seen_load, load;
    for (int n = 1; n <= nodes; ++n) {
        Term seen_sum = b.number(0), sum = b.number(0);
        for (const Slot& pod : pods) {
            seen_sum = seen_sum + select(pod.seen_node == n, b.number(1), b.number(0));
            sum = sum + select(pod.node == n, b.number(1), b.number(0));
        }
        seen_load.push_back(seen_sum);
        load.push_back(sum);
    }
    Term best = b.number(1), best_load = seen_load[0];
    for (int n = 2; n <= nodes; ++n) {
        const Term better = seen_load[n - 1] < best_load;
        best = select(better, b.number(n), best);
        best_load = select(better, seen_load[n - 1], best_load);
    }

    Term all_before_used = b.truth(true), tidy = b.truth(true);
    for (int i = 0; i < slots; ++i) {
        const Slot& pod = pods[i];
        const std::string name = "pod " + std::to_string(i);
        b.action("create " + name, all_before_used && pod.phase == 0,
                 {{pod.phase, b.number(1)}, {pod.age, b.number(0)}, {pod.dirty, b.number(1)}});
        b.action("bind " + name, pod.phase == 1 && pod.seen_phase == 1,
                 {{pod.phase, b.number(2)}, {pod.node, best}, {pod.dirty, b.number(1)}});
        std::vector<std::pair<Term, Term>> aging{{pod.phase, b.number(3)}, {pod.dirty, b.number(1)}};
        for (const Slot& other : pods) {
            const Term older = other.phase == 3 && other.age < 7 && other.node == pod.node;
            aging.emplace_back(other.age, select(older, other.age + 1, other.age));
        }
        b.action("run " + name, pod.phase == 2, aging);
        b.action("remove " + name, pod.phase == 3,
                 {{pod.phase, b.number(0)}, {pod.node, b.number(0)}, {pod.dirty, b.number(1)}});
        std::vector<std::pair<Term, Term>> refresh;
        for (int j = i; j < slots; ++j) {
            refresh.emplace_back(pods[j].seen_phase,
                                 select(pods[j].dirty == 1, pods[j].phase, pods[j].seen_phase));
            refresh.emplace_back(pods[j].seen_node,
                                 select(pods[j].dirty == 1, pods[j].node, pods[j].seen_node));
            if (j == i) refresh.emplace_back(pods[j].dirty, b.number(0));
        }
        b.action("refresh from " + name, b.truth(true), refresh);
        all_before_used = all_before_used && pod.phase != 0;
        tidy = tidy && select(pod.phase < 2, pod.node == 0, pod.node != 0);
    }
    b.invariant("a pod has a node iff it is bound", tidy);
    b.invariant("one pod a node", load[0] < 2);
    b.invariant("four pods a node", load[0] < 5);
    return b.system;
}

}  // namespace

TEST_CASE("the intended size: a proof, action by action", "[heavy]") {
    const ir::TransitionSystem system = toy_cluster(50);
    REQUIRE(system.variables.size() == 300);
    REQUIRE(system.actions.size() == 250);
    for (const bool cone : {true, false}) {
        const InductionResult result = prove_by_k_induction(system, {"a pod has a node iff it is bound"}, 1,
                                                            {.timeout_s = 60, .cone_of_influence = cone});
        CHECK(std::holds_alternative<Proved>(result));
    }
}

TEST_CASE("the intended size: shortest violations", "[heavy]") {
    // A stale cache binds each pod to the first node: create and bind each, one refresh.
    const ir::TransitionSystem system = toy_cluster(50);
    const auto length = [&](const std::string& invariant) -> std::size_t {
        const BoundedResult result = bounded_model_check(system, {invariant}, 12, {.timeout_s = 120});
        REQUIRE(std::holds_alternative<Refutation>(result));
        return std::get<Refutation>(result).trace.steps.size();
    };
    CHECK(length("one pod a node") == 2 * 2 + 1);
    CHECK(length("four pods a node") == 2 * 5 + 1);
}

TEST_CASE("the intended size: the step over an unrolled relation", "[heavy]") {
    const ir::TransitionSystem system = toy_cluster(50);
    const InductionResult result = prove_by_k_induction(system, {"one pod a node"}, 3, {.timeout_s = 120});
    REQUIRE(std::holds_alternative<InductionFailure>(result));
    const auto& failure = std::get<InductionFailure>(result);
    CHECK(failure.k == 3);
    CHECK(is_path(system, failure.trace));
}
