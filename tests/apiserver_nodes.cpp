// What a kubelet may do, and what it may not: NodeRestriction and the node authorizer.
#include "reference/apiserver/node_restriction.hpp"
#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

const std::string nodes = "/api/v1/nodes";
const std::string config_maps = "/api/v1/namespaces/default/configmaps";

/// node-0, with a pod of its own, another's, and one that is not bound.
struct Nodes : Server {
    Nodes() {
        for (const auto* name : {"node-0", "node-1"}) {
            const auto response = send("POST", nodes, {{"metadata", {{"name", name}}}}, node_user(name));
            REQUIRE(response.status == 201);
            if (std::string(name) == "node-0") uid = string_at(response.body, "/metadata/uid");
        }
        for (const auto* name : {"mine", "other", "unbound"}) created(pods, pod(name));
        bind("mine", "node-0");
        bind("other", "node-1");
    }
    Response as_node(const std::string& method, const std::string& path, const Json& body = {},
                     const Query& query = {}) {
        return send(method, path, body, node, query,
                    method == "PATCH" ? "application/merge-patch+json" : "application/json");
    }
    Json mirror() const {
        Json result = pod("mirror");
        result["metadata"]["annotations"] = {{"kubernetes.io/config.mirror", "hash"}};
        result["metadata"]["ownerReferences"] = {
            {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", "node-0"}, {"uid", uid}, {"controller", true}}};
        result["spec"]["nodeName"] = "node-0";
        return result;
    }

    const User node = node_user("node-0");
    std::string uid;
};

}  // namespace

TEST_CASE("a kubelet reports on its pods, and changes nothing else of them", "[apiserver]") {
    Nodes server;
    CHECK(server.as_node("PATCH", pods + "/mine/status", {{"status", {{"phase", "Running"}}}}).status == 200);
    CHECK(message(server.as_node("PATCH", pods + "/other/status", {{"status", {{"phase", "Running"}}}})) ==
          "pods \"other\" is forbidden: node \"node-0\" can only update pod status for pods with "
          "spec.nodeName set to itself");
    const Json labelled{{"metadata", {{"labels", {{"app", "b"}}}}}};
    CHECK(message(server.as_node("PATCH", pods + "/mine/status", labelled)) ==
          "pods \"mine\" is forbidden: node \"node-0\" cannot update labels through pod status");
    Json put = server.get(pods + "/mine").body;
    put["metadata"]["labels"] = {{"app", "a"}, {"tier", "web"}};
    CHECK(server.as_node("PUT", pods + "/mine/status", put).status == 403);
    CHECK(server.as_node("PATCH", pods + "/mine", labelled).status == 403);
    CHECK(at(server.get(pods + "/mine").body, "/metadata/labels") == Json{{"app", "a"}});
    CHECK(
        server
            .as_node("POST", pods + "/unbound/binding", {{"target", {{"kind", "Node"}, {"name", "node-0"}}}})
            .status == 403);
    CHECK(server.as_node("POST", pods + "/other/eviction", Json::object()).status == 403);
    CHECK(server.as_node("POST", pods + "/mine/eviction", Json::object()).status == 201);
    CHECK(server.as_node("DELETE", pods + "/other").status == 403);
    CHECK(server.as_node("DELETE", pods + "/unbound").status == 403);
    CHECK(server.as_node("DELETE", pods).status == 403);
    CHECK(server.as_node("DELETE", pods + "/mine", {{"gracePeriodSeconds", 0}}).status == 200);
}

TEST_CASE("a kubelet creates mirror pods of its own, which have access to nothing", "[apiserver]") {
    Nodes server;
    struct Case {
        const char* pointer;
        Json value;
        const char* why;
    };
    const std::vector<Case> cases = {
        {"/metadata/annotations", Json::object(), "can only create mirror pods"},
        {"/spec/nodeName", "node-1", "can only create pods with spec.nodeName set to itself"},
        {"/spec/nodeName", "", "can only create pods with spec.nodeName set to itself"},
        {"/metadata/ownerReferences", Json::array(), "can only create pods with an owner reference"},
        {"/metadata/ownerReferences/0/name", "node-1", "can only create pods with an owner reference"},
        {"/metadata/ownerReferences/0/kind", "Pod", "can only create pods with an owner reference"},
        {"/metadata/ownerReferences/0/controller", false, "with a controller owner reference"},
        {"/metadata/ownerReferences/0/blockOwnerDeletion", true, "must not set blockOwnerDeletion"},
        {"/metadata/ownerReferences/0/uid", "another", "node node-0 UID mismatch: expected another got "},
        {"/spec/serviceAccountName", "default", "can not create pods that reference a service account"},
        {"/spec/imagePullSecrets", {{{"name", "s"}}}, "can not create pods that reference secrets"},
        {"/spec/containers/0/envFrom",
         {{{"configMapRef", {{"name", "c"}}}}},
         "can not create pods that reference configmaps"},
        {"/spec/volumes",
         {{{"name", "v"}, {"secret", {{"secretName", "s"}}}}},
         "can not create pods that reference secrets"},
    };
    for (const auto& [pointer, value, why] : cases) {
        Json body = server.mirror();
        body[Json::json_pointer(pointer)] = value;
        const auto response = server.as_node("POST", pods, body);
        CAPTURE(pointer, response.body.dump());
        CHECK(response.status == 403);
        CHECK_THAT(message(response), Catch::Contains(why));
    }
    Json twice = server.mirror();
    twice["metadata"]["ownerReferences"].push_back(twice["metadata"]["ownerReferences"][0]);
    CHECK(server.as_node("POST", pods, twice).status == 403);

    const auto created = server.as_node("POST", pods, server.mirror());
    INFO(created.body.dump());
    CHECK(created.status == 201);
    CHECK(at(created.body, "/spec/serviceAccountName").is_null());
}

TEST_CASE("a kubelet keeps away from taints and from labels that steer work", "[apiserver]") {
    Nodes server;
    const auto path = nodes + "/node-0";
    CHECK(server.as_node("PATCH", path, {{"metadata", {{"labels", {{"example.com/disk", "ssd"}}}}}}).status ==
          200);
    CHECK(server
              .as_node("PATCH", path + "/status",
                       {{"status", {{"capacity", {{"cpu", "4"}}}, {"allocatable", {{"cpu", "4"}}}}}})
              .status == 200);
    for (const std::string label :
         {"node-restriction.kubernetes.io/pci", "x.node-restriction.kubernetes.io/a", "kubernetes.io/other",
          "node-role.kubernetes.io/control-plane", "k8s.io/a", "sub.k8s.io/a"}) {
        CAPTURE(label);
        const auto response = server.as_node("PATCH", path, {{"metadata", {{"labels", {{label, "x"}}}}}});
        CHECK(response.status == 403);
        CHECK(message(response) ==
              "nodes \"node-0\" is forbidden: is not allowed to modify labels: " + label);
        CHECK(
            server.as_node("PATCH", path + "/status", {{"metadata", {{"labels", {{label, "x"}}}}}}).status ==
            403);
        CHECK_FALSE(may_label_its_node(label));
    }
    for (const std::string label :
         {"kubernetes.io/hostname", "beta.kubernetes.io/arch", "topology.kubernetes.io/zone",
          "kubelet.kubernetes.io/a", "sub.node.kubernetes.io/a", "plain", "example.com/kubernetes.io"}) {
        CAPTURE(label);
        CHECK(server.as_node("PATCH", path, {{"metadata", {{"labels", {{label, "x"}}}}}}).status == 200);
    }
    // What an administrator has set may not be taken away either.
    const auto restricted = "node-restriction.kubernetes.io/pci";
    const Json taint{{"key", "dedicated"}, {"effect", "NoSchedule"}};
    server.patch(path, {{"metadata", {{"labels", {{restricted, "yes"}}}}}, {"spec", {{"taints", {taint}}}}});
    CHECK(server.as_node("PATCH", path, {{"metadata", {{"labels", {{restricted, nullptr}}}}}}).status == 403);
    CHECK(message(server.as_node("PATCH", path, {{"spec", {{"taints", nullptr}}}})) ==
          "nodes \"node-0\" is forbidden: node \"node-0\" is not allowed to modify taints");
    CHECK(server.as_node("PATCH", path + "/status", {{"spec", {{"taints", Json::array()}}}}).status == 403);
    CHECK(at(server.get(path).body, "/spec/taints") == Json::array({taint}));
    Json without = server.get(path).body;
    without["spec"].erase("taints");
    CHECK(server.as_node("PUT", path, without).status == 403);
    CHECK(server.as_node("PATCH", nodes + "/node-1", {{"metadata", {{"labels", {{"a", "b"}}}}}}).status ==
          403);
    CHECK(server.as_node("DELETE", path).status == 403);

    server.remove(path);
    const Json greedy{{"metadata", {{"name", "node-0"}, {"labels", {{restricted, "yes"}}}}}};
    CHECK(message(server.as_node("POST", nodes, greedy)) ==
          "nodes \"node-0\" is forbidden: node \"node-0\" is not allowed to set the following labels: "
          "node-restriction.kubernetes.io/pci");
    const Json tainted{{"metadata", {{"name", "node-0"}}}, {"spec", {{"taints", {taint}}}}};
    CHECK(server.as_node("POST", nodes, tainted).status == 201);
}

TEST_CASE("a kubelet reads what its pods need", "[apiserver]") {
    Nodes server;
    const auto refusal = [&](const std::string& path, const Query& query = {}) {
        const auto response = server.as_node("GET", path, {}, query);
        return response.status == 403 ? message(response) : std::to_string(response.status);
    };
    CHECK(refusal(pods + "/mine") == "200");
    CHECK(refusal(pods, {{"fieldSelector", "spec.nodeName=node-0"}}) == "200");
    CHECK(refusal("/api/v1/pods", {{"fieldSelector", "spec.nodeName=node-0,status.phase!=Failed"}}) == "200");
    for (const std::string name : {"other", "unbound", "none"})
        CHECK(refusal(pods + "/" + name) ==
              "pods \"" + name +
                  "\" is forbidden: User \"system:node:node-0\" cannot get resource \"pods\" in API group "
                  "\"\" in the namespace \"default\": no relationship found between node 'node-0' and this "
                  "object");
    CHECK_THAT(refusal("/api/v1/pods"),
               Catch::EndsWith("can only list/watch pods with spec.nodeName field selector"));
    CHECK_THAT(refusal(pods, {{"fieldSelector", "spec.nodeName=node-1"}}),
               Catch::EndsWith("can only list/watch pods with spec.nodeName field selector"));
    CHECK_THAT(refusal(pods, {{"fieldSelector", "spec.nodeName!=node-0"}}),
               Catch::EndsWith("can only list/watch pods with spec.nodeName field selector"));
    CHECK(refusal(nodes + "/node-0") == "200");
    CHECK(refusal(nodes, {{"fieldSelector", "metadata.name=node-0"}}) == "200");
    CHECK_THAT(refusal(nodes),
               Catch::EndsWith("node 'node-0' cannot read all nodes, only its own Node object"));
    CHECK_THAT(refusal(nodes + "/node-1"),
               Catch::EndsWith("node 'node-0' cannot read 'node-1', only its own Node object"));
    CHECK(refusal("/api/v1/services") == "200");

    Json user = pod("user");
    user["spec"]["volumes"] = {{{"name", "v"}, {"configMap", {{"name", "used"}}}}};
    server.created(pods, user);
    for (const auto* name : {"used", "unused"}) server.created(config_maps, {{"metadata", {{"name", name}}}});
    CHECK_THAT(refusal(config_maps + "/used"), Catch::Contains("no relationship found"));
    server.bind("user", "node-0");
    CHECK(refusal(config_maps + "/used") == "200");
    CHECK(refusal(config_maps, {{"fieldSelector", "metadata.name=used"}}) == "200");
    CHECK_THAT(refusal(config_maps + "/unused"), Catch::Contains("no relationship found"));
    CHECK_THAT(refusal(config_maps), Catch::EndsWith("can only read namespaced object of this type"));

    const Watched all(server, pods, {}, server.node);
    CHECK(all.refusal.status == 403);
    const Watched own(server, pods, {{"fieldSelector", "spec.nodeName=node-0"}}, server.node);
    CHECK(own.seen() == std::vector<std::string>{"ADDED mine", "ADDED user"});

    server.options.switches = {Switch::kubelet_ignores_node_name};
    server.api = std::make_unique<ApiServer>(server.store, server.options);
    CHECK(refusal("/api/v1/pods") == "200");
    CHECK(refusal(pods + "/other") == "200");
    CHECK_THAT(refusal(nodes), Catch::Contains("cannot read all nodes"));
}

TEST_CASE("a kubelet has the Lease of its name in kube-node-lease", "[apiserver]") {
    Nodes server;
    const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    const Json own{{"metadata", {{"name", "node-0"}}}};
    CHECK(server.as_node("POST", leases, own).status == 201);
    CHECK(server.as_node("GET", leases + "/node-0").status == 200);
    CHECK(server.send("POST", leases, {{"metadata", {{"name", "node-1"}}}}, node_user("node-1")).status ==
          201);
    for (const std::string method : {"GET", "DELETE", "PATCH"}) {
        const auto response = server.as_node(method, leases + "/node-1",
                                             method == "PATCH" ? Json{{"spec", Json::object()}} : Json());
        CHECK(response.status == 403);
        CHECK_THAT(message(response),
                   Catch::EndsWith("can only access node lease with the same name as the requesting node"));
    }
    CHECK(server.as_node("GET", leases).status == 403);
    CHECK(server.as_node("DELETE", leases + "/node-0").status == 200);
}

TEST_CASE("what has ended for good does not run again by a report", "[apiserver]") {
    Nodes server;
    const auto state = [](const Json& of_main) {
        return Json{{"status",
                     {{"containerStatuses", Json::array({{{"name", "main"},
                                                          {"image", "app:1"},
                                                          {"imageID", ""},
                                                          {"ready", false},
                                                          {"restartCount", 0},
                                                          {"state", of_main}}})}}}};
    };
    const auto ended = [](int code) { return Json{{"terminated", {{"exitCode", code}}}}; };
    const Json running{{"running", {{"startedAt", "2026-01-02T03:04:05Z"}}}};
    for (const auto& [policy, code, allowed] : std::vector<std::tuple<std::string, int, bool>>{
             {"Always", 0, true}, {"OnFailure", 1, true}, {"OnFailure", 0, false}, {"Never", 1, false}}) {
        CAPTURE(policy, code);
        Json body = pod("ends");
        body["spec"]["restartPolicy"] = policy;
        server.created(pods, body);
        server.bind("ends", "node-0");
        CHECK(server.as_node("PATCH", pods + "/ends/status", state(ended(code))).status == 200);
        const auto again = server.as_node("PATCH", pods + "/ends/status", state(running));
        CHECK(again.status == (allowed ? 200 : 422));
        if (!allowed)
            CHECK_THAT(message(again), Catch::EndsWith("status.containerStatuses[0].state: Forbidden: may "
                                                       "not be transitioned to non-terminated state"));
        server.remove(pods + "/ends", {{"gracePeriodSeconds", 0}});
    }
}
