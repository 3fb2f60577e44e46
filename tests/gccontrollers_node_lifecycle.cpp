// Nodes that fall silent: conditions, taints, and what becomes of their pods.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "reference/controllers/node_lifecycle.hpp"
#include "reference/controllers/node_lifecycle_eviction.hpp"
#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string nodes_path = "/api/v1/nodes";
const std::string leases_path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

struct LifecycleFixture {
    simulation::World world;
    simulation::Process process{world, "kube-controller-manager"};
    std::shared_ptr<client::Api> informers_api =
        process.api(simulation::user_of("system:kube-controller-manager"));
    std::shared_ptr<client::Api> node_api =
        process.api(simulation::user_of(service_account + "node-controller"));
    std::shared_ptr<client::Api> eviction_api =
        process.api(simulation::user_of(service_account + "taint-eviction-controller"));
    client::Informer nodes{process, *informers_api, {"nlc", nodes_path}};
    client::Informer leases{process, *informers_api, {"nlc", leases_path}};
    client::Informer pods{process, *informers_api, {"nlc", all_pods}};
    NodeLifecycleController controller{process, *node_api, nodes, leases, pods, {}};
    TaintEviction eviction{process, *eviction_api, nodes, pods, false};
    int beats = 0;

    ~LifecycleFixture() { process.crash(); }
    void start() {
        controller.start();
        eviction.start();
        for (auto* informer : {&nodes, &leases, &pods}) informer->start();
        world.settle();
    }
    void add_node(const std::string& name, Json spec = Json::object(), Json conditions = Json::array()) {
        conditions.push_back({{"type", "Ready"}, {"status", "True"}});
        world.put(nodes_path, {{"apiVersion", "v1"},
                               {"kind", "Node"},
                               {"metadata", {{"name", name}}},
                               {"spec", std::move(spec)},
                               {"status", {{"conditions", std::move(conditions)}}}});
    }
    void edit_node(const std::string& name, const std::function<void(Json&)>& change) {
        world.edit(nodes_path + "/" + name, change);
    }
    void beat(const std::string& name) {
        world.put(leases_path,
                  {{"apiVersion", "coordination.k8s.io/v1"},
                   {"kind", "Lease"},
                   {"metadata", {{"name", name}}},
                   {"spec", {{"renewTime", fmt::format("2026-01-01T00:00:00.{:06}Z", ++beats)}}}});
    }
    /// `seconds`, in which these nodes stay alive.
    void pass(int seconds, const std::vector<std::string>& alive) {
        for (int i = 0; i < seconds; i += 10) {
            for (const auto& name : alive) beat(name);
            world.settle_for(10s);
        }
    }
    void add_pod(const std::string& name, const std::string& node, Json tolerations = Json::array()) {
        auto pod = pod_template("web:1");
        pod.update(
            {{"apiVersion", "v1"},
             {"kind", "Pod"},
             {"metadata", {{"name", name}}},
             {"status", {{"phase", "Running"}, {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}});
        pod["spec"]["nodeName"] = node;
        pod["spec"]["tolerations"] = std::move(tolerations);
        world.put(pods_path, pod);
    }
    const Json& node(const std::string& name) { return world.object(nodes_path + "/" + name); }
    const Json& pod(const std::string& name) { return world.object(pods_path + "/" + name); }
    std::string ready(const std::string& name) {
        return string_at(*find_condition(node(name), "Ready"), "/status");
    }
    std::vector<std::string> taints(const std::string& name) {
        std::vector<std::string> found;
        for (const auto& taint : at(node(name), "/spec/taints"))
            found.push_back(string_at(taint, "/key") + ":" + string_at(taint, "/effect"));
        return found;
    }
    bool is_evicted(const std::string& name) { return pod(name).is_null() || is_deleting(pod(name)); }
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
    LifecycleFixture f;
    f.add_node("a");
    f.add_node("b");
    f.add_pod("p", "a", for_seconds(300));
    f.add_pod("q", "b");
    f.beat("a");
    f.start();
    f.pass(50, {"b"});
    CHECK(f.ready("a") == "True");
    CHECK(f.world.writes().empty());
    f.pass(10, {"b"});
    CHECK(f.ready("a") == "Unknown");
    CHECK(f.ready("b") == "True");
    CHECK(string_at(*find_condition(f.node("a"), "Ready"), "/reason") == "NodeStatusUnknown");
    CHECK(string_at(*find_condition(f.node("a"), "MemoryPressure"), "/status") == "Unknown");
    CHECK(f.taints("a") ==
          Taints{"node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"});
    CHECK_FALSE(is_pod_ready(f.pod("p")));
    CHECK(is_pod_ready(f.pod("q")));

    SECTION("its pods are evicted when their toleration has run out") {
        f.pass(290, {"b"});
        CHECK_FALSE(f.is_evicted("p"));
        f.pass(10, {"b"});
        CHECK(f.is_evicted("p"));
        CHECK_FALSE(f.is_evicted("q"));
        CHECK(condition_is_true(f.pod("p"), "DisruptionTarget"));
    }
    SECTION("if it comes back, all that ends") {
        f.edit_node("a", [](Json& node) {
            node["status"]["conditions"] = {{{"type", "Ready"}, {"status", "True"}}};
        });
        f.pass(600, {"a", "b"});
        CHECK(f.ready("a") == "True");
        CHECK(f.taints("a").empty());
        CHECK_FALSE(f.is_evicted("p"));
    }
}

TEST_CASE("NoExecute taints come one node after the other, and not at all if no node is left") {
    LifecycleFixture f;
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
    LifecycleFixture f;
    f.add_node("a", {{"unschedulable", true}, {"taints", {{{"key", "mine"}, {"effect", "NoSchedule"}}}}},
               {{{"type", "DiskPressure"}, {"status", "True"}}});
    f.start();
    CHECK(f.taints("a") == Taints{"mine:NoSchedule", "node.kubernetes.io/disk-pressure:NoSchedule",
                                  "node.kubernetes.io/unschedulable:NoSchedule"});
    f.edit_node("a", [](Json& node) { node["spec"]["unschedulable"] = false; });
    f.world.settle();
    CHECK(f.taints("a") == Taints{"mine:NoSchedule", "node.kubernetes.io/disk-pressure:NoSchedule"});
}

TEST_CASE("a status update that conflicts is made again on what is there now") {
    LifecycleFixture f;
    f.add_node("a");
    f.start();
    int puts = 0;
    f.world.fault = [&](const User&, const Request& request) {
        if (request.method == "PUT" && ++puts == 1)
            f.edit_node("a", [](Json& node) { node["metadata"]["labels"]["new"] = "yes"; });
        return std::optional<simulation::Fault>();
    };
    f.pass(60, {});
    CHECK(puts == 2);
    CHECK(f.ready("a") == "Unknown");
    CHECK(label(f.node("a"), "new") == "yes");
}

TEST_CASE("an eviction that fails five times is dropped") {
    LifecycleFixture f;
    f.add_node("a");
    f.add_pod("p", "a");
    f.start();
    int gets = 0;
    f.world.fault = refusal(
        [&](const Request& request) {
            const bool looks = request.method == "GET" && request.path == pods_path + "/p";
            if (looks) ++gets;
            return looks;
        },
        {.status = 500});
    f.edit_node("a", [](Json& node) {
        node["spec"]["taints"] = {{{"key", "maintenance"}, {"effect", "NoExecute"}}};
    });
    f.pass(60, {"a"});
    CHECK(gets == 5);
    f.world.fault = {};
    f.pass(600, {"a"});
    CHECK_FALSE(f.is_evicted("p"));
    f.world.edit(pods_path + "/p", [](Json& pod) {  // what it tolerates changes
        pod["spec"]["tolerations"].push_back(
            {{"key", "another"}, {"operator", "Exists"}, {"effect", "NoExecute"}});
    });
    f.pass(10, {"a"});
    CHECK(f.is_evicted("p"));
}
