// The verbs of resources (apiserver/pkg/endpoints/handlers: create.go, get.go, update.go, patch.go,
// delete.go).
#pragma once

#include "reference/apiserver/registry.hpp"
#include "reference/apiserver/request_info.hpp"
#include "reference/base/message.hpp"

namespace kcheck::reference::apiserver {

/// `user` may do it, and `info.resource` and its subresource are served. Throws what the registry does.
Response handle_resource(Registry& registry, const Switches& switches, const User& user,
                         const RequestInfo& info, const Request& request);

}  // namespace kcheck::reference::apiserver
