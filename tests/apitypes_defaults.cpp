// Defaults and what the server sets by itself, against what a real one has stored.
#include <catch2/catch.hpp>

#include "tests/apitypes_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

constexpr auto applied = "kubectl.kubernetes.io/last-applied-configuration";

/// Since Kubernetes 1.34 a time that is not set is not written.
Json without_null_time(Json spec) {
    spec["template"]["metadata"].erase("creationTimestamp");
    return spec;
}

}  // namespace

TEST_CASE("defaults make of the applied manifest exactly what a real server stored") {
    const auto stored = recorded("deployment-created");
    auto object = Json::parse(stored["metadata"]["annotations"][applied].get<std::string>());
    set_defaults(deployments(), object);
    CHECK(object["spec"] == without_null_time(stored["spec"]));
}

TEST_CASE("a replica set made of a deployment's template is stored as a real server stored it") {
    const auto deployment = recorded("deployment-created");
    const auto stored = recorded("replicaset-created");
    Json object = {{"metadata", stored["metadata"]},
                   {"spec",
                    {{"replicas", 3},
                     {"selector", stored["spec"]["selector"]},
                     {"template", without_null_time(deployment["spec"])["template"]}}}};
    object["spec"]["template"]["metadata"]["labels"] = stored["spec"]["template"]["metadata"]["labels"];
    set_defaults(replica_sets(), object);
    replica_sets().prepare_for_create(object);
    CHECK(object["spec"] == without_null_time(stored["spec"]));
    CHECK(object["status"] == stored["status"]);
}

TEST_CASE("a pod made of a template is stored as a real server stored it, but for the token") {
    const auto stored = recorded("pod-created");
    const auto replica_set = recorded("replicaset-created");
    Json object = {{"metadata", stored["metadata"]}, {"spec", replica_set["spec"]["template"]["spec"]}};
    set_defaults(pods(), object);
    pods().prepare_for_create(object);

    auto expected = stored["spec"];
    expected.erase("volumes");
    expected["containers"][0].erase("volumeMounts");
    CHECK(object["spec"] == expected);
    CHECK(object["status"] == stored["status"]);
}

TEST_CASE("defaults leave alone what is set, and change nothing the second time") {
    auto object = deployment_manifest();
    object["spec"]["replicas"] = 0;
    object["spec"]["strategy"] = {{"type", "Recreate"}};
    object["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 0;
    set_defaults(deployments(), object);
    CHECK(object["spec"]["replicas"] == 0);
    CHECK(object["spec"]["strategy"] == Json{{"type", "Recreate"}});
    CHECK(object["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 0);
    CHECK(object["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == "Always");
    auto again = object;
    set_defaults(deployments(), again);
    CHECK(again == object);
}

TEST_CASE("an image is pulled always if its tag is latest or missing") {
    const auto policy = [](const char* image) {
        auto pod = pod_manifest();
        pod["spec"]["containers"][0]["image"] = image;
        set_defaults(pods(), pod);
        return pod["spec"]["containers"][0]["imagePullPolicy"].get<std::string>();
    };
    CHECK(policy("nginx") == "Always");
    CHECK(policy("nginx:latest") == "Always");
    CHECK(policy("localhost:5000/nginx") == "Always");
    CHECK(policy("nginx:1.25") == "IfNotPresent");
    CHECK(policy("localhost:5000/nginx:1") == "IfNotPresent");
    CHECK(policy("nginx@sha256:0123") == "IfNotPresent");
}

TEST_CASE("probes, volumes and limits of a pod get their defaults") {
    auto pod = pod_manifest();
    auto& container = pod["spec"]["containers"][0];
    container["readinessProbe"] = {{"httpGet", {{"port", 80}}}};
    container["resources"]["limits"] = {{"cpu", "1"}, {"memory", "1Gi"}};
    container["env"] =
        Json::parse(R"([{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}])");
    pod["spec"]["volumes"] = Json::parse(R"([{"name": "a"}, {"name": "b", "configMap": {"name": "c"}}])");
    set_defaults(pods(), pod);
    CHECK(container["readinessProbe"] ==
          Json::parse(R"({"httpGet": {"port": 80, "path": "/", "scheme": "HTTP"},
        "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3})"));
    CHECK(container["resources"]["requests"] == container["resources"]["limits"]);
    CHECK(container["env"][0]["valueFrom"]["fieldRef"]["apiVersion"] == "v1");
    CHECK(pod["spec"]["volumes"] == Json::parse(R"([{"name": "a", "emptyDir": {}},
        {"name": "b", "configMap": {"name": "c", "defaultMode": 420}}])"));
    CHECK(pods().validate(pod).empty());
}

TEST_CASE("the QoS class follows requests and limits") {
    const auto qos = [](const char* resources) {
        auto pod = pod_manifest();
        pod["spec"]["containers"][0]["resources"] = Json::parse(resources);
        set_defaults(pods(), pod);
        pods().prepare_for_create(pod);
        return pod["status"]["qosClass"].get<std::string>();
    };
    CHECK(qos("{}") == "BestEffort");
    CHECK(qos(R"({"requests": {"cpu": "1"}})") == "Burstable");
    CHECK(qos(R"({"limits": {"cpu": "1"}})") == "Burstable");
    CHECK(qos(R"({"limits": {"cpu": "1", "memory": "1Gi"}})") == "Guaranteed");
    CHECK(qos(R"({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}})") == "Burstable");
}

TEST_CASE("a status is not created, and neither half of an object changes through the other's endpoint") {
    auto created = deployment_manifest();
    created["status"] = {{"replicas", 7}};
    deployments().prepare_for_create(created);
    CHECK(created["status"] == Json::object());

    const auto old = recorded("deployment-rolling");
    auto changed = old;
    changed["spec"]["replicas"] = 9;
    changed["status"]["replicas"] = 9;
    auto through_spec = changed;
    deployments().prepare_for_update(through_spec, old);
    CHECK(through_spec["spec"] == changed["spec"]);
    CHECK(through_spec["status"] == old["status"]);
    auto through_status = changed;
    deployments().prepare_for_status(through_status, old);
    CHECK(through_status["spec"] == old["spec"]);
    CHECK(through_status["status"] == changed["status"]);
}

TEST_CASE("a pod's status leaves its owners alone, a node is created with its status") {
    const auto old = recorded("pod-running");
    auto pod = old;
    pod["metadata"].erase("ownerReferences");
    pod["metadata"]["labels"]["new"] = "yes";
    pods().prepare_for_status(pod, old);
    CHECK(pod["metadata"]["ownerReferences"] == old["metadata"]["ownerReferences"]);
    CHECK(pod["metadata"]["labels"]["new"] == "yes");

    CHECK(nodes().prepare_for_create == nullptr);
    auto node = recorded("node");
    node["status"].erase("allocatable");
    set_defaults(nodes(), node);
    CHECK(node["status"]["allocatable"] == node["status"]["capacity"]);
}

TEST_CASE("a namespace is active, and has its name as a label") {
    const auto* namespaces = find_resource("", "v1", "namespaces");
    Json object = {{"metadata", {{"name", "test"}}}};
    set_defaults(*namespaces, object);
    namespaces->prepare_for_create(object);
    CHECK(object["metadata"]["labels"] == Json{{"kubernetes.io/metadata.name", "test"}});
    CHECK(object["status"] == Json{{"phase", "Active"}});
    CHECK(object["spec"]["finalizers"] == Json::array({"kubernetes"}));
    Json changed = object;
    changed["spec"].erase("finalizers");
    namespaces->prepare_for_update(changed, object);
    CHECK(changed["spec"] == object["spec"]);
}
