// Brings what a kubelet knows of its pods to kube-apiserver (pkg/kubelet/status/status_manager.go).
//
// Holds the newest status of each pod, with a version. A pass for a pod: GET, merge, PATCH /status
// guarded by the UID and nothing else, and, once the pod is being deleted, its stored phase is
// terminal and its worker has finished, DELETE with grace period 0. A stored phase that is terminal
// stays, even if another has written it. One pass at a time. What fails
// is tried again with the next change, or the next tick (10 s).
//
// Passes are activities "status" with the UID; changes that come before a pass runs are one pass.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include "reference/base/environment.hpp"
#include "reference/client/api.hpp"
#include "reference/client/indexer.hpp"

namespace kcheck::reference::kubelet {

class StatusManager {
public:
    struct Pods {
        /// The newest that the kubelet has heard of the pod; null if it is not its pod (any more).
        std::function<Object(const std::string& uid)> find;
        std::function<bool(const std::string& uid)> could_have_running_containers;
    };

    StatusManager(Environment& environment, client::Api& api, std::string component, Pods pods);
    StatusManager(const StatusManager&) = delete;
    StatusManager& operator=(const StatusManager&) = delete;
    void start();

    /// Of a status that generate_pod_status has made. Nothing happens if it says nothing new, unless
    /// the pod is being deleted (SetPodStatus).
    void set(const Json& pod, Json status);
    /// The worker has finished: whatever is not terminal by now has failed (TerminatePod).
    void terminate(const Json& pod);
    const Json* find(const std::string& uid) const;  // null: none was set
    void forget(const std::string& uid);

private:
    struct Versioned {
        Json status;
        std::string name_space, name;
        std::uint64_t version = 0, written = 0;
        bool is_finished = false;
        bool is_scheduled = false;
    };

    void update(const Json& pod, Json status, bool is_finished, bool force);
    void schedule(const std::string& uid);
    void tick();
    Task<> drain();
    Task<> sync_pod(std::string uid);
    bool needs_update(const std::string& uid, const Versioned& status) const;
    bool needs_reconcile(const std::string& uid, const Versioned& status) const;
    Json merge(const Json& pod, const Json& status, const std::string& uid) const;

    Environment& environment_;
    client::Api& api_;
    std::string component_;
    Pods pods_;
    std::map<std::string, Versioned> statuses_;  // by UID
    std::deque<std::string> line_;               // whose pass is next
    bool is_draining_ = false;
};

}  // namespace kcheck::reference::kubelet
