// What the scheduler computes with: pods and nodes, with their resources summed up once
// (pkg/scheduler/framework/types.go). The kubelet's admission uses the same (filters.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reference/client/indexer.hpp"

namespace kcheck::reference::scheduler {

/// Name to amount: "cpu" in thousandths of a core, all else ("memory", "ephemeral-storage", "pods",
/// extended resources) in their own unit.
using Resources = std::map<std::string, std::int64_t>;

void add(Resources& sum, const Resources& more);
void subtract(Resources& sum, const Resources& less);
std::int64_t amount_of(const Resources& resources, const std::string& name);

/// A list as objects have it: {"cpu":"500m","memory":"1Gi"}.
Resources read_resources(const Json& list);

struct HostPort {
    std::string protocol, ip;  // "TCP"; "0.0.0.0": every address of the node
    std::int64_t port = 0;
    bool conflicts_with(const HostPort& other) const;
};

struct PodInfo {
    explicit PodInfo(Object object);

    Object pod;
    std::string key, uid;
    Resources requests;
    /// The same, with 100m CPU and 200Mi memory for each container that requests none: pods that
    /// request nothing should spread as well (pkg/scheduler/util/pod_resources.go).
    Resources non_zero_requests;
    std::vector<HostPort> host_ports;
    bool has_pod_anti_affinity = false;  // required ones
};

struct NodeInfo {
    Object node;  // null: pods are bound to it, but the node is unknown
    Resources allocatable;
    std::map<std::string, PodInfo> pods;  // by UID; bound or assumed
    Resources requested, non_zero_requested;

    void set_node(Object object);
    void add_pod(const PodInfo& pod);
    void remove_pod(const std::string& uid);
};

/// By name; a node without an object is none (scheduler/backend/cache: snapshot.go).
using Nodes = std::map<std::string, NodeInfo>;

}  // namespace kcheck::reference::scheduler
