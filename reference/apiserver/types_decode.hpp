// Decoding JSON into a type of the schema, as Go does it (encoding/json, sigs.k8s.io/json), without
// making structs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kubernetes/schema/schema.hpp"
#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

/// The first place where `object` cannot be decoded into `type`, with reason "Decode" and the words
/// of Go's decoder: "json: cannot unmarshal string into Go struct field
/// DeploymentSpec.spec.replicas of type int32". The field is a path from the object.
std::optional<FieldError> decoding_error(const kubernetes::Type& type, const Json& object);
/// What decoding and encoding again leaves of `object`: without unknown fields, nulls, and empty
/// optional values. Parts of a wrong type are left as they are.
void normalize(const kubernetes::Type& type, Json& object);
/// Paths of fields that do not exist, for fieldValidation=Strict: `unknown field "spec.replcas"`.
std::vector<std::string> unknown_fields(const kubernetes::Type& type, const Json& object);

}  // namespace kcheck::reference::apiserver
