// The OpenAPI 2.0 document of what is served, derived from the schema and the resources.
#pragma once

#include <string>

#include "reference/base/json.hpp"

namespace kcheck::reference::apiserver {

/// The version that the server says it is.
inline constexpr auto git_version = "v1.26.0+kcheck";

Json openapi_v2();
/// The same as gnostic's openapi.v2.Document. What kubectl does not read is left out.
std::string encode_openapi_v2(const Json& document);

}  // namespace kcheck::reference::apiserver
