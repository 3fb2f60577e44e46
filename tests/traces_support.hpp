// Runs of the pipeline for the tests of traces: explored, followed, and ready to be executed.
#pragma once

#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "checker/explicit.hpp"
#include "checker/liveness.hpp"
#include "traces/trace.hpp"

namespace kcheck::tests {

using model::Pipeline;

inline model::Configuration small(int replicas, int nodes, int crashes, int lost_replies,
                                  std::set<std::string> variants = {}) {
    model::Configuration configuration;
    configuration.operations[0].replicas = replicas;
    configuration.nodes.clear();
    for (int n = 0; n < nodes; ++n) configuration.nodes.push_back(model::Node{"node-" + std::to_string(n)});
    configuration.crashes = crashes;
    configuration.lost_replies = lost_replies;
    configuration.variants = std::move(variants);
    return configuration;
}

inline void append(std::vector<traces::Edge>& path, const std::vector<checker::Step<Pipeline>>& steps) {
    for (const auto& step : steps) path.push_back({step.action, step.state});
}

/// A shortest trace to a violation of the property, if there is one.
inline tl::expected<traces::Trace, std::string> counterexample(const Pipeline& pipeline,
                                                               const invariants::Property& property) {
    const auto& k = pipeline.cluster();
    using Live = checker::LivenessOf<Pipeline>;
    const bool safe = property.kind == invariants::Kind::safety;
    std::vector<checker::SafetyOf<Pipeline>> safety;
    std::vector<Live> liveness;
    if (safe) {
        safety.push_back({std::string(property.name),
                          [&](const model::Valuation& state) { return property.holds(k, state); }});
    } else {
        Live live{std::string(property.name), static_cast<Live::Form>(property.form), {}, {}, {}};
        if (property.goal) live.goal = [&](const model::Valuation& state) { return property.goal(k, state); };
        if (property.premise)
            live.premise = [&](const model::Valuation& state) { return property.premise(k, state); };
        if (property.counted)
            live.counted = [&](const model::Move& move) { return property.counted(pipeline, move); };
        liveness.push_back(live);
    }
    checker::ExploreOptions options;
    options.stop_at_violation = safe;
    options.record_graph = !safe;
    const auto found = checker::explore(pipeline, std::span<const checker::SafetyOf<Pipeline>>(safety),
                                        options, std::span<const Live>(liveness));
    std::vector<traces::Edge> path;
    if (safe) {
        if (!found.violations[0]) return tl::unexpected<std::string>("not violated");
        append(path, checker::trace_to(pipeline, found.store, found.violations[0]->state).steps);
        return traces::follow(pipeline, path, std::nullopt, &property);
    }
    std::vector<checker::FairnessClass> classes;
    for (const auto& name : pipeline.progress_names()) {
        const bool strong = pipeline.strong_progress().test(classes.size());
        classes.push_back({name, strong ? checker::Fairness::strong : checker::Fairness::weak});
    }
    const auto results = checker::check_liveness(
        pipeline, found, std::span<const checker::FairnessClass>(classes), std::span<const Live>(liveness));
    if (!results[0].lasso) return tl::unexpected<std::string>("not violated");
    append(path, results[0].lasso->stem.steps);
    const auto cycle = path.size();
    append(path, results[0].lasso->cycle);
    return traces::follow(pipeline, path, cycle, &property);
}

/// The same by names, required to exist.
inline traces::Trace violation(const model::Configuration& configuration, const char* property) {
    const Pipeline pipeline(configuration);
    const auto* found = invariants::find_property(property);
    REQUIRE(found != nullptr);
    auto trace = counterexample(pipeline, *found);
    INFO((trace ? "" : trace.error()));
    REQUIRE(trace);
    return *std::move(trace);
}

}  // namespace kcheck::tests
