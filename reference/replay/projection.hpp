// What a trace compares of the store: the members of `state` in docs/driver.md.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "reference/apiserver/api_server.hpp"

namespace kcheck::reference::replay {

struct WorkloadState {
    std::string name;
    std::int64_t replicas = 0, generation = 0, observed = 0, status_replicas = 0, status_available = 0;
    bool operator==(const WorkloadState&) const = default;
};

struct PodState {
    std::string name, uid;
    bool deleting = false;
    std::string phase = "Pending";  // "Pending", "Running" or "Terminal"
    std::string node;               // its name; empty: unbound
    bool operator==(const PodState&) const = default;
};

/// What one commit did to the projection.
struct Change {
    std::string resource;                   // "pods", "deployments", "replicasets"
    std::optional<PodState> before, after;  // of a pod
};

class Projection {
public:
    /// Nothing, if the commit does not show.
    std::optional<Change> apply(const std::string& key, const Json& object);

    const std::optional<WorkloadState>& deployment() const { return deployment_; }
    const std::optional<WorkloadState>& replica_set() const { return replica_set_; }
    const std::map<std::string, PodState>& pods() const { return pods_; }  // by name

    static WorkloadState workload(const Json& object);
    static PodState pod(const Json& object);

private:
    std::optional<WorkloadState> deployment_, replica_set_;
    std::map<std::string, PodState> pods_;
};

}  // namespace kcheck::reference::replay
