// One search of the pipeline by several threads is the search by one: the successors of a state keep
// scratch of their own in each thread, and nothing else is shared but what is constant.
#include <catch2/catch.hpp>

#include "checker/explicit.hpp"
#include "model/pipeline.hpp"

using namespace kcheck;

TEST_CASE("a pipeline has the same states and numbers for any number of threads", "[parallel]") {
    model::Configuration configuration;
    configuration.operations = {{model::UserOperation::Kind::apply, 2}};
    configuration.nodes = {model::Node{"node-0"}, model::Node{"node-1"}};
    const model::Pipeline pipeline(configuration);
    const std::vector<checker::Safety<model::Valuation>> safety{
        {"nothing crashes",
         [&](const model::Valuation& state) { return state[pipeline.encoding().crashes_used] == 0; }}};
    const auto searched = [&](unsigned threads) {
        checker::ExploreOptions options;
        options.threads = threads;
        return checker::explore(pipeline, safety, options);
    };
    const auto one = searched(1), three = searched(3);
    REQUIRE(one.complete());
    CHECK(one.states == 5948);
    CHECK(one.transitions == 28364);
    REQUIRE(three.complete());
    CHECK(three.states == one.states);
    CHECK(three.transitions == one.transitions);
    CHECK(three.depth == one.depth);
    CHECK(three.quiescent == one.quiescent);
    CHECK(three.first_quiescent == one.first_quiescent);
    REQUIRE(one.violations.size() == 1);
    REQUIRE(one.violations[0]);
    REQUIRE(three.violations[0]);
    CHECK(three.violations[0]->state == one.violations[0]->state);
}
