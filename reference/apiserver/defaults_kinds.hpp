// Defaults of the kinds other than pods (pkg/apis/{core,apps}/v1/defaults.go).
#pragma once

#include "reference/base/json.hpp"

namespace kcheck::reference::apiserver {

void set_deployment_defaults(Json& deployment);
void set_replica_set_defaults(Json& replica_set);
void set_node_defaults(Json& node);
void set_namespace_defaults(Json& object);
void set_service_defaults(Json& service);

}  // namespace kcheck::reference::apiserver
