// The encoding begins small and grows until no run leaves it, or the property is decided.
#include "tests/verdicts_support.hpp"

#include <algorithm>

using namespace kcheck;
using namespace kcheck::tests;
using model::Bounds;
using model::Pipeline;

namespace {

std::vector<const invariants::Property*> every_property() {
    std::vector<const invariants::Property*> all;
    for (const auto& property : invariants::properties()) all.push_back(&property);
    return all;
}

/// Every state, with as much room as `bounds` has.
scenarios::Decided explored(const model::Configuration& configuration, const Bounds& bounds) {
    const Pipeline pipeline(configuration, {}, bounds);
    return scenarios::decide(pipeline, every_property(), {}, {1, 1'000'000, std::size_t{4} << 30, 60}, {});
}

/// No bound is larger than that of `other`, and one is smaller.
bool is_below(const Bounds& bounds, const Bounds& other) {
    return bounds != other && bounds.pods <= other.pods && bounds.generations <= other.generations &&
           std::ranges::equal(bounds.events, other.events, std::ranges::less_equal{});
}

}  // namespace

TEST_CASE("a violation a few steps away is found, however far runs go on") {
    const auto configuration = Small{.replicas = {3}, .nodes = 2}.with({"no-expectations"});
    const auto result = checked(configuration, asking({"replicas-bounded"}));
    CHECK(verdict_of(result, "replicas-bounded") == "violated");
    CHECK(result.verdict == Said::violated);
    CHECK(result.covered->states < 10'000);
    const auto& trace = row_of(result, "replicas-bounded").trace;
    REQUIRE(trace);
    CHECK(trace->steps.size() >= 7);
    CHECK(traces::execute(*trace));
    CHECK(trace->bounds.pods > Bounds::least(configuration).pods);
    // What is printed of the encoding is what was searched.
    CHECK(trace->bounds == result.bounds);
}

TEST_CASE("the bounds that are found are smaller than ample ones, and enough") {
    for (const auto& small : {Small{}, Small{.replicas = {2}}, Small{.lost_replies = 1}, Small{.crashes = 1},
                              Small{.replicas = {2}, .nodes = 2, .lost_replies = 1},
                              Small{.replicas = {1, 0}, .crashes = 1, .lost_replies = 1},
                              Small{.crashes = 1, .lost_replies = 1}}) {
        INFO(small.text());
        const auto configuration = small.with();
        auto options = asking({});
        for (const auto* property : every_property())
            if (property->strength != invariants::Strength::soft)
                options.properties.emplace_back(property->name);
        const auto result = checked(configuration, options);
        CHECK(result.verdict == Said::holds);
        const auto ample = Bounds::ample(configuration);
        INFO(result.bounds.text() << "; ample: " << ample.text());
        CHECK(is_below(result.bounds, ample));

        const auto found = explored(configuration, result.bounds), roomy = explored(configuration, ample);
        CHECK(found.exceeded == 0);
        CHECK(roomy.exceeded == 0);
        CHECK(found.covered.states == result.covered->states);
        CHECK(found.covered.states == roomy.covered.states);
        CHECK(found.covered.transitions == roomy.covered.transitions);
        CHECK(found.covered.quiescent == roomy.covered.quiescent);
        CHECK(found.covered.depth == roomy.covered.depth);
        for (std::size_t i = 0; i < found.findings.size(); ++i) {
            INFO(found.findings[i].property->name);
            CHECK(found.findings[i].answer == roomy.findings[i].answer);
        }
    }
}

TEST_CASE("where a run leaves the bounds nothing holds") {
    const auto configuration = Small{.lost_replies = 1}.with();
    const auto decided = explored(configuration, Bounds::least(configuration));
    CHECK(decided.exceeded == model::exceeded_pods);
    for (const auto& finding : decided.findings) {
        INFO(finding.property->name);
        CHECK(finding.answer != scenarios::Answer::holds);
    }
}

TEST_CASE("bounds grow where they were short and nowhere else, of equal nodes alike") {
    const auto configuration = Small{.replicas = {2}, .nodes = 3}.with();
    const auto least = Bounds::least(configuration);
    const auto watches = Pipeline(configuration).watches().size();
    REQUIRE(least.events.size() == watches);
    const auto at = [](std::size_t watch) { return model::exceeded_events + static_cast<int>(watch); };

    auto grown = least;
    grown.grow(model::exceeded_pods);
    CHECK(grown.pods > least.pods);
    CHECK((grown.generations == least.generations && grown.events == least.events));
    grown = least;
    grown.grow(model::exceeded_generations);
    CHECK(grown.generations > least.generations);
    CHECK((grown.pods == least.pods && grown.events == least.events));
    for (std::size_t watch = 0; watch < watches; ++watch) {
        INFO("watch " << watch);
        grown = least;
        grown.grow(at(watch));
        CHECK((grown.pods == least.pods && grown.generations == least.generations));
        const auto is_kubelet = [&](std::size_t one) {
            return Pipeline(configuration).watches()[one].client.starts_with("kubelet");
        };
        const bool of_kubelet = is_kubelet(watch);
        for (std::size_t other = 0; other < watches; ++other) {
            const bool alike = other == watch || (of_kubelet && is_kubelet(other));
            INFO("watch " << other);
            if (alike)
                CHECK(grown.events[other] > least.events[other]);
            else
                CHECK(grown.events[other] == least.events[other]);
            if (alike) CHECK(grown.events[other] == grown.events[watch]);
        }
    }
}

TEST_CASE("what grows out of the encoding is incomplete, with the reason") {
    // A user who scales to what there is already: each time costs room and few states. There are as
    // many as fit; there is no room then for the pods of a controller that forgets what it has created.
    const auto configured = [](int operations) {
        return Small{.replicas = std::vector<int>(static_cast<std::size_t>(operations), 1)}.with(
            {"no-expectations"});
    };
    const auto fits = [&](int operations) {
        const auto configuration = configured(operations);
        try {
            const Pipeline pipeline(configuration, {}, Bounds::least(configuration));
            return true;
        } catch (const std::length_error&) {
            return false;
        }
    };
    // Fresh caches need less room, so what does not fit with others has its level 0 all the same.
    int most = 1;
    while (fits(most + 1)) ++most;
    INFO("operations " << most);
    const auto result = checked(configured(most), asking({"capacity"}));
    CHECK(result.verdict == Said::incomplete);
    CHECK(verdict_of(result, "capacity") == "incomplete");
    INFO(result.reason);
    CHECK(result.reason.find("a run needs more room than the encoding has") != std::string::npos);
    const auto larger = checked(configured(most + 1), asking({"capacity"}));
    CHECK(larger.verdict == Said::incomplete);
    CHECK(larger.levels.size() == 1);
    // What does not fit from the start is the caller's mistake.
    CHECK_THROWS_AS(checked(configured(4 * most), asking({"capacity"})), std::length_error);
}
