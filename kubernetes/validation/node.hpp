// Source: pkg/apis/core/validation/validation.go (ValidateNode, validateNodeTaints).
#pragma once

#include "kubernetes/field_errors.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// spec.taints
void validate_taints(const Value& spec, FieldErrors& errors);
/// status.capacity and status.allocatable
void validate_node_resources(const Value& status, FieldErrors& errors);

}  // namespace kcheck::kubernetes
