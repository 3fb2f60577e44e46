// What kube-scheduler would make of a pod template on the nodes, and the configuration.
#include <catch2/catch.hpp>

#include "manifests/cluster.hpp"
#include "manifests/scheduling.hpp"
#include "tests/manifests_support.hpp"

using namespace kcheck::manifests;
namespace model = kcheck::model;
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
    const auto cluster = to_cluster(*manifests, options);
    INFO((cluster ? "" : to_string(cluster.error())));
    REQUIRE(cluster);
    return *cluster;
}

std::string cluster_refusal(const std::string& text, const ClusterOptions& options) {
    const auto manifests = read_text(text);
    REQUIRE(manifests);
    const auto cluster = to_cluster(*manifests, options);
    return cluster ? "" : to_string(cluster.error());
}

model::Configuration example(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back((source_dir / "examples" / name).string());
    const auto manifests = read_files(paths);
    REQUIRE(manifests);
    const auto cluster = to_cluster(*manifests, {});
    REQUIRE(cluster);
    REQUIRE(cluster->workloads.size() == 1);
    CHECK(cluster->workloads[0].left_out.empty());
    return cluster->workloads[0].configuration;
}

/// What is left out of the Deployment `web` beside these documents.
std::vector<std::string> left_out_beside(const std::string& others, const std::string& deployment,
                                         const ClusterOptions& options = {}) {
    const Cluster cluster = cluster_of(deployment + "---\n" + others, options);
    return rendered(cluster.workloads.at(0).left_out);
}
std::vector<std::string> names(const std::vector<std::string>& rendered) {
    std::vector<std::string> out;
    for (const std::string& one : rendered) out.push_back(one.substr(0, one.find(' ')));
    return out;
}
using Names = std::vector<std::string>;

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
    CHECK(filtered_because(pod, node).empty());

    node.unschedulable = true;
    CHECK_FALSE(filtered_because(pod, node).empty());
    pod.tolerations = {{"node.kubernetes.io/unschedulable", "Exists", "", "NoSchedule", {}}};
    CHECK(filtered_because(pod, node).empty());
    node.unschedulable = false;

    pod.node_selector = {{"disk", "ssd"}};
    CHECK_FALSE(filtered_because(pod, node).empty());
    node.labels = {{"disk", "hdd"}};
    CHECK_FALSE(filtered_because(pod, node).empty());
    node.labels = {{"disk", "ssd"}, {"zone", "a"}};
    CHECK(filtered_because(pod, node).empty());

    node.taints = {{"k", "", "PreferNoSchedule"}};
    CHECK(filtered_because(pod, node).empty());
    node.taints = {{"k", "", "NoExecute"}};
    CHECK_FALSE(filtered_because(pod, node).empty());
    // DefaultTolerationSeconds adds this one to every pod, for NoExecute only.
    node.taints = {{"node.kubernetes.io/not-ready", "", "NoExecute"}};
    CHECK(filtered_because(pod, node).empty());
    node.taints = {{"node.kubernetes.io/not-ready", "", "NoSchedule"}};
    CHECK_FALSE(filtered_because(pod, node).empty());
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

TEST_CASE("nodes that both have room are chosen in any order", "[manifests]") {
    const PodTemplate pod = pod_with({{"cpu", q("1")}, {"memory", q("1Gi")}});
    NodeSpec clean = node_with({{"cpu", q("4")}, {"memory", q("4Gi")}});
    NodeSpec soft = clean;
    soft.name = "soft";
    soft.taints = {{"k", "", "PreferNoSchedule"}};
    const auto nodes = nodes_for(pod, {clean, soft, node_with({{"cpu", q("8")}})});
    for (const auto& one : nodes) CHECK(one.score.empty());
    CHECK(nodes[0].same_kind(nodes[1]));
}

TEST_CASE("the examples describe the clusters they say", "[manifests]") {
    const auto plain = example({"elasticsearch.yaml"});
    CHECK(plain.deployment == "elasticsearch");
    REQUIRE(plain.operations.size() == 1);
    CHECK(plain.operations[0].replicas == 3);
    REQUIRE(plain.nodes.size() == 1);
    CHECK(plain.nodes[0].capacity == 40);  // 4 cpu, 100m each

    const auto nodes = example({"elasticsearch.yaml", "nodes.yaml"}).nodes;
    REQUIRE(nodes.size() == 4);
    CHECK(nodes[0].same_kind(nodes[1]));
    CHECK(nodes[0].capacity == 32);
    CHECK(nodes[1].schedulable);
    CHECK_FALSE(nodes[2].schedulable);
    CHECK_FALSE(nodes[3].schedulable);

    const auto tight = example({"tight-capacity.yaml"});
    REQUIRE(tight.operations.size() == 2);
    CHECK(tight.operations[1].replicas == 4);
    REQUIRE(tight.nodes.size() == 2);
    CHECK(tight.nodes[0].capacity == 2);
    CHECK(tight.nodes[1].capacity == 2);

    for (const auto& node : example({"unschedulable.yaml"}).nodes)
        CHECK((!node.schedulable || node.capacity == 0));
}

TEST_CASE("another template is a rollout, where it fits the nodes as the first does", "[manifests]") {
    const auto other = [](const std::string& replicas, const std::string& container) {
        return deployment_text() + "---\n" + deployment_text(replicas, "", container);
    };
    const auto rollout = cluster_of(other("", "        tty: true\n")).workloads.at(0);
    CHECK(rollout.left_out.empty());
    CHECK(rollout.configuration.templates() == 2);
    CHECK(rollout.configuration.strategy == model::Strategy{});

    const auto left_out_of = [&](const std::string& text) {
        const auto workload = cluster_of(text).workloads.at(0);
        CHECK(workload.configuration.templates() == 1);
        REQUIRE(workload.left_out.size() == 1);
        return workload.left_out[0].what;
    };
    CHECK(left_out_of(other("  replicas: 2\n", "        tty: true\n")) ==
          "spec.template is applied anew, and spec.replicas changes");
    CHECK(left_out_of(other("", "        resources: {requests: {cpu: 3}}\n")) ==
          "spec.template.spec.containers[0].resources is applied anew");
    const auto third =
        other("", "        tty: true\n") + "---\n" + deployment_text("", "", "        env: []\n");
    CHECK(left_out_of(third) == "a third spec.template is applied");
    const auto forgets = "  revisionHistoryLimit: 0\n";
    CHECK(cluster_of(deployment_text(forgets) + "---\n" + deployment_text(forgets, "", "        tty: true\n"))
              .workloads.at(0)
              .left_out.size() == 1);
}

TEST_CASE("what the user does next says what the Deployment asks for then", "[manifests]") {
    using Kind = model::UserOperation::Kind;
    model::Configuration configuration;
    configuration.operations = {{Kind::apply, 2}};
    REQUIRE(configuration.then(
        {{Kind::set_image, 0, 0}, {Kind::set_image, 0, 1}, {Kind::undo}, {Kind::apply, 2}, {Kind::undo}}));
    CHECK_FALSE(configuration.then({{Kind::undo}}));
    std::vector<int> templates;
    for (const auto& operation : configuration.operations) {
        CHECK(operation.replicas == 2);
        templates.push_back(operation.pod_template);
    }
    CHECK(templates == std::vector<int>{0, 1, 2, 1, 0, 1});
    configuration.operations = {{Kind::apply, 2}, {Kind::scale, 1}};
    CHECK_FALSE(configuration.then({{Kind::undo}}));
}

TEST_CASE("all Deployments or the one that is named, and the nodes from one place", "[manifests]") {
    std::string other = deployment_text();
    other.replace(other.find("name: web"), 9, "name: db ");
    const std::string two = deployment_text() + "---\n" + other;
    const std::string node = "---\napiVersion: v1\nkind: Node\nmetadata: {name: a}\n";

    CHECK(cluster_of(two).workloads.size() == 2);
    CHECK(cluster_refusal(two, {.deployment = "cache"}) ==
          "error: no Deployment \"cache\" in the manifests (there is default/web, default/db)");
    CHECK(cluster_refusal(node, {}) ==
          "error: standard input has 1 Node and no Deployment; kcheck checks Deployments");
    CHECK(cluster_refusal(deployment_text() + node, {.nodes = 2}) ==
          "error: the manifests describe a node already (leave out either --nodes or the Node "
          "manifests)");
    CHECK(cluster_refusal(two, {.deployment = "web", .nodes = 0}) ==
          "error: 0 nodes: a cluster has at least one (--nodes 1 or more)");

    const Cluster chosen = cluster_of(two, {.deployment = "default/db", .nodes = 3});
    REQUIRE(chosen.workloads.size() == 1);
    CHECK(chosen.workloads[0].configuration.deployment == "db");
    CHECK(chosen.not_checked == "1 Deployment");
    REQUIRE(chosen.workloads[0].configuration.nodes.size() == 3);
    CHECK(chosen.workloads[0].configuration.nodes[2].name == "node-2");
    CHECK(cluster_of(deployment_text("  minReadySeconds: 5\n"))
              .workloads[0]
              .configuration.waits_until_available);
}

TEST_CASE("default nodes are as a kubelet registers them", "[manifests]") {
    const auto met = [](const std::string& pod, const std::string& container) {
        const auto cluster = cluster_of(deployment_text("", pod, container), {.nodes = 2});
        const auto& nodes = cluster.workloads[0].configuration.nodes;
        CHECK(nodes[0].score.empty());
        return nodes[0];
    };
    CHECK(met("", "").capacity == 110);
    CHECK(met("", "").closed_because.empty());
    CHECK(met("      nodeSelector: {kubernetes.io/os: linux, kubernetes.io/arch: amd64}\n", "").schedulable);
    CHECK(met("      nodeSelector: {disk: ssd}\n", "").closed_because == "node selector disk=ssd");
    CHECK(met("", "        resources: {requests: {cpu: 300m}}\n").capacity == 13);
    const auto because = [&](const std::string& requests) {
        // What cannot be overcommitted needs its limit, which is the request by default.
        const auto node = met("", "        resources: {limits: {" + requests + "}}\n");
        CHECK(node.capacity == 0);
        return node.closed_because;
    };
    CHECK(because("cpu: 500") == "no room: 500 cpu requested, 4 allocatable");
    CHECK(because("memory: 32Gi") == "no room: 32Gi memory requested, 16Gi allocatable");
    CHECK(because("ephemeral-storage: 1Ti") == "no room: 1Ti ephemeral-storage requested, 100Gi allocatable");
    CHECK(because("nvidia.com/gpu: 8") == "no room: 8 nvidia.com/gpu requested, 0 allocatable");
    CHECK(because("memory: 1Mi, hugepages-2Mi: 4Mi") ==
          "no room: 4Mi hugepages-2Mi requested, 0 allocatable");
}

TEST_CASE("a node says why it is closed", "[manifests]") {
    PodTemplate pod = pod_with({});
    NodeSpec node = node_with({});
    node.labels = {{"zone", "a"}, {"size", "4"}};
    const auto because = [&] { return nodes_for(pod, {node})[0].closed_because; };
    CHECK(because().empty());
    node.unschedulable = true;
    CHECK(because() == "cordoned");
    node.unschedulable = false;
    node.taints = {{"dedicated", "db", "NoSchedule"}};
    CHECK(because() == "taint dedicated=db:NoSchedule");
    node.taints.clear();

    pod.node_terms = {{{{"zone", "In", {"b", "c"}}}, {}}};
    CHECK(because() == "node affinity zone In b, c");
    pod.node_terms->push_back({{{"size", "Gt", {"8"}}}, {}});
    CHECK(because() == "node affinity zone In b, c and others");
    pod.node_terms->push_back(
        {{{"size", "Gt", {"3"}}, {"gpu", "DoesNotExist", {}}}, {{"metadata.name", "In", {"n"}}}});
    CHECK(because().empty());
    pod.node_terms = std::vector<NodeTerm>{NodeTerm{}};
    CHECK(because() == "node affinity that matches nothing");

    // Equal but for the reason is equal.
    model::Node a{"a", false, 3, {}, "cordoned"}, b{"b", false, 3, {}, "taint x:NoSchedule"};
    CHECK(a.same_kind(b));
}

TEST_CASE("init containers and sidecars count as kube-scheduler counts them", "[manifests]") {
    PodTemplate pod = pod_with({{"cpu", q("300m")}});
    pod.init_containers.push_back({"big", "i", "", {{"cpu", q("1")}}, {}, false});
    CHECK(pod_requests(pod).at("cpu").milli() == 1000);
    pod.init_containers.insert(pod.init_containers.begin(),
                               {"side", "i", "", {{"cpu", q("200m")}}, {}, true});
    CHECK(pod_requests(pod).at("cpu").milli() == 1200);
    pod.init_containers.pop_back();
    CHECK(pod_requests(pod).at("cpu").milli() == 500);
    CHECK(capacity(pod, node_with({{"cpu", q("2")}})) == 4);
}

TEST_CASE("other objects decide where they reach the Deployment", "[manifests]") {
    const std::string web = deployment_text();
    const auto beside = [&](const std::string& object) { return names(left_out_beside(object, web)); };
    const std::string budget =
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec:\n";
    CHECK(beside(budget + "  selector: {matchLabels: {app: web}}\n") == Names{"disruption-budget"});
    CHECK(beside(budget + "  selector: {}\n") == Names{"disruption-budget"});
    CHECK(beside(budget + "  selector: {matchLabels: {app: db}}\n").empty());
    CHECK(beside(budget + "  minAvailable: 1\n").empty());

    const std::string quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q";
    CHECK(beside(quota + "}\nspec: {hard: {pods: 1}}\n") == Names{"resource-quota"});
    CHECK(beside(quota + "}\nspec: {hard: {limits.cpu: 1}}\n") == Names{"resource-quota"});
    CHECK(
        beside(quota + "}\nspec: {hard: {services: 1, count/secrets: 1, requests.storage: 1Gi}}\n").empty());
    CHECK(beside(quota + ", namespace: other}\nspec: {hard: {pods: 1}}\n").empty());

    const std::string range =
        "apiVersion: v1\nkind: LimitRange\nmetadata: {name: r}\nspec: {limits: [{type: ";
    CHECK(beside(range + "Container}]}\n") == Names{"limit-range"});
    CHECK(beside(range + "PersistentVolumeClaim}]}\n").empty());

    const auto hook = [&](const std::string& rule, const std::string& more = "") {
        return beside(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
            "metadata: {name: h}\nwebhooks:\n- name: a.b.c\n  rules: [{" +
            rule + ", operations: [CREATE]}]\n" + more);
    };
    const std::string pods = R"(apiGroups: [""], resources: [pods])";
    CHECK(hook(pods) == Names{"admission-webhook"});
    CHECK(hook(R"(apiGroups: ["*"], resources: ["*/*"])") == Names{"admission-webhook"});
    CHECK(hook(R"(apiGroups: [apps], resources: [deployments/scale])") == Names{"admission-webhook"});
    CHECK(hook(R"(apiGroups: [""], resources: [services])").empty());
    CHECK(hook(R"(apiGroups: [cert-manager.io], resources: ["*"])").empty());
    CHECK(hook(pods, "  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}\n").empty());
    // A label of the namespace, which the input does not describe.
    CHECK(hook(pods, "  namespaceSelector: {matchLabels: {inject: enabled}}\n") ==
          Names{"admission-webhook"});
    CHECK(hook(pods, "  objectSelector: {matchLabels: {app: db}}\n").empty());
    CHECK(hook(pods, "  objectSelector: {matchLabels: {app: web}}\n") == Names{"admission-webhook"});

    const std::string scaler =
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: s}\n"
        "spec: {maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: ";
    CHECK(beside(scaler + "web}}\n") == Names{"autoscaler"});
    CHECK(beside(scaler + "db}}\n").empty());
    CHECK(beside("apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s}\n"
                 "spec: {scaleTargetRef: {name: web}}\n") == Names{"autoscaler"});
    CHECK(beside("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\n") ==
          Names{"admission-policy"});
    CHECK(beside("apiVersion: example.com/v1\nkind: Anything\nmetadata: {name: p}\n").empty());
    const std::string home =
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: "
        "{pod-security.kubernetes.io/enforce: ";
    CHECK(beside(home + "restricted}}\n") == Names{"pod-security"});
    CHECK(beside(home + "privileged}}\n").empty());
}

TEST_CASE("nodes decide where pods go", "[manifests]") {
    const auto beside = [&](const std::string& node, const std::string& web) {
        return left_out_beside("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n" + node, web);
    };
    const std::string asks = deployment_text("", "", "        resources: {requests: {cpu: 1}}\n");
    CHECK(beside("", deployment_text()).empty());
    CHECK(names(beside("", asks)) == Names{"node-size"});
    CHECK(beside("status: {allocatable: {cpu: 4}}\n", asks).empty());
    const std::string unready = "status: {conditions: [{type: Ready, status: Unknown}]}\n";
    CHECK(beside(unready, deployment_text()) ==
          std::vector<std::string>{"node-condition 19:10 Node a: status.conditions"});
    CHECK(beside("spec: {unschedulable: true}\n" + unready, deployment_text()).empty());
    CHECK(names(beside("spec: {taints: [{key: node.kubernetes.io/not-ready, effect: NoExecute}]}\n",
                       deployment_text())) == Names{"taint-eviction"});
}

TEST_CASE("workloads meet where not everything fits", "[manifests]") {
    const auto web = [](const std::string& cpu) {
        return deployment_text("  replicas: 2\n", "", "        resources: {requests: {cpu: " + cpu + "}}\n");
    };
    const auto other = [](const std::string& kind, const std::string& spec, const std::string& cpu) {
        return "apiVersion: apps/v1\nkind: " + kind + "\nmetadata: {name: db}\nspec:\n" + spec +
               "  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n"
               "    spec: {containers: [{name: c, image: c:1, resources: {requests: {cpu: " +
               cpu + "}}}]}\n";
    };
    const ClusterOptions no_faults{.crashes = 0, .lost_replies = 0};
    // 2 of 500m and 1 of 1, one more of either: 3 of the 4 cpu of a default node.
    CHECK(left_out_beside(other("StatefulSet", "", "1"), web("500m"), no_faults).empty());
    CHECK(left_out_beside(other("StatefulSet", "  replicas: 3\n", "1"), web("500m"), no_faults) ==
          std::vector<std::string>{"shared-nodes 18:1 StatefulSet db: cpu of node node-0"});
    // With a lost reply and a crash there may be three more.
    CHECK(names(left_out_beside(other("StatefulSet", "", "1"), web("500m"))) == Names{"shared-nodes"});
    // Who asks for nothing of it takes nothing of it.
    CHECK(left_out_beside(other("StatefulSet", "  replicas: 9\n", "0"), web("2"), no_faults).empty());
    CHECK(names(left_out_beside(other("Deployment", "  replicas: 2\n", "1"), web("500m"), no_faults)) ==
          Names{});
    CHECK(names(left_out_beside(other("DaemonSet", "", "3"), web("500m"), no_faults)) ==
          Names{"shared-nodes"});
    const std::string pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {nodeName: elsewhere, "
        "containers: [{name: c, image: c:1, resources: {requests: {cpu: 3}}}]}\n";
    CHECK(left_out_beside(pod, web("500m"), no_faults).empty());
    // What cannot be read may be of any size.
    CHECK(names(left_out_beside("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {new: 1}\n", web("1m"),
                                no_faults)) == Names{"shared-nodes"});
    // What a Deployment of the input owns is its own.
    const std::string owned =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x, ownerReferences: [{kind: ReplicaSet, "
        "name: web-6b9f6cd69}]}\nspec: {new: 1}\n";
    CHECK(left_out_beside(owned, web("1m"), no_faults).empty());

    std::string same = other("Deployment", "", "1m");
    for (std::size_t at = 0; (at = same.find("app: db", at)) != std::string::npos;)
        same.replace(at, 7, "app: web");
    CHECK(names(left_out_beside(same, web("1m"), no_faults)) == Names{"overlapping-selectors"});
}

TEST_CASE("what the input contains is not assumed", "[manifests]") {
    const std::string web =
        deployment_text("", "      volumes: [{name: v, secret: {secretName: s}}]\n",
                        "        env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: k}}}]\n");
    const auto assumed = [&](const std::string& others) {
        return cluster_of(web + others).workloads[0].assumed.objects;
    };
    CHECK(assumed("") == std::vector<std::string>{"configmap/m[k]", "secret/s"});
    CHECK(assumed("---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n") ==
          std::vector<std::string>{"configmap/m[k]"});
    CHECK(assumed("---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: other}\n---\n"
                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {k: v}\n") ==
          std::vector<std::string>{"secret/s"});
    CHECK(assumed("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {j: v}\n").size() == 2);
}

TEST_CASE("what is left out can be accepted", "[manifests]") {
    const auto accepted_by = [](const std::string& text, const ClusterOptions& options = {}) {
        const auto cluster = cluster_of(text, options);
        REQUIRE(cluster.workloads.at(0).left_out.size() == 1);
        return cluster.workloads[0].left_out[0].accepted_by;
    };
    const std::string paused = deployment_text("  paused: true\n");
    CHECK(accepted_by(paused).empty());
    CHECK(accepted_by(paused, {.assume = {"paused"}}) == "--assume");
    CHECK(accepted_by(paused, {.assume = {"host-ports"}}).empty());
    CHECK(accepted_by(paused + "# kcheck: assume paused\n") == "the comment at -:16:1");
    CHECK(accepted_by("# kcheck: assume paused\n---\n" + paused) == "the comment at -:1:1");
    CHECK(accepted_by("apiVersion: v1\nkind: Secret\n# kcheck: assume paused\n---\n" + paused).empty());
    CHECK(accepted_by(paused + "---\n# kcheck: assume paused\napiVersion: v1\nkind: Secret\n").empty());
    std::string annotated = paused;
    annotated.replace(annotated.find("  name: web\n"), 12,
                      "  name: web\n  annotations: {kcheck.dev/assume: \"host-ports, paused\"}\n");
    CHECK(accepted_by(annotated) == "the annotation at -:5:36");
    // On the object that does it, or on the Deployment that it does it to.
    const std::string quota = "---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q";
    CHECK(accepted_by(deployment_text() + quota +
                      ", annotations: {kcheck.dev/assume: resource-quota}}\n"
                      "spec: {hard: {pods: 1}}\n") == "the annotation at -:18:54");
    std::string in_pods = deployment_text() + quota + "}\nspec: {hard: {pods: 1}}\n";
    in_pods.replace(in_pods.find("      labels: {app: web}\n"), 25,
                    "      labels: {app: web}\n      annotations: {kcheck.dev/assume: resource-quota}\n");
    CHECK(accepted_by(in_pods) == "the annotation at -:11:40");
}

TEST_CASE("what has no effect is counted", "[manifests]") {
    const std::string service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n";
    const Cluster cluster = cluster_of(
        deployment_text() + service + service +
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n" +
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n---\napiVersion: a.b/v1\nkind: Proxy\n" +
        "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\n");
    CHECK(cluster.without_effect == "2 NetworkPolicies, 1 Proxy, 2 Services");
    CHECK(cluster.not_checked == "1 StatefulSet");
}
