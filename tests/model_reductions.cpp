// No reduction changes a verdict: each is switched off alone, then several, then all, on
// configurations that are small enough, whole pipelines and broken ones.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/invariants_table.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

struct Without {
    const char* name;
    model::Reductions reductions;
};

const std::vector<Without> without{
    {"watch-projection", {.watch_projection = false}},
    {"symmetry", {.symmetry = false}},
    {"idle-faults", {.idle_faults = false}},
    {"local-steps", {.local_steps = false}},
    {"status-last", {.status_last = false}},
    {"every-delay", {.local_steps = false, .status_last = false}},
    {"all", {false, false, false, false, false}},
};

/// What is switched off nowhere but in smaller configurations: more than `states_most` states.
using TooBig = std::vector<std::string_view>;
constexpr std::uint64_t states_most = 600'000;

void compare(const Small& configuration, std::set<std::string> variants, const TooBig& too_big) {
    const auto properties = all_properties();
    checker::ExploreOptions options;
    options.states_max = states_most;
    const Pipeline reduced(configuration.with(variants));
    const auto expected = verdicts_of(reduced, properties, options);
    for (const auto& [name, reductions] : without) {
        if (std::ranges::find(too_big, name) != too_big.end()) continue;
        const Pipeline pipeline(configuration.with(variants), reductions);
        const auto found = verdicts_of(pipeline, properties, options);
        INFO(configuration.text() << (variants.empty() ? "" : ", " + *variants.begin()) << ": "
                                  << expected.states << " states, without " << name << " " << found.states);
        for (std::size_t i = 0; i < properties.size(); ++i) {
            // A broken pipeline may leave the bounds of the encoding: then only violations count.
            if (!variants.empty() && (found.of[i] == Verdict::unknown || expected.of[i] == Verdict::unknown))
                continue;
            INFO(properties[i]->name);
            CHECK(std::string(text_of(found.of[i])) == text_of(expected.of[i]));
        }
    }
}

}  // namespace

TEST_CASE("no reduction changes a verdict") {
    compare({}, {}, {});
    compare({.replicas = {2}}, {}, {});
    compare({.nodes = 2}, {}, {});
    compare({.lost_replies = 1}, {}, {"all"});
    compare({.crashes = 1}, {}, {"all"});
    compare({.capacity = 0}, {}, {});
    compare({.replicas = {2}, .capacity = 1}, {}, {});
    compare({.lost_replies = 1, .capacity = 2}, {}, {"all", "every-delay"});
    compare({.lost_replies = 1, .capacity = 1}, {}, {"all", "every-delay"});
}

TEST_CASE("no reduction changes a verdict of a broken pipeline", "[.slow]") {
    for (const auto& row : variant_table()) compare(row.configuration, {row.variant}, {"all", "every-delay"});
}

TEST_CASE("no reduction changes a verdict of a larger pipeline", "[heavy]") {
    compare({.replicas = {1, 2}}, {}, {});
    compare({.replicas = {2, 1}}, {}, {"all"});
    compare({.replicas = {2, 0, 1}}, {}, {"all", "every-delay"});
    compare({.replicas = {2}, .nodes = 2}, {}, {});
    compare({.nodes = 2, .lost_replies = 1}, {}, {"all", "every-delay"});
    compare({.nodes = 2, .crashes = 1}, {}, {"all", "every-delay"});
    compare({.replicas = {2}, .lost_replies = 1}, {}, {"all", "every-delay"});
    compare({.crashes = 1, .capacity = 2}, {}, {"all", "every-delay"});
    compare({.replicas = {2}, .nodes = 2, .capacity = 1}, {}, {"all", "every-delay"});
}
