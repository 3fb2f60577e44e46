// Where a limit ends the search, or the user does, nothing holds, and the reason is said.
#include "tests/verdicts_support.hpp"

#include <atomic>

#include "scenarios/levels.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

const Small faulty{.replicas = {2}, .crashes = 1, .lost_replies = 1};

/// No verdict but that it is not known, or that something is violated.
void nothing_holds(const Result& result) {
    CHECK(result.verdict != Said::holds);
    for (const auto& row : result.properties) {
        if (row.verdict == Said::not_checked) continue;
        INFO(row.property->name);
        CHECK((row.verdict == Said::incomplete || row.verdict == Said::violated));
        CHECK((row.verdict == Said::violated) == row.trace.has_value());
    }
}

bool says(const Result& result, const std::string& words) {
    return result.reason.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("too few states: nothing holds") {
    for (const std::uint64_t most : {1, 10, 100, 1000}) {
        INFO("at most " << most << " states");
        auto options = asking({});
        options.limits.states_max = most;
        const auto result = checked(faulty.with(), options);
        nothing_holds(result);
        INFO(result.reason);
        CHECK(says(result, "--max-states"));
        CHECK(row_of(result, "capacity").verdict == Said::incomplete);
    }
    // Enough of them: the limit is what made the difference.
    auto options = asking({"capacity"});
    options.limits.states_max = 1'000'000;
    const auto result = checked(faulty.with(), options);
    CHECK(result.verdict == Said::holds);
    CHECK(result.reason.empty());
}

TEST_CASE("one state too few for all levels together: nothing holds, liveness neither") {
    const auto configuration = Small{.replicas = {2}, .nodes = 2}.with();
    auto options = asking({"capacity", "replica-convergence"});
    std::uint64_t states = 0;
    for (const auto& level : checked(configuration, options).levels) states += level.covered.states;
    options.limits.states_max = states;
    const auto result = checked(configuration, options);
    nothing_holds(result);
    CHECK(says(result, "--max-states"));
    options.limits.states_max = states + 1;
    CHECK(checked(configuration, options).verdict == Said::holds);
}

TEST_CASE("too little time: nothing holds") {
    auto options = asking({});
    for (const double seconds : {0.0, 1e-6, 0.01}) {
        INFO(seconds << " s");
        options.limits.timeout_s = seconds;
        const auto result =
            checked(Small{.replicas = {3}, .nodes = 2, .crashes = 1, .lost_replies = 1}.with(), options);
        nothing_holds(result);
        INFO(result.reason);
        CHECK(says(result, "--timeout"));
    }
}

TEST_CASE("too little memory: nothing holds") {
    auto options = asking({});
    options.limits.memory_max_bytes = 1;
    const auto result = checked(faulty.with(), options);
    nothing_holds(result);
    INFO(result.reason);
    CHECK(says(result, "--max-memory"));
}

TEST_CASE("interrupted before it began: nothing holds") {
    const std::atomic<bool> stop{true};
    for (const auto& small : {Small{}, faulty}) {
        INFO(small.text());
        const auto result = checked(small.with(), asking({}), {}, {.stop = &stop, .progress = {}});
        nothing_holds(result);
        INFO(result.reason);
        CHECK(says(result, "interrupted"));
    }
}

TEST_CASE("interrupted while it goes on: nothing holds") {
    std::atomic<bool> stop{false};
    int calls = 0;
    const scenarios::Watching watching{.stop = &stop, .progress = [&](const checker::Progress&) {
                                           ++calls;
                                           stop = true;
                                       }};
    auto options = asking({"capacity", "replica-convergence"});
    const auto result = checked(Small{.replicas = {3}, .nodes = 2, .crashes = 2, .lost_replies = 2}.with(),
                                options, {}, watching);
    CHECK(calls > 0);
    CHECK(result.verdict == Said::incomplete);
    INFO(result.reason);
    CHECK(says(result, "interrupted"));
    CHECK(verdict_of(result, "capacity") == "incomplete");
    CHECK(verdict_of(result, "replica-convergence") == "incomplete");
}

TEST_CASE("interrupted between two levels: what was complete is said, and nothing holds") {
    for (int at = 0; at <= scenarios::highest_level; ++at) {
        INFO("where level " << at << " begins");
        std::atomic<bool> stop{false};
        const scenarios::Watching watching{.stop = &stop, .progress = {}, .begins = [&](int level) {
                                               if (level == at) stop = true;
                                           }};
        const auto result = checked(faulty.with(), asking({}), {}, watching);
        nothing_holds(result);
        INFO(result.reason);
        CHECK(says(result, "interrupted"));
        REQUIRE(result.levels.size() == static_cast<std::size_t>(at) + 1);
        for (const auto& level : result.levels) CHECK(level.complete == (level.number < at));
    }
}

TEST_CASE("the limit of states is one of the whole climb, and says which levels are complete") {
    const auto configuration = Small{.crashes = 1, .lost_replies = 1}.with();
    auto options = asking({"replica-convergence", "capacity"});
    const auto all = checked(configuration, options);
    REQUIRE(all.verdict == Said::holds);
    REQUIRE(all.levels.size() == 4);
    for (std::size_t level = 0; level < all.levels.size(); ++level) {
        CHECK(all.levels[level].number == static_cast<int>(level));
        CHECK(all.levels[level].complete);
        CHECK((level == 0 || all.levels[level].covered.states > all.levels[level - 1].covered.states));
    }
    CHECK(all.covered->states == all.levels.back().covered.states);

    options.limits.states_max = all.levels[0].covered.states + all.levels[1].covered.states + 1;
    const auto result = checked(configuration, options);
    CHECK(result.verdict == Said::incomplete);
    CHECK(verdict_of(result, "capacity") == "incomplete");
    INFO(result.reason);
    CHECK(says(result, "--max-states"));
    CHECK(says(result, "levels 0 and 1 are complete"));
    REQUIRE(result.levels.size() == 3);
    CHECK((result.levels[0].complete && result.levels[1].complete && !result.levels[2].complete));
    CHECK(result.levels[0].covered.states == all.levels[0].covered.states);
    CHECK(result.levels[1].covered.states == all.levels[1].covered.states);

    options.limits.states_max = 2;
    CHECK(says(checked(configuration, options), "level 0 is not complete"));
}

TEST_CASE("at the first violation the rest is incomplete") {
    auto options = asking({"bound-pod-starts", "capacity"});
    options.fail_fast = true;
    const auto result = checked(Small{}.with({"image-never-arrives"}), options);
    CHECK(verdict_of(result, "bound-pod-starts") == "violated");
    CHECK(result.verdict == Said::violated);
    CHECK(verdict_of(result, "replica-convergence") == "not checked");
}
