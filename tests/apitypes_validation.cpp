// What is refused, and in what words.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "tests/apitypes_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

using Texts = std::vector<std::string>;

/// The errors of a new object in which `pointer` is `value` (null: is missing).
Texts errors_of(const Resource& resource, Json object, const char* pointer, const Json& value) {
    const Json::json_pointer place(pointer);
    if (value.is_null()) {
        object[place.parent_pointer()].erase(place.back());
    } else {
        object[place] = value;
    }
    set_defaults(resource, object);
    return texts(resource.validate(object));
}

Texts deployment(const char* pointer, const Json& value) {
    return errors_of(deployments(), deployment_manifest(), pointer, value);
}
Texts pod(const char* pointer, const Json& value) {
    return errors_of(pods(), pod_manifest(), pointer, value);
}

/// The errors of changing `pointer` of a recorded pod that runs.
Texts pod_update(const char* pointer, const Json& value) {
    const auto old = recorded("pod-running");
    auto changed = old;
    changed[Json::json_pointer(pointer)] = value;
    return texts(pods().validate_update(changed, old));
}

constexpr auto label_words =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and "
    "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

}  // namespace

TEST_CASE("what a real server stored is valid") {
    for (const auto* name : {"deployment-created", "deployment-rolling"}) {
        const auto object = recorded(name);
        CHECK(texts(deployments().validate(object)).empty());
        CHECK(texts(deployments().validate_update(object, object)).empty());
        CHECK(texts(deployments().validate_status(object, object)).empty());
    }
    for (const auto* name : {"pod-created", "pod-running", "pod-terminating"}) {
        const auto object = recorded(name);
        CHECK(texts(pods().validate(object)).empty());
        CHECK(texts(pods().validate_update(object, object)).empty());
        CHECK(texts(pods().validate_status(object, object)).empty());
    }
    CHECK(texts(replica_sets().validate(recorded("replicaset-created"))).empty());
    CHECK(texts(nodes().validate(recorded("node"))).empty());
    CHECK(pod("/metadata/labels", {{"a", "b"}}).empty());
}

TEST_CASE("a deployment's numbers, selector and strategy") {
    CHECK(deployment("/spec/replicas", -1) ==
          Texts{"spec.replicas: Invalid value: -1: must be greater than or equal to 0"});
    CHECK(deployment("/spec/selector", nullptr) == Texts{"spec.selector: Required value"});
    CHECK(deployment("/spec/selector", Json::object()) ==
          Texts{"spec.selector: Invalid value: {}: empty selector is invalid for deployment"});
    CHECK(deployment("/spec/template/metadata/labels", {{"app", "db"}}) ==
          Texts{"spec.template.metadata.labels: Invalid value: {\"app\":\"db\"}: `selector` does not match "
                "template `labels`"});
    CHECK(deployment("/spec/strategy", {{"type", "Sometimes"}}) ==
          Texts{"spec.strategy.type: Unsupported value: \"Sometimes\": supported values: \"Recreate\", "
                "\"RollingUpdate\""});
    CHECK(deployment("/spec/strategy", {{"type", "Recreate"}, {"rollingUpdate", Json::object()}}) ==
          Texts{"spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is "
                "'Recreate'"});
    CHECK(deployment("/spec/strategy", {{"rollingUpdate", {{"maxSurge", 0}, {"maxUnavailable", "0%"}}}}) ==
          Texts{"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when "
                "`maxSurge` is 0"});
    CHECK(
        deployment("/spec/strategy", {{"rollingUpdate", {{"maxUnavailable", "101%"}}}}) ==
        Texts{"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than "
              "100%"});
    CHECK(deployment("/spec/minReadySeconds", 600) ==
          Texts{"spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"});
    CHECK(
        deployment("/spec/template/spec/restartPolicy", "Never") ==
        Texts{
            "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""});
    CHECK(
        deployment("/spec/selector/matchExpressions",
                   Json::parse(R"([{"key": "tier", "operator": "In"}])")) ==
        Texts{
            "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is "
            "'In' or 'NotIn'",
            "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match "
            "template `labels`"});
}

TEST_CASE("a selector cannot be changed") {
    auto object = recorded("deployment-created");
    const auto old = object;
    object["spec"]["selector"]["matchLabels"]["tier"] = "db";
    object["spec"]["template"]["metadata"]["labels"]["tier"] = "db";
    CHECK(
        texts(deployments().validate_update(object, old)) ==
        Texts{"spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"elasticsearch\",\"tier\":\"db\"}}: "
              "field is immutable"});
}

TEST_CASE("a deployment's status adds up") {
    const auto old = recorded("deployment-rolling");
    auto object = old;
    object["status"]["readyReplicas"] = 8;
    object["status"]["unavailableReplicas"] = -1;
    CHECK(texts(deployments().validate_status(object, old)) ==
          Texts{"status.unavailableReplicas: Invalid value: -1: must be greater than or equal to 0",
                "status.readyReplicas: Invalid value: 8: cannot be greater than status.replicas"});
    auto collided = old;
    collided["status"]["collisionCount"] = 1;
    CHECK(texts(deployments().validate_status(old, collided)) ==
          Texts{"status.collisionCount: Invalid value: null: cannot be decremented"});
}

TEST_CASE("containers have unique names, images, and ports that are ports") {
    CHECK(pod("/spec/containers", nullptr) == Texts{"spec.containers: Required value"});
    CHECK(pod("/spec/containers/0/image", nullptr) == Texts{"spec.containers[0].image: Required value"});
    CHECK(pod("/spec/containers/0/name", nullptr) == Texts{"spec.containers[0].name: Required value"});
    CHECK(pod("/spec/containers/0/name", "Web_1") ==
          Texts{std::string("spec.containers[0].name: Invalid value: \"Web_1\": ") + label_words});
    CHECK(pod("/spec/containers/1", pod_manifest()["spec"]["containers"][0]) ==
          Texts{"spec.containers[1].name: Duplicate value: \"web\""});
    CHECK(
        pod("/spec/containers/0/ports", Json::parse(R"([{"containerPort": 70000}])")) ==
        Texts{"spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, "
              "inclusive"});
    CHECK(
        pod("/spec/containers/0/ports", Json::parse(R"([{"containerPort": 80, "protocol": "ICMP"}])")) ==
        Texts{
            "spec.containers[0].ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", "
            "\"TCP\", \"UDP\""});
    CHECK(pod("/spec/containers/0/imagePullPolicy", "Often") ==
          Texts{"spec.containers[0].imagePullPolicy: Unsupported value: \"Often\": supported values: "
                "\"Always\", \"IfNotPresent\", \"Never\""});
    CHECK(pod("/spec/containers/0/readinessProbe", Json::object()) ==
          Texts{"spec.containers[0].readinessProbe: Required value: must specify a handler type"});
    CHECK(
        pod("/spec/containers/0/volumeMounts", Json::parse(R"([{"name": "data", "mountPath": "/data"}])")) ==
        Texts{"spec.containers[0].volumeMounts[0].name: Not found: \"data\""});
}

TEST_CASE("of init containers only sidecars are probed") {
    const auto errors_of = [](const char* container) {
        auto manifest = pod_manifest();
        set_defaults(pods(), manifest);
        manifest["spec"]["initContainers"] = Json::array({manifest["spec"]["containers"][0]});
        auto& init = manifest["spec"]["initContainers"][0];
        init["name"] = "first";
        init.update(Json::parse(container));
        return texts(pods().validate(manifest));
    };
    const auto probes = R"("startupProbe": {"tcpSocket": {"port": 80}},
                           "lifecycle": {"preStop": {"exec": {"command": ["a"]}}})";
    CHECK(errors_of(R"({"restartPolicy": "Always"})").empty());
    CHECK(errors_of(fmt::format(R"({{"restartPolicy": "Always", {}}})", probes).c_str()).empty());
    const auto forbidden = ": Forbidden: may not be set for init containers without restartPolicy=Always";
    const Texts both = {"spec.initContainers[0].lifecycle" + std::string(forbidden),
                        "spec.initContainers[0].startupProbe" + std::string(forbidden)};
    CHECK(errors_of(fmt::format("{{{}}}", probes).c_str()) == both);
    CHECK(errors_of(fmt::format(R"({{"restartPolicy": "OnFailure", {}}})", probes).c_str()) == both);
    CHECK(errors_of(R"({"restartPolicy": "Sometimes"})") ==
          Texts{"spec.initContainers[0].restartPolicy: Unsupported value: \"Sometimes\": supported values: "
                "\"Always\", \"Never\", \"OnFailure\""});
    CHECK(errors_of(R"({"restartPolicyRules": []})") ==
          Texts{"spec.initContainers[0].restartPolicy: Required value: must specify restartPolicy when "
                "restart rules are used"});
}

TEST_CASE("requests are not over limits, and amounts are not negative") {
    const Json over = {{"requests", {{"cpu", "2"}}}, {"limits", {{"cpu", "1500m"}}}};
    CHECK(
        pod("/spec/containers/0/resources", over) ==
        Texts{
            "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu "
            "limit of 1500m"});
    CHECK(
        pod("/spec/containers/0/resources", {{"requests", {{"memory", "-1Gi"}}}}) ==
        Texts{
            "spec.containers[0].resources.requests[memory]: Invalid value: \"-1Gi\": must be greater than or "
            "equal to 0"});
    CHECK(pod("/spec/containers/0/resources", {{"requests", {{"cpu", "much"}}}}).size() == 1);
}

TEST_CASE("a pod's policies, volumes and scheduling") {
    CHECK(
        pod("/spec/restartPolicy", "Perhaps") ==
        Texts{"spec.restartPolicy: Unsupported value: \"Perhaps\": supported values: \"Always\", \"Never\", "
              "\"OnFailure\""});
    CHECK(
        pod("/spec/volumes", Json::parse(R"([{"name": "a", "emptyDir": {}, "hostPath": {"path": "/"}}])")) ==
        Texts{"spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"});
    CHECK(pod("/spec/volumes", Json::parse(R"([{"name": "a"}, {"name": "a"}])")) ==
          Texts{"spec.volumes[1].name: Duplicate value: \"a\""});
    CHECK(pod("/spec/tolerations", Json::parse(R"([{"key": "k", "operator": "Exists", "value": "v"}])")) ==
          Texts{"spec.tolerations[0].operator: Invalid value: \"v\": value must be empty when `operator` is "
                "'Exists'"});
    CHECK(
        pod("/spec/affinity",
            Json::parse(R"({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution":
                                [{"weight": 101, "preference": {}}]}})")) ==
        Texts{"spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid "
              "value: 101: must be in the range 1-100"});
    CHECK(pod("/spec/terminationGracePeriodSeconds", -1) ==
          Texts{"spec.terminationGracePeriodSeconds: Invalid value: -1: must be greater than or equal to 0"});
}

TEST_CASE("of a pod's spec only images, the deadline and more tolerations may change") {
    CHECK(pod_update("/spec/containers/0/image", "other").empty());
    CHECK(pod_update("/spec/activeDeadlineSeconds", 60).empty());
    CHECK(pod_update("/spec/tolerations/2", Json::parse(R"({"key": "k", "operator": "Exists"})")).empty());
    CHECK(pod_update("/spec/tolerations", Json::array()) ==
          Texts{"spec.tolerations: Forbidden: existing toleration can not be modified except its "
                "tolerationSeconds"});
    CHECK(pod_update("/spec/containers/1", {{"name", "second"}, {"image", "x"}}) ==
          Texts{"spec.containers: Forbidden: pod updates may not add or remove containers"});
    CHECK(
        pod_update("/spec/nodeName", "elsewhere") ==
        Texts{"spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`, "
              "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` (only "
              "additions to existing tolerations), `spec.terminationGracePeriodSeconds` (allow it to be set "
              "to 1 if it was previously negative)"});
    CHECK(pod_update("/spec/containers/0/image", "") == Texts{"spec.containers[0].image: Required value"});
}

TEST_CASE("a pod's QoS class stays, and its phase is one") {
    const auto old = recorded("pod-running");
    auto changed = old;
    changed["status"]["qosClass"] = "Guaranteed";
    changed["status"]["phase"] = "Sleeping";
    CHECK(texts(pods().validate_status(changed, old)) ==
          Texts{"status.qosClass: Invalid value: \"Guaranteed\": field is immutable",
                "status.phase: Unsupported value: \"Sleeping\": supported values: \"Failed\", \"Pending\", "
                "\"Running\", \"Succeeded\", \"Unknown\""});
}

TEST_CASE("a node's taints are unique and have an effect, its amounts are not negative") {
    auto node = recorded("node");
    node["spec"]["taints"] = Json::parse(
        R"([{"key": "a", "effect": "NoExecute"}, {"key": "a", "effect": "NoExecute"}, {"key": "b"}])");
    node["status"]["allocatable"]["cpu"] = "-1";
    CHECK(texts(nodes().validate(node)) ==
          Texts{"spec.taints[1]: Duplicate value: {\"effect\":\"NoExecute\",\"key\":\"a\"}",
                "spec.taints[2].effect: Required value",
                "status.allocatable[cpu]: Invalid value: \"-1\": must be greater than or equal to 0"});
}

TEST_CASE("leases, events, config maps and services") {
    const auto check = [](const char* group, const char* plural, const char* text) {
        return texts(find_resource(group, "v1", plural)->validate(Json::parse(text)));
    };
    CHECK(check("coordination.k8s.io", "leases", R"({"spec": {"leaseDurationSeconds": 0}})") ==
          Texts{"spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"});
    CHECK(check("", "events", R"({"metadata": {"namespace": "a"}, "involvedObject": {"namespace": "b"}})") ==
          Texts{"involvedObject.namespace: Invalid value: \"b\": does not match event.namespace"});
    CHECK(check("", "events", R"({"metadata": {"namespace": "default"}, "involvedObject": {"kind": "Node"}})")
              .empty());
    CHECK(check("", "configmaps", R"({"data": {"..": ""}})") ==
          Texts{"data[..]: Invalid value: \"..\": must not be '..'"});
    CHECK(check("", "services", R"({"metadata": {"name": "web"}, "spec": {"type": "ClusterIP",
              "sessionAffinity": "None"}})") == Texts{"spec.ports: Required value"});
    const Json fixed = {{"data", {{"a", "1"}}}, {"immutable", true}};
    const Json changed = {{"data", {{"a", "2"}}}, {"immutable", true}};
    CHECK(texts(find_resource("", "v1", "configmaps")->validate_update(changed, fixed)) ==
          Texts{"data: Forbidden: field is immutable when `immutable` is set"});
}

TEST_CASE("labels and ports of templates are checked") {
    CHECK(deployment("/spec/template/metadata/labels/bad key", "x").size() == 1);
    CHECK(deployment("/spec/template/metadata/labels/long", std::string(64, 'a')) ==
          Texts{"spec.template.metadata.labels: Invalid value: \"" + std::string(64, 'a') +
                "\": must be no more than 63 characters"});
    const auto port_name = [](const char* name) {
        const auto found =
            pod("/spec/containers/0/ports", Json::array({{{"containerPort", 80}, {"name", name}}}));
        return found.empty() ? std::string() : found[0].substr(found[0].rfind("\": ") + 3);
    };
    CHECK(port_name("http").empty());
    CHECK(port_name("a-name-too-long-") == "must be no more than 15 characters");
    CHECK(port_name("80") == "must contain at least one letter (a-z)");
    CHECK(port_name("a--b") == "must not contain consecutive hyphens");
    CHECK(port_name("-b") == "must not begin or end with a hyphen");
    CHECK(port_name("A") == "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
}
