// Reductions are on where they are sound, and nobody is shown a run that only they have.
#include "tests/verdicts_support.hpp"

#include "model/variants.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using model::Reductions;

namespace {

/// The counterexample is one of the plain pipeline, and has been executed there.
void is_shown_plainly(const model::Configuration& configuration, const std::string& property,
                      const Reductions& wanted = {}) {
    INFO(property);
    const auto result = checked(configuration, asking({property}), wanted);
    CHECK(verdict_of(result, property) == "violated");
    const auto& trace = row_of(result, property).trace;
    REQUIRE(trace);
    CHECK(trace->property == property);
    CHECK(trace->reductions == trace->reductions.plain());
    CHECK(trace->configuration.variants == configuration.variants);
    const auto executed = traces::execute(*trace);
    INFO((executed ? "" : executed.error()));
    CHECK(executed);
    // A step less is no counterexample: what accepts it looks at it.
    auto shorter = *trace;
    shorter.steps.pop_back();
    if (shorter.cycle) shorter.cycle = std::min(*shorter.cycle, shorter.steps.size());
    CHECK_FALSE(traces::execute(shorter));
}

}  // namespace

TEST_CASE("what rests on unbroken components is off for a broken one, and said to be") {
    auto options = asking({});
    options.limits.states_max = 1;
    for (const auto& variant : model::variants()) {
        INFO(variant.name);
        const auto on = checked(Small{}.with({std::string(variant.name)}), options).reductions;
        CHECK(on == Reductions{.local_steps = false, .status_last = false});
    }
    CHECK(checked(Small{}.with(), options).reductions == Reductions{});
    // What the user does without stays off.
    const Reductions wanted{.symmetry = false, .local_steps = false};
    CHECK(checked(Small{}.with(), options, wanted).reductions == wanted);
    CHECK(checked(Small{}.with({"no-expectations"}), options, wanted).reductions == wanted.plain());
}

TEST_CASE("a pod too many is shown in the plain pipeline") {
    is_shown_plainly(Small{.replicas = {3}, .nodes = 2, .lost_replies = 1}.with(), "replicas-bounded");
    is_shown_plainly(Small{.crashes = 1}.with(), "replicas-bounded");
    is_shown_plainly(Small{.nodes = 2, .lost_replies = 1}.with(), "replicas-bounded", {.symmetry = false});
}

TEST_CASE("where no node has room, pods wait in the plain pipeline, too", "[heavy]") {
    for (const auto& crowded : {Small{.replicas = {2}, .nodes = 2, .capacity = 0},
                                Small{.replicas = {3}, .nodes = 2, .capacity = 1},
                                Small{.replicas = {1, 3}, .nodes = 2, .capacity = 1},
                                Small{.replicas = {1}, .crashes = 1, .lost_replies = 1, .capacity = 0}}) {
        INFO(crowded.text());
        is_shown_plainly(crowded.with(), "pod-gets-bound");
        is_shown_plainly(crowded.with(), "replica-convergence");
        const auto result = checked(crowded.with(), asking({"bound-pod-starts", "capacity"}));
        CHECK(result.verdict == Said::holds);
    }
}

TEST_CASE("what is violated in a broken pipeline is shown in the same one") {
    is_shown_plainly(Small{.lost_replies = 1}.with({"bind-failure-is-forgotten"}), "pod-gets-bound");
    is_shown_plainly(Small{}.with({"image-never-arrives"}), "bound-pod-starts");
    is_shown_plainly(Small{.replicas = {0}}.with({"status-carries-time"}), "quiescence");
}
