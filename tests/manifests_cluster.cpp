// What kube-scheduler would make of a pod template on the nodes, and the configuration.
#include <catch2/catch.hpp>

#include "manifests/cluster.hpp"
#include "manifests/scheduling.hpp"
#include "tests/manifests_support.hpp"

using namespace kcheck::manifests;
using namespace kcheck::manifests::test;

namespace {

Quantity q(const char* text) { return Quantity::parse(text).value(); }

PodTemplate pod_with(Resources requests) {
    PodTemplate pod;
    pod.containers.push_back({"c", "image", "Always", std::move(requests), {}});
    return pod;
}

NodeSpec node_with(Resources allocatable) {
    NodeSpec node;
    node.name = "n";
    node.allocatable = std::move(allocatable);
    node.allocatable.emplace("pods", q("110"));
    return node;
}

Cluster cluster_of(const std::string& text, const ClusterOptions& options = {}) {
    const auto manifests = read_text(text);
    INFO((manifests ? "" : to_string(manifests.error())));
    REQUIRE(manifests);
    const auto cluster = to_configuration(*manifests, options);
    INFO((cluster ? "" : to_string(cluster.error())));
    REQUIRE(cluster);
    return *cluster;
}

std::string cluster_refusal(const std::string& text, const ClusterOptions& options) {
    const auto manifests = read_text(text);
    REQUIRE(manifests);
    const auto cluster = to_configuration(*manifests, options);
    return cluster ? "" : to_string(cluster.error());
}

Cluster example(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back((source_dir / "examples" / name).string());
    const auto manifests = read_files(paths);
    REQUIRE(manifests);
    CHECK(manifests->warnings.empty());
    const auto cluster = to_configuration(*manifests, {});
    REQUIRE(cluster);
    return *cluster;
}

}  // namespace

TEST_CASE("a toleration tolerates what Kubernetes says", "[manifests]") {
    const Taint taint{"k", "v", "NoSchedule"};
    CHECK(tolerates({"k", "Equal", "v", "NoSchedule", {}}, taint));
    CHECK(tolerates({"k", "", "v", "", {}}, taint));
    CHECK(tolerates({"k", "Exists", "", "", {}}, taint));
    CHECK(tolerates({"", "Exists", "", "", {}}, taint));
    CHECK(tolerates({"", "Exists", "", "NoSchedule", {}}, taint));
    CHECK_FALSE(tolerates({"k", "Equal", "other", "", {}}, taint));
    CHECK_FALSE(tolerates({"k", "Equal", "", "", {}}, taint));
    CHECK_FALSE(tolerates({"k", "Equal", "v", "NoExecute", {}}, taint));
    CHECK_FALSE(tolerates({"j", "Exists", "", "", {}}, taint));
    CHECK_FALSE(tolerates({"", "Exists", "", "NoExecute", {}}, taint));
}

TEST_CASE("filters: cordon, nodeSelector, taints", "[manifests]") {
    PodTemplate pod = pod_with({});
    NodeSpec node = node_with({});
    CHECK(passes_filters(pod, node));

    node.unschedulable = true;
    CHECK_FALSE(passes_filters(pod, node));
    pod.tolerations = {{"node.kubernetes.io/unschedulable", "Exists", "", "NoSchedule", {}}};
    CHECK(passes_filters(pod, node));
    node.unschedulable = false;

    pod.node_selector = {{"disk", "ssd"}};
    CHECK_FALSE(passes_filters(pod, node));
    node.labels = {{"disk", "hdd"}};
    CHECK_FALSE(passes_filters(pod, node));
    node.labels = {{"disk", "ssd"}, {"zone", "a"}};
    CHECK(passes_filters(pod, node));

    node.taints = {{"k", "", "PreferNoSchedule"}};
    CHECK(passes_filters(pod, node));
    node.taints = {{"k", "", "NoExecute"}};
    CHECK_FALSE(passes_filters(pod, node));
    // DefaultTolerationSeconds adds this one to every pod, for NoExecute only.
    node.taints = {{"node.kubernetes.io/not-ready", "", "NoExecute"}};
    CHECK(passes_filters(pod, node));
    node.taints = {{"node.kubernetes.io/not-ready", "", "NoSchedule"}};
    CHECK_FALSE(passes_filters(pod, node));
}

TEST_CASE("capacity is bounded by the scarcest resource", "[manifests]") {
    const PodTemplate pod = pod_with({{"cpu", q("300m")}, {"memory", q("1Gi")}});
    CHECK(capacity(pod, node_with({{"cpu", q("2")}, {"memory", q("16Gi")}})) == 6);
    CHECK(capacity(pod, node_with({{"cpu", q("8")}, {"memory", q("4Gi")}})) == 4);
    CHECK(capacity(pod, node_with({{"cpu", q("8")}, {"memory", q("1023Mi")}})) == 0);
    CHECK(capacity(pod, node_with({{"pods", q("3")}})) == 3);
    CHECK(capacity(pod, node_with({{"pods", q("1e9")}})) == capacity_limit);
    // Nothing requested, or zero: nothing limits but the number of pods.
    CHECK(capacity(pod_with({}), node_with({{"cpu", q("100m")}})) == 110);
    CHECK(capacity(pod_with({{"cpu", q("0")}}), node_with({{"cpu", q("100m")}})) == 110);
    // What a node does not have, it cannot give; what it does not say, it has.
    CHECK(capacity(pod_with({{"example.com/gpu", q("1")}}), node_with({})) == 0);
    CHECK(capacity(pod_with({{"example.com/gpu", q("1")}}), node_with({{"example.com/gpu", q("2")}})) == 2);
    CHECK(capacity(pod_with({{"ephemeral-storage", q("1Gi")}}), node_with({})) == 110);

    PodTemplate two = pod;
    two.containers.push_back(two.containers.front());
    two.overhead = {{"cpu", q("0.4")}};
    CHECK(capacity(two, node_with({{"cpu", q("2")}})) == 2);
}

TEST_CASE("LeastAllocated is computed as the scheduler does", "[manifests]") {
    // 300m of 2000m, 1Gi of 4Gi: (85 + 75) / 2; TaintToleration adds 3 * 100.
    const PodTemplate pod = pod_with({{"cpu", q("300m")}, {"memory", q("1Gi")}});
    const NodeSpec node = node_with({{"cpu", q("2")}, {"memory", q("4Gi")}});
    CHECK(score(pod, node, 0, 0) == 380);
    CHECK(score(pod, node, 1, 0) == 360);
    // Full of memory: cpu (2000-1500)/2000 = 25, memory more than there is = 0.
    CHECK(score(pod, node, 4, 0) == 312);
    // Without requests a container counts as 100m and 200Mi; an explicit zero as zero.
    CHECK(score(pod_with({}), node, 0, 0) == 300 + (95 + 95) / 2);
    CHECK(score(pod_with({{"cpu", q("0")}}), node, 0, 0) == 300 + (100 + 95) / 2);
    // Only what the node says counts.
    CHECK(score(pod, node_with({{"cpu", q("2")}}), 0, 0) == 385);
    CHECK(score(pod, node_with({}), 0, 0) == 300);
}

TEST_CASE("a soft taint outweighs any load", "[manifests]") {
    const PodTemplate pod = pod_with({{"cpu", q("1")}, {"memory", q("1Gi")}});
    NodeSpec clean = node_with({{"cpu", q("4")}, {"memory", q("4Gi")}});
    NodeSpec soft = clean;
    soft.name = "soft";
    soft.taints = {{"k", "", "PreferNoSchedule"}};
    const auto nodes = nodes_for(pod, {clean, soft});
    REQUIRE(nodes.size() == 2);
    CHECK(nodes[0].score == std::vector<int>{375, 350, 325, 300, 300});
    CHECK(nodes[1].score == std::vector<int>{75, 50, 25, 0, 0});
    PodTemplate tolerant = pod;
    tolerant.tolerations = {{"k", "Exists", "", "", {}}};
    const auto equal = nodes_for(tolerant, {clean, soft});
    CHECK(equal[0].same_kind(equal[1]));
}

TEST_CASE("score tables that rank nothing are left empty", "[manifests]") {
    const PodTemplate pod = pod_with({{"cpu", q("1")}});
    const NodeSpec node = node_with({{"cpu", q("4")}});
    NodeSpec closed = node;
    closed.unschedulable = true;
    for (const auto& one : nodes_for(pod, {node, closed})) CHECK(one.score.empty());
    for (const auto& one : nodes_for(pod_with({}), {node_with({}), node_with({})})) CHECK(one.score.empty());
    for (const auto& one : nodes_for(pod, {node, node}))
        CHECK(one.score.size() == static_cast<std::size_t>(one.capacity) + 1);
}

TEST_CASE("the examples describe the clusters they say", "[manifests]") {
    const auto plain = example({"elasticsearch.yaml"}).configuration;
    CHECK(plain.deployment == "elasticsearch");
    REQUIRE(plain.operations.size() == 1);
    CHECK(plain.operations[0].replicas == 3);
    REQUIRE(plain.nodes.size() == 1);
    CHECK(plain.nodes[0].capacity == 110);

    const auto nodes = example({"elasticsearch.yaml", "nodes.yaml"}).configuration.nodes;
    REQUIRE(nodes.size() == 4);
    CHECK(nodes[0].same_kind(nodes[1]));
    CHECK(nodes[0].capacity == 32);
    CHECK(nodes[1].schedulable);
    CHECK_FALSE(nodes[2].schedulable);
    CHECK_FALSE(nodes[3].schedulable);

    const auto tight = example({"tight-capacity.yaml"}).configuration;
    REQUIRE(tight.operations.size() == 2);
    CHECK(tight.operations[1].replicas == 4);
    REQUIRE(tight.nodes.size() == 2);
    CHECK(tight.nodes[0].capacity == 2);
    CHECK(tight.nodes[1].capacity == 2);

    for (const auto& node : example({"unschedulable.yaml"}).configuration.nodes)
        CHECK((!node.schedulable || node.capacity == 0));
}

TEST_CASE("one Deployment is chosen, and the nodes come from one place", "[manifests]") {
    std::string other = deployment_text();
    other.replace(other.find("name: web"), 9, "name: db ");
    const std::string two = deployment_text() + "---\n" + other;
    const std::string node = "---\napiVersion: v1\nkind: Node\nmetadata: {name: a}\n";

    CHECK(cluster_refusal(two, {}) ==
          "error: 2 Deployments in the manifests; one is checked at a time (choose one of "
          "default/web, default/db)");
    CHECK(cluster_refusal(two, {"cache", {}}) ==
          "error: no Deployment \"cache\" in the manifests (there is default/web, default/db)");
    CHECK(cluster_refusal(node, {}) == "error: no Deployment in the manifests (kind: Deployment)");
    CHECK(cluster_refusal(deployment_text() + node, {{}, 2}) ==
          "error: the manifests describe 1 nodes already (leave out either --nodes or the Node "
          "manifests)");
    CHECK(cluster_refusal(two, {"web", 0}) ==
          "error: 0 nodes: a cluster has at least one (--nodes 1 or more)");

    const Cluster chosen = cluster_of(two, {"default/db", 3});
    CHECK(chosen.configuration.deployment == "db");
    CHECK(rendered(chosen.warnings) ==
          std::vector<std::string>{"-:1:1: warning: Deployment default/web is left out"});
    REQUIRE(chosen.configuration.nodes.size() == 3);
    CHECK(chosen.configuration.nodes[2].name == "node-2");

    const Cluster silent = cluster_of(deployment_text("  minReadySeconds: 5\n") + node);
    CHECK(silent.configuration.waits_until_available);
    CHECK(rendered(silent.warnings) ==
          std::vector<std::string>{"-:17:1: warning: Node \"a\" does not say how much cpu and "
                                   "memory it has: taken as plenty"});
}

TEST_CASE("a ranking that the model may not share is warned of", "[manifests]") {
    const std::string node =
        "---\napiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec:\n  taints:\n"
        "  - {key: a, effect: PreferNoSchedule}\n  - {key: b, effect: PreferNoSchedule}\n"
        "  - {key: c, effect: PreferNoSchedule}\nstatus: {capacity: {cpu: 1, memory: 1Gi}}\n";
    const Cluster cluster = cluster_of(deployment_text() + node);
    CHECK(rendered(cluster.warnings) ==
          std::vector<std::string>{"-:16:1: warning: Node \"a\" has more than two PreferNoSchedule "
                                   "taints that the pods do not tolerate: kube-scheduler may rank "
                                   "it otherwise"});
}
