// Who may do what: the ClusterRoles that Kubernetes gives to its own components
// (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go and controller_policy.go). What of that is
// a node's own, node_restriction.hpp says.
#pragma once

#include <optional>
#include <string>

#include "reference/apiserver/request_info.hpp"
#include "reference/base/message.hpp"

namespace kcheck::reference::apiserver {

/// Throws a 401 if `user` is nobody and the path is not public, and a 403 if no role allows it.
void authorize(const User& user, const RequestInfo& info, const std::string& path);

/// "node-0" for system:node:node-0 in group system:nodes.
std::optional<std::string> node_of(const User& user);

/// "User "x" cannot list resource "pods" in API group "" in the namespace "default"".
std::string access_refusal(const User& user, const RequestInfo& info);

}  // namespace kcheck::reference::apiserver
