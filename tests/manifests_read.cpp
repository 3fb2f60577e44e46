// What is read out of good manifests: values, defaults, warnings, and YAML's corners.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "kubernetes/scalar.hpp"
#include "manifests/defaults.hpp"
#include "manifests/kinds.hpp"
#include "manifests/schema.hpp"
#include "tests/manifests_support.hpp"

using namespace kcheck::manifests;
using namespace kcheck::manifests::test;

namespace {

Manifests accepted(const std::string& text) {
    auto manifests = read_text(text);
    INFO((manifests ? "" : to_string(manifests.error())));
    REQUIRE(manifests);
    return *manifests;
}

}  // namespace

TEST_CASE("a plain scalar means what kubectl takes it for", "[manifests]") {
    using Kind = Value::Kind;
    struct Row {
        const char* text;
        Kind kind;
        const char* meaning;
    };
    const Row rows[] = {
        {"", Kind::null, ""},
        {"~", Kind::null, ""},
        {"Null", Kind::null, ""},
        {"yes", Kind::boolean, "true"},
        {"y", Kind::boolean, "true"},
        {"On", Kind::boolean, "true"},
        {"NO", Kind::boolean, "false"},
        {"off", Kind::boolean, "false"},
        {"yEs", Kind::string, "yEs"},
        {"12", Kind::integer, "12"},
        {"+12", Kind::integer, "12"},
        {"-12", Kind::integer, "-12"},
        {"010", Kind::integer, "8"},
        {"0o10", Kind::integer, "8"},
        {"0x1F", Kind::integer, "31"},
        {"0b101", Kind::integer, "5"},
        {"1_000", Kind::integer, "1000"},
        {"08", Kind::integer, "8"},
        {"3.0", Kind::integer, "3"},
        {"1e3", Kind::integer, "1000"},
        {"0.5", Kind::number, "0.5"},
        {".5", Kind::number, ".5"},
        {"1.5e-3", Kind::number, "1.5e-3"},
        {".inf", Kind::number, ".inf"},
        {"1.2.3", Kind::string, "1.2.3"},
        {"100m", Kind::string, "100m"},
        {"-", Kind::string, "-"},
        {"--1", Kind::string, "--1"},
        {"0x", Kind::string, "0x"},
        {"1e", Kind::string, "1e"},
        {"2026-01-01", Kind::string, "2026-01-01"},
        {"9223372036854775807", Kind::integer, "9223372036854775807"},
        {"-9223372036854775808", Kind::integer, "-9223372036854775808"},
        {"9223372036854775808", Kind::number, "9223372036854775808"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const Value value = kcheck::kubernetes::plain_scalar(row.text);
        CHECK(value.kind == row.kind);
        CHECK(value.text == row.meaning);
    }
}

TEST_CASE("the recorded Deployment is read as it was applied", "[manifests]") {
    const auto manifests = read_files({(source_dir / "examples/elasticsearch.yaml").string()});
    REQUIRE(manifests);
    CHECK(manifests->deployments.at(0).left_out.empty());
    REQUIRE(manifests->deployments.size() == 1);
    const Deployment& d = manifests->deployments.front();
    CHECK(d.name == "elasticsearch");
    CHECK(d.name_space == "default");
    CHECK(d.replicas == 3);
    CHECK(d.applies == std::vector<Apply>{{3}});
    REQUIRE(d.pod_template.containers.size() == 1);
    const Container& container = d.pod_template.containers.front();
    CHECK(container.image == "docker.elastic.co/elasticsearch/elasticsearch-oss:6.3.2");
    CHECK(container.requests.at("cpu").milli() == 100);
    CHECK(container.requests.at("memory").value() == 256 << 20);

    // kube-apiserver stored it with these defaults: the recorded object says the same.
    const auto stored = read_files({(source_dir / "tests/manifests/good/live-object.json").string()});
    REQUIRE(stored);
    CHECK(stored->deployments.at(0).left_out.empty());
    const Deployment& live = stored->deployments.at(0);
    CHECK(live.strategy.type == d.strategy.type);
    CHECK(live.strategy.max_surge == d.strategy.max_surge);
    CHECK(live.strategy.max_unavailable == d.strategy.max_unavailable);
    CHECK(live.revision_history_limit == d.revision_history_limit);
    CHECK(live.progress_deadline_seconds == d.progress_deadline_seconds);
    CHECK(live.pod_template.containers.at(0).image_pull_policy == container.image_pull_policy);
}

TEST_CASE("absent fields have kube-apiserver's defaults", "[manifests]") {
    const Manifests manifests =
        accepted(deployment_text("", "",
                                 "        resources:\n          limits: {cpu: 2, memory: 1Gi}\n"
                                 "          requests: {cpu: 1}\n"));
    const Deployment& d = manifests.deployments.at(0);
    CHECK(d.replicas == 1);
    CHECK(d.strategy.type == "RollingUpdate");
    CHECK(d.strategy.max_surge == IntOrPercent{true, 25});
    CHECK(d.strategy.max_unavailable == IntOrPercent{true, 25});
    CHECK(d.min_ready_seconds == 0);
    CHECK(d.revision_history_limit == 10);
    CHECK(d.progress_deadline_seconds == 600);
    const Container& container = d.pod_template.containers.at(0);
    CHECK(container.requests.at("cpu").milli() == 1000);
    CHECK(container.requests.at("memory").to_string() == "1Gi");

    const Manifests recreate = accepted(deployment_text("  strategy: {type: Recreate}\n"));
    CHECK_FALSE(recreate.deployments.at(0).strategy.max_surge);

    const Manifests node = accepted(
        "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n"
        "status: {capacity: {cpu: 2}}\n");
    CHECK(node.nodes.at(0).allocatable.at("pods").value() == 110);
    CHECK(node.nodes.at(0).allocatable.at("cpu").value() == 2);
}

TEST_CASE("the pull policy follows the tag", "[manifests]") {
    CHECK(default_image_pull_policy("nginx") == "Always");
    CHECK(default_image_pull_policy("nginx:latest") == "Always");
    CHECK(default_image_pull_policy("nginx:1") == "IfNotPresent");
    CHECK(default_image_pull_policy("registry:5000/nginx") == "Always");
    CHECK(default_image_pull_policy("registry:5000/nginx:1") == "IfNotPresent");
    CHECK(default_image_pull_policy("nginx@sha256:0123") == "IfNotPresent");
    CHECK(default_image_pull_policy("nginx:latest@sha256:0123") == "Always");
}

TEST_CASE("anchors, merges, lists and null fields are understood", "[manifests]") {
    const Manifests manifests = accepted(
        "---\n"
        "---\n"
        "apiVersion: v1\n"
        "kind: List\n"
        "items:\n"
        "- &first\n"
        "  apiVersion: v1\n"
        "  kind: Node\n"
        "  metadata: {name: a, labels: &labels {zone: x, 1: \"one\", yes: \"bool\"}}\n"
        "  spec: ~\n"
        "- <<: *first\n"
        "  metadata:\n"
        "    name: b\n"
        "    labels:\n"
        "      <<: [{zone: other}, *labels]\n"
        "      disk: ssd\n"
        "    annotations: {<<: *labels, zone: own}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {<<: *labels, \"<<\": quoted}}\n"
        "...\n");
    REQUIRE(manifests.nodes.size() == 2);
    CHECK(manifests.nodes[0].labels == Labels{{"zone", "x"}, {"1", "one"}, {"true", "bool"}});
    CHECK(manifests.nodes[1].labels.at("zone") == "other");
    CHECK(manifests.nodes[1].labels.at("disk") == "ssd");
    REQUIRE(manifests.objects.size() == 1);
    const Value& data = manifests.objects[0].tree.at("data");
    CHECK(data.at("<<").text == "quoted");
    CHECK(data.at("zone").text == "x");
}

TEST_CASE("what decides and is not modelled is named, and nothing else", "[manifests]") {
    // Everything here is what Kubernetes would default to, empty, or without effect.
    CHECK(accepted(deployment_text("  paused: false\n  progressDeadlineSeconds: 600\n",
                                   "      restartPolicy: Always\n      schedulerName: default-scheduler\n"
                                   "      initContainers: []\n      affinity: {podAntiAffinity: {}}\n"
                                   "      terminationGracePeriodSeconds: 30\n      hostNetwork: no\n"
                                   "      volumes: [{name: v, emptyDir: {}}, {name: w}]\n"
                                   "      topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, "
                                   "whenUnsatisfiable: ScheduleAnyway}]\n",
                                   "        env: [{name: A, value: b}]\n"
                                   "        ports: [{containerPort: 80, name: http}]\n"
                                   "        lifecycle: {preStop: {sleep: {seconds: 5}}}\n"))
              .deployments.at(0)
              .left_out.empty());

    const Manifests manifests =
        accepted(deployment_text("  paused: true\n", "      terminationGracePeriodSeconds: 0\n",
                                 "        readinessProbe: {tcpSocket: {port: 80}}\n"
                                 "        ports:\n        - {containerPort: 80, hostPort: 80}\n"));
    CHECK(rendered(manifests.deployments.at(0).left_out) ==
          std::vector<std::string>{"paused 6:3 spec.paused",
                                   "immediate-deletion 13:7 spec.template.spec.terminationGracePeriodSeconds",
                                   "readiness-probe 17:9 spec.template.spec.containers[0].readinessProbe",
                                   "host-ports 19:31 spec.template.spec.containers[0].ports[0].hostPort"});

    const Manifests service = accepted("apiVersion: v1\nkind: Service\nmetadata: {}\n");
    REQUIRE(service.objects.size() == 1);
    CHECK(service.objects[0].info->effect == Effect::none);
}

TEST_CASE("what a field that decides has below it is not named again", "[manifests]") {
    const Manifests manifests = accepted(deployment_text(
        "",
        "      initContainers: [{name: i, image: i:1, restartPolicy: Always, "
        "livenessProbe: {exec: {command: [a]}}, ports: [{containerPort: 1, hostPort: 1}]}]\n"));
    CHECK(rendered(manifests.deployments.at(0).left_out) ==
          std::vector<std::string>{"init-containers 12:7 spec.template.spec.initContainers"});
}

namespace {

void check_fields(const Schema& schema, std::set<const Schema*>& seen, std::set<std::string_view>& used) {
    if (!seen.insert(&schema).second) return;
    for (const Field& field : schema.fields) {
        CAPTURE(std::string(schema.name), std::string(field.name()));
        CHECK((field.effect == Effect::decides) == !field.left_out.empty());
        CHECK((field.harmless == nullptr) == field.unless.empty());
        if (field.effect == Effect::decides) {
            CHECK(find_left_out(field.left_out) != nullptr);
            used.insert(field.left_out);
        }
        const bool twice = std::count_if(schema.fields.begin(), schema.fields.end(), [&](const Field& other) {
                               return other.name() == field.name();
                           }) > 1;
        CHECK_FALSE(twice);
        if (field.schema != nullptr) check_fields(*field.schema, seen, used);
    }
}

}  // namespace

TEST_CASE("the tables name each field and kind once, and every name means something", "[manifests]") {
    std::set<const Schema*> seen;
    // Of names that stand in no table: what several objects or fields together, or their history, add.
    std::set<std::string_view> used = {"overlapping-selectors", "rolling-update", "node-size",
                                       "taint-eviction", "root-user"};
    for (const Schema* schema : {&deployment_schema(), &node_schema(), &list_schema()})
        check_fields(*schema, seen, used);
    std::set<std::pair<std::string_view, std::string_view>> kinds_seen;
    for (const KindInfo& info : kinds()) {
        CAPTURE(std::string(info.group), std::string(info.kind));
        CHECK(kinds_seen.insert({info.group, info.kind}).second);
        CHECK((info.effect == Effect::decides) == !info.left_out.empty());
        CHECK(info.left_out.empty() == info.when.empty());
        if (info.effect == Effect::decides) {
            CHECK(find_left_out(info.left_out) != nullptr);
            used.insert(info.left_out);
        }
    }
    for (const LeftOutInfo& info : left_out_infos()) {
        CAPTURE(std::string(info.name));
        CHECK(used.contains(info.name));
    }
}

TEST_CASE("the objects that a pod needs are found, but for the optional ones", "[manifests]") {
    const Manifests manifests = accepted(deployment_text(
        "",
        "      serviceAccountName: robot\n      priorityClassName: high\n      runtimeClassName: gvisor\n"
        "      imagePullSecrets: [{name: pull}]\n      volumes:\n"
        "      - {name: a, secret: {secretName: s}}\n      - {name: b, configMap: {name: m, optional: "
        "true}}\n"
        "      - {name: c, persistentVolumeClaim: {claimName: p}}\n"
        "      - {name: d, projected: {sources: [{secret: {name: t, items: [{key: k, path: k}]}}]}}\n"
        "      - {name: e, hostPath: {path: /run/x, type: Socket}}\n      - {name: f, hostPath: {path: "
        "/y}}\n",
        "        env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]\n"
        "        envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: u, optional: true}}]\n"));
    CHECK(manifests.deployments.at(0).references == std::vector<Reference>{{"image", "example.com/web:1", ""},
                                                                           {"secret", "s", "k"},
                                                                           {"configmap", "settings", ""},
                                                                           {"secret", "s", ""},
                                                                           {"persistentvolumeclaim", "p", ""},
                                                                           {"secret", "t", "k"},
                                                                           {"hostpath", "/run/x", ""},
                                                                           {"secret", "pull", ""},
                                                                           {"serviceaccount", "robot", ""},
                                                                           {"priorityclass", "high", ""},
                                                                           {"runtimeclass", "gvisor", ""}});
}

TEST_CASE("a later apply that changes more than spec.replicas and spec.template is left out", "[manifests]") {
    const auto of = [](const char* name) {
        const auto manifests = read_files({(source_dir / "tests/manifests/good" / name).string()});
        REQUIRE(manifests);
        REQUIRE(manifests->deployments.size() == 1);
        return rendered(manifests->deployments[0].left_out);
    };
    CHECK(of("second-apply-changes-template.yaml").empty());
    CHECK(of("second-apply-adds-field.yaml") ==
          std::vector<std::string>{"rolling-update 25:20 spec.minReadySeconds is applied anew"});
    CHECK(of("second-apply-removes-field.yaml") ==
          std::vector<std::string>{"rolling-update 24:1 spec.minReadySeconds is applied anew"});
}

TEST_CASE("a kind is known, a custom resource's, or none", "[manifests]") {
    const auto read_kind = [](const std::string& version, const std::string& kind) {
        return refusal("apiVersion: " + version + "\nkind: " + kind + "\nmetadata: {name: a}\n");
    };
    for (const KindInfo& info : kinds()) {
        if (info.kind == "Deployment" || info.kind == "List") continue;
        CAPTURE(std::string(info.group), std::string(info.kind));
        const std::string version = (info.group.empty() ? "" : std::string(info.group) + "/") + "v1";
        CHECK(read_kind(version, std::string(info.kind)).empty());
    }
    CHECK(read_kind("example.com/v1", "Deploymnet").empty());
    CHECK(read_kind("gateway.networking.k8s.io/v1", "Gateway").empty());
    CHECK(read_kind("serving.knative.dev/v1", "Service").empty());
    CHECK(read_kind("apps/v1", "StatefulSett") ==
          "-:2:7: error: unknown kind \"StatefulSett\" (did you mean StatefulSet?)");

    const std::string item = "\n  metadata: {name: a}\n";
    CHECK(accepted("apiVersion: v1\nkind: PodList\nitems:\n-" + item.substr(2)).objects.size() == 1);
    CHECK(accepted("apiVersion: v1\nkind: NodeList\nitems:\n- metadata: {name: a}\n").nodes.size() == 1);
    CHECK(accepted("apiVersion: a.b/v1\nkind: FooList\nitems: [{metadata: {name: a}}]\n").objects.size() ==
          1);
    CHECK(accepted("apiVersion: a.b/v1\nkind: AllowList\nmetadata: {name: a}\n").objects[0].kind ==
          "AllowList");
}

TEST_CASE("applying a Deployment again scales it", "[manifests]") {
    const std::string again = "---\n" + deployment_text("  replicas: 5\n");
    const Manifests manifests =
        accepted(deployment_text("  replicas: 2\n") + again + again + "---\n" + deployment_text());
    REQUIRE(manifests.deployments.size() == 1);
    // The third apply changes nothing: kubectl sends no request.
    CHECK(manifests.deployments[0].applies == std::vector<Apply>{{2}, {5}, {1}});
}

TEST_CASE("applying a Deployment again rolls it out", "[manifests]") {
    const auto other = "---\n" + deployment_text("", "", "        tty: true\n");
    const auto manifests = accepted(deployment_text() + other + other + "---\n" + deployment_text());
    REQUIRE(manifests.deployments.size() == 1);
    const auto& deployment = manifests.deployments[0];
    CHECK(deployment.applies == std::vector<Apply>{{1, 0, {}}, {1, 1, {}}, {1, 0, {}}});
    CHECK(deployment.templates.size() == 2);
    CHECK(rendered(deployment.left_out).empty());
}

TEST_CASE("JSON is read with its escapes, and streams of it", "[manifests]") {
    const std::string node = R"({"apiVersion": "v1", "kind": "Node",
        "metadata": {"name": "\u0061", "annotations": {"x": "a\/b \ud83d\ude00"}}})";
    CHECK(accepted(node).nodes.at(0).name == "a");
    std::string other = node;
    other.replace(other.find("\\u0061"), 6, "b");
    CHECK(accepted("\xEF\xBB\xBF\n" + node + "\n" + other).nodes.size() == 2);
    // A YAML flow map begins with a brace as well; kubectl guesses JSON, and so do we.
    CHECK(refusal("{apiVersion: v1}").find("not valid JSON") != std::string::npos);
}
