// What the user's commands write.
#include <catch2/catch.hpp>

#include <algorithm>

#include "checker/explicit.hpp"
#include "model/pipeline.hpp"

using namespace kcheck;
using Operation = model::UserOperation::Kind;

namespace {

int highest_generation(std::vector<model::UserOperation> operations) {
    model::Configuration configuration;
    configuration.operations = std::move(operations);
    configuration.crashes = configuration.lost_replies = 0;
    const model::Pipeline pipeline(configuration);
    const auto generation = pipeline.encoding().deployment()[model::workload::generation];
    int highest = 0;
    const std::vector<checker::Safety<model::Valuation>> all{{"collects", [&](const model::Valuation& state) {
                                                                  highest = std::max<int>(highest,
                                                                                          state[generation]);
                                                                  return true;
                                                              }}};
    checker::ExploreOptions options;
    options.threads = 1;
    REQUIRE(checker::explore(pipeline, all, options).complete());
    return highest;
}

}  // namespace

TEST_CASE("an apply that finds its replicas writes down what it applied, which is a new generation") {
    CHECK(highest_generation({{Operation::apply, 2}, {Operation::scale, 1}, {Operation::apply, 1}}) == 3);
    // Not a scale, and not an apply of the manifest that was applied last.
    CHECK(highest_generation({{Operation::apply, 2}, {Operation::scale, 1}, {Operation::scale, 1}}) == 2);
    CHECK(highest_generation({{Operation::apply, 2}, {Operation::apply, 2}}) == 1);
    CHECK(highest_generation({{Operation::apply, 2}, {Operation::apply, 1}}) == 2);
}
