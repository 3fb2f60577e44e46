// A counterexample has the fewest faults that suffice, then the fewest steps.
#include "tests/verdicts_support.hpp"

#include "invariants/violations.hpp"

using namespace kcheck;
using namespace kcheck::tests;

TEST_CASE("what needs no fault is shown without one") {
    const auto configuration = Small{.crashes = 1, .lost_replies = 1}.with({"image-never-arrives"});
    const auto result = checked(configuration, asking({"bound-pod-starts", "replica-convergence"}));
    for (const auto* property : {"bound-pod-starts", "replica-convergence"}) {
        INFO(property);
        const auto& trace = row_of(result, property).trace;
        REQUIRE(trace);
        CHECK(faults_of(*trace).all() == 0);
        for (const auto& step : trace->steps) {
            INFO(step.name);
            CHECK(step.name.find("lost") == std::string::npos);
            CHECK(step.name.find("restart") == std::string::npos);
        }
    }
}

TEST_CASE("what needs one fault is shown with one") {
    const auto result = checked(Small{.crashes = 1, .lost_replies = 1}.with(), asking({"replicas-bounded"}));
    const auto& trace = row_of(result, "replicas-bounded").trace;
    REQUIRE(trace);
    CHECK(faults_of(*trace).all() == 1);
    const auto more = checked(Small{.crashes = 2, .lost_replies = 2}.with(), asking({"replicas-bounded"}));
    REQUIRE(row_of(more, "replicas-bounded").trace);
    CHECK(faults_of(*row_of(more, "replicas-bounded").trace).all() == 1);
}

TEST_CASE("larger budgets make no counterexample longer, and put no more faults into it") {
    for (const auto& row : invariants::violations()) {
        INFO(row.property << " with " << row.variant);
        const auto options = asking({std::string(row.property)});
        auto configuration = row.configuration();
        const auto own = checked(configuration, options);
        ++configuration.crashes;
        ++configuration.lost_replies;
        const auto more = checked(configuration, options);
        const auto &shown = row_of(own, row.property), &with_more = row_of(more, row.property);
        REQUIRE((shown.trace && with_more.trace));
        CHECK(traces::execute(*with_more.trace));
        // What is printed of the encoding is what was searched.
        CHECK(own.bounds == shown.trace->bounds);
        CHECK(more.bounds == with_more.trace->bounds);
        const auto used = faults_of(*shown.trace), used_with_more = faults_of(*with_more.trace);
        CHECK(used.all() == row.crashes + row.lost_replies);  // the row has no more than it takes
        CHECK(used_with_more.crashes <= row.crashes);
        CHECK(used_with_more.lost_replies <= row.lost_replies);
        CHECK(with_more.trace->steps.size() <= shown.trace->steps.size());
    }
}
