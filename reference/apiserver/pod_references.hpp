// The objects that a pod names (pkg/api/v1/pod/util.go: VisitPodSecretNames, VisitPodConfigmapNames).
#pragma once

#include <set>
#include <string>

#include "reference/base/json.hpp"

namespace kcheck::reference::apiserver {

struct PodReferences {
    std::set<std::string> secrets, config_maps, claims;
};

/// From its volumes, its image pull secrets, and the environments of its containers of all sorts.
PodReferences references_of(const Json& pod);

}  // namespace kcheck::reference::apiserver
