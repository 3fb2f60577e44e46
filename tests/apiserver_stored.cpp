// Kinds that nothing acts on: a usual file of them is stored, shown, changed and removed.
#include <map>

#include "reference/apiserver/resource.hpp"
#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

/// What `kubectl apply -f` would send, one after the other.
std::vector<Json> usual_file() {
    std::ifstream file(std::string(KCHECK_SOURCE_DIR) + "/tests/reference/kinds.json");
    return Json::parse(file).at("items").get<std::vector<Json>>();
}

Json usual(const std::string& kind) {
    for (auto& object : usual_file())
        if (object.at("kind") == kind) return object;
    throw std::invalid_argument("no " + kind);
}

const Resource& resource_of(const Json& object) {
    for (const auto& resource : resources())
        if (resource.api_version() == object.at("apiVersion") && resource.kind == object.at("kind"))
            return resource;
    throw std::invalid_argument("not served: " + object.at("kind").get<std::string>());
}

std::string collection_of(const Json& object) {
    const auto& resource = resource_of(object);
    const auto root = (resource.group.empty() ? "/api/" : "/apis/") + resource.api_version();
    return root + (resource.namespaced ? "/namespaces/usual/" : "/") + resource.plural;
}

std::string path_of(const Json& object) {
    return collection_of(object) + "/" + string_at(object, "/metadata/name");
}

struct Filled : Server {
    Filled() {
        for (const auto& object : usual_file())
            stored[object.at("kind")] = created(collection_of(object), object);
    }
    /// The causes of a refusal: "field: message".
    std::vector<std::string> refused(Json object, const char* pointer, const Json& value) {
        const Json::json_pointer place(pointer);
        object["metadata"]["name"] = "another";
        if (value.is_null())
            object[place.parent_pointer()].erase(place.back());
        else
            object[place] = value;
        const auto response = post(collection_of(object), object);
        CHECK(response.status == 422);
        return causes(response);
    }
    static std::vector<std::string> causes(const Response& response) {
        std::vector<std::string> result;
        for (const auto& cause : at(response.body, "/details/causes"))
            result.push_back(string_at(cause, "/field") + ": " + string_at(cause, "/message"));
        return result;
    }
    /// The cells of `kubectl get`, without the age.
    std::vector<Json> cells(const std::string& kind) {
        Request request{.method = "GET", .path = path_of(stored.at(kind))};
        request.accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
        const auto table = api->handle(admin, request).body;
        std::vector<Json> result;
        for (std::size_t i = 0; i < table.at("columnDefinitions").size(); ++i) {
            const auto& column = table["columnDefinitions"][i];
            if (column.at("priority") == 0 && column.at("name") != "Age" && column.at("name") != "Created At")
                result.push_back(table["rows"][0]["cells"][i]);
        }
        return result;
    }

    std::map<std::string, Json> stored;
};

using Texts = std::vector<std::string>;
using Cells = std::vector<Json>;

}  // namespace

TEST_CASE("a usual file of many kinds is stored, read, listed, patched and removed", "[apiserver]") {
    Filled server;
    for (const auto& [kind, object] : server.stored) {
        INFO(kind);
        const auto path = path_of(object);
        CHECK(server.get(path).body == object);
        const auto listed = server.get(collection_of(object)).body;
        CHECK(listed.at("kind") == kind + "List");
        CHECK(listed.at("items").size() == 1);
        const auto patched = server.patch(path, {{"metadata", {{"labels", {{"team", "a"}}}}}});
        CHECK(patched.status == 200);
        CHECK(string_at(patched.body, "/metadata/labels/team") == "a");
        Json put = patched.body;
        put["metadata"]["annotations"]["seen"] = "yes";
        CHECK(server.put(path, put).status == 200);
        if (kind == "Namespace") continue;
        CHECK(server.remove(path).status == 200);
        CHECK(server.get(path).status == 404);
    }
    CHECK(server.stored.size() == 32);
}

TEST_CASE("a watch of any kind sees what happens to it", "[apiserver]") {
    Server server;
    for (const auto& object : usual_file()) {
        INFO(object.at("kind"));
        Watched watched(server, collection_of(object));
        server.created(collection_of(object), object);
        server.patch(path_of(object), {{"metadata", {{"labels", {{"team", "a"}}}}}});
        const auto name = string_at(object, "/metadata/name");
        CHECK(watched.seen() == Texts{"ADDED " + name, "MODIFIED " + name});
    }
}

TEST_CASE("what nothing acts on says so in an event, once", "[apiserver]") {
    Filled server;
    const auto events = [&](const std::string& space) {
        return server.get("/api/v1/namespaces/" + space + "/events").body;
    };
    std::map<std::string, std::string> said;
    for (const auto* space : {"usual", "default"}) {
        const Json list = events(space);
        for (const auto& event : at(list, "/items")) {
            CHECK(string_at(event, "/reason") == "NotReconciled");
            CHECK(string_at(event, "/type") == "Warning");
            const auto kind = string_at(event, "/involvedObject/kind");
            CHECK(string_at(event, "/involvedObject/uid") ==
                  string_at(server.stored.at(kind), "/metadata/uid"));
            CHECK(said.emplace(kind, string_at(event, "/message")).second);
        }
    }
    CHECK(said.at("StatefulSet") ==
          "StatefulSet is stored, but nothing in this cluster acts on it: it has no statefulset-controller, "
          "and no pods are made");
    for (const auto* kind : {"DaemonSet", "Job", "CronJob", "HorizontalPodAutoscaler", "PodDisruptionBudget",
                             "Ingress", "NetworkPolicy", "ResourceQuota", "LimitRange", "Service",
                             "PersistentVolumeClaim", "RoleBinding", "ClusterRoleBinding",
                             "ValidatingWebhookConfiguration", "CustomResourceDefinition", "PriorityClass"})
        CHECK(said.contains(kind));
    for (const auto* kind : {"Namespace", "ConfigMap", "Secret", "ServiceAccount", "Role"})
        CHECK_FALSE(said.contains(kind));
    const auto count = events("usual").at("items").size();
    server.patch(path_of(server.stored.at("Job")), {{"metadata", {{"labels", {{"team", "a"}}}}}});
    CHECK(events("usual").at("items").size() == count);
    Json again = usual("Job");
    again["metadata"]["name"] = "dry";
    CHECK(server.send("POST", collection_of(again), again, admin, {{"dryRun", "All"}}).status == 201);
    CHECK(events("usual").at("items").size() == count);
}

TEST_CASE("clients see the defaults of these kinds", "[apiserver]") {
    Filled server;
    const auto at_of = [&](const std::string& kind, const std::string& pointer) -> Json {
        return at(server.stored.at(kind), pointer);
    };
    CHECK(at_of("Secret", "/data/password") == "Y29ycmVjdCBob3JzZQ==");
    CHECK(at_of("Secret", "/stringData").is_null());
    CHECK(at_of("Secret", "/type") == "Opaque");
    CHECK(at_of("StatefulSet", "/spec/updateStrategy") ==
          Json{{"type", "RollingUpdate"}, {"rollingUpdate", {{"partition", 0}}}});
    CHECK(at_of("StatefulSet", "/spec/podManagementPolicy") == "OrderedReady");
    CHECK(at_of("StatefulSet", "/spec/volumeClaimTemplates/0/spec/volumeMode") == "Filesystem");
    CHECK(at_of("StatefulSet", "/spec/template/spec/containers/0/imagePullPolicy") == "IfNotPresent");
    CHECK(at_of("StatefulSet", "/spec/template/spec/restartPolicy") == "Always");
    CHECK(at_of("DaemonSet", "/spec/updateStrategy/rollingUpdate") ==
          Json{{"maxUnavailable", 1}, {"maxSurge", 0}});
    CHECK(at_of("Job", "/spec/completions") == 1);
    CHECK(at_of("Job", "/spec/backoffLimit") == 6);
    CHECK(at_of("Job", "/spec/selector/matchLabels/batch.kubernetes.io~1controller-uid") ==
          at_of("Job", "/metadata/uid"));
    CHECK(at_of("CronJob", "/spec/concurrencyPolicy") == "Allow");
    CHECK(at_of("CronJob", "/spec/jobTemplate/spec/template/spec/dnsPolicy") == "ClusterFirst");
    CHECK(at_of("HorizontalPodAutoscaler", "/spec/metrics/0/resource/target/averageUtilization") == 80);
    CHECK(at_of("NetworkPolicy", "/spec/policyTypes") == Json::array({"Ingress"}));
    CHECK(at_of("NetworkPolicy", "/spec/ingress/0/ports/0/protocol") == "TCP");
    CHECK(at_of("ValidatingWebhookConfiguration", "/webhooks/0/timeoutSeconds") == 10);
    CHECK(at_of("ValidatingWebhookConfiguration", "/webhooks/0/rules/0/scope") == "*");
    CHECK(at_of("MutatingWebhookConfiguration", "/webhooks/0/clientConfig/service/port") == 443);
    CHECK(at_of("LimitRange", "/spec/limits/0/defaultRequest/cpu") == "500m");
    CHECK(at_of("ReplicationController", "/spec/selector/app") == "web");
    CHECK(at_of("CustomResourceDefinition", "/spec/names/listKind") == "CronTabList");
    CHECK(at_of("PersistentVolumeClaim", "/status/phase") == "Pending");
    CHECK(at_of("StorageClass", "/volumeBindingMode") == "Immediate");
}

TEST_CASE("they are shown in kube-apiserver's columns", "[apiserver]") {
    Filled server;
    CHECK(server.cells("Secret") == Cells{"password", "Opaque", 1});
    CHECK(server.cells("StatefulSet") == Cells{"db", "0/1"});
    CHECK(server.cells("DaemonSet") == Cells{"agent", 0, 0, 0, 0, 0, "<none>"});
    CHECK(server.cells("Job") == Cells{"once", "Running", "0/1", ""});
    CHECK(server.cells("CronJob") == Cells{"nightly", "0 3 * * *", "<none>", "False", 0, "<none>"});
    CHECK(server.cells("HorizontalPodAutoscaler") ==
          Cells{"web", "Deployment/web", "cpu: <unknown>/80%", "1", 5, 0});
    CHECK(server.cells("PodDisruptionBudget") == Cells{"web", "1", "N/A", 0});
    CHECK(server.cells("Ingress") == Cells{"web", "nginx", "web.example.com", "", "80"});
    CHECK(server.cells("NetworkPolicy") == Cells{"web", "app=web"});
    CHECK(server.cells("PersistentVolume") ==
          Cells{"disk", "1Gi", "RWO", "Retain", "Pending", "", "", "<unset>", ""});
    CHECK(server.cells("PersistentVolumeClaim") == Cells{"data", "Pending", "", "", "", "", "<unset>"});
    CHECK(server.cells("StorageClass") == Cells{"fast", "example.com/disk", "Delete", "Immediate", false});
    CHECK(server.cells("RoleBinding") == Cells{"reader", "Role/reader"});
    CHECK(server.cells("ResourceQuota") == Cells{"quota", "pods: 0/10", "limits.memory: 0/4Gi"});
    CHECK(server.cells("EndpointSlice") == Cells{"web-1", "IPv4", "80", "10.1.2.3"});
    CHECK(server.cells("Endpoints") == Cells{"outside", "10.1.2.3:5432"});
    CHECK(server.cells("PriorityClass") == Cells{"high", 1000, false, "PreemptLowerPriority"});
    CHECK(server.cells("CustomResourceDefinition") == Cells{"crontabs.example.com"});
}

TEST_CASE("what the schema or a check refuses is refused, with the field", "[apiserver]") {
    Filled server;
    CHECK(server.refused(usual("CronJob"), "/spec/concurrencyPolicy", "Sometimes") ==
          Texts{"spec.concurrencyPolicy: Unsupported value: \"Sometimes\": supported values: \"Allow\", "
                "\"Forbid\", \"Replace\""});
    CHECK(server.refused(usual("CronJob"), "/spec/schedule", "daily") ==
          Texts{"spec.schedule: Invalid value: \"daily\": expected exactly 5 fields"});
    CHECK(server.refused(usual("HorizontalPodAutoscaler"), "/spec/maxReplicas", nullptr) ==
          Texts{"spec.maxReplicas: Invalid value: 0: must be greater than or equal to 1"});
    CHECK(server.refused(usual("HorizontalPodAutoscaler"), "/spec/scaleTargetRef", nullptr) ==
          Texts{"spec.scaleTargetRef.kind: Required value", "spec.scaleTargetRef.name: Required value"});
    CHECK(server.refused(usual("Job"), "/spec/template/spec/restartPolicy", "Always") ==
          Texts{"spec.template.spec.restartPolicy: Unsupported value: \"Always\": supported values: "
                "\"Never\", \"OnFailure\""});
    CHECK(server.refused(usual("StatefulSet"), "/spec/selector/matchLabels/app", "other") ==
          Texts{"spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match "
                "template `labels`"});
    CHECK(server.refused(usual("StatefulSet"), "/spec/template/spec/containers/0/name", "A_B").size() == 1);
    CHECK(server.refused(usual("RoleBinding"), "/roleRef/name", "") == Texts{"roleRef.name: Required value"});
    CHECK(server.refused(usual("Role"), "/rules/0/verbs", Json::array()) ==
          Texts{"rules[0].verbs: Required value: verbs must contain at least one value"});
    CHECK(server.refused(usual("Ingress"), "/spec/rules/0/http/paths/0/pathType", nullptr) ==
          Texts{"spec.rules[0].http.paths[0].pathType: Required value"});
    CHECK(server.refused(usual("StorageClass"), "/provisioner", nullptr) ==
          Texts{"provisioner: Required value"});
    CHECK(server.refused(usual("PersistentVolume"), "/spec/hostPath", nullptr) ==
          Texts{"spec: Required value: must specify a volume type"});
    CHECK(server.refused(usual("PersistentVolumeClaim"), "/spec/accessModes/0", "Sometimes").size() == 1);
    CHECK(server.refused(usual("PodDisruptionBudget"), "/spec/maxUnavailable", 1).size() == 1);
    CHECK(server.refused(usual("Secret"), "/type", "kubernetes.io/tls") ==
          Texts{"data[tls.crt]: Required value", "data[tls.key]: Required value"});
    Json job = usual("Job");
    job["spec"]["parallelism"] = "two";
    CHECK(server.post(collection_of(job), job).status == 400);
}

TEST_CASE("what may not change stays, and a status is written through its own endpoint", "[apiserver]") {
    Filled server;
    const auto refusal = [&](const std::string& kind, const Json& patch) {
        const auto response = server.patch(path_of(server.stored.at(kind)), patch, "merge");
        CHECK(response.status == 422);
        return Filled::causes(response);
    };
    CHECK(refusal("StorageClass", {{"provisioner", "example.com/other"}}) ==
          Texts{"provisioner: Invalid value: \"example.com/other\": field is immutable"});
    CHECK(refusal("Secret", {{"type", "example.com/other"}}) ==
          Texts{"type: Invalid value: \"example.com/other\": field is immutable"});
    CHECK(refusal("RoleBinding", {{"roleRef", {{"name", "other"}}}}).size() == 1);
    CHECK(refusal("DaemonSet", {{"spec", {{"selector", {{"matchLabels", {{"a", "b"}}}}}}}}).size() == 2);
    CHECK(refusal("PersistentVolumeClaim", {{"spec", {{"storageClassName", "fast"}}}}).size() == 1);

    const auto path = path_of(server.stored.at("Job"));
    const auto ignored = server.patch(path, {{"status", {{"active", 1}}}}, "merge");
    CHECK(at(ignored.body, "/status/active").is_null());
    const auto written =
        server.patch(path + "/status", {{"status", {{"active", 1}}}, {"spec", {{"suspend", true}}}}, "merge");
    CHECK(at(written.body, "/status/active") == 1);
    CHECK(at(written.body, "/spec/suspend") == false);
    CHECK(at(written.body, "/metadata/generation") == 1);
    const auto suspended = server.patch(path, {{"spec", {{"suspend", true}}}});
    CHECK(at(suspended.body, "/metadata/generation") == 2);
    const auto scaled = server.patch(path_of(server.stored.at("StatefulSet")) + "/scale",
                                     {{"spec", {{"replicas", 4}}}}, "merge");
    CHECK(at(scaled.body, "/spec/replicas") == 4);
}

TEST_CASE("lists of these kinds merge by their keys", "[apiserver]") {
    Filled server;
    const Json limits = {{"containers", Json::array({{{"name", "web"}, {"image", "nginx:2"}}})}};
    const auto patched =
        server.patch(path_of(server.stored.at("DaemonSet")), {{"spec", {{"template", {{"spec", limits}}}}}});
    CHECK(at(patched.body, "/spec/template/spec/containers/0/image") == "nginx:2");
    CHECK(at(patched.body, "/spec/template/spec/containers/0/ports/0/containerPort") == 80);
    // Rules have no key: the list is replaced.
    const auto rules = server.patch(
        path_of(server.stored.at("Role")),
        {{"rules",
          Json::array({{{"apiGroups", {"apps"}}, {"resources", {"deployments"}}, {"verbs", {"get"}}}})}});
    CHECK(at(rules.body, "/rules").size() == 1);
    CHECK(at(rules.body, "/rules/0/apiGroups/0") == "apps");
    const Json hook = {{"name", "second.example.com"},
                       {"clientConfig", {{"url", "https://second.example.com"}}},
                       {"sideEffects", "None"},
                       {"admissionReviewVersions", {"v1"}}};
    const auto hooks = server.patch(path_of(server.stored.at("ValidatingWebhookConfiguration")),
                                    {{"webhooks", Json::array({hook})}});
    CHECK(at(hooks.body, "/webhooks").size() == 2);
}
