// Pods and what is made of them. The rules of a new one are those of kubernetes/validation/; those of
// updates and of status are here (pkg/apis/core/validation/validation.go: ValidatePodUpdate).
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

void validate_label_selector(const Json& selector, const std::string& path, ValidationErrors& errors);

}  // namespace kcheck::reference::apiserver
