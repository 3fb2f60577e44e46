// The pipeline under symmetry: what the unfolding decides on its quotient, and what the graph without
// symmetry says.
#include <catch2/catch.hpp>

#include "checker/liveness_unfold.hpp"
#include "invariants/property.hpp"
#include "model/pipeline.hpp"

using namespace kcheck;
using model::Move;
using model::Pipeline;
using model::Valuation;

namespace {

using Property = checker::LivenessOf<Pipeline>;

std::vector<Property> liveness_of(const Pipeline& pipeline) {
    std::vector<Property> questions;
    for (const auto& property : invariants::properties()) {
        if (property.kind != invariants::Kind::liveness) continue;
        const auto on = [&pipeline](const auto& predicate) -> std::function<bool(const Valuation&)> {
            if (!predicate) return {};
            return [&](const Valuation& state) { return predicate(pipeline.cluster(), state); };
        };
        Property question{std::string(property.name),
                          static_cast<Property::Form>(property.form),
                          on(property.goal),
                          on(property.premise),
                          {}};
        if (property.counted)
            question.counted = [&](const Move& move) { return property.counted(pipeline, move); };
        questions.push_back(std::move(question));
    }
    return questions;
}

struct Case {
    int replicas, nodes, capacity, crashes, lost_replies;
    std::set<std::string> variants;
    int scale = -1;
};

model::Configuration configuration_of(const Case& c) {
    model::Configuration configuration;
    configuration.operations[0].replicas = c.replicas;
    if (c.scale >= 0) configuration.operations.push_back({model::UserOperation::Kind::scale, c.scale});
    configuration.nodes.clear();
    for (int n = 0; n < c.nodes; ++n) {
        model::Node node{"node-" + std::to_string(n)};
        node.capacity = c.capacity;
        configuration.nodes.push_back(node);
    }
    configuration.crashes = c.crashes;
    configuration.lost_replies = c.lost_replies;
    configuration.variants = c.variants;
    return configuration;
}

}  // namespace

TEST_CASE("the pipeline: unfolding decides what the graph without symmetry decides", "[heavy]") {
    const std::vector<Case> cases = {
        {2, 2, 110, 0, 1, {}},
        {2, 2, 1, 0, 0, {}},
        {2, 2, 1, 0, 0, {"watch-drops-event"}, 1},
        {2, 2, 110, 0, 0, {"image-never-arrives"}},
        {2, 2, 110, 0, 0, {"status-carries-time"}},
        {1, 2, 110, 1, 0, {}},
    };
    int cycles = 0;
    for (const Case& c : cases) {
        model::Reductions without;
        without.symmetry = false;
        const Pipeline quotient(configuration_of(c)), actual(configuration_of(c), without);
        const auto properties = liveness_of(quotient);
        std::vector<checker::FairnessClass> classes;
        for (const auto& name : quotient.progress_names()) {
            const bool strong = quotient.fairness().is_strong(static_cast<int>(classes.size()));
            classes.push_back({name, strong ? checker::Fairness::strong : checker::Fairness::weak});
        }
        checker::ExploreOptions options;
        options.record_graph = true;
        const auto explored = checker::explore<Pipeline>(quotient, {}, options, properties);
        const auto unfolded =
            checker::check_liveness_unfolded<Pipeline>(quotient, explored, classes, properties);
        const auto whole = checker::explore<Pipeline>(actual, {}, options, properties);
        const auto full = checker::check_liveness<Pipeline>(actual, whole, classes, properties);
        for (std::size_t i = 0; i < properties.size(); ++i) {
            CAPTURE(c.replicas, c.nodes, c.capacity, c.variants, properties[i].name);
            CHECK(unfolded[i].verdict == full[i].verdict);
            if (unfolded[i].lasso && !unfolded[i].lasso->cycle.empty()) ++cycles;
        }
    }
    CHECK(cycles > 0);  // or nothing has been unfolded
}
