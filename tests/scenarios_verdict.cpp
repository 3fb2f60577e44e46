// From what was found to what is said: the verdict of a call, of several workloads, and of proofs.
#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>

#include "scenarios/prove.hpp"
#include "scenarios/run.hpp"
#include "tests/invariants_small.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using scenarios::Outcome;
using scenarios::overall;
using scenarios::PropertyResult;
using scenarios::Result;
using scenarios::Verdict;
using scenarios::Workload;

namespace {

PropertyResult row(std::string_view property, Verdict verdict, bool decides = true) {
    PropertyResult result;
    result.property = invariants::find_property(property);
    REQUIRE(result.property != nullptr);
    result.verdict = verdict;
    result.decides = decides;
    if (verdict == Verdict::violated) result.trace.emplace();
    return result;
}

Result found(std::vector<PropertyResult> rows) {
    Result result;
    result.properties = std::move(rows);
    result.verdict = overall(result.properties);
    return result;
}

Workload workload(const std::string& name = "app") { return {name, Small{}.with(), {}, {}, {}}; }

Workload with_left_out(std::string_view name, const std::string& accepted_by = {}) {
    auto result = workload();
    result.left_out.push_back(manifests::left_out(name, "web.yaml", {}, "spec"));
    result.left_out.back().accepted_by = accepted_by;
    return result;
}

Result judged(Result result, const Workload& workload, bool strict = false) {
    scenarios::judge(result, workload, strict);
    return result;
}

const auto holds = [] {
    return found({row("single-binding", Verdict::holds), row("replica-convergence", Verdict::holds)});
};

}  // namespace

TEST_CASE("the worst verdict of those that decide is that of all; of none, nothing has passed") {
    using V = Verdict;
    CHECK(overall(std::vector<PropertyResult>{}) == V::incomplete);
    CHECK(overall({row("single-binding", V::holds, false)}) == V::incomplete);
    CHECK(overall({row("single-binding", V::not_checked)}) == V::incomplete);
    CHECK(overall({row("single-binding", V::holds), row("replica-convergence", V::violated, false)}) ==
          V::holds);
    const std::vector worst_first = {V::violated, V::incomplete, V::undecided, V::holds, V::proved};
    for (std::size_t i = 0; i < worst_first.size(); ++i)
        for (std::size_t j = i; j < worst_first.size(); ++j) {
            CHECK(overall({row("single-binding", worst_first[j]),
                           row("replica-convergence", worst_first[i])}) == worst_first[i]);
            Outcome one, other;
            one.result.verdict = worst_first[j];
            other.result.verdict = worst_first[i];
            CHECK(overall(std::vector{one, other}) == worst_first[i]);
        }
}

TEST_CASE("what is left out and may decide leaves no pass") {
    for (const auto verdict : {Verdict::holds, Verdict::proved}) {
        const auto said =
            judged(found({row("single-binding", verdict), row("replica-convergence", Verdict::not_checked)}),
                   with_left_out("rolling-update"));
        CHECK(said.verdict == Verdict::undecided);
        CHECK(said.properties[0].verdict == Verdict::undecided);
        CHECK(said.properties[1].verdict == Verdict::not_checked);
        CHECK(said.reason == "what is not modelled may decide the answer");
    }
    CHECK(judged(holds(), with_left_out("rolling-update", "--assume")).verdict == Verdict::holds);
    CHECK(judged(holds(), workload()).verdict == Verdict::holds);
    const auto cut =
        judged(found({row("single-binding", Verdict::incomplete)}), with_left_out("rolling-update"));
    CHECK(cut.verdict == Verdict::incomplete);
    CHECK(cut.reason.empty());
}

TEST_CASE("objects that are assumed to exist decide only where the user is strict") {
    auto assuming = workload();
    assuming.assumed.objects = {"ServiceAccount default/builder"};
    CHECK(judged(holds(), assuming).verdict == Verdict::holds);
    CHECK(judged(holds(), workload(), true).verdict == Verdict::holds);
    const auto strict = judged(holds(), assuming, true);
    CHECK(strict.verdict == Verdict::undecided);
    CHECK(strict.reason == "objects are only assumed to exist (--strict)");
}

TEST_CASE("a violation stays one, but of an infinite run that a later apply changes") {
    const auto violated = [] {
        return found(
            {row("single-binding", Verdict::violated), row("replica-convergence", Verdict::violated)});
    };
    const auto changed = judged(violated(), with_left_out("rolling-update"));
    CHECK(changed.verdict == Verdict::violated);
    CHECK(changed.properties[0].verdict == Verdict::violated);
    CHECK(changed.properties[0].trace);
    CHECK(changed.properties[1].verdict == Verdict::undecided);
    CHECK_FALSE(changed.properties[1].trace);
    CHECK(changed.properties[1].note == "violated before the change that is not modelled");
    const auto only =
        judged(found({row("replica-convergence", Verdict::violated)}), with_left_out("rolling-update"));
    CHECK(only.verdict == Verdict::undecided);
    const auto accepted = judged(violated(), with_left_out("rolling-update", "--assume"));
    CHECK(accepted.properties[1].verdict == Verdict::violated);
    for (const auto& info : manifests::left_out_infos()) {
        if (info.name == "rolling-update") continue;
        INFO(info.name);
        CHECK(judged(violated(), with_left_out(info.name)).properties[1].verdict == Verdict::violated);
    }
}

TEST_CASE("each of several workloads is judged by what is left out of it") {
    std::vector workloads = {with_left_out("rolling-update"), workload("other")};
    workloads[0].name = "first";
    const auto outcomes =
        scenarios::run_all(workloads, false, 10, [](const Workload&, double) { return holds(); });
    REQUIRE(outcomes);
    REQUIRE(outcomes->size() == 2);
    CHECK((*outcomes)[0].workload->name == "first");
    CHECK((*outcomes)[0].result.verdict == Verdict::undecided);
    CHECK((*outcomes)[1].workload->name == "other");
    CHECK((*outcomes)[1].result.verdict == Verdict::holds);
    CHECK(overall(*outcomes) == Verdict::undecided);
}

TEST_CASE("of several workloads, one that is too large is incomplete and the others are decided") {
    const auto decide = [](const Workload& one, double) -> tl::expected<Result, scenarios::InternalError> {
        if (one.name == "large") throw std::length_error("more than there is room for");
        return holds();
    };
    const std::vector workloads = {workload("large"), workload("small")};
    const auto outcomes = scenarios::run_all(workloads, false, 10, decide);
    REQUIRE(outcomes);
    REQUIRE(outcomes->size() == 2);
    CHECK((*outcomes)[0].result.verdict == Verdict::incomplete);
    CHECK((*outcomes)[0].result.reason == scenarios::too_large);
    CHECK((*outcomes)[1].result.verdict == Verdict::holds);
    CHECK(overall(*outcomes) == Verdict::incomplete);
    CHECK_THROWS_AS(scenarios::run_all(std::vector{workload("large")}, false, 10, decide), std::length_error);
}

TEST_CASE("workloads share their time; a contradiction ends the call") {
    std::vector<double> left;
    const std::vector workloads = {workload("a"), workload("b"), workload("c")};
    REQUIRE(scenarios::run_all(workloads, false, 5, [&](const Workload&, double left_s) {
        left.push_back(left_s);
        return holds();
    }));
    REQUIRE(left.size() == 3);
    CHECK(left[0] <= 5);
    CHECK(left[1] < left[0]);
    CHECK(left[2] < left[1]);
    left.clear();
    REQUIRE(scenarios::run_all(workloads, false, 0, [&](const Workload&, double left_s) {
        left.push_back(left_s);
        return holds();
    }));
    for (const double left_s : left) CHECK(left_s > 0);

    int asked = 0;
    const auto outcomes = scenarios::run_all(
        workloads, false, 5, [&](const Workload&, double) -> tl::expected<Result, scenarios::InternalError> {
            if (++asked == 2) return tl::unexpected(scenarios::InternalError{"it contradicts itself"});
            return holds();
        });
    REQUIRE_FALSE(outcomes);
    CHECK(outcomes.error().message == "it contradicts itself");
    CHECK(asked == 2);
}

namespace {

Result proved(const model::Pipeline& pipeline, const std::vector<std::string>& names,
              const scenarios::ProofOptions& options = {}, const std::atomic<bool>* stop = nullptr) {
    std::vector<const invariants::Property*> wanted;
    for (const auto& name : names) wanted.push_back(invariants::find_property(name));
    auto result = scenarios::prove(pipeline, wanted, options,
                                   {stop, [](const std::string&) {}, [](const PropertyResult&) {}});
    if (!result) FAIL(result.error().message);
    return std::move(*result);
}

}  // namespace

TEST_CASE("a proof is said to be one; a run that violates is shown") {
    const auto good = proved(model::Pipeline(Small{}.with()), {"single-binding", "etcd-single-writer"});
    CHECK(good.verdict == Verdict::proved);
    for (const auto& row : good.properties) {
        INFO(row.property->name << ": " << row.note);
        CHECK(row.verdict == Verdict::proved);
        CHECK_THAT(row.note, Catch::Contains("-induction"));
    }
    const auto bad = proved(model::Pipeline(Small{}.with({"scheduler-writes-etcd"})),
                            {"single-binding", "etcd-single-writer"}, {.bmc = 8});
    CHECK(bad.verdict == Verdict::violated);
    CHECK(bad.properties[0].verdict == Verdict::incomplete);
    REQUIRE(bad.properties[1].verdict == Verdict::violated);
    REQUIRE(bad.properties[1].trace);
    CHECK_FALSE(bad.properties[1].trace->steps.empty());
}

TEST_CASE("what was only looked for, or interrupted, is no proof") {
    const model::Pipeline pipeline(Small{}.with());
    const auto searched = proved(pipeline, {"etcd-single-writer"}, {.bmc = 2});
    CHECK(searched.verdict == Verdict::incomplete);
    CHECK_THAT(searched.reason, Catch::Contains("no violation within 2 steps"));
    const std::atomic<bool> stop = true;
    const auto stopped = proved(pipeline, {"etcd-single-writer", "single-binding"}, {}, &stop);
    CHECK(stopped.verdict == Verdict::incomplete);
    CHECK(stopped.reason == "not decided: etcd-single-writer, single-binding");
    CHECK(proved(pipeline, {}).verdict == Verdict::incomplete);
}
