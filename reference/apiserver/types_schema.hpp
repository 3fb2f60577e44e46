// The schema of every kind that is served, said once: the fields of its structs with their Go
// types, which are required or immutable, and how a strategic merge patch joins their lists.
//
// From this one table come: refusing JSON of the wrong shape (and dropping fields that do not
// exist, as decoding into a Go struct does), the OpenAPI document, and the merge keys of
// strategic merge patches. Follows staging/src/k8s.io/api/*/v1/types.go.
//
// To walk an object beside its schema:
//
//     const Type* type = schema().kind("apps/v1", "Deployment");
//     const Field* field = type->field("spec");        // null: no such field
//     const Type* below = schema().of(*field);         // null: not a struct, list or map of structs
//
// A list field merges by `merge_key` if it is not empty; if it is empty and `merges` is true, the
// list is of primitives and merges as a set; otherwise a patch replaces the list.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

/// What the Go struct tags say beside the name.
struct FieldTraits {
    bool required = false;            // no `omitempty`
    bool immutable = false;           // once it is set: "field is immutable"
    bool merges = false;              // patchStrategy=merge
    bool retains_keys = false;        // patchStrategy=retainKeys
    std::string_view merge_key = {};  // patchMergeKey
};

struct Field {
    enum class Shape : std::uint8_t { one, list, map };
    enum class Element : std::uint8_t {
        string,
        boolean,
        int32,
        int64,
        quantity,
        int_or_string,
        time,
        micro_time,
        bytes,  // base64
        any,    // an object that is not looked into
        structure,
    };

    /// The texts must be literals: a Field only refers to them.
    Field(std::string_view field_name, std::string_view go_type, std::string_view field_description,
          FieldTraits with = {});

    std::string_view name;
    std::string_view type;  // as Go writes it: "*int32", "[]v1.Container", "map[string]string"
    std::string_view description;
    FieldTraits traits;
    // Read off `type`:
    Shape shape = Shape::one;
    Element element = Element::structure;
    bool pointer = false;        // its zero value is written, too
    std::string_view reference;  // of a structure: the name of its Type
};

struct Type {
    std::string_view name;     // "DeploymentSpec"
    std::string_view package;  // "io.k8s.api.apps.v1"
    std::string_view description;
    std::vector<Field> fields;

    std::string definition() const { return std::string(package) + "." + std::string(name); }
    const Field* field(std::string_view field_name) const;  // null: there is none
};

class Schema {
public:
    explicit Schema(std::vector<Type> types);
    /// Null if there is none.
    const Type* type(std::string_view name) const;
    /// The type of a served kind ("apps/v1", "Deployment"), "Scale", "Binding", "Eviction" and
    /// "DeleteOptions".
    const Type* kind(std::string_view api_version, std::string_view kind) const;
    /// What `field` (or each of its elements) is; null if that is no struct.
    const Type* of(const Field& field) const { return type(field.reference); }
    const std::vector<Type>& types() const { return types_; }

private:
    std::vector<Type> types_;  // ordered by name
};

const Schema& schema();

/// The first place where `object` cannot be decoded into `type`, with reason "Decode" and the words
/// of Go's decoder: "json: cannot unmarshal string into Go struct field
/// DeploymentSpec.spec.replicas of type int32". The field is a path from the object.
std::optional<FieldError> decoding_error(const Type& type, const Json& object);
/// What decoding and encoding again leaves of `object`: without unknown fields, nulls, and empty
/// optional values. Parts of a wrong type are left as they are.
void normalize(const Type& type, Json& object);
/// Paths of fields that do not exist, for fieldValidation=Strict: `unknown field "spec.replcas"`.
std::vector<std::string> unknown_fields(const Type& type, const Json& object);

}  // namespace kcheck::reference::apiserver
