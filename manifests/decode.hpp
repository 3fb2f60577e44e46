// Strict decoding, second half: typed structs out of trees that passed schema_check.hpp.
// Absent fields keep the structs' own initial values; defaults.hpp fills in the rest.
#pragma once

#include <string>

#include "manifests/ground.hpp"
#include "manifests/types.hpp"

namespace kcheck::manifests {

/// Of trees that validate.hpp takes.
Deployment decode_deployment(const std::string& file, const Value& object);
NodeSpec decode_node(const std::string& file, const Value& object);

/// A template (metadata and spec), or a Pod; null: an empty one.
PodTemplate decode_pod_template(const Value* from);

}  // namespace kcheck::manifests
