// Where a pod can run (pkg/scheduler/framework/plugins).
//
// The filters NodeUnschedulable, NodeName, TaintToleration, NodeAffinity, NodePorts,
// NodeResourcesFit, and InterPodAffinity with its required terms. Not there: volumes, explicit
// topologySpreadConstraints, and namespaceSelectors other than {} (all namespaces).
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reference/scheduler/node_info.hpp"

namespace kcheck::reference::scheduler {

/// Why the pod cannot run there, in the words of events ("Insufficient cpu"); empty: it can, as far
/// as the node and what is on it are concerned. The node must be known.
std::vector<std::string> reasons_against(const PodInfo& pod, const NodeInfo& node);

/// Required pod affinity and anti-affinity, of the pod and of those that are there already
/// (plugins/interpodaffinity/filtering.go). Holds what one scheduling cycle needs of all nodes.
class InterPodAffinity {
public:
    InterPodAffinity(const PodInfo& pod, const Nodes& nodes);
    std::vector<std::string> reasons_against(const NodeInfo& node) const;

private:
    /// A topology key and its value on a node: ("topology.kubernetes.io/zone", "a").
    using Domains = std::set<std::pair<std::string, std::string>>;
    static bool has_domain(const Domains& domains, const std::string& topology_key, const NodeInfo& node);

    std::vector<std::string> affinity_keys_, anti_affinity_keys_;  // topology keys of the pod's terms
    Domains attracted_to_;                                         // pods that match all affinity terms
    std::vector<Domains> repelled_by_;                             // for each of anti_affinity_keys_
    Domains refused_by_;                                           // existing pods refuse this one
    bool may_be_first_ = false;  // matches its own terms: somebody has to be the first
};

}  // namespace kcheck::reference::scheduler
