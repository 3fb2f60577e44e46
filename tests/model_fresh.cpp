// Fresh caches, a bound of 0 on staleness: what a step sends is received with it.
#include <catch2/catch.hpp>

#include "checker/explicit.hpp"
#include "model/pipeline.hpp"
#include "model/replicaset_controller.hpp"
#include "tests/invariants_small.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

/// Counts, and whether every client knows in every state what it can know.
struct Searched {
    checker::Exploration exploration;
    bool is_fresh = false;
};

Searched searched(const Small& small, std::optional<int> staleness, const model::Reductions& reductions) {
    auto configuration = small.with();
    configuration.staleness = staleness;
    const model::Pipeline pipeline(configuration, reductions);
    const auto& k = pipeline.encoding();
    const auto& controller = k.the<model::ReplicaSetController>();
    const std::vector<checker::Safety<model::Valuation>> fresh{
        {"fresh", [&](const model::Valuation& state) {
             for (const auto& watch : k.watches()) {
                 // Who deletes ranks its victims in the view that it began with.
                 const bool waits = watch.get() == &controller.pods && state[controller.deletes] != 0;
                 if (!waits && pipeline.watches()[static_cast<std::size_t>(watch->index)].pending(state))
                     return false;
             }
             return state[k.exceeded] == 0;
         }}};
    Searched result{checker::explore(pipeline, fresh), false};
    result.is_fresh = !result.exploration.violations[0];
    return result;
}

}  // namespace

TEST_CASE("with fresh caches nothing waits, with and without reductions") {
    const model::Reductions all, none{false, false, false, false, false};
    for (const auto& small : {Small{}, Small{.replicas = {2}, .nodes = 2}, Small{.replicas = {2, 1}},
                              Small{.replicas = {2}, .capacity = 1}, Small{.lost_replies = 1}}) {
        INFO(small.text());
        for (const auto& reductions : {all, none}) {
            const auto fresh = searched(small, 0, reductions);
            CHECK(fresh.exploration.complete());
            CHECK(fresh.is_fresh);
        }
        CHECK_FALSE(searched(small, 1, all).is_fresh);
    }
    CHECK(searched({.replicas = {2}, .nodes = 2}, 0, all).exploration.states == 23);
    CHECK(searched({.replicas = {2}, .nodes = 2}, {}, all).exploration.states == 27);
}
