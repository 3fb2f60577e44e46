// What the other objects of the input may do to a Deployment, and the model leaves out:
// quotas, budgets, admission, autoscalers (here), other workloads (sharing.cpp), and nodes.
#pragma once

#include <vector>

#include "manifests/read.hpp"
#include "model/configuration.hpp"

namespace kcheck::manifests {

/// Of objects that are neither workloads nor nodes.
std::vector<LeftOut> left_out_by_objects(const Deployment& deployment, const Manifests& manifests);

/// Of the nodes, and of how the pods meet them: `met[i]` is `nodes[i]` as the pods do.
std::vector<LeftOut> left_out_by_nodes(const Deployment& deployment, const std::vector<NodeSpec>& nodes,
                                       const std::vector<model::Node>& met);

/// How many pods there may be beside those that are wanted: what faults can make too many.
struct Room {
    int pods = 1;       // of the Deployment, all that its operations ask for
    int allowance = 1;  // of any workload
};

/// Of the other workloads: their selectors overlap (overlapping-selectors), or their requests
/// and the Deployment's might not all fit on a node that both may use (shared-nodes,
/// preemption). sharing.cpp.
std::vector<LeftOut> left_out_by_workloads(const Deployment& deployment, const Manifests& manifests,
                                           const std::vector<NodeSpec>& nodes,
                                           const std::vector<model::Node>& met, const Room& room);

/// Whether the object is a workload that is not checked: its pods take room.
bool takes_room(const Object& object);

/// The value at the end of a chain of fields, or null where the chain breaks.
const Value* find_path(const Value& from, std::initializer_list<std::string_view> path);

/// The largest spec.maxReplicas of an autoscaler of the workload, if there is one.
std::optional<int> autoscaled_to(const Manifests& manifests, std::string_view kind, const std::string& name,
                                 const std::string& name_space);

}  // namespace kcheck::manifests
