// What a gate says of an implementation that does as the model says, and of one that does not.
#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "scenarios/gate.hpp"
#include "tests/invariants_small.hpp"
#include "tests/support/temporary_directory.hpp"
#include "traces/driver/coverage.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using scenarios::GateCase;
using scenarios::GatePlan;
using Status = GateCase::Status;

namespace {

namespace driver = traces::driver;

using Json = nlohmann::ordered_json;

/// Answers script after script as it expects; at some step, of all that it is sent, something else.
class Scripted final : public driver::Implementation {
public:
    std::vector<driver::Script> scripts;
    std::vector<std::string> variants;
    std::size_t lies_at = std::string::npos;

    tl::expected<Json, driver::DriverError> exchange(const Json& request) override {
        if (request.contains("hello"))
            return Json{{"hello", {{"protocol", 2}, {"name", "scripted"}, {"variants", variants}}}};
        if (request.contains("configuration")) {
            if (next_ == scripts.size()) return tl::unexpected(driver::DriverError{"it is gone"});
            script_ = &scripts[next_++];
            step_ = 0;
        } else if (request.contains("step")) {
            if (steps_++ == lies_at) return Json{{"state", driver::to_json(driver::Stored{})}};
            ++step_;
        }
        return Json{{"state",
                     driver::to_json(step_ == 0 ? script_->initial : script_->steps.at(step_ - 1).expected)}};
    }
    tl::expected<void, driver::DriverError> close() override { return {}; }

private:
    const driver::Script* script_ = nullptr;
    std::size_t next_ = 0, step_ = 0, steps_ = 0;
};

/// Takes no step of anything.
class Deaf final : public driver::Implementation {
public:
    tl::expected<Json, driver::DriverError> exchange(const Json& request) override {
        if (request.contains("hello"))
            return Json{
                {"hello", {{"protocol", 2}, {"name", "deaf"}, {"variants", {"scheduler-writes-etcd"}}}}};
        return Json{{"state", driver::to_json(driver::Stored{})}};
    }
    tl::expected<void, driver::DriverError> close() override { return {}; }
};

/// "small", "crashing" and "broken" are configurations; the rest is none.
tl::expected<scenarios::GateCall, std::string> read(const std::string& line) {
    scenarios::GateCall call;
    call.workload.name = "app";
    call.workload.configuration = Small{}.with();
    if (line == "crashing")
        call.workload.configuration.crashes = 1;
    else if (line == "broken")
        call.workload.configuration.variants = {"scheduler-writes-etcd"};
    else if (line == "cut")
        call.options.limits.states_max = 10;
    else if (line == "left out")
        call.workload.left_out.push_back(manifests::left_out("rolling-update", "web.yaml", {}, "spec"));
    else if (line == "rollout")
        call.workload.configuration = Small{.set_images = 1}.with();
    else if (line != "small")
        return tl::unexpected<std::string>("it is not a configuration");
    return call;
}

struct Ran {
    std::vector<GateCase> cases;
    std::string error;
    std::size_t told = 0;
};

Ran gate(GatePlan plan, driver::Implementation& implementation, int walks = 3) {
    static const std::atomic<bool> stop = false;
    auto replayer = driver::Replayer::greet(implementation);
    REQUIRE(replayer);
    Ran ran;
    auto result = run_gate(plan, std::move(*replayer),
                           {.read = read,
                            .on_case = [&](const GateCase&) { ++ran.told; },
                            .stop = &stop,
                            .implementation = "--on scripted",
                            .of_variants = {},
                            .walks = walks});
    if (result)
        ran.cases = std::move(*result);
    else
        ran.error = result.error();
    return ran;
}

GatePlan nothing() {
    GatePlan plan;
    plan.variants = false;
    return plan;
}

std::vector<driver::Script> scripts_of_cover(const std::string& line) {
    const auto call = *read(line);
    const model::Pipeline pipeline(call.workload.configuration, call.workload.wanted);
    std::vector<driver::Script> scripts;
    REQUIRE(driver::cover(pipeline, [&](const driver::Run& run) {
        scripts.push_back(driver::script_of(run.trace, pipeline));
        return true;
    }));
    return scripts;
}

std::string error_of(const std::string& text) {
    const TemporaryDirectory directory;
    const auto file = (directory.path() / "gate.yaml").string();
    std::ofstream(file) << text;
    const auto plan = scenarios::read_plan(file);
    if (plan) return {};
    REQUIRE_THAT(plan.error(), Catch::StartsWith(file));
    return plan.error().substr(file.size());
}

}  // namespace

TEST_CASE("the verdict of a configuration is that of its gate") {
    auto plan = nothing();
    plan.verify = {"small", "broken", "cut", "left out"};
    Deaf deaf;
    const auto ran = gate(plan, deaf);
    REQUIRE(ran.cases.size() == 4);
    CHECK(ran.told == 4);
    CHECK(ran.cases[0].status == Status::passed);
    CHECK_THAT(ran.cases[0].summary, Catch::EndsWith("states, holds"));
    CHECK(ran.cases[1].status == Status::failed);
    CHECK_THAT(ran.cases[1].details, Catch::Contains("etcd-single-writer is violated"));
    CHECK(ran.cases[2].status == Status::incomplete);
    CHECK_THAT(ran.cases[2].summary, Catch::Contains("--max-states"));
    CHECK(ran.cases[3].status == Status::incomplete);
    CHECK_THAT(ran.cases[3].summary, Catch::Contains("not modelled"));
}

TEST_CASE("a line that is wrong is so before anything runs") {
    Deaf deaf;
    auto plan = nothing();
    plan.verify = {"small"};
    plan.walk = {"a large one"};
    const auto ran = gate(plan, deaf);
    CHECK(ran.error == "a large one: it is not a configuration");
    CHECK(ran.told == 0);
    plan.walk = {"rollout"};
    CHECK(gate(plan, deaf).error == fmt::format("rollout: {}", driver::one_template));
}

TEST_CASE("every transition is replayed, and one wrong answer fails") {
    auto plan = nothing();
    plan.cover = {"small"};
    Scripted good;
    good.scripts = scripts_of_cover("small");
    const auto ran = gate(plan, good);
    REQUIRE(ran.cases.size() == 1);
    INFO(ran.cases[0].details);
    CHECK(ran.cases[0].status == Status::passed);
    CHECK_THAT(ran.cases[0].summary, Catch::Contains("transitions replayed (100 %)"));

    std::size_t steps = 0;
    for (const auto& script : good.scripts) steps += script.steps.size();
    for (const auto at : {std::size_t{2}, steps / 2, steps - 1}) {
        Scripted liar;
        liar.scripts = good.scripts;
        liar.lies_at = at;
        const auto found = gate(plan, liar);
        REQUIRE(found.cases.size() == 1);
        CHECK(found.cases[0].status == Status::failed);
        CHECK_FALSE(found.cases[0].details.empty());
    }

    Scripted gone;
    gone.scripts.assign(good.scripts.begin(), good.scripts.begin() + 1);
    CHECK(gate(plan, gone).error == "--on scripted: at the configuration: it is gone");
}

TEST_CASE("random walks are replayed, and the seed of one that is not taken is named") {
    auto plan = nothing();
    plan.walk = {"crashing"};
    const auto call = *read("crashing");
    const model::Pipeline pipeline(call.workload.configuration, call.workload.wanted);
    Scripted good, liar;
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
        good.scripts.push_back(driver::script_of(driver::random_walk(pipeline, seed, 200)->trace, pipeline));
    liar.scripts = good.scripts;
    const auto ran = gate(plan, good);
    REQUIRE(ran.cases.size() == 1);
    INFO(ran.cases[0].details);
    CHECK(ran.cases[0].status == Status::passed);
    CHECK_THAT(ran.cases[0].summary, Catch::StartsWith("3 walks from seed 1"));
    liar.lies_at = liar.scripts[0].steps.size() + 10;
    const auto found = gate(plan, liar);
    REQUIRE(found.cases.size() == 1);
    CHECK(found.cases[0].status == Status::failed);
    CHECK(found.cases[0].summary == "the walk of seed 2 is not taken");
}

TEST_CASE("an implementation whose switch does nothing is told from one that has none") {
    GatePlan plan;
    Deaf deaf;
    const auto ran = gate(plan, deaf);
    int skipped = 0;
    for (const auto& one : ran.cases) {
        CHECK(one.suite == "variant");
        if (one.name != "scheduler-writes-etcd") {
            CHECK(one.status == Status::skipped);
            ++skipped;
            continue;
        }
        CHECK(one.status == Status::failed);
        CHECK_THAT(one.summary, Catch::Contains("is not taken with the switch on"));
    }
    CHECK(skipped > 0);
    CHECK(overall(ran.cases, false) == Status::failed);
}

TEST_CASE("a recording is admitted; one that cannot be read is an error") {
    Deaf deaf;
    auto plan = nothing();
    plan.conform = {std::string(KCHECK_SOURCE_DIR) + "/tests/fixtures/recordings/01-apply-3"};
    const auto ran = gate(plan, deaf);
    INFO(ran.error);
    REQUIRE(ran.cases.size() == 1);
    CHECK(ran.cases[0].status == Status::passed);
    plan.conform = {"/nowhere"};
    CHECK_THAT(gate(plan, deaf).error, Catch::Contains("/nowhere"));
}

TEST_CASE("the worst case is that of the gate; a gate of nothing has not passed") {
    const auto of = [](std::vector<Status> statuses, bool stopped = false) {
        std::vector<GateCase> cases;
        for (const auto status : statuses) cases.push_back({"verify", "small", status, {}, {}, 0});
        return overall(cases, stopped);
    };
    using S = Status;
    CHECK(of({}) == S::incomplete);
    CHECK(of({S::skipped}) == S::incomplete);
    CHECK(of({S::passed, S::skipped}) == S::passed);
    CHECK(of({S::passed}, true) == S::incomplete);
    CHECK(of({S::passed, S::incomplete}) == S::incomplete);
    CHECK(of({S::incomplete, S::failed, S::passed}) == S::failed);
    CHECK(of({S::failed}, true) == S::failed);
}

TEST_CASE("a plan is read as it is written; recordings lie beside it") {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "gate.yaml";
    std::ofstream(file) << "verify: ['--replicas 1', --nodes 2]\ncover: []\nwalk:\n- a\nconform: [run, /b]\n";
    const auto plan = scenarios::read_plan(file.string());
    REQUIRE(plan);
    CHECK(plan->verify == std::vector<std::string>{"--replicas 1", "--nodes 2"});
    CHECK(plan->cover.empty());
    CHECK(plan->walk == std::vector<std::string>{"a"});
    CHECK(plan->conform == std::vector<std::string>{(directory.path() / "run").string(), "/b"});
    CHECK(plan->variants);
}

TEST_CASE("a plan that is wrong is refused at the place") {
    CHECK(error_of("variants: false\n").empty());
    CHECK(error_of("verify: [a\n").starts_with(":2:1: this is not YAML"));
    CHECK(error_of("- a\n").starts_with(":1:1: a gate file is a map"));
    CHECK(error_of("verify: []\nvariants: maybe\n") == ":2:11: variants is true or false");
    CHECK(error_of("verify: []\nverfy: []\n")
              .starts_with(":2:1: there is no member \"verfy\" (verify, cover, walk, conform, variants)"));
    CHECK(error_of("walk: a\n") == ":1:7: walk is a list of strings");
    CHECK(error_of("walk:\n- a\n- [b]\n") == ":3:3: walk is a list of strings");
    CHECK(scenarios::read_plan("/nowhere.yaml").error() == "/nowhere.yaml: it cannot be read");
}
