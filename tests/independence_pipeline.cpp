// The relation and stubborn sets on the plain pipeline, about which they know nothing.
#include <catch2/catch.hpp>

#include "checker/reductions/inductive_clauses.hpp"
#include "checker/reductions/reduced_search.hpp"
#include "checker/reductions/relation_table.hpp"
#include "model/pipeline.hpp"
#include "scenarios/prove_reductions.hpp"

using namespace kcheck;
using namespace kcheck::checker::reductions;

namespace {

model::Pipeline plain_pipeline(int crashes, int lost_replies, int nodes = 1) {
    model::Configuration configuration;
    configuration.crashes = crashes;
    configuration.lost_replies = lost_replies;
    configuration.nodes.assign(static_cast<std::size_t>(nodes), model::Node{});
    for (int n = 0; n < nodes; ++n)
        configuration.nodes[static_cast<std::size_t>(n)].name = "node-" + std::to_string(n);
    const model::Reductions none{.watch_projection = true,
                                 .symmetry = false,
                                 .idle_faults = false,
                                 .local_steps = false,
                                 .status_last = false};
    return model::Pipeline(configuration, none);
}

ir::TransitionSystem plain_system(int crashes, int lost_replies) {
    return plain_pipeline(crashes, lost_replies).transition_system();
}

ir::VariableId variable(const ir::TransitionSystem& system, const std::string& name) {
    const auto found = std::ranges::find(system.variables, name, &ir::Variable::name);
    REQUIRE(found != system.variables.end());
    return static_cast<ir::VariableId>(found - system.variables.begin());
}

}  // namespace

TEST_CASE("one replica without faults: the same quiescent states from fewer", "[heavy]") {
    const ir::TransitionSystem system = plain_system(0, 0);
    const Goals goals;
    const ReducedSearchResult plain = search(system, goals);
    CHECK(plain.states == 453);
    Independence independence(system, {});
    const ReducedSearchResult reduced = search(system, goals, {.oracle = &independence});
    CHECK(reduced.quiescent == plain.quiescent);
    CHECK(reduced.states * 4 < plain.states * 3);
}

TEST_CASE("the pipeline's budgets of faults are budgets, and what counts something else is not") {
    const ir::TransitionSystem system = plain_system(1, 1);
    CHECK_FALSE(refute_budget(system, {variable(system, "environment.crashes"), true}));
    CHECK_FALSE(refute_budget(system, {variable(system, "environment.replies_lost"), true}));
    CHECK(refute_budget(system, {variable(system, "pod[0].exists"), true}));
    CHECK(refute_budget(system, {variable(system, "pod[0].exists"), false}));
}

TEST_CASE("each action is an instance of a schema, with the pod and the node that it is about") {
    const model::Pipeline pipeline = plain_pipeline(0, 0, 2);
    const Instances instances = scenarios::instances_of(pipeline);
    const ir::TransitionSystem system = pipeline.transition_system();
    REQUIRE(instances.of_action.size() == system.actions.size());
    const auto instance_of = [&](const std::string& name) {
        const auto found = std::ranges::find(system.actions, name, &ir::Action::name);
        REQUIRE(found != system.actions.end());
        return instances.of_action[static_cast<std::size_t>(found - system.actions.begin())];
    };
    const Instance starts = instance_of("container-runtime[1]: start the container of pod[0]");
    CHECK(starts.schema == "container-runtime: start the container of a pod");
    CHECK(starts.parameters == std::vector<int>{0, 1});
    const Instance decides =
        instance_of("kube-scheduler: decide that pod[0] goes to node-1 and assume it there");
    CHECK(decides.schema == "kube-scheduler: decide that a pod goes to a node and assume it there");
    CHECK(decides.parameters == std::vector<int>{0, 1});
    const Instance hears = instance_of("kubelet[1]: receive the next event of pods");
    CHECK(hears.schema == "kubelet: receive the next event of pods");
    CHECK(hears.parameters == std::vector<int>{-1, 1});
    CHECK(instance_of("replicaset-controller: PUT ReplicaSet status").rewrites);
    CHECK_FALSE(starts.rewrites);
}

TEST_CASE("what idle-faults claims of requests is proved, and a false claim of the kind is refused") {
    const model::Pipeline pipeline = plain_pipeline(1, 1);
    const ir::TransitionSystem system = pipeline.transition_system();
    const std::vector<Budget> budgets{{variable(system, "environment.crashes"), true},
                                      {variable(system, "environment.replies_lost"), true}};
    Independence independence(system, {}, budgets);
    const Instances instances = scenarios::instances_of(pipeline);
    Relations relations(system, instances, budgets, independence, sample_states(system, 300, 1));

    const model::Reductions only{.local_steps = false, .status_last = false};
    std::vector<Statement> statements = scenarios::statements_of(pipeline, only);
    REQUIRE(statements.size() > 10);
    for (const Stated& claim : relations.check(statements)) {
        INFO(claim.says << ": " << instances.of_action[statements[0].question.first].schema);
        CHECK(claim.reduction == "idle-faults");
        CHECK(claim.refused.empty());
    }

    // The sender of a POST pod does keep something that depends on the reply.
    const auto action = [&](const std::string& name) {
        const auto found = std::ranges::find(system.actions, name, &ir::Action::name);
        REQUIRE(found != system.actions.end());
        return static_cast<std::size_t>(found - system.actions.begin());
    };
    const std::size_t creates = action("replicaset-controller: POST pod"),
                      unanswered =
                          action("replicaset-controller: POST pod; it is committed, but the reply is lost");
    statements = {{"idle-faults", "is the request with its reply", {Claim::dominated, unanswered, creates}}};
    const std::vector<Stated> stated = relations.check(statements);
    REQUIRE(stated.size() == 1);
    REQUIRE(stated[0].refused.size() == 1);
    const Answer& answer = stated[0].refused[0].answer;
    CHECK(answer.question == statements[0].question);
    REQUIRE(answer.state);
    CHECK(independence.fails_in(answer.question, *answer.state));
}
