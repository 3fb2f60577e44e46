// What clients learn of the API: discovery, and OpenAPI in both encodings.
#include <algorithm>

#include <catch2/catch.hpp>
#include <set>

#include "tests/apitypes_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

/// A reader of protobuf that shares nothing with the writer: numbers, then varints or bytes.
struct WireField {
    std::uint64_t number = 0;
    std::string bytes;  // empty: a varint
};

std::uint64_t varint(const std::string& data, std::size_t& at) {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(data.at(at++));
        value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
        if (byte < 0x80) return value;
    }
}

std::vector<WireField> parse(const std::string& data) {
    std::vector<WireField> fields;
    for (std::size_t at = 0; at < data.size();) {
        const auto key = varint(data, at);
        REQUIRE(((key & 7U) == 0 || (key & 7U) == 2));
        const auto value = varint(data, at);
        if ((key & 7U) == 0) {
            fields.push_back({key >> 3U, {}});
        } else {
            REQUIRE(at + value <= data.size());
            fields.push_back({key >> 3U, data.substr(at, value)});
            at += value;
        }
    }
    return fields;
}

std::string sub(const std::string& data, std::uint64_t number) {
    const auto fields = parse(data);
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.number == number; });
    REQUIRE(found != fields.end());
    return found->bytes;
}

std::pair<std::string, std::string> named(const std::string& data) { return {sub(data, 1), sub(data, 2)}; }

void read_extension(const std::string& data, Json& object) {
    const auto [name, any] = named(data);
    object[name] = Json::parse(sub(any, 2));
}

/// A Schema message as the JSON that it stands for.
Json schema_of(const std::string& data) {
    Json schema = Json::object();
    for (const auto& [number, bytes] : parse(data)) {
        switch (number) {
            case 1: schema["$ref"] = bytes; break;
            case 2: schema["format"] = bytes; break;
            case 4: schema["description"] = bytes; break;
            case 19: schema["required"].push_back(bytes); break;
            case 21: schema["additionalProperties"] = schema_of(sub(bytes, 1)); break;
            case 22: schema["type"] = sub(bytes, 1); break;
            case 23: schema["items"] = schema_of(sub(bytes, 1)); break;
            case 25:
                schema["properties"] = Json::object();
                for (const auto& property : parse(bytes)) {
                    const auto [name, value] = named(property.bytes);
                    schema["properties"][name] = schema_of(value);
                }
                break;
            case 31: read_extension(bytes, schema); break;
            default: FAIL("an unexpected field " << number);
        }
    }
    return schema;
}

Json property(const char* definition, const char* name) {
    return (*discovery_document("/openapi/v2"))["definitions"][definition]["properties"][name];
}

}  // namespace

TEST_CASE("both encodings of OpenAPI say the same") {
    const auto& document = *discovery_document("/openapi/v2");
    const auto& encoded = openapi_v2_protobuf();
    CHECK(sub(encoded, 1) == "2.0");
    CHECK(sub(sub(encoded, 2), 2) == document["info"]["version"]);

    Json definitions = Json::object();
    for (const auto& field : parse(sub(encoded, 9))) {
        const auto [name, value] = named(field.bytes);
        definitions[name] = schema_of(value);
    }
    CHECK(definitions == document["definitions"]);

    Json patched = Json::object();
    for (const auto& field : parse(sub(encoded, 8))) {
        const auto [path, item] = named(field.bytes);
        for (const auto& operation : parse(item)) {
            if (operation.number != 8) continue;
            for (const auto& part : parse(operation.bytes)) {
                if (part.number == 13) read_extension(part.bytes, patched[path]);
                if (part.number != 8) continue;
                CHECK(sub(sub(sub(sub(part.bytes, 1), 2), 3), 4) == "dryRun");
            }
        }
    }
    const auto path = "/apis/apps/v1/namespaces/{namespace}/deployments/{name}";
    CHECK(patched.size() == resources().size());
    CHECK(patched[path]["x-kubernetes-group-version-kind"] ==
          document["paths"][path]["patch"]["x-kubernetes-group-version-kind"]);
}

TEST_CASE("OpenAPI has types, references and patch strategies") {
    CHECK(property("io.k8s.api.apps.v1.DeploymentSpec", "replicas") ==
          Json{{"type", "integer"},
               {"format", "int32"},
               {"description", "Number of desired pods. Defaults to 1."}});
    const auto containers = property("io.k8s.api.core.v1.PodSpec", "containers");
    CHECK(containers["x-kubernetes-patch-merge-key"] == "name");
    CHECK(containers["x-kubernetes-patch-strategy"] == "merge");
    CHECK(containers["items"]["$ref"] == "#/definitions/io.k8s.api.core.v1.Container");
    CHECK(property("io.k8s.api.core.v1.PodSpec", "volumes")["x-kubernetes-patch-strategy"] ==
          "merge,retainKeys");
    CHECK(property("io.k8s.api.core.v1.ResourceRequirements", "limits")["additionalProperties"]["$ref"] ==
          "#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity");
    const auto& definitions = (*discovery_document("/openapi/v2"))["definitions"];
    CHECK(definitions["io.k8s.api.apps.v1.DeploymentSpec"]["required"] == Json{"selector", "template"});
    CHECK(definitions["io.k8s.api.apps.v1.Deployment"]["x-kubernetes-group-version-kind"] ==
          Json::array({{{"group", "apps"}, {"kind", "Deployment"}, {"version", "v1"}}}));
}

TEST_CASE("every reference of OpenAPI leads to a definition") {
    const auto& document = *discovery_document("/openapi/v2");
    const auto flat = document.flatten();
    int references = 0;
    for (const auto& [place, value] : flat.items()) {
        if (!place.ends_with("/$ref")) continue;
        INFO(place);
        const auto target = value.get<std::string>();
        REQUIRE(target.starts_with("#/definitions/"));
        CHECK(document["definitions"].contains(target.substr(14)));
        ++references;
    }
    CHECK(references > 100);
}

TEST_CASE("discovery lists what is served, and nothing else") {
    CHECK((*discovery_document("/api"))["versions"] == Json::array({"v1"}));
    CHECK((*discovery_document("/version"))["gitVersion"] == "v1.26.0+kcheck");
    std::vector<std::string> groups;
    for (const auto& group : (*discovery_document("/apis"))["groups"]) {
        groups.push_back(group["name"]);
        CHECK(discovery_document("/apis/" + groups.back()) != nullptr);
    }
    for (const std::string group : {"apps", "batch", "policy", "autoscaling", "apiextensions.k8s.io"})
        CHECK(std::count(groups.begin(), groups.end(), group) == 1);
    CHECK(discovery_document("/apis/metrics.k8s.io/v1beta1") == nullptr);
    CHECK(discovery_document("/apis/autoscaling/v2") != nullptr);

    // Of each group and version there is something, and nothing twice.
    std::set<std::string> names;
    for (const auto& group : (*discovery_document("/apis"))["groups"])
        for (const auto& version : group["versions"]) {
            const auto path = "/apis/" + version["groupVersion"].get<std::string>();
            CHECK_FALSE((*discovery_document(path))["resources"].empty());
            for (const auto& entry : (*discovery_document(path))["resources"])
                CHECK(names.insert(path + "/" + entry["name"].get<std::string>()).second);
        }
    for (const auto* name : {"deployments", "deployments/scale", "deployments/status", "statefulsets/scale"})
        CHECK(names.contains(std::string("/apis/apps/v1/") + name));
    for (const auto& entry : (*discovery_document("/api/v1"))["resources"]) {
        const auto name = entry["name"].get<std::string>();
        if (name == "pods") {
            CHECK(entry["shortNames"] == Json::array({"po"}));
            CHECK(entry["categories"] == Json::array({"all"}));
        } else if (name == "pods/eviction") {
            CHECK(entry["kind"] == "Eviction");
            CHECK(entry["group"] == "policy");
        } else if (name == "nodes") {
            CHECK(entry["namespaced"] == false);
        }
    }
}

TEST_CASE("fields that selectors may name are the same for every object") {
    for (const auto& resource : resources()) {
        if (resource.fields == nullptr) continue;
        const auto of_nothing = resource.fields(nullptr);
        for (const auto* name : {"pod-running", "node", "replicaset-created"}) {
            const auto of_object = resource.fields(recorded(name));
            CHECK(std::equal(of_nothing.begin(), of_nothing.end(), of_object.begin(), of_object.end(),
                             [](const auto& a, const auto& b) { return a.first == b.first; }));
        }
    }
    CHECK(pods().fields(recorded("pod-running")).at("status.phase") == "Running");
    CHECK(pods().fields(recorded("pod-running")).at("spec.nodeName") == "node-2");
}
