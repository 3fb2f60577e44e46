// Pods and pod templates (pkg/apis/core/validation/validation.go: ValidatePodSpec and below).
//
// Not checked: fields of single storage vendors, Windows, SELinux and sysctls, volume expansion of
// names with $(VAR), topology spread policies.
#pragma once

#include "reference/apiserver/validation_errors.hpp"

namespace kcheck::reference::apiserver {

std::vector<FieldError> validate_pod(const Json& pod);
std::vector<FieldError> validate_pod_update(const Json& pod, const Json& old);
std::vector<FieldError> validate_pod_status_update(const Json& pod, const Json& old);
/// ValidatePodTemplateSpec.
void validate_pod_template(const Json& pod_template, const std::string& path, ValidationErrors& errors);
/// Of what replaces its pods: ValidatePodTemplateSpecForReplicaSet.
void validate_always_restarted(const Json& pod_template, const std::string& path, ValidationErrors& errors);

/// Parts of a pod's spec.
void validate_containers(const Json& spec, const std::string& path, ValidationErrors& errors);
void validate_volumes(const Json& spec, const std::string& path, ValidationErrors& errors);
void validate_scheduling(const Json& spec, const std::string& path, ValidationErrors& errors);
/// `path[name]` for each resource: a quantity, not negative (ValidateResourceQuantityValue).
void validate_quantities(const Json& amounts, const std::string& path, ValidationErrors& errors);
void validate_tolerations(const Json& spec, const std::string& path, ValidationErrors& errors);

}  // namespace kcheck::reference::apiserver
