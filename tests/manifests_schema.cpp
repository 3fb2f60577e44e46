// The checker and the reference know the same fields: both stand on kubernetes/schema/.
#include <catch2/catch.hpp>

#include <set>

#include "kubernetes/schema/schema.hpp"
#include "manifests/schema.hpp"
#include "reference/apiserver/types_decode.hpp"
#include "tests/manifests_support.hpp"

using namespace kcheck;

namespace {

/// `schema` and all that is below it.
void collect(const manifests::Schema& schema, std::set<const manifests::Schema*>& seen) {
    if (!seen.insert(&schema).second) return;
    for (const auto& field : schema.fields)
        if (field.schema != nullptr) collect(*field.schema, seen);
}

nlohmann::json value_of(const kubernetes::Field& field) {
    using Element = kubernetes::Field::Element;
    using Shape = kubernetes::Field::Shape;
    nlohmann::json one = "x";
    if (!field.words.empty()) one = std::string(field.words.back());
    switch (field.element) {
        case Element::boolean: one = false; break;
        case Element::int32:
        case Element::int64:
        case Element::number: one = 1; break;
        case Element::quantity: one = "1"; break;
        case Element::time:
        case Element::micro_time: one = "2026-01-02T03:04:05Z"; break;
        case Element::bytes: one = ""; break;
        case Element::any:
        case Element::structure: one = nlohmann::json::object(); break;
        default: break;
    }
    if (field.shape == Shape::list) return nlohmann::json::array({one});
    if (field.shape == Shape::map) return {{"key", one}};
    return one;
}

/// An object in which every field of every type below `type` is set, each type once.
nlohmann::json filled(const kubernetes::Type& type, std::set<const kubernetes::Type*> above = {}) {
    nlohmann::json object = nlohmann::json::object();
    above.insert(&type);
    for (const auto& field : type.fields) {
        auto value = value_of(field);
        if (field.type != nullptr && !above.contains(field.type)) {
            const auto below = filled(*field.type, above);
            if (field.shape == kubernetes::Field::Shape::one) value = below;
            if (field.shape == kubernetes::Field::Shape::list) value = nlohmann::json::array({below});
        }
        object[std::string(field.name)] = std::move(value);
    }
    return object;
}

}  // namespace

TEST_CASE("every field below a Deployment and a Node has an effect") {
    std::set<const manifests::Schema*> schemas;
    collect(manifests::deployment_schema(), schemas);
    collect(manifests::node_schema(), schemas);
    CHECK(schemas.size() > 100);
    for (const auto* schema : schemas)
        for (const auto& field : schema->fields) {
            INFO(schema->name << "." << field.name());
            CHECK(field.left_out.empty() == (field.effect != manifests::Effect::decides));
            CHECK(field.unless.empty() == (field.harmless == nullptr));
        }
}

TEST_CASE("what one side knows, the other knows: an object with every field there is") {
    for (const auto& [version, kind] : {std::pair("apps/v1", "Deployment"), {"v1", "Node"}}) {
        INFO(kind);
        const auto* type = kubernetes::schema().kind(version, kind);
        REQUIRE(type != nullptr);
        auto object = filled(*type);
        object["apiVersion"] = version;
        object["kind"] = kind;
        object["metadata"]["name"] = "x";
        CHECK(reference::apiserver::unknown_fields(*type, object) == std::vector<std::string>{});
        CHECK(reference::apiserver::decoding_error(*type, object) == std::nullopt);
        // The first words on it are not about its fields.
        const auto message = manifests::test::refusal(object.dump());
        CHECK(message.find("unknown field") == std::string::npos);
        CHECK(message.find("expected") == std::string::npos);
    }
}

TEST_CASE("what neither side knows is refused by both, at any depth") {
    const auto* type = kubernetes::schema().kind("apps/v1", "Deployment");
    for (const auto* place : {"", "/metadata", "/spec", "/spec/selector", "/spec/template/spec",
                              "/spec/template/spec/containers/0", "/spec/template/spec/initContainers/0",
                              "/spec/template/spec/containers/0/livenessProbe/httpGet",
                              "/spec/template/spec/volumes/0/projected/sources/0/podCertificate"}) {
        INFO(place);
        auto object = filled(*type);
        object["apiVersion"] = "apps/v1";
        object["kind"] = "Deployment";
        object[nlohmann::json::json_pointer(std::string(place) + "/strange")] = 1;
        CHECK(reference::apiserver::unknown_fields(*type, object).size() == 1);
        CHECK(manifests::test::refusal(object.dump()).find("unknown field") != std::string::npos);
    }
}
