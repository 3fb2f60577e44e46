// Deployments and ReplicaSets, over the object as it was sent or as it was defaulted.
// Source: pkg/apis/apps/validation/validation.go.
#pragma once

#include "kubernetes/field_errors.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// ValidateDeploymentSpec of the member `spec`.
void validate_deployment_spec(const Value& deployment, FieldErrors& errors);
/// ValidateReplicaSetSpec
void validate_replica_set_spec(const Value& replica_set, FieldErrors& errors);

}  // namespace kcheck::kubernetes
