// A run climbs: what may go wrong is raised level by level.
#include "tests/verdicts_support.hpp"

#include "scenarios/levels.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using scenarios::levels_of;

namespace {

std::vector<int> numbers_of(const model::Configuration& configuration) {
    std::vector<int> numbers;
    for (const auto& level : levels_of(configuration)) numbers.push_back(level.number);
    return numbers;
}

}  // namespace

TEST_CASE("a level that has nothing more than the one before is left out") {
    const Small all{.crashes = 2, .lost_replies = 1};
    CHECK(numbers_of(all.with()) == std::vector{0, 1, 2, 3});
    CHECK(numbers_of(Small{}.with()) == std::vector{0, 1});
    CHECK(numbers_of(Small{.crashes = 1}.with()) == std::vector{0, 1, 3});
    CHECK(numbers_of(Small{.lost_replies = 1}.with()) == std::vector{0, 1, 2});
    auto fresh = all.with();
    fresh.staleness = 0;
    CHECK(numbers_of(fresh) == std::vector{0, 2, 3});
    fresh.crashes = fresh.lost_replies = 0;
    CHECK(numbers_of(fresh) == std::vector{0});

    auto bounded = all.with();
    bounded.staleness = 3;
    const auto levels = levels_of(bounded);
    REQUIRE(levels.size() == 4);
    CHECK(levels[0].configuration.staleness == 0);
    for (const auto& level : levels) {
        INFO("level " << level.number);
        CHECK(scenarios::level_of(level.configuration) == level.number);
        if (level.number > 0) CHECK(level.configuration.staleness == 3);
        CHECK(level.configuration.lost_replies == (level.number >= 2 ? 1 : 0));
        CHECK(level.configuration.crashes == (level.number >= 3 ? 2 : 0));
        const auto budgets = scenarios::budgets_of(level);
        const auto& last = budgets.back();
        CHECK(last.crashes == level.configuration.crashes);
        CHECK(last.lost_replies == level.configuration.lost_replies);
    }
    CHECK(scenarios::budgets_of(levels[3]).size() == 4);
}

TEST_CASE("a property that speaks of nothing in the configuration is not asked") {
    const auto without = checked(Small{}.with(), asking({}));
    CHECK(without.verdict == scenarios::Verdict::holds);
    CHECK(verdict_of(without, "availability-kept") == "not checked");
    const auto with = checked(levels_of(Small{.set_images = 1}.with()).front().configuration, asking({}));
    CHECK(verdict_of(with, "availability-kept") == "holds");
}

TEST_CASE("a violation is of the lowest level that shows it, and its trace is of that level") {
    struct Case {
        const char *variant, *property;
        int level;
        std::vector<int> replicas = {1};
    };
    for (const auto& [variant, property, level, replicas] :
         {Case{"scheduler-writes-etcd", "etcd-single-writer", 0},
          Case{"image-never-arrives", "bound-pod-starts", 0},
          Case{"update-without-resource-version", "optimistic-concurrency", 1, {1, 0}},
          Case{"watch-drops-event", "watch-complete", 1},
          Case{"bind-failure-is-forgotten", "pod-gets-bound", 2}}) {
        INFO(variant << ", " << property);
        const Small small{.replicas = replicas, .crashes = 1, .lost_replies = 1};
        const auto result = checked(small.with({variant}), asking({property}));
        const auto& row = row_of(result, property);
        REQUIRE(row.trace);
        CHECK(scenarios::level_of(row.trace->configuration) == level);
        CHECK(traces::execute(*row.trace));
        // Alone at the level: violated; alone at the one below: not.
        for (const auto& one : levels_of(small.with({variant}))) {
            if (one.number > level) continue;
            INFO("level " << one.number);
            CHECK(verdict_of(one.configuration, property) == (one.number == level ? "violated" : "holds"));
        }
    }
}
