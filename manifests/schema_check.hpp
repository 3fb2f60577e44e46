// Strict decoding, first half: names and types of all fields, before anything is read.
#pragma once

#include <string>
#include <vector>

#include "manifests/effects.hpp"
#include "manifests/ground.hpp"
#include "manifests/schema.hpp"

namespace kcheck::manifests {

/// Throws Failure at the first unknown field or value of a wrong type in `object`; gives
/// every field that is there, is not modelled and may decide a verdict. Of such a field the
/// fields below it are not listed again.
std::vector<LeftOut> check_schema(const std::string& file, const Value& object, const Schema& schema);

}  // namespace kcheck::manifests
