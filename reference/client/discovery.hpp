// What kube-apiserver serves, as it says itself (client-go/discovery/discovery_client.go:
// ServerPreferredNamespacedResources).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "reference/client/api.hpp"

namespace kcheck::reference::client {

/// One entry of an APIResourceList. Subresources are none.
struct ApiResource {
    std::string api_version;  // "v1", "apps/v1"
    std::string plural;
    std::set<std::string> verbs;
};

struct DiscoveredResources {
    std::vector<ApiResource> resources;  // the core group first, then in the order of the server
    bool complete = true;                // false: what a group has is not known
};

/// The namespaced resources of each group, in the version that the group prefers.
Task<DiscoveredResources> discover_namespaced_resources(Api* api);

}  // namespace kcheck::reference::client
