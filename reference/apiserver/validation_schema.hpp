// What the schema alone says of an object: fields that are required, words of enumerations, bounds, and
// what may not change. Parts that several kinds share have checks of their own: pod templates
// (validation_pod.hpp) and label selectors (validation_names.hpp).
//
// metadata (object_meta.hpp) and status are not looked at. Of a list that is required it is not known
// whether it may be empty: see validation_stored.hpp.
#pragma once

#include "kubernetes/schema/schema.hpp"
#include "reference/apiserver/validation_errors.hpp"

namespace kcheck::reference::apiserver {

void validate_by_schema(const kubernetes::Type& kind, const Json& object, ValidationErrors& errors);
/// Fields of the kind and of its spec that stay as they are once they are set.
void validate_immutable_fields(const kubernetes::Type& kind, const Json& object, const Json& old,
                               ValidationErrors& errors);

}  // namespace kcheck::reference::apiserver
