// Whether a pod fits beside those that a kubelet has admitted already (pkg/kubelet/lifecycle/
// predicate.go:Admit, pkg/scheduler/framework/plugins/noderesources/fit.go).
//
// Resources and host ports are checked. Node affinity, taints and node names are left to the
// scheduler; no critical pod evicts another.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reference/scheduler/node_info.hpp"

namespace kcheck::reference::kubelet {

struct Rejection {
    std::string reason;   // "OutOfcpu", "OutOfpods", "NodePorts"
    std::string message;  // as status.message says it after "Pod was rejected: "
};

/// `active`: the pods that hold room, terminating ones included.
std::optional<Rejection> rejection_of(const Object& pod, const scheduler::Resources& allocatable,
                                      const std::vector<Object>& active);

}  // namespace kcheck::reference::kubelet
