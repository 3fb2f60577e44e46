// Decoding, normal form, quantities and merge keys, as Go's types have them.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "kubernetes/quantity.hpp"
#include "reference/apiserver/types_decode.hpp"
#include "tests/apitypes_support.hpp"

using namespace kcheck;
using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

/// What decoding says of a manifest in which `pointer` is `value`.
std::string complaint(const char* pointer, const Json& value) {
    Json object = deployment_manifest();
    object[Json::json_pointer(pointer)] = value;
    const auto error = decoding_error(*kubernetes::schema().kind("apps/v1", "Deployment"), object);
    if (!error) return {};
    CHECK(error->reason == "Decode");
    return error->message;
}

std::string canonical_text(const char* text) {
    const auto quantity = kubernetes::Quantity::parse(text);
    return quantity ? quantity->to_string() : "none";
}

}  // namespace

TEST_CASE("a value of the wrong type is refused in the words of Go's decoder") {
    CHECK(complaint("/spec/replicas", "three") ==
          "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32");
    CHECK(
        complaint("/spec/replicas", 5'000'000'000) ==
        "json: cannot unmarshal number 5000000000 into Go struct field DeploymentSpec.spec.replicas of type "
        "int32");
    CHECK(
        complaint("/spec/replicas", 1.5) ==
        "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32");
    CHECK(complaint("/spec/template/spec/containers", Json::object()) ==
          "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type "
          "[]v1.Container");
    CHECK(complaint("/spec/template/spec/containers/0", "web") ==
          "json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.containers of type "
          "v1.Container");
    CHECK(complaint("/spec/template/spec/containers/0/image", 1) ==
          "json: cannot unmarshal number into Go struct field "
          "Container.spec.template.spec.containers.image of type string");
    CHECK(complaint("/metadata/labels", {{"app", 1}}) ==
          "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string");
    CHECK(complaint("/spec/paused", "yes") ==
          "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool");
    CHECK(complaint("/spec/selector", 1) ==
          "json: cannot unmarshal number into Go struct field DeploymentSpec.spec.selector of type "
          "v1.LabelSelector");
    CHECK(complaint("/spec/template/spec/containers/0/resources", {{"limits", {{"cpu", "much"}}}}) ==
          "quantities must match the regular expression "
          "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    CHECK(complaint("/metadata/creationTimestamp", "now") ==
          "parsing time \"now\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"now\" as \"2006\"");
}

TEST_CASE("what has the right shape is decoded") {
    CHECK(complaint("/spec/replicas", nullptr).empty());
    CHECK(complaint("/spec/unknown", {{"a", 1}}).empty());
    CHECK(complaint("/spec/strategy", {{"rollingUpdate", {{"maxSurge", 1}, {"maxUnavailable", "5%"}}}})
              .empty());
    CHECK(complaint("/spec/template/spec/containers/0/resources", {{"limits", {{"cpu", 0.5}}}}).empty());
    const Json list = Json::array();
    CHECK(decoding_error(*kubernetes::schema().kind("v1", "Pod"), list)->message ==
          "json: cannot unmarshal array into Go value of type v1.Pod");
}

TEST_CASE("recorded objects are decoded, and nothing of them is unknown") {
    for (const auto* name : {"deployment-created", "deployment-rolling", "replicaset-created", "pod-created",
                             "pod-running", "pod-terminating", "node"}) {
        const auto object = recorded(name);
        const kubernetes::Type* type = kubernetes::schema().kind(object.at("apiVersion").get<std::string>(),
                                                                 object.at("kind").get<std::string>());
        REQUIRE(type != nullptr);
        INFO(name);
        CHECK_FALSE(decoding_error(*type, object));
        CHECK(unknown_fields(*type, object) == std::vector<std::string>{});
    }
}

TEST_CASE("the normal form has no unknown fields, no nulls and no empty optional values") {
    auto object = deployment_manifest();
    object["spec"]["replcas"] = 3;
    object["spec"]["replicas"] = 0;
    object["spec"]["paused"] = false;
    object["metadata"]["labels"] = Json::object();
    object["spec"]["template"]["metadata"]["creationTimestamp"] = nullptr;
    object["spec"]["template"]["spec"]["securityContext"] = Json::object();
    auto& container = object["spec"]["template"]["spec"]["containers"][0];
    container["extra"] = 1;
    container["env"] = Json::array();
    container["resources"]["limits"]["cpu"] = "1000m";
    const kubernetes::Type* type = kubernetes::schema().kind("apps/v1", "Deployment");
    CHECK(unknown_fields(*type, object) ==
          std::vector<std::string>{"unknown field \"spec.replcas\"",
                                   "unknown field \"spec.template.spec.containers[0].extra\""});
    normalize(*type, object);

    auto expected = deployment_manifest();
    expected["spec"]["replicas"] = 0;  // a pointer in Go: 0 is not the same as none
    expected["spec"]["template"]["spec"]["securityContext"] = Json::object();
    expected["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = "1";
    CHECK(object == expected);
}

TEST_CASE("quantities are written in one way") {
    CHECK(canonical_text("1000m") == "1");
    CHECK(canonical_text("0.5") == "500m");
    CHECK(canonical_text("1.5Gi") == "1536Mi");
    CHECK(canonical_text("1024Mi") == "1Gi");
    CHECK(canonical_text("256Mi") == "256Mi");
    CHECK(canonical_text("1000") == "1k");
    CHECK(canonical_text("1e3") == "1e3");
    CHECK(canonical_text("99E") == "9223372036854775807");  // the most there is
    CHECK(canonical_text("99999999999999999999999999999999999999999") == "9223372036854775807");
    CHECK(canonical_text("12Ei") == "9223372036854775807");
    CHECK(canonical_text("1Ei") == "1Ei");
    CHECK(canonical_text("100Ki") == "100Ki");
    CHECK(canonical_text("0.5Ki") == "512");
    CHECK(canonical_text("0") == "0");
    CHECK(canonical_text("-3") == "-3");
    CHECK(canonical_text("+3") == "3");
    CHECK(canonical_text("0.0000000001") == "1n");  // finer than a billionth: rounded up
    CHECK(canonical_text("9E") == "9E");
}

TEST_CASE("what is no quantity is none") {
    for (const auto* text : {"", "-", ".", "m", "1.2.3", "1 Gi", "1gi", "1e", "1e+-3", "0x10"}) {
        INFO(text);
        CHECK(canonical_text(text) == "none");
    }
}

TEST_CASE("lists merge by the keys that Kubernetes merges them by") {
    const auto field_of = [](const char* type, const char* field) {
        return *kubernetes::schema().type(type)->field(field);
    };
    CHECK(field_of("core.PodSpec", "containers").merge_key == "name");
    CHECK(field_of("core.PodSpec", "volumes").retains_keys);
    CHECK(field_of("core.PodSpec", "tolerations").merge_key.empty());
    CHECK_FALSE(field_of("core.PodSpec", "tolerations").merges);
    CHECK(field_of("core.Container", "ports").merge_key == "containerPort");
    CHECK(field_of("core.Container", "volumeMounts").merge_key == "mountPath");
    CHECK(field_of("meta.ObjectMeta", "ownerReferences").merge_key == "uid");
    CHECK(field_of("meta.ObjectMeta", "finalizers").merges);
    CHECK(field_of("apps.DeploymentSpec", "strategy").retains_keys);
    CHECK(field_of("core.NodeStatus", "conditions").merge_key == "type");
}

TEST_CASE("what a table says wrongly is found when it is read") {
    const auto made = [](std::string_view lines) {
        const std::string text = "package p io.k8s.p p/v1\n" + std::string(lines);
        const std::array<std::string_view, 1> tables = {text};
        return kubernetes::Schema(tables).types().size();
    };
    CHECK(made("string Color red blue\nkind A\n color Color required\n b []B merge=name\ntype B\n name "
               "string\n") == 2);
    for (const auto* lines : {"type A\n a Missing\n", "type A\n a string sometimes\n", "type A\n a\n",
                              " a string\n", "type A\n a int32 >=x\n", "type\n", "struct A\n"}) {
        INFO(lines);
        CHECK_THROWS_AS(made(lines), std::invalid_argument);
    }
}

TEST_CASE("the words of a string type are those of its fields") {
    const auto words = kubernetes::schema().words("core.PullPolicy");
    CHECK(std::vector(words.begin(), words.end()) ==
          std::vector<std::string_view>{"Always", "IfNotPresent", "Never"});
    CHECK(words.data() ==
          kubernetes::schema().type("core.Container")->field("imagePullPolicy")->words.data());
    CHECK(kubernetes::schema().words("core.ConditionStatus").empty());
    for (const auto* name : {"core.Container", "core.NoSuchPolicy", "PullPolicy", ""}) {
        INFO(name);
        CHECK_THROWS_AS(kubernetes::schema().words(name), std::invalid_argument);
    }
}

TEST_CASE("the defaults of the table are values of their fields, within their words and bounds") {
    std::size_t defaults = 0;
    for (const auto& type : kubernetes::schema().types())
        for (const auto& field : type.fields) {
            if (field.default_value.empty()) continue;
            INFO(type.name << "." << field.name);
            const Json value = Json::parse(field.default_value);
            CHECK_FALSE(decoding_error(type, {{std::string(field.name), value}}));
            if (!field.words.empty() && value.is_string())
                CHECK(std::count(field.words.begin(), field.words.end(), value.get<std::string>()) == 1);
            if (field.minimum && value.is_number()) CHECK(value >= *field.minimum);
            if (field.maximum && value.is_number()) CHECK(value <= *field.maximum);
            ++defaults;
        }
    CHECK(defaults > 80);
}

TEST_CASE("fields of 1.36 are known, and kept") {
    auto object = deployment_manifest();
    auto& spec = object["spec"]["template"]["spec"];
    spec["initContainers"] = Json::parse(R"([{"name": "side", "image": "side:1", "restartPolicy": "Always",
        "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]}])");
    spec["resources"] = {{"requests", {{"cpu", "1"}}}};
    spec["hostnameOverride"] = "other";
    spec["volumes"] = Json::parse(R"([{"name": "image", "image": {"reference": "data:1"}}])");
    const auto* type = kubernetes::schema().kind("apps/v1", "Deployment");
    CHECK(unknown_fields(*type, object) == std::vector<std::string>{});
    auto kept = object;
    normalize(*type, kept);
    CHECK(kept == object);
}

TEST_CASE("every field leads to a type that exists, and every resource has one") {
    for (const auto& type : kubernetes::schema().types()) {
        for (const auto& field : type.fields) {
            INFO(type.name << "." << field.name);
            CHECK((field.element == kubernetes::Field::Element::structure) == (field.type != nullptr));
        }
    }
    for (const auto& resource : resources()) {
        CHECK(kubernetes::schema().kind(resource.api_version(), resource.kind) != nullptr);
    }
    CHECK(kubernetes::schema().kind("apps/v1", "Pod") == nullptr);
}
