// Paths of representatives are followed, and what comes out is executed and nothing else is.
#include "tests/traces_support.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

std::string refusal(const traces::Trace& trace) {
    const auto executed = traces::execute(trace);
    REQUIRE_FALSE(executed);
    return executed.error();
}

/// Follows the shortest path to every `every`-th reachable state; of plain pipelines every 16th is
/// executed. Under status-last a path need be none of the plain pipeline.
void follow_all(const model::Configuration& configuration, std::uint32_t every,
                const model::Reductions& reductions = {}) {
    const Pipeline pipeline(configuration, reductions);
    const auto found = checker::explore(pipeline, std::span<const checker::SafetyOf<Pipeline>>());
    REQUIRE(found.complete());
    std::uint32_t seen = 0, followed = 0;
    for (std::uint32_t partition = 0; partition < checker::partition_count; ++partition)
        for (std::uint32_t index = 0; index < found.store.partition(partition).size(); ++index) {
            if (seen++ % every != 0) continue;
            const auto id = checker::state_id(partition, index);
            // A run that leaves the bounds of the encoding ends there, and is never shown.
            const auto wanted = checker::state_of(pipeline, found.store, id);
            if (wanted[pipeline.encoding().exceeded] != 0) continue;
            std::vector<traces::Edge> path;
            append(path, checker::trace_to(pipeline, found.store, id).steps);
            const auto trace = traces::follow(pipeline, path, std::nullopt);
            INFO((trace ? "" : trace.error()));
            REQUIRE(trace);
            auto reached = wanted;
            std::ranges::transform(trace->state(trace->steps.size()), reached.value.begin(),
                                   [](int value) { return static_cast<std::uint8_t>(value); });
            pipeline.canonicalize(reached);
            REQUIRE(std::equal(reached.value.begin(),
                               reached.value.begin() + static_cast<std::ptrdiff_t>(pipeline.layout().size()),
                               wanted.value.begin()));
            if (followed++ % 16 != 0 || reductions.status_last) continue;
            const auto executed = traces::execute(*trace);
            INFO((executed ? "" : executed.error()));
            REQUIRE(executed);
        }
    REQUIRE(followed > 50);
}

}  // namespace

TEST_CASE("the shortest path to every state of a small configuration is followed") {
    follow_all(small(1, 1, 1, 1), 1);
    follow_all(small(2, 1, 0, 1), 1);
    follow_all(small(2, 1, 1, 1), 9);
    auto two_nodes = small(2, 2, 0, 1);
    two_nodes.nodes[1].capacity = 100;  // two kinds of nodes
    follow_all(two_nodes, 1);
    follow_all(small(2, 2, 0, 1), 1);
    follow_all(small(2, 1, 0, 0), 1, model::Reductions{}.plain());
    follow_all(small(1, 2, 0, 1), 97, model::Reductions{}.plain());
}

TEST_CASE("what is violated under reductions is followed in the plain pipeline") {
    auto full = small(2, 2, 0, 0);
    for (auto& node : full.nodes) node.capacity = 0;
    auto half_full = small(3, 2, 0, 0);
    for (auto& node : half_full.nodes) node.capacity = 1;
    auto scaled = small(1, 1, 0, 0);
    scaled.nodes[0].capacity = 1;
    scaled.operations.push_back({model::UserOperation::Kind::scale, 2});
    const auto [configuration, name] = GENERATE_COPY(table<model::Configuration, const char*>({
        {small(3, 2, 0, 1), "replicas-bounded"},
        {small(2, 1, 1, 0), "replicas-bounded"},
        {full, "pod-gets-bound"},
        {half_full, "pod-gets-bound"},
        {half_full, "replica-convergence"},
        {scaled, "replica-convergence"},
    }));
    const auto& property = *invariants::find_property(name);
    CAPTURE(name);
    const Pipeline reduced(configuration);
    REQUIRE(reduced.encoding().reductions.status_last);
    const invariants::Property* asked[]{&property};
    const auto decided =
        scenarios::decide(reduced, asked, {.bounds_left = false, .any_violation = true}, {}, {});
    REQUIRE(decided.findings[0].answer == scenarios::Answer::violated);
    const Pipeline plain(configuration, reduced.encoding().reductions.plain());
    const auto trace = traces::follow_plainly(reduced, plain, decided.findings[0].path, property);
    INFO((trace ? "" : trace.error()));
    REQUIRE(trace);
    const auto executed = traces::execute(*trace);
    INFO((executed ? "" : executed.error()));
    REQUIRE(executed);
}

TEST_CASE("counterexamples of broken pipelines are followed and executed") {
    const auto [variant, property] = GENERATE(table<const char*, const char*>({
        {"scheduler-writes-etcd", "single-binding"},
        {"scheduler-writes-etcd", "etcd-single-writer"},
        {"binding-without-precondition", "single-binding"},
        {"kubelet-ignores-node-name", "no-start-elsewhere"},
        {"create-without-name-check", "names-are-unique"},
        {"revisions-repeat-after-restart", "revisions-increase"},
    }));
    CAPTURE(variant, property);
    auto configuration = small(1, 2, 1, 1, {variant});
    configuration.nodes[1].capacity = 100;
    const auto trace = violation(configuration, property);
    std::size_t told = 0;
    const auto replayed = traces::replay(trace, [&](std::size_t step) { REQUIRE(step == told++); });
    INFO((replayed ? "" : replayed.error()));
    REQUIRE(replayed);
    REQUIRE(told == trace.steps.size());
}

TEST_CASE("lassos are followed and executed") {
    const auto [variant, property] = GENERATE(table<const char*, const char*>({
        {"create-timeout-is-success", "replica-convergence"},
        {"image-never-arrives", "bound-pod-starts"},
        {"bind-failure-is-forgotten", "pod-gets-bound"},
        {"status-carries-time", "quiescence"},
    }));
    CAPTURE(variant, property);
    const auto trace = violation(small(1, 1, 0, 1, {variant}), property);
    REQUIRE(trace.cycle);
    REQUIRE((*trace.cycle < trace.steps.size()) == (std::string(variant) == "status-carries-time"));
    const auto executed = traces::execute(trace);
    INFO((executed ? "" : executed.error()));
    REQUIRE(executed);
}

TEST_CASE("a trace that is not of the model is refused with the step") {
    const auto good = double_binding();
    REQUIRE(traces::execute(good));
    const auto last = good.steps.size();

    auto bad = good;
    ++bad.steps[4].state[1];
    REQUIRE(refusal(bad).starts_with("step 5 ("));
    bad = good;
    bad.steps.erase(bad.steps.begin() + 2);
    REQUIRE(refusal(bad).starts_with("step 3 ("));
    bad = good;
    bad.steps[3].name = bad.steps[0].name;
    REQUIRE(refusal(bad).starts_with("step 4 ("));
    bad = good;
    bad.steps[0].action = 1 << 20;
    REQUIRE(refusal(bad).starts_with("step 1 ("));
    bad = good;
    ++bad.steps[5].lag;
    REQUIRE(refusal(bad).starts_with("step 6 ("));
    bad = good;
    bad.initial[1] = 1;
    REQUIRE(refusal(bad).starts_with("the initial state: "));
    bad = good;
    bad.steps.pop_back();
    REQUIRE(refusal(bad).starts_with("step " + std::to_string(last - 1) + " ("));
    bad = good;
    bad.property = "etcd-single-writer";
    REQUIRE(refusal(bad).find("holds in the last state") != std::string::npos);
    bad = good;
    bad.property = "no-such-property";
    REQUIRE(refusal(bad) == "there is no property \"no-such-property\"");
    bad = good;
    bad.cycle = 3;
    REQUIRE(refusal(bad).find("the cycle does not close") != std::string::npos);
    bad = good;
    bad.configuration.variants.clear();
    REQUIRE_FALSE(traces::execute(bad));
}

TEST_CASE("a lasso that is unfair or reaches its goal is refused") {
    const auto good = violation(small(1, 1, 0, 0, {"image-never-arrives"}), "bound-pod-starts");
    REQUIRE(traces::execute(good));
    auto bad = good;
    bad.cycle.reset();
    REQUIRE(refusal(bad).find("has no cycle") != std::string::npos);
    bad = good;
    bad.steps.resize(2);
    bad.cycle = 2;
    REQUIRE(refusal(bad).find("could go on and never does") != std::string::npos);
    bad = good;
    bad.cycle = bad.steps.size() + 1;
    REQUIRE_FALSE(traces::execute(bad));
    bad = good;
    bad.property = "quiescence";
    REQUIRE(refusal(bad).find("no step of it") != std::string::npos);
}
