// The pipeline under symmetry: what the unfolding decides on its quotient, and what the graph without
// symmetry says.
#include <catch2/catch.hpp>

#include "checker/liveness_unfold.hpp"
#include "invariants/questions.hpp"
#include "model/pipeline.hpp"

using namespace kcheck;
using model::Pipeline;

namespace {

struct PipelineCase {
    int replicas, nodes, capacity, crashes, lost_replies;
    std::set<std::string> variants;
    int scale = -1;
};

model::Configuration configuration_of(const PipelineCase& c) {
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
    const std::vector<PipelineCase> cases = {
        {2, 2, 110, 0, 1, {}},
        {2, 2, 1, 0, 0, {}},
        {2, 2, 1, 0, 0, {"watch-drops-event"}, 1},
        {2, 2, 110, 0, 0, {"image-never-arrives"}},
        {2, 2, 110, 0, 0, {"status-carries-time"}},
        {1, 2, 110, 1, 0, {}},
    };
    std::vector<const invariants::Property*> asked;
    for (const auto& property : invariants::properties()) asked.push_back(&property);
    int cycles = 0;
    for (const PipelineCase& c : cases) {
        model::Reductions without;
        without.symmetry = false;
        const Pipeline quotient(configuration_of(c)), actual(configuration_of(c), without);
        const auto questions = invariants::questions_of(quotient, asked);
        const auto& properties = questions.liveness;
        const auto classes = invariants::fairness_of(quotient);
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
