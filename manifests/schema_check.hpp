// Strict decoding, first half: names and types of all fields, before anything is read.
#pragma once

#include <string>
#include <vector>

#include "manifests/schema.hpp"
#include "manifests/tree.hpp"

namespace kcheck::manifests {

/// Throws Failure at the first unknown field or value of a wrong type in `object`; appends
/// a warning for every field that is there, is not modelled and could change a verdict.
void check_schema(const std::string& file, const Value& object, const Schema& schema,
                  std::vector<Warning>& warnings);

}  // namespace kcheck::manifests
