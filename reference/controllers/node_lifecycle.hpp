// The node lifecycle controller (pkg/controller/nodelifecycle/node_lifecycle_controller.go): tells
// from leases and statuses which nodes are alive, marks those that are not, and taints them.
//
// A node whose lease and status have not changed for the grace period, by this process's own
// clock, gets Ready=Unknown (PUT by UID and resourceVersion; GET and again, up to 5 times, if that
// conflicts). Its pods become Ready=False. Taints follow the conditions: NoSchedule at once, NoExecute
// (not-ready, unreachable) one node after the other. Evicting the pods is TaintEviction's part
// (node_lifecycle_eviction.hpp).
//
// Simplified: there is one rate of NoExecute taints, for a single zone (Kubernetes: 0.1 nodes a
// second, 0.01 or 0 in a zone that is unhealthy to 55 %), and none while no node at all is ready;
// taints that are there by then stay. Activities: {"node-lifecycle-controller", "monitor", ""} every
// 5 s, {"node-lifecycle-controller", "sync", node}.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "reference/client/api.hpp"
#include "reference/client/informer.hpp"
#include "reference/client/work_queue.hpp"

namespace kcheck::reference::controllers {

struct NodeLifecycleOptions {
    std::chrono::milliseconds monitor_period{5'000};
    std::chrono::milliseconds grace_period{50'000};
    std::chrono::milliseconds startup_grace_period{60'000};  // of nodes that never said anything
    std::chrono::milliseconds taint_interval{10'000};        // between two nodes' NoExecute taints
};

class NodeLifecycleController {
public:
    /// `leases`: of the namespace kube-node-lease.
    NodeLifecycleController(Environment& environment, client::Api& api, client::Informer& nodes,
                            client::Informer& leases, client::Informer& pods, NodeLifecycleOptions options);
    NodeLifecycleController(const NodeLifecycleController&) = delete;
    NodeLifecycleController& operator=(const NodeLifecycleController&) = delete;

    /// Before the informers are started. Begins once all have synced.
    void start();

private:
    struct Health {
        Time last_sign{};  // of life, by our clock
        Json conditions, lease;
        std::chrono::milliseconds grace{0};
    };
    enum class Outcome : std::uint8_t { done, retry };

    void node_changed(const Object& old, const Object& current);
    void monitor();
    void observe(const std::string& name, const Json& node);
    bool has_lapsed(const std::string& name) const;
    bool is_any_node_ready() const;

    Task<> sync(std::string name);
    Task<Outcome> mark_unknown(Json node);
    Task<Outcome> mark_pods_not_ready(std::string node);
    Task<Outcome> update_taints(Object node);
    Json wanted_taints(const Json& node);

    Environment& environment_;
    client::Api& api_;
    client::Informer& nodes_;
    client::Informer& leases_;
    client::Informer& pods_;
    NodeLifecycleOptions options_;
    client::WorkQueue queue_;
    std::map<std::string, Health> health_;
    std::set<std::string> has_unready_pods_;  // nodes that stopped being ready; their pods are to follow
    Time next_taint_{};
};

}  // namespace kcheck::reference::controllers
