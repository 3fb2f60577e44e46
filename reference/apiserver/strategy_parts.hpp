// What the strategies of several resources do (pkg/registry/*/*/strategy.go: PrepareForCreate,
// PrepareForUpdate).
#pragma once

#include <vector>

#include "reference/apiserver/resource.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

inline void keep_status(Json& object, const Json& old) { keep(object, old, "status"); }
inline void keep_spec(Json& object, const Json& old) { keep(object, old, "spec"); }
inline void clear_status(Json& object) {
    if (object.is_object()) object["status"] = Json::object();
}

/// An update is validated like a new object.
template <std::vector<FieldError> (*validate)(const Json&)>
std::vector<FieldError> as_update(const Json& object, const Json&) {
    return validate(object);
}

}  // namespace kcheck::reference::apiserver
