// What kube-apiserver and etcd guarantee is proved for runs of every length, whatever
// the bounds on crashes and lost replies let the explicit search see.
#include <catch2/catch.hpp>

#include "checker/symbolic.hpp"
#include "invariants/system.hpp"
#include "tests/invariants_small.hpp"

using namespace kcheck;
using kcheck::tests::Small;
using model::Pipeline;

namespace {

const std::vector<std::string> guaranteed{"single-binding", "etcd-single-writer"};

checker::InductionResult prove(const Small& configuration, std::set<std::string> variants = {},
                               const std::vector<std::string>& names = guaranteed) {
    // The plain form: no reduction in the steps themselves, and queues that are long enough without one.
    model::Reductions plain;
    plain.idle_faults = plain.local_steps = plain.status_last = false;
    const Pipeline pipeline(configuration.with(std::move(variants)), plain);
    const auto system = invariants::system_with(pipeline, names);
    checker::SymbolicOptions options;
    options.timeout_s = 300;
    const auto result = checker::prove_by_k_induction(system, names, 1, options);
    if (const auto* failure = std::get_if<checker::InductionFailure>(&result))
        UNSCOPED_INFO("the induction fails at " << failure->name << " in "
                                                << system.actions[failure->trace.steps.back().action].name);
    if (const auto* unknown = std::get_if<checker::Unknown>(&result)) UNSCOPED_INFO(unknown->reason);
    return result;
}

bool is_proved(const checker::InductionResult& result) {
    return std::holds_alternative<checker::Proved>(result);
}

bool is_refuted(const checker::InductionResult& result) {
    return std::holds_alternative<checker::Refutation>(result) ||
           std::holds_alternative<checker::InductionFailure>(result);
}

}  // namespace

TEST_CASE("single-binding and etcd-single-writer are inductive") { CHECK(is_proved(prove({}))); }

TEST_CASE("what kube-apiserver and etcd guarantee is inductive, each on its own") {
    for (const char* name : {"single-binding", "etcd-single-writer", "optimistic-concurrency",
                             "revisions-increase", "uids-are-unique", "names-are-unique"}) {
        CAPTURE(name);
        CHECK(is_proved(prove({.crashes = 1, .lost_replies = 1}, {}, {name})));
    }
}

TEST_CASE("single-binding and etcd-single-writer are inductive with faults", "[heavy]") {
    CHECK(is_proved(prove({.replicas = {3}, .nodes = 2, .crashes = 1, .lost_replies = 1})));
}

TEST_CASE("no induction proves what a variant violates") {
    CHECK(is_refuted(prove({}, {"scheduler-writes-etcd"})));
    CHECK(is_refuted(prove({}, {"binding-without-precondition"})));
    const Small faults{.crashes = 1, .lost_replies = 1};
    CHECK(is_refuted(prove(faults, {"revisions-repeat-after-restart"}, {"revisions-increase"})));
    CHECK(is_refuted(prove(faults, {"uids-repeat-after-restart"}, {"uids-are-unique"})));
    CHECK(is_refuted(prove(faults, {"create-without-name-check"}, {"names-are-unique"})));
    CHECK(is_refuted(prove(faults, {"update-without-resource-version"}, {"optimistic-concurrency"})));
}

TEST_CASE("a system is made of safety properties only") {
    const Pipeline pipeline(Small{}.with());
    const std::vector<std::string> liveness{"quiescence"}, missing{"no-such-property"};
    CHECK_THROWS_AS(invariants::system_with(pipeline, liveness), std::invalid_argument);
    CHECK_THROWS_AS(invariants::system_with(pipeline, missing), std::invalid_argument);
    const std::vector<std::string> by_id{"KC-S-001"};
    CHECK(invariants::system_with(pipeline, by_id).invariants.at(0).name == "single-binding");
}
