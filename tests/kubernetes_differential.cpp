// The two readers of Kubernetes objects are held to each other: what the checker takes of a manifest is
// what the reference's kube-apiserver takes, and what they refuse they refuse in the same words. Objects
// are arbitrary: a Deployment in which some fields, right and wrong, are set at random.
#include <sstream>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "manifests/read.hpp"
#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/resource.hpp"
#include "reference/apiserver/strategy.hpp"

using namespace kcheck;
using reference::Json;

namespace {

struct Change {
    const char* pointer;
    std::vector<const char*> values;  // JSON
};

const std::vector<const char*> names = {R"("a")", R"("a.b")", R"("A_b")", R"("")", R"("-x")", R"("x/y")"};
const std::vector<const char*> numbers = {"0", "1", "-1", "80", "70000", "600"};
const std::vector<const char*> handlers = {R"({})",
                                           R"({"exec": {"command": ["a"]}})",
                                           R"({"exec": {}})",
                                           R"({"httpGet": {"port": "web"}})",
                                           R"({"httpGet": {"port": 0, "scheme": "FTP"}})",
                                           R"({"tcpSocket": {"port": 80}, "exec": {"command": ["a"]}})"};
const std::vector<const char*> probes = {
    R"({"exec": {"command": ["a"]}, "periodSeconds": -1})",
    R"({"tcpSocket": {"port": 80}, "successThreshold": 2})", R"({"grpc": {"port": 70000}})", R"({})",
    R"({"exec": {"command": ["a"]}, "terminationGracePeriodSeconds": 0})"};
const std::vector<const char*> selectors = {
    R"({})",
    R"({"matchLabels": {"app": "web"}})",
    R"({"matchLabels": {"app": "db"}})",
    R"({"matchLabels": {"-a": "b c"}})",
    R"({"matchExpressions": [{"key": "app", "operator": "Is"}]})",
    R"({"matchExpressions": [{"key": "app", "operator": "In"}]})",
    R"({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["x", "y z"]}]})",
    R"({"matchExpressions": [{"key": "app", "operator": "Exists", "values": ["x"]}]})"};

const std::vector<Change>& changes() {
    static const std::vector<Change> all = {
        {"/metadata/name", names},
        {"/metadata/namespace", {R"("a")", R"("A")", R"("a_b")"}},
        {"/metadata/labels", {R"({"a": "b"})", R"({"a/b/c": "d"})", R"({"a": "b c"})", R"({"/a": "b"})"}},
        {"/metadata/annotations", {R"({"A.com/b": "any text"})", R"({"a b": "c"})"}},
        {"/metadata/finalizers", {R"(["orphan", "foregroundDeletion"])", R"(["a b"])"}},
        {"/spec/replicas", numbers},
        {"/spec/minReadySeconds", numbers},
        {"/spec/revisionHistoryLimit", numbers},
        {"/spec/progressDeadlineSeconds", numbers},
        {"/spec/selector", selectors},
        {"/spec/strategy",
         {R"({"type": "Recreate"})", R"({"type": "Recreate", "rollingUpdate": {"maxSurge": 1}})",
          R"({"type": "Sometimes"})", R"({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "0%"}})",
          R"({"rollingUpdate": {"maxUnavailable": "101%"}})", R"({"rollingUpdate": {"maxSurge": "one"}})",
          R"({"rollingUpdate": {"maxUnavailable": -1}})", R"({"rollingUpdate": {"maxSurge": 0}})"}},
        {"/spec/template/metadata/labels", {R"({"app": "web", "a": "b c"})", R"({"app": "db"})"}},
        {"/spec/template/metadata/annotations", {R"({"a b": "c"})"}},
        {"/spec/template/spec/restartPolicy", {R"("Always")", R"("Never")", R"("Perhaps")"}},
        {"/spec/template/spec/dnsPolicy", {R"("None")", R"("Default")", R"("Any")"}},
        {"/spec/template/spec/activeDeadlineSeconds", numbers},
        {"/spec/template/spec/terminationGracePeriodSeconds", numbers},
        {"/spec/template/spec/hostNetwork", {"true", "false"}},
        {"/spec/template/spec/hostname", names},
        {"/spec/template/spec/serviceAccountName", names},
        {"/spec/template/spec/preemptionPolicy", {R"("Never")", R"("Always")"}},
        {"/spec/template/spec/nodeSelector", {R"({"a": "b"})", R"({"a": "b c", "": "d"})"}},
        {"/spec/template/spec/overhead", {R"({"cpu": "100m"})", R"({"cpu": "-1"})"}},
        {"/spec/template/spec/schedulingGates",
         {R"([{"name": "a"}, {"name": "a"}])", R"([{"name": "a b"}])"}},
        {"/spec/template/spec/securityContext",
         {R"({"runAsUser": -1})", R"({"seccompProfile": {"type": "Localhost"}})",
          R"({"fsGroupChangePolicy": "Often"})", R"({"seccompProfile": {"type": "Any"}})"}},
        {"/spec/template/spec/tolerations",
         {R"([{"operator": "Equal"}])", R"([{"key": "a", "operator": "In"}])",
          R"([{"key": "a", "operator": "Exists", "value": "b"}])",
          R"([{"key": "a", "tolerationSeconds": 3, "effect": "NoSchedule"}])",
          R"([{"key": "a", "effect": "Never"}])", R"([{"key": "a b", "value": "c d"}])"}},
        {"/spec/template/spec/topologySpreadConstraints",
         {R"([{"maxSkew": 0, "topologyKey": "a", "whenUnsatisfiable": "DoNotSchedule"}])",
          R"([{"maxSkew": 1, "topologyKey": "", "whenUnsatisfiable": "Never"}])",
          R"([{"maxSkew": 1, "topologyKey": "a", "whenUnsatisfiable": "ScheduleAnyway", "minDomains": 2}])"}},
        {"/spec/template/spec/affinity/nodeAffinity",
         {R"({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}})",
          R"({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
              {"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1", "2"]}]}]}})",
          R"({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
              {"matchFields": [{"key": "spec.x", "operator": "In", "values": ["1"]}]}]}})",
          R"({"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 0, "preference": {}}]})"}},
        {"/spec/template/spec/affinity/podAntiAffinity",
         {R"({"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": ""}]})",
          R"({"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "a",
              "labelSelector": {"matchExpressions": [{"key": "a", "operator": "Gt"}]}}]})"}},
        {"/spec/template/spec/volumes",
         {R"([{"name": "v"}])", R"([{"name": "v", "emptyDir": {}}, {"name": "v", "emptyDir": {}}])",
          R"([{"name": "V.x", "emptyDir": {}}])", R"([{"name": "v", "emptyDir": {}, "secret": {}}])",
          R"([{"name": "v", "secret": {"secretName": "s", "items": [{"key": "k", "path": "../x"}]}}])",
          R"([{"name": "v", "configMap": {"defaultMode": 1024}}])", R"([{"emptyDir": {"sizeLimit": "-1"}}])",
          R"([{"name": "v", "hostPath": {"path": "/", "type": "Folder"}}])",
          R"([{"name": "v", "projected": {"sources": [{}]}}])"}},
        {"/spec/template/spec/initContainers",
         {R"([{"name": "web", "image": "i"}])", R"([{"name": "i", "image": "i", "livenessProbe": {}}])",
          R"([{"name": "i", "image": "i", "restartPolicy": "Always", "ports": [{"containerPort": 80}]}])"}},
        {"/spec/template/spec/containers/0/name", names},
        {"/spec/template/spec/containers/0/image", {R"("i:1")", R"("")", R"(" i")"}},
        {"/spec/template/spec/containers/0/imagePullPolicy", {R"("Never")", R"("Often")"}},
        {"/spec/template/spec/containers/0/terminationMessagePolicy", {R"("File")", R"("Logs")"}},
        {"/spec/template/spec/containers/0/ports",
         {R"([{"containerPort": 80, "name": "web"}, {"containerPort": 81, "name": "web"}])",
          R"([{"containerPort": 0}])", R"([{"containerPort": 80, "hostPort": 81}])",
          R"([{"containerPort": 80, "protocol": "HTTP"}])",
          R"([{"containerPort": 80, "hostPort": 9}, {"containerPort": 81, "hostPort": 9}])",
          R"([{"containerPort": 80, "name": "a--b"}])"}},
        {"/spec/template/spec/containers/0/env",
         {R"([{"name": "A", "value": "b"}])", R"([{"name": "A=b"}])", R"([{"name": ""}])",
          R"([{"name": "A", "valueFrom": {}}])",
          R"([{"name": "A", "value": "x", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}])",
          R"([{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "s", "key": "a b"}}}])"}},
        {"/spec/template/spec/containers/0/envFrom",
         {R"([{}])", R"([{"secretRef": {"name": "s"}, "configMapRef": {"name": "c"}}])",
          R"([{"prefix": "a=", "secretRef": {"name": "s"}}])"}},
        {"/spec/template/spec/containers/0/volumeMounts",
         {R"([{"name": "v", "mountPath": "/d"}])", R"([{"name": "v", "mountPath": ""}])",
          R"([{"name": "v", "mountPath": "/d", "mountPropagation": "Both"}])"}},
        {"/spec/template/spec/containers/0/resources",
         {R"({"requests": {"cpu": "2"}, "limits": {"cpu": "1500m"}})", R"({"requests": {"memory": "-1Gi"}})",
          R"({"limits": {"gpu": "1"}})", R"({"limits": {"example.com/gpu": "1500m"}})",
          R"({"requests": {"example.com/gpu": 1}})", R"({"limits": {"hugepages-2Mi": "4Mi"}})"}},
        {"/spec/template/spec/containers/0/livenessProbe", probes},
        {"/spec/template/spec/containers/0/readinessProbe", probes},
        {"/spec/template/spec/containers/0/startupProbe", probes},
        {"/spec/template/spec/containers/0/lifecycle/preStop", handlers},
        {"/spec/template/spec/containers/0/securityContext",
         {R"({"allowPrivilegeEscalation": false, "privileged": true})", R"({"procMount": "Any"})"}},
    };
    return all;
}

Json valid_deployment() {
    return Json::parse(R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}},
                 "template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "nginx"}]}}}})");
}

/// "field: message", or empty: the object is taken.
std::string checkers(const Json& object) {
    std::istringstream in(object.dump());
    const auto read = manifests::read({"-"}, in);
    if (read) return {};
    const std::string& message = read.error().message;
    const auto begin = message.find(" is invalid: ");
    return begin == std::string::npos ? message : message.substr(begin + 13);
}

std::string references(const Json& object) {
    const auto& deployments = *reference::apiserver::find_resource("apps", "v1", "deployments");
    Json decoded = reference::apiserver::decode_object(deployments, object);
    std::vector<reference::apiserver::FieldError> errors =
        reference::apiserver::validate_object_meta(deployments, decoded);
    for (auto& error : deployments.validate(decoded)) errors.push_back(std::move(error));
    return errors.empty() ? std::string() : errors.front().field + ": " + errors.front().message;
}

}  // namespace

TEST_CASE("each wrong field is refused by both, in the same words", "[kubernetes]") {
    REQUIRE(checkers(valid_deployment()).empty());
    REQUIRE(references(valid_deployment()).empty());
    int refused = 0;
    for (const Change& change : changes())
        for (const char* value : change.values) {
            Json object = valid_deployment();
            object[Json::json_pointer(change.pointer)] = Json::parse(value);
            INFO(change.pointer << " = " << value);
            const std::string words = checkers(object);
            CHECK(words == references(object));
            refused += words.empty() ? 0 : 1;
        }
    CHECK(refused > 100);
}

TEST_CASE("arbitrary Deployments are taken or refused by both, in the same words", "[kubernetes]") {
    int refused = 0, taken = 0;
    CHECK(rc::check([&] {
        Json object = valid_deployment();
        const auto count = *rc::gen::inRange<std::size_t>(0, 5);
        for (std::size_t i = 0; i < count; ++i) {
            const Change& change = changes()[*rc::gen::inRange<std::size_t>(0, changes().size())];
            const char* value = change.values[*rc::gen::inRange<std::size_t>(0, change.values.size())];
            object[Json::json_pointer(change.pointer)] = Json::parse(value);
        }
        const std::string words = checkers(object);
        RC_ASSERT(words == references(object));
        ++(words.empty() ? taken : refused);
    }));
    CHECK(refused > 10);
    CHECK(taken > 5);
}
