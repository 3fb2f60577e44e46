// Pod garbage collection.
#include <catch2/catch.hpp>

#include "reference/controllers/pod_gc.hpp"
#include "tests/support/fake_cluster.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string pods_path = "/api/v1/namespaces/default/pods/";
using Writes = std::vector<std::string>;

struct PodGc {
    explicit PodGc(PodGcOptions options) : collector(cluster.environment, cluster, pods, nodes, options) {}
    FakeCluster cluster;
    client::Informer pods{cluster.environment, cluster, {"gc", "/api/v1/pods"}};
    client::Informer nodes{cluster.environment, cluster, {"gc", "/api/v1/nodes"}};
    PodGcController collector;

    void start() {
        collector.start();
        pods.start();
        nodes.start();
        cluster.settle();
    }
    void add(const std::string& name, const std::string& node, const std::string& phase,
             const std::string& created) {
        cluster.put(pods_path + name,
                    {{"metadata", {{"name", name}, {"namespace", "default"}, {"creationTimestamp", created}}},
                     {"spec", {{"nodeName", node}}},
                     {"status", {{"phase", phase}}}});
    }
    void add_node(const std::string& name) {
        cluster.put("/api/v1/nodes/" + name, {{"metadata", {{"name", name}}}});
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
    CHECK(f.cluster.writes() == Writes{"DELETE " + pods_path + "old", "DELETE " + pods_path + "middle"});
    CHECK(int_at(f.cluster.sent.back().body, "/gracePeriodSeconds", -1) == 0);
    CHECK(f.cluster.objects.size() == 3);
}

TEST_CASE("without a threshold they stay; with one of 0, all go, in passes of their own") {
    const bool all = GENERATE(false, true);
    PodGc f({.terminated_threshold = all ? std::optional<std::size_t>(0) : std::nullopt});
    f.add_node("n");
    f.start();
    f.add("a", "n", "Failed", "2025-01-01T00:00:00Z");
    f.cluster.pass(19s);
    CHECK(f.cluster.writes().empty());
    f.cluster.pass(1s);
    CHECK(f.cluster.writes().size() == (all ? 1 : 0));
}

TEST_CASE("pods of a vanished node are failed and deleted after a quarantine and a live look") {
    PodGc f({});
    f.add("a", "gone", "Running", "2025-01-01T00:00:00Z");
    f.start();
    SECTION("gone for good") {
        f.cluster.pass(39s);
        CHECK(f.cluster.writes().empty());
        f.cluster.pass(1s);
        CHECK(f.cluster.writes() == Writes{"PATCH " + pods_path + "a/status", "DELETE " + pods_path + "a"});
        CHECK(f.cluster.objects.empty());
    }
    SECTION("the informer is behind") {
        f.cluster.pass(39s);
        f.add_node("gone");
        while (f.cluster.environment.fire_next(f.cluster.environment.time + 1s)) {
        }
        CHECK(f.cluster.sent.back().path == "/api/v1/nodes/gone");
        f.cluster.settle();
        CHECK(f.cluster.writes().empty());
    }
    SECTION("a failure is tried again by the next pass") {
        f.cluster.fault = [](const Request& request) {
            std::optional<std::pair<Response, bool>> planned;
            if (request.method == "PATCH") planned = {Response{.status = 0, .body = {}}, false};
            return planned;
        };
        f.cluster.pass(40s);
        CHECK(f.cluster.writes() == Writes{"PATCH " + pods_path + "a/status"});
        f.cluster.fault = {};
        f.cluster.pass(20s);
        CHECK(f.cluster.objects.empty());
    }
}

TEST_CASE("terminating pods that nobody will stop are deleted") {
    PodGc f({});
    f.cluster.put(
        "/api/v1/nodes/lost",
        {{"metadata", {{"name", "lost"}}},
         {"spec", {{"taints", {{{"key", "node.kubernetes.io/out-of-service"}, {"effect", "NoExecute"}}}}}},
         {"status", {{"conditions", {{{"type", "Ready"}, {"status", "Unknown"}}}}}}});
    f.add("unbound", "", "Pending", "2025-01-01T00:00:00Z");
    f.add("bound", "lost", "Running", "2025-01-01T00:00:00Z");
    f.add("staying", "lost", "Running", "2025-01-01T00:00:00Z");
    for (const auto* name : {"unbound", "bound"})
        f.cluster.change(pods_path + name, {{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}});
    f.start();
    CHECK_FALSE(f.cluster.objects.contains(pods_path + "unbound"));
    CHECK_FALSE(f.cluster.objects.contains(pods_path + "bound"));
    CHECK(f.cluster.objects.contains(pods_path + "staying"));
}
