// Runs of the pipeline for the tests of traces: explored, followed, and ready to be executed.
#pragma once

#include <catch2/catch.hpp>

#include <set>
#include <string>

#include "checker/explicit.hpp"
#include "scenarios/decide.hpp"
#include "traces/counterexamples/trace.hpp"

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
    const invariants::Property* asked[]{&property};
    auto decided = scenarios::decide(
        pipeline, asked, {.bounds_left = false, .any_violation = property.kind == invariants::Kind::safety},
        {}, {});
    const auto& finding = decided.findings.front();
    if (finding.answer != scenarios::Answer::violated) return tl::unexpected<std::string>("not violated");
    return traces::follow(pipeline, finding.path, finding.cycle, &property);
}

/// The same by names, required to exist.
inline traces::Trace violation(const model::Configuration& configuration, const char* property) {
    const Pipeline pipeline(configuration, model::Reductions{}.plain());
    const auto* found = invariants::find_property(property);
    REQUIRE(found != nullptr);
    auto trace = counterexample(pipeline, *found);
    INFO((trace ? "" : trace.error()));
    REQUIRE(trace);
    return *std::move(trace);
}

inline traces::Trace double_binding() {
    return violation(small(1, 2, 0, 1, {"binding-without-precondition"}), "single-binding");
}

}  // namespace kcheck::tests
