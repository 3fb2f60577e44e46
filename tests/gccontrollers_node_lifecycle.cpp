// Nodes that fall silent: conditions, taints, and what becomes of their pods.
#include <catch2/catch.hpp>

#include "reference/controllers/node_lifecycle.hpp"
#include "reference/controllers/node_lifecycle_eviction.hpp"
#include "tests/support/fake_cluster.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string pods_path = "/api/v1/namespaces/default/pods/";

std::string node_path(const std::string& name) { return "/api/v1/nodes/" + name; }

struct Fixture {
    FakeCluster cluster;
    client::Informer nodes{cluster.environment, cluster, {"nlc", "/api/v1/nodes"}};
    client::Informer leases{cluster.environment,
                            cluster,
                            {"nlc", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"}};
    client::Informer pods{cluster.environment, cluster, {"nlc", "/api/v1/pods"}};
    NodeLifecycleController controller{cluster.environment, cluster, nodes, leases, pods, {}};
    TaintEviction eviction{cluster.environment, cluster, nodes, pods, false};
    int beats = 0;

    void start() {
        controller.start();
        eviction.start();
        for (auto* informer : {&nodes, &leases, &pods}) informer->start();
        cluster.settle();
    }
    void add_node(const std::string& name) {
        cluster.put(node_path(name),
                    {{"metadata", {{"name", name}}},
                     {"spec", Json::object()},
                     {"status", {{"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}});
    }
    void beat(const std::string& name) {
        const auto path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/" + name;
        cluster.put(path, {{"metadata", {{"name", name}, {"namespace", "kube-node-lease"}}},
                           {"spec", {{"renewTime", std::to_string(++beats)}}}});
    }
    /// `seconds`, in which these nodes stay alive.
    void pass(int seconds, const std::vector<std::string>& alive) {
        for (int i = 0; i < seconds; i += 10) {
            for (const auto& name : alive) beat(name);
            cluster.pass(10s);
        }
    }
    void add_pod(const std::string& name, const std::string& node, Json tolerations = Json::array()) {
        cluster.put(
            pods_path + name,
            {{"metadata", {{"name", name}, {"namespace", "default"}}},
             {"spec", {{"nodeName", node}, {"tolerations", std::move(tolerations)}}},
             {"status", {{"phase", "Running"}, {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}});
    }
    const Json& node(const std::string& name) const { return cluster.objects.at(node_path(name)); }
    std::string ready(const std::string& name) const {
        return string_at(*find_condition(node(name), "Ready"), "/status");
    }
    std::vector<std::string> taints(const std::string& name) const {
        std::vector<std::string> found;
        for (const auto& taint : at(node(name), "/spec/taints"))
            found.push_back(string_at(taint, "/key") + ":" + string_at(taint, "/effect"));
        return found;
    }
    bool is_evicted(const std::string& pod) const {
        const auto found = cluster.objects.find(pods_path + pod);
        return found == cluster.objects.end() || is_deleting(found->second);
    }
};

using Taints = std::vector<std::string>;

Json for_seconds(int seconds) {
    return Json::array({{{"key", "node.kubernetes.io/unreachable"},
                         {"operator", "Exists"},
                         {"effect", "NoExecute"},
                         {"tolerationSeconds", seconds}}});
}

}  // namespace

TEST_CASE("a node that falls silent is unknown after the grace period, tainted, and its pods not ready") {
    Fixture f;
    f.add_node("a");
    f.add_node("b");
    f.add_pod("p", "a", for_seconds(300));
    f.add_pod("q", "b");
    f.beat("a");
    f.start();
    f.pass(50, {"b"});
    CHECK(f.ready("a") == "True");
    CHECK(f.cluster.writes().empty());
    f.pass(10, {"b"});
    CHECK(f.ready("a") == "Unknown");
    CHECK(f.ready("b") == "True");
    CHECK(string_at(*find_condition(f.node("a"), "Ready"), "/reason") == "NodeStatusUnknown");
    CHECK(string_at(*find_condition(f.node("a"), "MemoryPressure"), "/status") == "Unknown");
    CHECK(f.taints("a") ==
          Taints{"node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"});
    CHECK_FALSE(is_pod_ready(f.cluster.objects.at(pods_path + "p")));
    CHECK(is_pod_ready(f.cluster.objects.at(pods_path + "q")));

    SECTION("its pods are evicted when their toleration has run out") {
        f.pass(290, {"b"});
        CHECK_FALSE(f.is_evicted("p"));
        f.pass(10, {"b"});
        CHECK(f.is_evicted("p"));
        CHECK_FALSE(f.is_evicted("q"));
        CHECK(condition_is_true(f.cluster.objects.at(pods_path + "p"), "DisruptionTarget"));
    }
    SECTION("if it comes back, all that ends") {
        f.cluster.change(node_path("a"),
                         {{"status", {{"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}});
        f.pass(600, {"a", "b"});
        CHECK(f.ready("a") == "True");
        CHECK(f.taints("a").empty());
        CHECK_FALSE(f.is_evicted("p"));
    }
}

TEST_CASE("NoExecute taints come one node after the other, and not at all if no node is left") {
    Fixture f;
    for (const auto* name : {"a", "b", "c"}) f.add_node(name);
    f.start();
    const auto evicting = [&] {
        int count = 0;
        for (const auto* name : {"a", "b", "c"}) count += f.taints(name).size() == 2 ? 1 : 0;
        return count;
    };
    SECTION("one is alive") {
        f.pass(60, {"c"});
        CHECK(f.ready("a") == "Unknown");
        CHECK(f.ready("b") == "Unknown");
        CHECK(evicting() == 1);
        f.pass(20, {"c"});
        CHECK(evicting() == 2);
    }
    SECTION("none is") {
        f.pass(120, {});
        CHECK(f.taints("a") == Taints{"node.kubernetes.io/unreachable:NoSchedule"});
        CHECK(evicting() == 0);
    }
}

TEST_CASE("conditions and cordons become NoSchedule taints; other taints are left alone") {
    Fixture f;
    f.cluster.put(
        node_path("a"),
        {{"metadata", {{"name", "a"}}},
         {"spec", {{"unschedulable", true}, {"taints", {{{"key", "mine"}, {"effect", "NoSchedule"}}}}}},
         {"status",
          {{"conditions",
            {{{"type", "Ready"}, {"status", "True"}}, {{"type", "DiskPressure"}, {"status", "True"}}}}}}});
    f.start();
    CHECK(f.taints("a") == Taints{"mine:NoSchedule", "node.kubernetes.io/disk-pressure:NoSchedule",
                                  "node.kubernetes.io/unschedulable:NoSchedule"});
    f.cluster.change(node_path("a"), {{"spec", {{"unschedulable", false}}}});
    f.cluster.settle();
    CHECK(f.taints("a") == Taints{"mine:NoSchedule", "node.kubernetes.io/disk-pressure:NoSchedule"});
}

TEST_CASE("a status update that conflicts is made again on what is there now") {
    Fixture f;
    f.add_node("a");
    f.start();
    int puts = 0;
    f.cluster.fault = [&](const Request& request) {
        if (request.method == "PUT" && ++puts == 1)
            f.cluster.change(node_path("a"), {{"metadata", {{"labels", {{"new", "yes"}}}}}});
        return std::optional<std::pair<Response, bool>>();
    };
    f.pass(60, {});
    CHECK(puts == 2);
    CHECK(f.ready("a") == "Unknown");
    CHECK(label(f.node("a"), "new") == "yes");
}

TEST_CASE("an eviction that fails five times is dropped") {
    Fixture f;
    f.add_node("a");
    f.add_pod("p", "a");
    f.start();
    int gets = 0;
    f.cluster.fault = [&](const Request& request) {
        std::optional<std::pair<Response, bool>> planned;
        if (request.method == "GET" && request.path == pods_path + "p") {
            ++gets;
            planned = {Response{.status = 500, .body = {}}, false};
        }
        return planned;
    };
    const Json taints = {{{"key", "maintenance"}, {"effect", "NoExecute"}}};
    f.cluster.change(node_path("a"), {{"spec", {{"taints", taints}}}});
    f.pass(60, {"a"});
    CHECK(gets == 5);
    f.cluster.fault = {};
    f.pass(600, {"a"});
    CHECK_FALSE(f.is_evicted("p"));
    f.cluster.change(pods_path + "p", {{"spec", {{"tolerations", for_seconds(1)}}}});  // its pod changes
    f.pass(10, {"a"});
    CHECK(f.is_evicted("p"));
}
