// AG EF goal, against the transitive closure of random graphs.
#include "checker/reach.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "checker/explicit.hpp"
#include "tests/checker_models.hpp"

using namespace kcheck::checker;
using kcheck::tests::ListedGraph;

namespace {

Exploration recorded(const ListedGraph& graph, std::uint64_t states_max = StateStore::states_max) {
    ExploreOptions options;
    options.record_graph = true;
    options.states_max = states_max;
    return explore(graph, {}, options);
}

bool can_reach(const ListedGraph& graph, std::uint32_t from, const std::set<std::uint32_t>& goals) {
    std::set<std::uint32_t> reached{from};
    for (std::size_t before = 0; before < reached.size();) {
        before = reached.size();
        for (const auto& edge : graph.edges)
            if (reached.contains(edge.from)) reached.insert(edge.to);
    }
    return std::any_of(goals.begin(), goals.end(),
                       [&](std::uint32_t goal) { return reached.contains(goal); });
}

}  // namespace

TEST_CASE("the goal stays reachable: random graphs") {
    std::mt19937 random(3);
    int holds = 0, fails = 0;
    for (int round = 0; round < 500; ++round) {
        ListedGraph graph;
        const std::uint32_t states = 2 + random() % 12;
        for (std::uint32_t i = 0; i < 2 * states; ++i)
            graph.edges.push_back({static_cast<std::uint32_t>(random() % states),
                                   static_cast<std::uint32_t>(random() % states)});
        const std::set<std::uint32_t> goals{static_cast<std::uint32_t>(random() % states),
                                            static_cast<std::uint32_t>(random() % states)};
        const Exploration found = recorded(graph);
        const auto counterexample = goal_stays_reachable(*found.graph, found.store, [&](StateId id) {
            return goals.contains(state_of(graph, found.store, id));
        });
        bool expected = true;
        std::uint32_t nearest = 1000;
        found.store.for_each([&](StateId id) {
            if (can_reach(graph, state_of(graph, found.store, id), goals)) return;
            expected = false;
            nearest = std::min(nearest, found.store.depth(id));
        });
        REQUIRE(counterexample.has_value() != expected);
        if (counterexample) {
            REQUIRE_FALSE(can_reach(graph, state_of(graph, found.store, *counterexample), goals));
            REQUIRE(found.store.depth(*counterexample) == nearest);
        }
        (expected ? holds : fails)++;
    }
    REQUIRE(holds > 50);
    REQUIRE(fails > 50);
}

TEST_CASE("what was not explored gets the benefit of the doubt") {
    ListedGraph graph;
    for (std::uint32_t i = 0; i < 5000; ++i) graph.edges.push_back({i, i + 1});
    const Exploration found = recorded(graph, 100);
    REQUIRE_FALSE(found.complete());
    REQUIRE_FALSE(goal_stays_reachable(*found.graph, found.store, [](StateId) { return false; }));
    const Exploration whole = recorded(graph);
    REQUIRE(goal_stays_reachable(*whole.graph, whole.store, [](StateId) { return false; }));
}
