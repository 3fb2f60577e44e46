// The fields that Kubernetes v1.36 knows of Deployment, pod template and Node, what becomes of
// each, and which words a field may have.
//
// A field that is not in these tables is an error, at any depth. Objects of which nothing can
// matter (Type::object and Type::list without a schema: status, managedFields) are held to
// unique keys only.
// Source: staging/src/k8s.io/api/{apps,core}/v1/types.go.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "manifests/ground.hpp"

namespace kcheck::manifests {

enum class Type : std::uint8_t {
    string,
    boolean,
    int32,
    int64,
    int_or_string,
    quantity,
    string_map,    // names to strings
    quantity_map,  // names to quantities, which may be strings or numbers
    string_list,
    integer_list,
    object,  // of Field::schema, or of anything
    list,    // of objects of Field::schema, or of anything
};

enum class Effect : std::uint8_t {
    none,      // cannot change a verdict
    modelled,  // decoded (decode.cpp), or of no effect but through what stands below it
    assumed,   // names something that must exist (references.cpp)
    decides,   // may decide a verdict and is not modelled
};

struct Field;

struct Schema {
    std::string_view name;  // Go's name of the struct
    std::span<const Field> fields;
};

struct Field {
    std::string_view name;
    Type type = Type::string;
    Effect effect = Effect::none;
    const Schema* schema = nullptr;
    /// Effect::decides: the name in effects.hpp.
    std::string_view left_out = {};
    /// Effect::decides: whether this value is as good as none (beside an empty one, which
    /// always is).
    bool (*harmless)(const Value&) = nullptr;
    /// When that is, in words.
    std::string_view unless = {};
    /// The words that kube-apiserver takes; empty: any.
    std::span<const std::string_view> words = {};
};

extern const Schema deployment_schema;
extern const Schema node_schema;
extern const Schema list_schema;

/// Parts of them.
extern const Schema object_meta_schema;        // schema.cpp
extern const Schema template_meta_schema;      // schema.cpp
extern const Schema label_selector_schema;     // schema.cpp
extern const Schema pod_spec_schema;           // schema_pod.cpp
extern const Schema affinity_schema;           // schema_scheduling.cpp
extern const Schema toleration_schema;         // schema_scheduling.cpp
extern const Schema topology_spread_schema;    // schema_scheduling.cpp
extern const Schema container_schema;          // schema_container.cpp
extern const Schema resources_schema;          // schema_container.cpp
extern const Schema field_selector_schema;     // schema_container.cpp
extern const Schema resource_selector_schema;  // schema_container.cpp
extern const Schema profile_schema;            // schema_container.cpp
extern const Schema se_linux_schema;           // schema_container.cpp
extern const Schema windows_schema;            // schema_container.cpp
extern const Schema volume_schema;             // schema_volume.cpp

// How the tables say what a field is.
constexpr Field none(std::string_view name, Type type, const Schema* schema = nullptr) {
    return {name, type, Effect::none, schema, {}, nullptr, {}, {}};
}
constexpr Field modelled(std::string_view name, Type type, const Schema* schema = nullptr) {
    return {name, type, Effect::modelled, schema, {}, nullptr, {}, {}};
}
constexpr Field assumed(std::string_view name, Type type = Type::string) {
    return {name, type, Effect::assumed, nullptr, {}, nullptr, {}, {}};
}
constexpr Field decides(std::string_view name, Type type, std::string_view left_out,
                        const Schema* schema = nullptr) {
    return {name, type, Effect::decides, schema, left_out, nullptr, {}, {}};
}
constexpr Field unless(Field field, std::string_view words, bool (*harmless)(const Value&)) {
    field.unless = words;
    field.harmless = harmless;
    return field;
}
constexpr Field one_of(Field field, std::span<const std::string_view> words) {
    field.words = words;
    return field;
}

}  // namespace kcheck::manifests
