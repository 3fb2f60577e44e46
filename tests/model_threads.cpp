// One search of the pipeline by several threads is the search by one: the successors of a state keep
// scratch of their own in each thread, and nothing else is shared but what is constant.
#include <catch2/catch.hpp>

#include <algorithm>

#include "checker/explicit.hpp"
#include "model/pipeline.hpp"

using namespace kcheck;

TEST_CASE("a pipeline has the same states, in the same order, for any number of threads", "[parallel]") {
    model::Configuration configuration;
    configuration.operations = {{model::UserOperation::Kind::apply, 2}};
    configuration.nodes = {model::Node{"node-0"}, model::Node{"node-1"}};
    const model::Pipeline pipeline(configuration);
    const std::vector<checker::Safety<model::Valuation>> safety{
        {"never more than one crash",
         [&](const model::Valuation& state) { return state[pipeline.encoding().crashes_used] <= 1; }}};
    const auto searched = [&](unsigned threads) {
        checker::ExploreOptions options;
        options.threads = threads;
        return checker::explore(pipeline, safety, options);
    };
    const auto one = searched(1), three = searched(3);
    REQUIRE(one.complete());
    CHECK(one.states == 3739);
    CHECK(one.transitions == 17890);
    REQUIRE(three.complete());
    CHECK(three.states == one.states);
    CHECK(three.transitions == one.transitions);
    CHECK(three.depth == one.depth);
    CHECK(three.quiescent == one.quiescent);
    for (std::uint64_t id = 0; id < one.states; ++id)
        REQUIRE(std::ranges::equal(one.store.state(static_cast<checker::StateId>(id)),
                                   three.store.state(static_cast<checker::StateId>(id))));
}
