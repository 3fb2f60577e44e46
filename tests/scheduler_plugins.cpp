// Filters, scores and what they compute with.
#include <catch2/catch.hpp>

#include <limits>

#include "reference/scheduler/filters.hpp"
#include "reference/scheduler/quantity.hpp"
#include "reference/scheduler/scores.hpp"
#include "tests/scheduler_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::scheduler;
using namespace kcheck::reference::testing;

namespace {

using Reasons = std::vector<std::string>;

Json with(Json object, const std::string& pointer, Json value) {
    object[Json::json_pointer(pointer)] = std::move(value);
    return object;
}

std::vector<const NodeInfo*> pointers(const std::vector<NodeInfo>& nodes) {
    std::vector<const NodeInfo*> result;
    for (const auto& node : nodes) result.push_back(&node);
    return result;
}

/// A pod of a ReplicaSet, on its way or there.
Json owned(const std::string& name, const std::string& controller) {
    return with(make_pod(name), "/metadata/ownerReferences",
                Json::array({{{"controller", true}, {"uid", controller}}}));
}

}  // namespace

TEST_CASE("quantities are counted in units or in thousandths, and rounded up") {
    CHECK(quantity_of("1.5Gi", 0) == 1'610'612'736);
    CHECK(quantity_of("100m", 0) == 1);
    CHECK(quantity_of("-1500m", 0) == -2);
    CHECK(quantity_of("0.1", 3) == 100);
    CHECK(quantity_of("1n", 3) == 1);
    CHECK(quantity_of(2, 3) == 2000);
    CHECK(quantity_of("8E", 3) == std::numeric_limits<std::int64_t>::max());
    CHECK(quantity_of(Json(), 3) == 0);
    CHECK(quantity_of("much", 3) == 0);
}

TEST_CASE("a pod needs what its containers need, or its init containers, beside its sidecars") {
    auto pod = make_pod("a", {{"cpu", "500m"}, {"memory", "1Gi"}});
    pod["spec"]["containers"].push_back(
        {{"name", "second"}, {"resources", {{"requests", {{"cpu", "250m"}}}}}});
    CHECK(pod_info(pod).requests == Resources{{"cpu", 750}, {"memory", 1 << 30}});
    CHECK(pod_info(pod).non_zero_requests ==
          Resources{{"cpu", 750}, {"memory", (1 << 30) + 200 * 1024 * 1024}});

    const auto init = [](const char* cpu, const char* restart) {
        return Json{{"resources", {{"requests", {{"cpu", cpu}}}}}, {"restartPolicy", restart}};
    };
    pod["spec"]["initContainers"] = Json::array({init("100m", "Always"), init("2", "")});
    CHECK(pod_info(pod).requests.at("cpu") == 2100);  // the init container beside the sidecar
    pod["spec"]["initContainers"] = Json::array({init("2", ""), init("100m", "Always")});
    CHECK(pod_info(pod).requests.at("cpu") == 2000);  // before there is a sidecar
    pod["spec"]["overhead"] = {{"cpu", "10m"}};
    CHECK(pod_info(pod).requests.at("cpu") == 2010);
    CHECK(pod_info(make_pod("b")).non_zero_requests.at("cpu") == 100);
}

TEST_CASE("a node without room refuses, and says what is missing") {
    const auto node = node_info(make_node("n", "1", "1Gi", "2"), {make_pod("there", {{"cpu", "600m"}})});
    CHECK(reasons_against(pod_info(make_pod("a", {{"cpu", "400m"}})), node).empty());
    CHECK(reasons_against(pod_info(make_pod("a", {{"cpu", "401m"}})), node) == Reasons{"Insufficient cpu"});
    CHECK(reasons_against(pod_info(make_pod("a", {{"cpu", "1"}, {"memory", "2Gi"}})), node) ==
          Reasons{"Insufficient cpu", "Insufficient memory"});
    CHECK(reasons_against(pod_info(make_pod("a", {{"example.com/gpu", "1"}})), node) ==
          Reasons{"Insufficient example.com/gpu"});
    auto full = node;
    full.add_pod(pod_info(make_pod("another")));
    CHECK(reasons_against(pod_info(make_pod("a")), full) == Reasons{"Too many pods"});
    full.remove_pod("uid-of-there");
    CHECK(reasons_against(pod_info(make_pod("a", {{"cpu", "1"}})), full).empty());
}

TEST_CASE("taints, cordons, names, selectors and ports keep pods away") {
    const auto refused = [](const Json& pod, const Json& node) {
        return reasons_against(pod_info(pod), node_info(node));
    };
    const auto tolerating = [](Json toleration) {
        return with(make_pod("a"), "/spec/tolerations", Json::array({std::move(toleration)}));
    };
    const auto tainted = with(make_node("n"), "/spec/taints",
                              {{{"key", "team"}, {"value", "blue"}, {"effect", "NoSchedule"}}});
    CHECK(refused(make_pod("a"), tainted) == Reasons{"node(s) had untolerated taint {team: blue}"});
    CHECK(refused(tolerating({{"key", "team"}, {"value", "blue"}}), tainted).empty());
    CHECK(refused(tolerating({{"key", "team"}, {"value", "red"}}), tainted).size() == 1);
    CHECK(refused(tolerating({{"key", "team"}, {"operator", "Exists"}, {"effect", "NoExecute"}}), tainted)
              .size() == 1);
    CHECK(refused(tolerating({{"operator", "Exists"}}), tainted).empty());
    CHECK(refused(make_pod("a"), with(tainted, "/spec/taints/0/effect", "PreferNoSchedule")).empty());

    const auto cordoned = with(make_node("n"), "/spec/unschedulable", true);
    CHECK(refused(make_pod("a"), cordoned) == Reasons{"node(s) were unschedulable"});
    CHECK(refused(tolerating({{"key", "node.kubernetes.io/unschedulable"}, {"operator", "Exists"}}), cordoned)
              .empty());

    CHECK(refused(with(make_pod("a"), "/spec/nodeName", "other"), make_node("n")) ==
          Reasons{"node(s) didn't match the requested node name"});

    const auto selecting = with(make_pod("a"), "/spec/nodeSelector", {{"disk", "ssd"}});
    CHECK(refused(selecting, make_node("n")) == Reasons{"node(s) didn't match Pod's node affinity/selector"});
    CHECK(refused(selecting, with(make_node("n"), "/metadata/labels/disk", "ssd")).empty());

    const auto port = Json::array({{{"hostPort", 80}, {"protocol", "TCP"}}});
    const auto serving = with(make_pod("a"), "/spec/containers/0/ports", port);
    const auto taken = node_info(make_node("n"), {with(make_pod("b"), "/spec/containers/0/ports", port)});
    CHECK(reasons_against(pod_info(serving), taken) ==
          Reasons{"node(s) didn't have free ports for the requested pod ports"});
    CHECK(reasons_against(pod_info(with(serving, "/spec/containers/0/ports/0/protocol", "UDP")), taken)
              .empty());
}

TEST_CASE("required node affinity: terms are alternatives, expressions all hold") {
    const auto matches = [](const Json& terms, const Json& labels) {
        const auto pod =
            with(make_pod("a"), "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution",
                 {{"nodeSelectorTerms", terms}});
        return reasons_against(pod_info(pod), node_info(with(make_node("n"), "/metadata/labels", labels)))
            .empty();
    };
    const auto term = [](const char* key, const char* comparison, Json values) {
        return Json{{"matchExpressions",
                     Json::array({{{"key", key}, {"operator", comparison}, {"values", std::move(values)}}})}};
    };
    const Json labels = {{"a/zone", "east"}, {"cores", "8"}};
    CHECK(matches(Json::array({term("a/zone", "In", {"west", "east"})}), labels));
    CHECK_FALSE(matches(Json::array({term("a/zone", "NotIn", {"west", "east"})}), labels));
    CHECK(matches(Json::array({term("other", "NotIn", {"x"})}), labels));
    CHECK(matches(Json::array({term("cores", "Exists", Json::array())}), labels));
    CHECK_FALSE(matches(Json::array({term("cores", "DoesNotExist", Json::array())}), labels));
    CHECK(matches(Json::array({term("cores", "Gt", Json::array({"7"}))}), labels));
    CHECK_FALSE(matches(Json::array({term("cores", "Lt", Json::array({"8"}))}), labels));
    CHECK_FALSE(matches(Json::array({term("a/zone", "Gt", Json::array({"7"}))}), labels));
    CHECK(matches(Json::array({term("no", "Exists", Json::array()), term("cores", "Exists", Json::array())}),
                  labels));
    CHECK_FALSE(matches(Json::array({Json::object()}), labels));  // an empty term matches nothing
    const Json field = {{"key", "metadata.name"}, {"operator", "In"}, {"values", Json::array({"n"})}};
    CHECK(matches(Json::array({{{"matchFields", Json::array({field})}}}), labels));
}

TEST_CASE("pod affinity and anti-affinity work by topology") {
    const auto affine = [](const std::string& name, const char* kind, const char* app) {
        const Json term = {{"topologyKey", "kubernetes.io/hostname"},
                           {"labelSelector", {{"matchLabels", {{"app", app}}}}}};
        const auto pointer =
            "/spec/affinity/" + std::string(kind) + "/requiredDuringSchedulingIgnoredDuringExecution";
        return with(make_pod(name), pointer, Json::array({term}));
    };
    const auto refused = [](const Json& pod, const Json& there) {
        Nodes nodes;
        nodes["a"] = node_info(make_node("a"), {there});
        nodes["b"] = node_info(make_node("b"));
        const InterPodAffinity filter(pod_info(pod), nodes);
        return std::pair(filter.reasons_against(nodes["a"]), filter.reasons_against(nodes["b"]));
    };
    const Reasons none;
    CHECK(refused(affine("x", "podAntiAffinity", "web"), make_pod("there")) ==
          std::pair(Reasons{"node(s) didn't match pod anti-affinity rules"}, none));
    CHECK(refused(make_pod("x"), affine("there", "podAntiAffinity", "web")) ==
          std::pair(Reasons{"node(s) didn't satisfy existing pods anti-affinity rules"}, none));
    CHECK(refused(affine("x", "podAffinity", "web"), make_pod("there")) ==
          std::pair(none, Reasons{"node(s) didn't match pod affinity rules"}));
    // The first of a group that wants to be together may go anywhere.
    const auto elsewhere = with(make_pod("there"), "/metadata/namespace", "other");
    CHECK(refused(affine("x", "podAffinity", "web"), elsewhere) == std::pair(none, none));
    CHECK(refused(affine("x", "podAffinity", "db"), elsewhere).first.size() == 1);
}

TEST_CASE("the emptier and the more balanced node is better") {
    const auto node =
        node_info(make_node("n", "4", "8Gi"), {make_pod("a", {{"cpu", "1"}, {"memory", "1Gi"}})});
    const auto pod = pod_info(make_pod("b", {{"cpu", "1"}, {"memory", "3Gi"}}));
    CHECK(least_allocated_score(pod, node) == 50);       // half of each is left
    CHECK(balanced_allocation_score(pod, node) == 100);  // 2 of 4 and 4 of 8
    const auto greedy = pod_info(make_pod("c", {{"cpu", "3"}}));
    CHECK(least_allocated_score(greedy, node) == (0 + 85) / 2);  // memory: 1 Gi and 200 Mi of 8 Gi
    CHECK(balanced_allocation_score(greedy, node) == 56);        // |1 - 1/8| / 2 off
    CHECK(balanced_allocation_score(pod_info(make_pod("d")), node) == 0);
}

TEST_CASE("taints, preferences and siblings are scored relative to the other nodes") {
    const auto soft = Json{{"key", "old"}, {"effect", "PreferNoSchedule"}};
    const std::vector<NodeInfo> tainted = {
        node_info(make_node("a")), node_info(with(make_node("b"), "/spec/taints", Json::array({soft})))};
    CHECK(taint_toleration_scores(pod_info(make_pod("x")), pointers(tainted)) ==
          std::vector<std::int64_t>{100, 0});

    const std::vector<NodeInfo> labelled = {node_info(make_node("a")),
                                            node_info(with(make_node("b"), "/metadata/labels/disk", "ssd"))};
    const Json preference = {
        {"weight", 5}, {"preference", {{"matchExpressions", {{{"key", "disk"}, {"operator", "Exists"}}}}}}};
    const auto picky =
        with(make_pod("x"), "/spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution",
             Json::array({preference}));
    CHECK(node_affinity_scores(pod_info(picky), pointers(labelled)) == std::vector<std::int64_t>{0, 100});

    const std::vector<NodeInfo> crowded = {node_info(make_node("a"), {owned("1", "rs"), owned("2", "rs")}),
                                           node_info(make_node("b"), {owned("3", "other")})};
    const auto scores = pod_topology_spread_scores(pod_info(owned("x", "rs")), pointers(crowded));
    CHECK(scores[0] < scores[1]);
    CHECK(scores[1] == 100);
    // All in all, the default profile spreads.
    const auto sums = score_nodes(pod_info(owned("x", "rs")), pointers(crowded));
    CHECK(sums[0] < sums[1]);
}
