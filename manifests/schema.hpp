// The fields that Kubernetes v1.36 knows of Deployment and Node, and what becomes of each.
//
// A field that is not in these tables is an error. Subtrees that the model does not look
// into (Type::object and Type::list without a schema) are held to unique keys only.
// Source: staging/src/k8s.io/api/{apps,core}/v1/types.go.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kcheck::manifests {

enum class Type : std::uint8_t {
    string,
    boolean,
    int32,
    int64,
    int_or_string,
    string_map,    // names to strings
    quantity_map,  // names to quantities, which may be strings or numbers
    string_list,
    object,  // of Field::schema, or of anything
    list,    // of objects of Field::schema, or of anything
};

enum class Effect : std::uint8_t {
    modelled,  // decoded (decode.cpp)
    none,      // cannot change a verdict: accepted in silence
    warned,    // could change a verdict and is not modelled: accepted with a warning
};

struct Field;
using Schema = std::span<const Field>;

struct Field {
    std::string_view name;
    Type type = Type::string;
    Effect effect = Effect::none;
    const Schema* schema = nullptr;
    /// Effect::warned: what the model does instead.
    std::string_view instead = {};
    /// Effect::warned: the value (as text) with which there is nothing to warn of.
    std::string_view harmless = {};
};

extern const Schema deployment_schema;
extern const Schema node_schema;
extern const Schema list_schema;

}  // namespace kcheck::manifests
