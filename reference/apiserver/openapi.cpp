#include "reference/apiserver/openapi.hpp"

#include "kubernetes/schema/schema.hpp"
#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

namespace {

using kubernetes::Field;
using kubernetes::schema;
using kubernetes::Type;

constexpr auto quantity_definition = "io.k8s.apimachinery.pkg.api.resource.Quantity";
constexpr auto int_or_string_definition = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
constexpr auto time_definition = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
constexpr auto micro_time_definition = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

Json reference_to(const std::string& definition) { return {{"$ref", "#/definitions/" + definition}}; }

Json element_schema(const Field& field) {
    switch (field.element) {
        case Field::Element::string: return {{"type", "string"}};
        case Field::Element::boolean: return {{"type", "boolean"}};
        case Field::Element::int32: return {{"type", "integer"}, {"format", "int32"}};
        case Field::Element::int64: return {{"type", "integer"}, {"format", "int64"}};
        case Field::Element::number: return {{"type", "number"}, {"format", "double"}};
        case Field::Element::bytes: return {{"type", "string"}, {"format", "byte"}};
        case Field::Element::quantity: return reference_to(quantity_definition);
        case Field::Element::int_or_string: return reference_to(int_or_string_definition);
        case Field::Element::time: return reference_to(time_definition);
        case Field::Element::micro_time: return reference_to(micro_time_definition);
        case Field::Element::any: return Json::object();  // of any type
        case Field::Element::structure: return reference_to(field.type->definition());
    }
    return Json::object();
}

Json field_schema(const Field& field) {
    Json result = element_schema(field);
    if (field.shape == Field::Shape::list) result = {{"type", "array"}, {"items", std::move(result)}};
    if (field.shape == Field::Shape::map) {
        result = {{"type", "object"}, {"additionalProperties", std::move(result)}};
    }
    if (!field.description.empty()) result["description"] = field.description;
    std::string strategy = field.merges ? "merge" : "";
    if (field.retains_keys) strategy += strategy.empty() ? "retainKeys" : ",retainKeys";
    if (!strategy.empty()) result["x-kubernetes-patch-strategy"] = strategy;
    if (!field.merge_key.empty()) result["x-kubernetes-patch-merge-key"] = field.merge_key;
    return result;
}

Json kind_of(const Resource& resource) {
    return {{"group", resource.group}, {"kind", resource.kind}, {"version", resource.version}};
}

Json kind_of(const Type& type) {
    const auto slash = type.api_version.find('/');
    const bool core = slash == std::string_view::npos;
    return {{"group", core ? "" : type.api_version.substr(0, slash)},
            {"kind", type.name},
            {"version", core ? type.api_version : type.api_version.substr(slash + 1)}};
}

Json type_schema(const Type& type) {
    Json result = {{"type", "object"}, {"properties", Json::object()}};
    if (!type.description.empty()) result["description"] = type.description;
    Json required = Json::array();
    for (const auto& field : type.fields) {
        result["properties"][std::string(field.name)] = field_schema(field);
        if (field.required) required.push_back(field.name);
    }
    if (!required.empty()) result["required"] = std::move(required);
    if (type.is_kind) result["x-kubernetes-group-version-kind"] = Json::array({kind_of(type)});
    return result;
}

Json definitions() {
    Json result = {
        {quantity_definition,
         {{"type", "string"}, {"description", "A fixed-point number: \"100m\", \"1Gi\"."}}},
        {int_or_string_definition,
         {{"type", "string"}, {"format", "int-or-string"}, {"description", "An integer or a text."}}},
        {time_definition,
         {{"type", "string"}, {"format", "date-time"}, {"description", "A time as in RFC 3339."}}},
        {micro_time_definition,
         {{"type", "string"}, {"format", "date-time"}, {"description", "A time with microseconds."}}},
    };
    for (const auto& type : schema().types()) result[type.definition()] = type_schema(type);
    return result;
}

Json operation(const Resource& resource, const char* action) {
    const Json dry_run = {{"name", "dryRun"},
                          {"in", "query"},
                          {"type", "string"},
                          {"uniqueItems", true},
                          {"description", "All: nothing is persisted."}};
    return {{"parameters", Json::array({dry_run})},
            {"responses", {{"200", {{"description", "OK"}}}}},
            {"x-kubernetes-action", action},
            {"x-kubernetes-group-version-kind", kind_of(resource)}};
}

/// Only the operations that clients look up: who creates, replaces and patches which kind.
Json paths() {
    Json result = Json::object();
    for (const auto& resource : resources()) {
        const auto root = (resource.group.empty() ? "/api/" : "/apis/") + resource.api_version() +
                          (resource.namespaced ? "/namespaces/{namespace}/" : "/") + resource.plural;
        result[root] = {{"post", operation(resource, "post")}};
        result[root + "/{name}"] = {{"put", operation(resource, "put")},
                                    {"patch", operation(resource, "patch")}};
    }
    return result;
}

}  // namespace

Json openapi_v2() {
    return {{"swagger", "2.0"},
            {"info", {{"title", "Kubernetes"}, {"version", git_version}}},
            {"paths", paths()},
            {"definitions", definitions()}};
}

}  // namespace kcheck::reference::apiserver
