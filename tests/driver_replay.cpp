// Replays on implementations: the first difference or refusal is found and shown.
#include "tests/driver_support.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using driver::Agreement;

namespace {

driver::Script example() {
    return driver::script_of(
        violation(small(1, 2, 0, 1, {"binding-without-precondition"}), "single-binding"));
}

/// Runs on an implementation whose answers `instead` changes.
std::string explained(const driver::Script& script, const Mirror::Instead& instead, Agreement expected) {
    Mirror mirror(script, instead);
    const auto result = replayed(script, mirror);
    REQUIRE(result.agreement == expected);
    return explain(result, script);
}

bool is_step(const Json& request, int number) {
    return request.contains("step") && request["step"]["number"] == number;
}

/// The error that the answer to hello, or to the first step, is.
std::string error_of(const char* kind, const Json& answer) {
    const auto script = example();
    Mirror mirror(script, [&](const Json& request, const Json& good) {
        return request.contains(kind) ? answer : good;
    });
    auto replayer = driver::Replayer::greet(mirror);
    if (!replayer) return replayer.error().message;
    const auto result = replayer->run(script);
    REQUIRE_FALSE(result);
    return result.error().message;
}

}  // namespace

TEST_CASE("a difference is shown member by member with its step") {
    const auto script = example();
    const auto text = explained(
        script,
        [](const Json& request, Json answer) {
            if (is_step(request, 1)) {
                answer["state"]["deployment"]["generation"] = 2;
                answer["state"]["pods"]["3"] = {{"deleting", false}, {"phase", "Pending"}, {"node", nullptr}};
                answer["state"]["images"] = {1};
            }
            return answer;
        },
        Agreement::different);
    REQUIRE(text.starts_with(fmt::format(
        "different: step 1 of {} (kubectl: apply, replicas 1, outcome replied)\n", script.steps.size())));
    REQUIRE(text.find("  deployment: generation  model: 1\n                          found: 2\n") !=
            std::string::npos);
    REQUIRE(text.find("  pod 3                   model: nothing\n"
                      "                          found: deleting false, phase Pending, node null\n") !=
            std::string::npos);
    REQUIRE(text.find("  node 1                  model: nothing\n") != std::string::npos);
}

TEST_CASE("the fresh cluster and the last state are compared as well") {
    const auto script = example();
    const auto changed = [](Json answer) {
        answer["state"]["deployment"] = {{"replicas", 9},
                                         {"generation", 1},
                                         {"observedGeneration", 0},
                                         {"statusReplicas", 0},
                                         {"statusAvailable", 0}};
        return answer;
    };
    const auto fresh = explained(
        script,
        [&](const Json& request, const Json& answer) {
            return request.contains("configuration") ? changed(answer) : answer;
        },
        Agreement::different);
    REQUIRE(fresh.starts_with("different: the configuration\n"));
    const int last = static_cast<int>(script.steps.size());
    const auto end = explained(
        script,
        [&](const Json& request, const Json& answer) {
            return is_step(request, last) ? changed(answer) : answer;
        },
        Agreement::different);
    REQUIRE(end.starts_with(fmt::format("different: step {} of {} (", last, last)));
}

TEST_CASE("containers and images are compared where the driver tells them") {
    const auto script =
        driver::script_of(violation(small(1, 2, 0, 0, {"kubelet-ignores-node-name"}), "no-start-elsewhere"));
    const auto without = [](const char* member) {
        return [member](const Json&, Json answer) {
            if (answer.contains("state")) answer["state"].erase(member);
            return answer;
        };
    };
    REQUIRE(explained(script, without("containers"), Agreement::same).empty());
    REQUIRE(explained(script, without("images"), Agreement::same).empty());
    // The other ways to write the same.
    const auto verbose = [](const Json&, Json answer) {
        if (!answer.contains("state")) return answer;
        for (auto& [pod, container] : answer["state"]["containers"].items()) {
            if (container.is_string())
                container = {{"node", answer["state"]["pods"][pod]["node"]}, {"state", container}};
            if (container.is_object()) container = Json::array({container});
        }
        return answer;
    };
    REQUIRE(explained(script, verbose, Agreement::same).empty());
    const auto none = [](const Json&, Json answer) {
        if (answer.contains("state")) answer["state"]["containers"] = Json::object();
        return answer;
    };
    REQUIRE(explained(script, none, Agreement::different).find("container of pod 0 on node") !=
            std::string::npos);
}

TEST_CASE("a refusal is shown with what would have been allowed") {
    const auto script = example();
    const auto refuse = [](const Json& request, const Json& answer) {
        if (!is_step(request, 2)) return answer;
        return Json{{"refuse", {{"reason", "409: no"}, {"allowed", {"kubelet[0]: nap", "time: pass"}}}}};
    };
    const auto text = explained(script, refuse, Agreement::refused);
    REQUIRE(text.starts_with("refused: step 2 of "));
    REQUIRE(text.ends_with("  409: no\n  it would: kubelet[0]: nap\n  it would: time: pass\n"));
    const auto idle = [](const Json& request, const Json& answer) {
        if (!request.contains("configuration")) return answer;
        return Json{{"refuse", {{"reason", "too many nodes"}, {"allowed", Json::array()}}}};
    };
    REQUIRE(explained(script, idle, Agreement::refused) ==
            "refused: the configuration\n  too many nodes\n  it would do nothing else\n");
}

TEST_CASE("a run that stays where it is ends with the question whether anything is left") {
    const auto script =
        driver::script_of(violation(small(1, 1, 0, 0, {"image-never-arrives"}), "bound-pod-starts"));
    Mirror mirror(script);
    REQUIRE(replayed(script, mirror).agreement == Agreement::same);
    REQUIRE(mirror.messages[mirror.messages.size() - 2] == Json{{"rest", Json::object()}});
    const auto busy = [](const Json& request, const Json& answer) {
        if (!request.contains("rest")) return answer;
        return Json{{"refuse", {{"reason", "not yet"}, {"allowed", {"pull"}}}}};
    };
    REQUIRE(explained(script, busy, Agreement::refused)
                .starts_with("refused: the question whether anything is left to do\n  not yet\n"));
}

TEST_CASE("a cycle is run once, and comes back to where it began") {
    const auto trace = violation(small(1, 1, 0, 0, {"status-carries-time"}), "quiescence");
    REQUIRE(*trace.cycle < trace.steps.size());
    const auto script = driver::script_of(trace);
    REQUIRE_FALSE(script.rests);
    Mirror mirror(script);
    REQUIRE(replayed(script, mirror).agreement == Agreement::same);
    const auto& begin = trace.state(*trace.cycle);
    const auto pipeline = traces::pipeline_of(trace);
    REQUIRE(differences(driver::stored_of(pipeline.encoding(), begin), script.steps.back().expected).empty());
}

TEST_CASE("a variant that the implementation does not have is not run") {
    const auto script = example();
    const auto without = [](const Json& request, Json answer) {
        REQUIRE_FALSE(request.contains("configuration"));
        answer["hello"]["variants"] = Json::array({"no-expectations"});
        return answer;
    };
    REQUIRE(explained(script, without, Agreement::unknown_variant) ==
            "the implementation has no variant binding-without-precondition\n");
}

TEST_CASE("an answer that is not of the protocol is an error that says how") {
    const Json good{{"protocol", 2}, {"name", "x"}, {"variants", Json::array()}};
    const auto hello = [&](const char* member, const Json& value) {
        auto bad = good;
        bad[member] = value;
        return error_of("hello", {{"hello", bad}});
    };
    REQUIRE(hello("protocol", 1) ==
            "the driver's answer to hello: it speaks version 1 of the protocol, and kcheck version 2");
    REQUIRE(hello("name", 2).find("\"name\" must be a string") != std::string::npos);
    REQUIRE(hello("variants", {1}).find("a list of strings") != std::string::npos);
    REQUIRE(error_of("hello", {{"hello", {{"protocol", 2}}}}).find("\"name\" is missing") !=
            std::string::npos);
    REQUIRE(error_of("hello", {{"state", 1}}).find("it must be {\"hello\": {...}}") != std::string::npos);

    const Json empty{{"deployment", nullptr}, {"replicaset", nullptr}, {"pods", Json::object()}};
    const auto state = [&](const char* pointer, const Json& value) {
        auto bad = empty;
        bad[Json::json_pointer(pointer)] = value;
        return error_of("configuration", {{"state", bad}});
    };
    const auto says = [](const std::string& error, const char* what) {
        CAPTURE(error);
        REQUIRE(error.starts_with("the driver's answer to the configuration: "));
        REQUIRE(error.find(what) != std::string::npos);
    };
    says(state("/deployment", 1), "state.deployment must be an object");
    says(state("/deployment", Json::object()), "state.deployment has no member \"replicas\"");
    says(state("/more", 1), "state has an unknown member \"more\"");
    says(state("/pods", Json::array()), "state.pods must be an object");
    const Json pod{{"deleting", false}, {"phase", "Pending"}, {"node", nullptr}};
    for (const auto* key : {"x", "-1", "01", "", "99999999999", "1 "})
        says(state("/pods", {{key, pod}}), "which is not the number of a pod");
    says(state("/pods", {{"0", {{"deleting", 0}, {"phase", "Pending"}, {"node", nullptr}}}}),
         "state.pods.0.deleting must be true or false");
    says(state("/pods", {{"0", {{"deleting", false}, {"phase", "Failed"}, {"node", nullptr}}}}),
         "state.pods.0.phase must be one of");
    for (const auto& node : {Json(-1), Json("1"), Json(1.5), Json(18446744073709551615U)})
        says(state("/pods", {{"0", {{"deleting", false}, {"phase", "Pending"}, {"node", node}}}}),
             "state.pods.0.node must be a whole number");
    says(state("/containers", {{"0", "running"}}), "must name the node: pod 0 has none");
    says(state("/containers", {{"0", "gone"}}), "must be one of");
    const Json twice{{"node", 0}, {"state", "created"}};
    says(state("/containers", {{"0", {twice, twice}}}), "has two containers on node 0");
    says(state("/images", 1), "state.images must be an array");
    says(error_of("configuration", {{"status", empty}}), "it must be {\"state\": ...}");
    says(error_of("configuration", {{"state", empty}, {"refuse", 1}}), "it must be {\"state\": ...}");
    says(error_of("configuration", {{"refuse", {{"reason", "x"}}}}), "\"refuse\" must have a \"reason\"");
    REQUIRE(error_of("step", {{"state", {}}}).starts_with("the driver's answer to step 1 of "));
}
