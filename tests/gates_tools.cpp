// What the gates are made of: configurations that repeat, and failures that become small.
#include <catch2/catch.hpp>

#include "tests/gates_compare.hpp"

using namespace kcheck;
using namespace kcheck::tests;

TEST_CASE("a configuration is a function of its seed, and every kind of thing is among the first") {
    std::set<std::string> texts, variants;
    int crowded = 0, closed = 0, scored = 0, waiting = 0, crashing = 0, losing = 0, bounded = 0, fresh = 0,
        to_none = 0;
    for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
        const auto c = random_configuration(seed);
        CHECK(text_of(c) == text_of(random_configuration(seed)));
        texts.insert(text_of(c));
        variants.insert(c.variants.begin(), c.variants.end());
        for (const auto& node : c.nodes) {
            crowded += node.capacity < 4;
            closed += !node.schedulable;
            scored += !node.score.empty();
            CHECK((node.score.empty() || node.score.size() == static_cast<std::size_t>(node.capacity) + 1));
        }
        waiting += c.waits_until_available;
        crashing += c.crashes > 0;
        losing += c.lost_replies > 0;
        bounded += c.staleness.value_or(0) > 0;
        fresh += c.caches_are_fresh();
        to_none += c.operations.size() > 1 && c.operations.back().replicas == 0;
    }
    CHECK(texts.size() > 900);
    CHECK(variants.size() == model::variants().size());
    for (const int count : {crowded, closed, scored, waiting, crashing, losing, bounded, fresh, to_none})
        CHECK(count > 20);
}

TEST_CASE("a failure becomes as small as it can") {
    for (std::uint64_t seed = 1, found = 0; found < 20; ++seed) {
        const auto fails = [](const model::Configuration& c) {
            return c.nodes.size() == 2 && c.nodes[1].capacity == 1 && c.replicas_max() >= 2 && c.crashes > 0;
        };
        auto configuration = random_configuration(seed);
        if (!fails(configuration)) continue;
        ++found;
        const auto least = minimize(configuration, fails);
        CHECK(fails(least));
        CHECK(text_of(least).starts_with(
            "kcheck --replicas 2 --nodes 2 --crashes 1 --lost-replies 0  # where node-1 has room for 1"));
    }
}

TEST_CASE("a verdict that is unknown differs from none, and a larger bound may violate more") {
    auto one = unknown_answer(), other = unknown_answer();
    CHECK(differences(one, other, Relation::equal).empty());
    one.of[0] = Verdict::violated;
    CHECK(differences(one, other, Relation::equal).empty());
    other.of[0] = Verdict::holds;
    CHECK(differences(one, other, Relation::equal).size() == 1);
    CHECK(differences(one, other, Relation::included).size() == 1);
    CHECK(differences(other, one, Relation::included).empty());
    one.complete = other.complete = true;
    one.of[0] = Verdict::holds;
    one.quiescent = {{1}, {2}};
    other.quiescent = {{1}, {2}, {3}};
    CHECK(differences(one, other, Relation::included).empty());
    CHECK(differences(one, other, Relation::equal).size() == 1);
    CHECK(differences(other, one, Relation::included).size() == 1);
}
