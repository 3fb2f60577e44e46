// Validation of the kinds other than pods (pkg/apis/{core,apps,coordination}/validation).
#pragma once

#include <vector>

#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

std::vector<FieldError> validate_deployment(const Json& deployment);
std::vector<FieldError> validate_deployment_update(const Json& deployment, const Json& old);
std::vector<FieldError> validate_deployment_status(const Json& deployment, const Json& old);
std::vector<FieldError> validate_replica_set(const Json& replica_set);
std::vector<FieldError> validate_replica_set_update(const Json& replica_set, const Json& old);
std::vector<FieldError> validate_replica_set_status(const Json& replica_set, const Json& old);
std::vector<FieldError> validate_node(const Json& node);
std::vector<FieldError> validate_node_update(const Json& node, const Json& old);
std::vector<FieldError> validate_lease(const Json& lease);
std::vector<FieldError> validate_event(const Json& event);
std::vector<FieldError> validate_config_map(const Json& config_map);
std::vector<FieldError> validate_config_map_update(const Json& config_map, const Json& old);
std::vector<FieldError> validate_service(const Json& service);

}  // namespace kcheck::reference::apiserver
