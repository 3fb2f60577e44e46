#include <catch2/catch.hpp>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::client;
using namespace std::chrono_literals;

namespace {

bool matches(const char* selector, const char* labels) {
    return selector_matches(Json::parse(selector), Json::parse(labels));
}

}  // namespace

TEST_CASE("Keys are namespace/name, and come apart again") {
    const Json pod = {{"metadata", {{"name", "a"}, {"namespace", "default"}}}};
    CHECK(key_of(pod) == "default/a");
    CHECK(split_key("default/a").space == "default");
    CHECK(split_key("default/a").name == "a");
    CHECK(key_of(Json{{"metadata", {{"name", "node-0"}}}}) == "node-0");
    CHECK(split_key("node-0").space.empty());
    CHECK(split_key("node-0").name == "node-0");
}

TEST_CASE("What is missing or of another type reads as empty") {
    for (const auto* text : {"null", "[]", "{}", R"({"metadata":[1],"status":{"conditions":{}}})"}) {
        const auto object = Json::parse(text);
        CHECK(name_of(object).empty());
        CHECK(revision_of(object) == 0);
        CHECK(controller_of(object) == nullptr);
        CHECK(find_condition(object, "Ready") == nullptr);
        CHECK(label(object, "app").empty());
        CHECK_FALSE(is_deleting(object));
        CHECK(is_pod_active(object));
    }
}

TEST_CASE("Label selectors match as those of metav1") {
    CHECK(matches(R"({"matchLabels":{"app":"a"}})", R"({"app":"a","x":"y"})"));
    CHECK_FALSE(matches(R"({"matchLabels":{"app":"a"}})", R"({"app":"b"})"));
    CHECK_FALSE(matches(R"({"matchLabels":{"app":"a"}})", "null"));
    CHECK(matches("{}", R"({"app":"b"})"));
    CHECK_FALSE(matches("null", R"({"app":"b"})"));
    const auto expression = [](const char* operation, const char* values) {
        return std::string(R"({"matchExpressions":[{"key":"app","operator":")") + operation +
               R"(","values":)" + values + "}]}";
    };
    CHECK(matches(expression("In", R"(["a","b"])").c_str(), R"({"app":"b"})"));
    CHECK_FALSE(matches(expression("In", R"(["a","b"])").c_str(), R"({})"));
    CHECK(matches(expression("NotIn", R"(["a"])").c_str(), R"({})"));
    CHECK_FALSE(matches(expression("NotIn", R"(["a"])").c_str(), R"({"app":"a"})"));
    CHECK(matches(expression("Exists", "[]").c_str(), R"({"app":""})"));
    CHECK_FALSE(matches(expression("Exists", "[]").c_str(), R"({})"));
    CHECK(matches(expression("DoesNotExist", "[]").c_str(), R"({})"));
    CHECK_FALSE(matches(expression("Unheard", "[]").c_str(), R"({})"));
}

TEST_CASE("A pod is available once it has been ready for long enough") {
    const auto ready_at = from_rfc3339("2026-01-01T00:00:00Z");
    Json pod = {
        {"status",
         {{"phase", "Running"},
          {"conditions",
           {{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", "2026-01-01T00:00:00Z"}}}}}}};
    CHECK(is_pod_ready(pod));
    CHECK(is_pod_available(pod, 0s, ready_at));
    CHECK_FALSE(is_pod_available(pod, 10s, ready_at + 9s));
    CHECK(is_pod_available(pod, 10s, ready_at + 10s));
    pod["status"]["conditions"][0]["status"] = "False";
    CHECK_FALSE(is_pod_available(pod, 0s, ready_at + 10s));
}

TEST_CASE("A pod is active until it ends or is being deleted") {
    Json pod = {{"status", {{"phase", "Running"}}}};
    CHECK(is_pod_active(pod));
    for (const auto* phase : {"Succeeded", "Failed"}) {
        pod["status"]["phase"] = phase;
        CHECK_FALSE(is_pod_active(pod));
    }
    pod["status"]["phase"] = "Pending";
    pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    CHECK_FALSE(is_pod_active(pod));
}

TEST_CASE("Paths and requests are those of the REST API") {
    CHECK(collection_path("v1", "pods", "default") == "/api/v1/namespaces/default/pods");
    CHECK(collection_path("v1", "nodes") == "/api/v1/nodes");
    CHECK(collection_path("apps/v1", "replicasets", "a") == "/apis/apps/v1/namespaces/a/replicasets");
    CHECK(patch_request("/x", {}).content_type == "application/strategic-merge-patch+json");
    CHECK(error_message({.status = 0}) == "no reply arrived: the outcome is unknown");
    CHECK(error_message({.status = 502}) == "HTTP 502");
    CHECK(is_reason({.status = 409, .body = {{"reason", "Conflict"}}}, "Conflict"));
}
