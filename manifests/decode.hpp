// Strict decoding, second half: typed structs out of trees that passed schema_check.hpp.
// Absent fields keep the structs' own initial values; defaults.hpp fills in the rest.
#pragma once

#include <string>

#include "manifests/ground.hpp"
#include "manifests/types.hpp"

namespace kcheck::manifests {

/// Throws Failure for a maxSurge or maxUnavailable that is no percentage; everything else
/// that a tree of the right shape can say wrong is for validate.hpp.
Deployment decode_deployment(const std::string& file, const Value& object);
NodeSpec decode_node(const std::string& file, const Value& object);

/// A template (metadata and spec), or a Pod; null: an empty one.
PodTemplate decode_pod_template(const Value* from);
/// Of a tree of any shape.
LabelSelector decode_label_selector(const Value& from);

}  // namespace kcheck::manifests
