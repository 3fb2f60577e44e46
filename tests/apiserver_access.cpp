// Who may do what, which paths there are, and the subresources of pods and workloads.
#include "reference/apiserver/resource.hpp"
#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

TEST_CASE("nobody reads more than whether the server lives", "[apiserver]") {
    Server server;
    const User nobody;
    const User anonymous{"system:anonymous", {"system:unauthenticated"}};
    for (const std::string path : {"/healthz", "/livez", "/readyz", "/version"}) {
        CHECK(server.send("GET", path, {}, nobody).status == 200);
        CHECK(server.send("GET", path, {}, anonymous).status == 200);
    }
    CHECK(server.send("GET", "/livez", {}, nobody).raw == "ok");
    const auto unknown = server.send("GET", pods, {}, nobody);
    CHECK(unknown.status == 401);
    CHECK(message(unknown) == "Unauthorized");
    const auto refused = server.send("GET", pods, {}, anonymous);
    CHECK(refused.status == 403);
    CHECK(message(refused) ==
          "pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API "
          "group \"\" in the namespace \"default\"");
    CHECK(message(server.send("GET", "/apis", {}, anonymous)) ==
          "forbidden: User \"system:anonymous\" cannot get path \"/apis\"");
    CHECK(message(server.send("DELETE", "/apis/apps/v1/namespaces/default/deployments/a", {}, anonymous)) ==
          "deployments.apps \"a\" is forbidden: User \"system:anonymous\" cannot delete resource "
          "\"deployments\" in "
          "API group \"apps\" in the namespace \"default\"");
    CHECK_THAT(message(server.send("GET", "/api/v1/nodes", {}, anonymous)),
               Catch::EndsWith("in API group \"\" at the cluster scope"));
}

TEST_CASE("a component has its own verbs and no others", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    server.created(deployments, deployment("d"));
    const User scheduler{"system:kube-scheduler", {"system:authenticated"}};
    const Json binding{{"target", {{"kind", "Node"}, {"name", "node-0"}}}};
    struct Case {
        User user;
        std::string method, path;
        Json body;
        bool allowed;
    };
    const std::vector<Case> cases = {
        {scheduler, "POST", pods + "/a/binding", binding, true},
        {service_account("replicaset-controller"), "POST", pods + "/a/binding", binding, false},
        {node_user("node-0"), "POST", pods + "/a/binding", binding, false},
        {scheduler, "POST", pods, pod("b"), false},
        {service_account("replicaset-controller"), "POST", pods, pod("b"), true},
        {service_account("deployment-controller"), "POST", pods, pod("c"), false},
        {scheduler, "PATCH", pods + "/a/status", {{"status", {{"nominatedNodeName", "x"}}}}, true},
        {scheduler, "PATCH", pods + "/a", {{"metadata", {{"labels", {{"x", "y"}}}}}}, false},
        {service_account("generic-garbage-collector"), "DELETE", deployments + "/d", {}, true},
        {service_account("pod-garbage-collector"), "DELETE", pods + "/b", {}, true},
        {service_account("unknown"), "GET", pods + "/a", {}, false},
        {{"system:node:node-0", {"system:authenticated"}}, "GET", pods + "/a", {}, false},
    };
    for (const auto& check : cases) {
        const auto response = server.send(
            check.method, check.path, check.body, check.user, {},
            check.method == "PATCH" ? "application/strategic-merge-patch+json" : "application/json");
        INFO(check.user.name << " " << check.method << " " << check.path << ": " << response.body.dump());
        CHECK((response.status == 403) == !check.allowed);
        if (check.allowed) CHECK(response.is_success());
    }
    Watched watch(server, pods, {}, User{"system:anonymous", {}});
    CHECK(watch.refusal.status == 403);
}

TEST_CASE("a node writes only what is its own", "[apiserver]") {
    Server server;
    const auto node = node_user("node-0");
    const auto patch_status = [&](const std::string& name) {
        return server.send("PATCH", pods + "/" + name + "/status", {{"status", {{"phase", "Running"}}}}, node,
                           {}, "application/strategic-merge-patch+json");
    };
    server.created(pods, pod("mine"));
    server.created(pods, pod("other"));
    server.bind("mine", "node-0");
    server.bind("other", "node-1");
    CHECK(patch_status("mine").status == 200);
    CHECK(patch_status("other").status == 403);
    CHECK(patch_status("none").status == 404);
    const auto refused = server.send("DELETE", pods + "/other", {}, node);
    CHECK(message(refused) ==
          "pods \"other\" is forbidden: node \"node-0\" can only delete pods with spec.nodeName "
          "set to itself");
    CHECK(server.send("POST", pods, pod("new"), node).status == 403);
    const Json own{{"metadata", {{"name", "node-0"}}}};
    const Json another{{"metadata", {{"name", "node-1"}}}};
    CHECK(server.send("POST", "/api/v1/nodes", own, node).status == 201);
    CHECK(server.send("POST", "/api/v1/nodes", another, node).status == 403);
    const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    CHECK(server.send("POST", leases, own, node).status == 201);
    CHECK(server.send("POST", leases, another, node).status == 403);
    CHECK(server.send("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", own, node).status ==
          403);

    server.options.switches = {Switch::kubelet_ignores_node_name};
    server.api = std::make_unique<ApiServer>(server.store, server.options);
    CHECK(patch_status("other").status == 200);
}

TEST_CASE("what is not served is not found", "[apiserver]") {
    Server server;
    const std::vector<std::string> paths = {
        "/nothing",           "/api/v1/widgets", "/apis/apps/v2/deployments",
        pods + "/a/status/x", "/api/v1/pods/a",  "/api/v1/namespaces/default/nodes",
        "/api/v1//pods",      "nonsense",        ""};
    for (const auto& path : paths) {
        INFO(path);
        CHECK(server.get(path).status == 404);
    }
    CHECK(server.get(pods + "/a/log").status == 501);  // in words: what a kubelet would be asked for
    CHECK(server.send("TRACE", pods).status == 405);
    CHECK(server.send("POST", "/version").status == 405);
    CHECK(server.send("PUT", pods, pod("a")).status == 405);
    CHECK(server.get("/api").status == 200);
    CHECK(string_at(server.get("/apis/apps/v1").body, "/kind") == "APIResourceList");
    CHECK(server.send("GET", "/apis", {}, {"somebody", {"system:authenticated"}}).status == 200);
    Request openapi{.method = "GET", .path = "/openapi/v2"};
    openapi.accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    const auto document = server.api->handle(admin, openapi);
    REQUIRE(document.raw);
    CHECK(*document.raw == openapi_v2_protobuf());
    CHECK(document.content_type == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
}

TEST_CASE("a binding is refused for what setPodNodeAndMetadata guards", "[apiserver]") {
    Server server;
    const auto binding = [](const std::string& node, const Json& metadata = Json::object()) {
        return Json{{"metadata", metadata}, {"target", {{"kind", "Node"}, {"name", node}}}};
    };
    const Json created = server.created(pods, pod("a"));
    CHECK(server.post(pods + "/none/binding", binding("node-0")).status == 404);
    const auto wrong = server.post(pods + "/a/binding", binding("node-0", {{"uid", "another"}}));
    CHECK(wrong.status == 409);
    CHECK_THAT(message(wrong), Catch::Contains("Precondition failed: UID in precondition: another"));
    CHECK(server.post(pods + "/a/binding", binding("", {{"name", "a"}})).status == 422);
    CHECK(server.post(pods + "/a/binding", binding("node-0", {{"name", "b"}})).status == 400);

    const auto bound =
        server.post(pods + "/a/binding", binding("node-0", {{"uid", at(created, "/metadata/uid")}}));
    CHECK(bound.status == 201);
    CHECK(bound.body == Json{{"kind", "Status"},
                             {"apiVersion", "v1"},
                             {"metadata", Json::object()},
                             {"status", "Success"},
                             {"code", 201}});
    const Json stored = server.get(pods + "/a").body;
    CHECK(string_at(stored, "/spec/nodeName") == "node-0");
    CHECK(string_at(stored, "/status/conditions/0/type") == "PodScheduled");
    CHECK(string_at(stored, "/status/conditions/0/lastTransitionTime") == "2026-01-02T03:04:05Z");
    const auto again = server.post(pods + "/a/binding", binding("node-1"));
    CHECK(again.status == 409);
    CHECK(message(again) ==
          "Operation cannot be fulfilled on pods/binding \"a\": pod a is already assigned to node "
          "\"node-0\"");
    server.remove(pods + "/a");
    CHECK(message(server.post(pods + "/a/binding", binding("node-1"))) ==
          "Operation cannot be fulfilled on pods/binding \"a\": pod a is being deleted, cannot be assigned "
          "to a host");
}

TEST_CASE("switch binding-without-precondition: the last binding wins", "[apiserver]") {
    ApiServerOptions options;
    options.switches = {Switch::binding_without_precondition};
    Server server(std::move(options));
    server.created(pods, pod("a"));
    server.bind("a", "node-0");
    server.bind("a", "node-1");
    CHECK(string_at(server.get(pods + "/a").body, "/spec/nodeName") == "node-1");
}

TEST_CASE("an eviction is a deletion", "[apiserver]") {
    Server server;
    for (const std::string version : {"policy/v1", "policy/v1beta1"}) {
        server.created(pods, pod("a"));
        server.bind("a", "node-0");
        Json eviction{{"apiVersion", version},
                      {"kind", "Eviction"},
                      {"metadata", {{"name", "b"}}},
                      {"deleteOptions", {{"gracePeriodSeconds", 7}}}};
        CHECK(server.post(pods + "/a/eviction", eviction).status == 400);
        eviction["metadata"]["name"] = "a";
        CHECK(server.post(pods + "/a/eviction", eviction).status == 201);
        CHECK(int_at(server.get(pods + "/a").body, "/metadata/deletionGracePeriodSeconds") == 7);
        server.remove(pods + "/a", {{"gracePeriodSeconds", 0}});
    }
    CHECK(server.post(pods + "/a/eviction", Json::object()).status == 404);
}

TEST_CASE("scale reads and sets the replicas", "[apiserver]") {
    Server server;
    const Json created = server.created(deployments, deployment("a"));
    const auto path = deployments + "/a/scale";
    Json scale = server.get(path).body;
    CHECK(scale == Json{{"kind", "Scale"},
                        {"apiVersion", "autoscaling/v1"},
                        {"metadata",
                         {{"name", "a"},
                          {"namespace", "default"},
                          {"uid", at(created, "/metadata/uid")},
                          {"resourceVersion", at(created, "/metadata/resourceVersion")},
                          {"creationTimestamp", at(created, "/metadata/creationTimestamp")}}},
                        {"spec", {{"replicas", 3}}},
                        {"status", {{"replicas", 0}, {"selector", "app=a"}}}});
    CHECK(int_at(server.patch(path, {{"spec", {{"replicas", 5}}}}, "merge").body, "/spec/replicas") == 5);
    const auto stale = server.put(path, scale);
    CHECK(stale.status == 409);
    CHECK_THAT(message(stale), Catch::StartsWith("Operation cannot be fulfilled on deployments.apps \"a\""));
    scale["metadata"].erase("resourceVersion");
    scale["spec"]["replicas"] = 0;
    CHECK(server.put(path, scale).status == 200);
    const Json after = server.get(deployments + "/a").body;
    CHECK(int_at(after, "/spec/replicas") == 0);
    CHECK(int_at(after, "/metadata/generation") == 3);
    scale["spec"]["replicas"] = -1;
    CHECK(message(server.put(path, scale)) ==
          "Scale.autoscaling \"a\" is invalid: spec.replicas: Invalid value: -1: must be greater than or "
          "equal to 0");
}
