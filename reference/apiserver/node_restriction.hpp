// What a kubelet may do, beyond its role: read what belongs to its node
// (plugin/pkg/auth/authorizer/node/node_authorizer.go), and write what is its own
// (plugin/pkg/admission/noderestriction/admission.go).
#pragma once

#include <string>

#include "reference/apiserver/registry.hpp"
#include "reference/apiserver/request_info.hpp"
#include "reference/base/message.hpp"

namespace kcheck::reference::apiserver {

/// Who writes, and what.
struct NodeWrite {
    const std::string& node;
    const RequestInfo& info;
    const Json& object;   // what is to be stored; null: a deletion or an eviction
    const Json& current;  // what is stored; null: nothing
};

/// NodeRestriction. Throws a 403.
void admit_node_write(Registry& registry, const NodeWrite& write);

/// Of a get, list or watch by the user of `node`: its own Node, pods that are bound to it, its own
/// Lease, and the config maps and secrets that those pods name. Throws a 403, of what is not there too.
void authorize_node_read(Registry& registry, const User& user, const std::string& node,
                         const RequestInfo& info, const Request& request);

/// Whether a kubelet may give this label to its Node (kubelet/pkg/apis/well_known_labels.go:
/// IsKubeletLabel): all that do not belong to Kubernetes, and a few that do.
bool may_label_its_node(const std::string& label);

}  // namespace kcheck::reference::apiserver
