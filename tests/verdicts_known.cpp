// Configurations whose verdict was wrong once, or an internal error. Each was the smallest of its kind.
#include "tests/verdicts_support.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using model::Reductions;

namespace {

struct Named {
    const char* name;
    Reductions reductions;
};
const std::vector<Named> with_and_without{
    {"none but watch-projection",
     {.symmetry = false, .idle_faults = false, .local_steps = false, .status_last = false}},
    {"no symmetry", {.symmetry = false}},
    {"no idle-faults", {.idle_faults = false}},
    {"no watch-projection", {.watch_projection = false}},
    {"none", {false, false, false, false, false}},
};

/// With each of the reductions off, and with all of them.
void is_always(const std::string& verdict, model::Configuration configuration, const std::string& property) {
    INFO(property);
    CHECK(verdict_of(configuration, property) == verdict);
    for (const auto& [name, reductions] : with_and_without) {
        INFO("reductions: " << name);
        // Without the projection of watches, what is written for ever waits in queues for ever.
        if (!reductions.watch_projection) configuration.staleness = 2;
        CHECK(verdict_of(configuration, property, reductions) == verdict);
    }
}

/// What a user can ask for; a contradiction throws.
Result everything(const model::Configuration& configuration, std::uint64_t states_max = 1'000'000) {
    auto options = asking({});
    options.limits.states_max = states_max;
    return checked(configuration, options);
}

}  // namespace

TEST_CASE("what holds with any staleness holds with little: receipts while the ReplicaSet is scaled down") {
    // A receipt that a full queue forces obeys the same guard as any other.
    auto configuration = Small{.replicas = {1, 0}, .crashes = 1, .lost_replies = 1}.with();
    std::vector<std::uint64_t> outcomes;
    for (const auto staleness :
         {std::optional(1), std::optional(2), std::optional(3), std::optional<int>()}) {
        INFO("staleness " << staleness.value_or(-1));
        configuration.staleness = staleness;
        const auto result = checked(configuration, asking({"replica-convergence", "quiescence"}));
        CHECK(verdict_of(result, "replica-convergence") == "holds");
        CHECK(verdict_of(result, "quiescence") == "holds");
        outcomes.push_back(result.covered->quiescent);
    }
    // Nor does a run come to rest in a way that it does not with more.
    CHECK(std::ranges::is_sorted(outcomes));
}

TEST_CASE("a kubelet admits pods in the order of their arrival, after a restart the oldest first") {
    const Small one_room{.replicas = {2}, .crashes = 1, .lost_replies = 1, .capacity = 1};
    CHECK(verdict_of(one_room.with(), "capacity") == "holds");
    auto without_order = one_room.with({"kubelet-admits-everything"});
    CHECK(verdict_of(without_order, "capacity") == "violated");
}

TEST_CASE("the time between two bindings of a pod is seen by the kubelets") {
    const Small two_nodes{.nodes = 2, .lost_replies = 1};
    for (const auto* variant : {"scheduler-writes-etcd", "binding-without-precondition"}) {
        INFO(variant);
        const auto result = checked(two_nodes.with({variant}), asking({"no-start-elsewhere"}));
        CHECK(verdict_of(result, "no-start-elsewhere") == "violated");
        CHECK(row_of(result, "no-start-elsewhere").trace->steps.size() >= 10);
    }
    CHECK(verdict_of(two_nodes.with(), "no-start-elsewhere") == "holds");
}

TEST_CASE("fairness of a node is judged on actual nodes, not on representatives", "[heavy]") {
    const Small tight{.replicas = {2, 1}, .nodes = 2, .capacity = 1};
    const auto result = everything(tight.with({"watch-drops-event"}));
    CHECK(verdict_of(result, "bound-pod-starts") == "holds");
    for (const auto& row : result.properties) {
        INFO(row.property->name);
        // Of rollouts there is nothing to say here.
        CHECK((row.verdict == Said::holds || row.verdict == Said::violated ||
               (row.verdict == Said::not_checked && row.property->speaks_of != nullptr)));
    }
    CHECK(everything(tight.with()).verdict == Said::holds);
    // The opposite, in silence, the other way round: a fair cycle that was judged unfair.
    auto scored = Small{.nodes = 2, .lost_replies = 1, .capacity = 1}.with({"watch-drops-event"});
    for (auto& node : scored.nodes) node.score = {0, 1};
    CHECK(verdict_of(scored, "bound-pod-starts") ==
          verdict_of(scored, "bound-pod-starts", {.symmetry = false}));
    CHECK(verdict_of(scored, "bound-pod-starts") == "holds");

    auto roomless = Small{.replicas = {2}, .nodes = 2, .capacity = 0}.with({"kubelet-ignores-node-name"});
    roomless.staleness = 1;
    for (const auto* property : {"replica-convergence", "pod-gets-bound"})
        CHECK(verdict_of(roomless, property) == "violated");
    CHECK(verdict_of(roomless, "quiescence") == verdict_of(roomless, "quiescence", {.symmetry = false}));
}

TEST_CASE("one definition of fairness: endless status writes of one do not excuse another") {
    const auto configuration = Small{.replicas = {1, 0}}.with({"status-carries-time"});
    CHECK(verdict_of(configuration, "quiescence") == "violated");
    // The deployment controller's update may meet a conflict each time: a status of the ReplicaSet that
    // is written for ever.
    is_always("violated", configuration, "replica-convergence");
    is_always("violated", Small{.replicas = {0, 1}}.with({"status-carries-time"}), "replica-convergence");
}

TEST_CASE("statuses are written some day where other work never ends", "[heavy]") {
    auto ignoring = Small{.replicas = {0, 2}, .capacity = 1}.with({"kubelet-ignores-node-name"});
    ignoring.staleness = 3;
    for (const auto* property : {"replica-convergence", "pod-gets-bound", "quiescence"}) {
        INFO(property);
        const auto said = verdict_of(ignoring, property);
        CHECK((said == "holds" || said == "violated"));
        CHECK(said == verdict_of(ignoring, property, {.symmetry = false, .idle_faults = false}));
    }
    const auto dropping = Small{.crashes = 1}.with({"watch-drops-event"});
    const auto said = verdict_of(dropping, "quiescence");
    CHECK((said == "holds" || said == "violated"));
    CHECK(said == verdict_of(dropping, "quiescence", {.symmetry = false}));
}

TEST_CASE("the monitor of UIDs does not depend on which pod comes first", "[heavy]") {
    auto configuration = Small{.replicas = {2, 1}, .crashes = 2}.with({"uids-repeat-after-restart"});
    configuration.staleness = 2;
    const auto result = checked(configuration, asking({"replicas-bounded", "uids-are-unique"}));
    CHECK(verdict_of(result, "replicas-bounded") == "violated");
    CHECK(verdict_of(result, "uids-are-unique") == "violated");
}
