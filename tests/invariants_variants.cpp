// Every property has been seen to fail: in a small configuration a variant violates it,
// and without the variant it holds there.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "cli/parse.hpp"
#include "cli/setup.hpp"
#include "invariants/questions.hpp"
#include "model/variants.hpp"
#include "tests/invariants_table.hpp"
#include "tests/verdicts_support.hpp"

using namespace kcheck;
using namespace kcheck::tests;

TEST_CASE("the table has every property with every variant that violates it, in their order") {
    std::vector<std::pair<std::string_view, std::string_view>> listed, wanted;
    for (const auto& row : invariants::violations()) listed.emplace_back(row.property, row.variant);
    for (const auto& property : invariants::properties())
        for (const auto variant : property.violated_by) wanted.emplace_back(property.name, variant);
    CHECK(listed == wanted);
    for (const auto& variant : model::variants())
        CHECK(std::ranges::find(wanted, variant.name, &decltype(wanted)::value_type::second) != wanted.end());
}

TEST_CASE("each variant violates its property, which holds without it") {
    for (const auto& row : variant_table()) {
        INFO(row.property << " with " << row.variant << ": " << row.configuration.text());
        CHECK(verdict_of(row.configuration.with({row.variant}), row.property) == "violated");
        CHECK(verdict_of(row.configuration.with(), row.property) == "holds");
    }
}

TEST_CASE("the call that shows a violation checks the configuration of the table") {
    const auto words = [](const model::Configuration& configuration) {
        const auto all = cli::describe(configuration, {});
        return all.operations + "; " + all.nodes + "; " + all.bounds + "; " + all.broken;
    };
    std::filesystem::current_path(KCHECK_SOURCE_DIR);  // where the manifests are relative to
    for (const auto& row : invariants::violations()) {
        INFO(row.property << " with " << row.variant);
        const auto options = cli::parse(row.arguments());
        REQUIRE(options);
        const auto setup = cli::set_up(*options);
        REQUIRE(setup);
        REQUIRE(setup->workloads.size() == 1);
        CHECK(words(setup->workloads.front().configuration) == words(row.configuration()));
        CHECK(options->properties == std::vector<std::string>{std::string(row.property)});
    }
}

TEST_CASE("what each property speaks of happens") {
    // Every step is taken by itself here: what lasts for no time is a state, too.
    const auto reductions = model::Reductions{}.plain();
    const std::vector<std::pair<const char*, Small>> special{
        {"optimistic-concurrency", {.replicas = {1, 2}}},
        {"revisions-increase", {.crashes = 1}},
        {"uids-are-unique", {.replicas = {2}}},
        {"capacity", {.replicas = {2}, .lost_replies = 1, .capacity = 1}},
        {"availability-kept", {.set_images = 1}},
    };
    for (const auto& property : invariants::properties()) {
        Small configuration;
        for (const auto& [name, other] : special)
            if (property.name == name) configuration = other;
        INFO(property.name << ": " << property.witness_text << ", " << configuration.text());
        const Pipeline pipeline(configuration.with(), reductions);
        const std::vector never{invariants::never_witnessed(pipeline, property)};
        checker::ExploreOptions options;
        options.stop_at_violation = true;
        CHECK(checker::explore<Pipeline>(pipeline, never, options).violations[0].has_value());
    }
}
