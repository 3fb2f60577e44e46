// The relation and stubborn sets on the plain pipeline, about which they know nothing.
#include <catch2/catch.hpp>

#include "checker/reductions/reduced_search.hpp"
#include "model/pipeline.hpp"

using namespace kcheck;
using namespace kcheck::checker::reductions;

namespace {

ir::TransitionSystem plain_system(int crashes, int lost_replies) {
    model::Configuration configuration;
    configuration.crashes = crashes;
    configuration.lost_replies = lost_replies;
    const model::Reductions none{.watch_projection = true,
                                 .symmetry = false,
                                 .idle_faults = false,
                                 .local_steps = false,
                                 .status_last = false};
    return model::Pipeline(configuration, none).transition_system();
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
