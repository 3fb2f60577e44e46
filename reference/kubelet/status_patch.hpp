// The difference of two pod statuses as a strategic merge patch (pkg/kubelet/util/status:
// PatchPodStatus; apimachinery/pkg/util/strategicpatch:CreateTwoWayMergePatch).
#pragma once

#include <string>

#include "reference/base/json.hpp"

namespace kcheck::reference::kubelet {

/// {"metadata":{"uid":...},"status":{...}}: the UID makes kube-apiserver refuse the patch for another
/// pod of the name. Conditions merge by type, podIPs and hostIPs by ip, every other list is replaced as a
/// whole. Null if nothing would change.
Json pod_status_patch(const std::string& uid, const Json& before, const Json& after);

}  // namespace kcheck::reference::kubelet
