// Pod garbage collection.
#include <catch2/catch.hpp>

#include <algorithm>

#include "reference/controllers/pod_gc.hpp"
#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

using Writes = std::vector<std::string>;

struct PodGc {
    explicit PodGc(PodGcOptions options) : collector(process, *api, pods, nodes, options) {}
    ~PodGc() { process.crash(); }
    simulation::World world;
    simulation::Process process{world, "kube-controller-manager"};
    std::shared_ptr<client::Api> informers_api =
        process.api(simulation::user_of("system:kube-controller-manager"));
    std::shared_ptr<client::Api> api =
        process.api(simulation::user_of(service_account + "pod-garbage-collector"));
    client::Informer pods{process, *informers_api, {"gc", all_pods}};
    client::Informer nodes{process, *informers_api, {"gc", "/api/v1/nodes"}};
    PodGcController collector;

    void start() {
        collector.start();
        pods.start();
        nodes.start();
        world.settle();
    }
    void add(const std::string& name, const std::string& node, const std::string& phase,
             const std::string& created, const Json& finalizers = Json::array()) {
        auto pod = pod_template("web:1");
        pod.update({{"apiVersion", "v1"},
                    {"kind", "Pod"},
                    {"metadata", {{"name", name}, {"finalizers", finalizers}}},
                    {"status", {{"phase", phase}}}});
        if (!node.empty()) pod["spec"]["nodeName"] = node;
        const auto present = std::exchange(world.now, from_rfc3339(created));
        world.put(pods_path, pod);
        world.now = present;
    }
    void add_node(const std::string& name, Json spec = Json::object(), Json status = Json::object()) {
        world.put("/api/v1/nodes", {{"apiVersion", "v1"},
                                    {"kind", "Node"},
                                    {"metadata", {{"name", name}}},
                                    {"spec", std::move(spec)},
                                    {"status", std::move(status)}});
    }
    std::vector<std::string> left() {
        std::vector<std::string> names;
        for (const auto& path : world.paths(all_pods)) names.push_back(path.substr(path.rfind('/') + 1));
        return names;
    }
};

}  // namespace

TEST_CASE("terminated pods beyond the threshold go, the oldest first") {
    PodGc f({.terminated_threshold = 1});
    f.add_node("n");
    f.add("young", "n", "Failed", "2025-03-01T00:00:00Z");
    f.add("old", "n", "Succeeded", "2025-01-01T00:00:00Z");
    f.add("middle", "n", "Succeeded", "2025-02-01T00:00:00Z");
    f.add("running", "n", "Running", "2024-01-01T00:00:00Z");
    f.start();
    CHECK(f.world.writes() ==
          Writes{"DELETE " + pods_path + "/old 200", "DELETE " + pods_path + "/middle 200"});
    CHECK(int_at(f.world.log.back().request.body, "/gracePeriodSeconds", -1) == 0);
    CHECK(f.left() == std::vector<std::string>{"running", "young"});
}

TEST_CASE("without a threshold they stay; with one of 0, all go, in passes of their own") {
    const bool all = GENERATE(false, true);
    PodGc f({.terminated_threshold = all ? std::optional<std::size_t>(0) : std::nullopt});
    f.add_node("n");
    f.start();
    f.add("a", "n", "Failed", "2025-01-01T00:00:00Z");
    f.world.settle_for(19s);
    CHECK(f.world.writes().empty());
    f.world.settle_for(1s);
    CHECK(f.world.writes().size() == (all ? 1 : 0));
}

TEST_CASE("pods of a vanished node are failed and deleted after a quarantine and a live look") {
    PodGc f({});
    f.add("a", "gone", "Running", "2025-01-01T00:00:00Z");
    f.start();
    SECTION("gone for good") {
        f.world.settle_for(39s);
        CHECK(f.world.writes().empty());
        f.world.settle_for(1s);
        CHECK(f.world.writes() ==
              Writes{"PATCH " + pods_path + "/a/status 200", "DELETE " + pods_path + "/a 200"});
        CHECK(f.left().empty());
    }
    SECTION("the informer is behind") {
        f.world.settle_for(39s);
        f.add_node("gone");
        while (f.world.fire_next(f.world.now + 1s)) {
        }
        REQUIRE_FALSE(f.process.requests.empty());
        CHECK(f.process.requests.back().request.path == "/api/v1/nodes/gone");
        f.world.settle();
        CHECK(f.world.writes().empty());
    }
    SECTION("a failure is tried again by the next pass") {
        f.world.fault =
            refusal([](const Request& request) { return request.method == "PATCH"; }, {.status = 0});
        f.world.settle_for(40s);
        CHECK(f.world.writes() == Writes{"PATCH " + pods_path + "/a/status 0"});
        f.world.fault = {};
        f.world.settle_for(20s);
        CHECK(f.left().empty());
    }
}

TEST_CASE("terminating pods that nobody will stop are deleted") {
    PodGc f({});
    f.add_node("lost",
               {{"taints", {{{"key", "node.kubernetes.io/out-of-service"}, {"effect", "NoExecute"}}}}},
               {{"conditions", {{{"type", "Ready"}, {"status", "Unknown"}}}}});
    // Without a finalizer, an unbound pod is gone at once.
    f.add("unbound", "", "Pending", "2025-01-01T00:00:00Z", {"example.com/stays"});
    f.add("bound", "lost", "Running", "2025-01-01T00:00:00Z");
    f.add("staying", "lost", "Running", "2025-01-01T00:00:00Z");
    for (const auto* name : {"unbound", "bound"})
        REQUIRE(f.world.act("DELETE", pods_path + "/" + name).is_success());
    CHECK(f.left().size() == 3);
    f.start();
    CHECK(f.left() == std::vector<std::string>{"staying", "unbound"});
    const auto writes = f.world.writes();
    CHECK(std::count(writes.begin(), writes.end(), "DELETE " + pods_path + "/unbound 200") == 1);
}
