// Who may do what: the ClusterRoles that Kubernetes gives to its own components
// (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go and controller_policy.go), and the
// limits of a node to what is its own (plugin/pkg/admission/noderestriction/admission.go).
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

/// NodeRestriction, of a write by `node`: `current` is the object that is there (null: none), and
/// `object` what is to be written, of a create. Throws a 403.
void restrict_node(const std::string& node, const RequestInfo& info, const Json& object, const Json& current);

}  // namespace kcheck::reference::apiserver
