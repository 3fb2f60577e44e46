// What the schema does not say of kinds that are stored and shown (pkg/apis/*/validation).
#pragma once

#include <string>
#include <vector>

#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

std::vector<FieldError> validate_stateful_set(const Json& object);
std::vector<FieldError> validate_daemon_set(const Json& object);
std::vector<FieldError> validate_replication_controller(const Json& object);
std::vector<FieldError> validate_job(const Json& object);
std::vector<FieldError> validate_cron_job(const Json& object);
std::vector<FieldError> validate_autoscaler(const Json& object);
std::vector<FieldError> validate_disruption_budget(const Json& object);
std::vector<FieldError> validate_secret(const Json& object);
std::vector<FieldError> validate_secret_update(const Json& object, const Json& old);
std::vector<FieldError> validate_role(const Json& object);
std::vector<FieldError> validate_cluster_role(const Json& object);
std::vector<FieldError> validate_role_binding(const Json& object);
std::vector<FieldError> validate_ingress(const Json& object);
std::vector<FieldError> validate_volume(const Json& object);
std::vector<FieldError> validate_claim(const Json& object);
std::vector<FieldError> validate_claim_update(const Json& object, const Json& old);
std::vector<FieldError> validate_webhooks(const Json& object);
std::vector<FieldError> validate_custom_resource_definition(const Json& object);

/// Names of RBAC are parts of a path: anything but ".", "..", "/" and "%" (path.ValidatePathSegmentName).
std::string path_segment_error(const std::string& name);

}  // namespace kcheck::reference::apiserver
