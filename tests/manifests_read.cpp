// What is read out of good manifests: values, defaults, warnings, and YAML's corners.
#include <algorithm>

#include <catch2/catch.hpp>

#include "manifests/defaults.hpp"
#include "manifests/scalar.hpp"
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
        const Value value = plain_scalar(row.text);
        CHECK(value.kind == row.kind);
        CHECK(value.text == row.meaning);
    }
}

TEST_CASE("the recorded Deployment is read as it was applied", "[manifests]") {
    const auto manifests = read_files({(source_dir / "examples/elasticsearch.yaml").string()});
    REQUIRE(manifests);
    CHECK(manifests->warnings.empty());
    REQUIRE(manifests->deployments.size() == 1);
    const Deployment& d = manifests->deployments.front();
    CHECK(d.name == "elasticsearch");
    CHECK(d.name_space == "default");
    CHECK(d.replicas == 3);
    CHECK(d.applied_replicas == std::vector<int>{3});
    REQUIRE(d.pod_template.containers.size() == 1);
    const Container& container = d.pod_template.containers.front();
    CHECK(container.image == "docker.elastic.co/elasticsearch/elasticsearch-oss:6.3.2");
    CHECK(container.requests.at("cpu").milli() == 100);
    CHECK(container.requests.at("memory").value() == 256 << 20);

    // kube-apiserver stored it with these defaults: the recorded object says the same.
    const auto stored = read_files({(source_dir / "tests/manifests/good/live-object.json").string()});
    REQUIRE(stored);
    CHECK(stored->warnings.empty());
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
        "    annotations: {<<: *labels, \"<<\": quoted, zone: own}\n"
        "...\n");
    REQUIRE(manifests.nodes.size() == 2);
    CHECK(manifests.nodes[0].labels == Labels{{"zone", "x"}, {"1", "one"}, {"true", "bool"}});
    CHECK(manifests.nodes[1].labels.at("zone") == "other");
    CHECK(manifests.nodes[1].labels.at("disk") == "ssd");
}

TEST_CASE("what is not modelled is named, and nothing else", "[manifests]") {
    // Everything here is what Kubernetes would default to, empty, or without effect.
    CHECK(accepted(deployment_text("  paused: false\n  progressDeadlineSeconds: 600\n",
                                   "      restartPolicy: Always\n      schedulerName: default-scheduler\n"
                                   "      initContainers: []\n      affinity: {}\n"
                                   "      terminationGracePeriodSeconds: 30\n      hostNetwork: no\n"
                                   "      volumes: [{name: v, emptyDir: {}}]\n",
                                   "        env: [{name: A, value: b}]\n"
                                   "        ports: [{containerPort: 80, name: http}]\n"))
              .warnings.empty());

    const Manifests manifests =
        accepted(deployment_text("  paused: true\n", "      priorityClassName: high\n",
                                 "        readinessProbe: {tcpSocket: {port: 80}}\n"
                                 "        ports:\n        - {containerPort: 80, hostPort: 80}\n"));
    CHECK(rendered(manifests.warnings) ==
          std::vector<std::string>{
              "-:6:3: warning: spec.paused is not modelled: the Deployment is taken as not paused",
              "-:13:7: warning: spec.template.spec.priorityClassName is not modelled: no pod "
              "preempts another",
              "-:17:9: warning: spec.template.spec.containers[0].readinessProbe is not modelled: a "
              "container is ready as soon as it runs",
              "-:19:31: warning: spec.template.spec.containers[0].ports[0].hostPort is not "
              "modelled: pods do not compete for ports of a node"});

    const Manifests service = accepted("apiVersion: v1\nkind: Service\nmetadata: {}\n");
    CHECK(rendered(service.warnings) ==
          std::vector<std::string>{"-:2:7: warning: kind \"Service\" is not modelled: left out"});
}

namespace {

void check_fields(const Schema& schema) {
    for (const Field& field : schema) {
        CAPTURE(std::string(field.name));
        CHECK((field.effect == Effect::warned) == !field.instead.empty());
        const bool twice = std::count_if(schema.begin(), schema.end(),
                                         [&](const Field& other) { return other.name == field.name; }) > 1;
        CHECK_FALSE(twice);
        if (field.schema != nullptr) check_fields(*field.schema);
    }
}

}  // namespace

TEST_CASE("the schema names each field once and says what every warning means", "[manifests]") {
    check_fields(deployment_schema);
    check_fields(node_schema);
    check_fields(list_schema);
}

TEST_CASE("applying a Deployment again scales it", "[manifests]") {
    const std::string again = "---\n" + deployment_text("  replicas: 5\n");
    const Manifests manifests =
        accepted(deployment_text("  replicas: 2\n") + again + again + "---\n" + deployment_text());
    REQUIRE(manifests.deployments.size() == 1);
    // The third apply changes nothing: kubectl sends no request.
    CHECK(manifests.deployments[0].applied_replicas == std::vector<int>{2, 5, 1});
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
