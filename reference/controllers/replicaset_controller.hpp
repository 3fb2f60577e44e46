// The ReplicaSet controller: as many active pods as spec.replicas says, and a status that counts
// them (pkg/controller/replicaset/replica_set.go).
//
// A sync reads the caches once, then creates or deletes what the difference asks for, then writes
// the status with the numbers of the beginning. It does not begin before the caches have reached
// the controller's own writes, and does not create or delete before its expectations are met.
//
// Switches that it heeds: no_expectations, update_without_resource_version,
// create_timeout_is_success, status_carries_time.
#pragma once

#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/event_recorder.hpp"
#include "reference/client/informer.hpp"
#include "reference/client/work_queue.hpp"
#include "reference/controllers/consistency_store.hpp"
#include "reference/controllers/controller_options.hpp"
#include "reference/controllers/expectations.hpp"
#include "reference/controllers/failure.hpp"

namespace kcheck::reference::controllers {

class ReplicaSetController {
public:
    static constexpr const char* name = "replicaset-controller";

    /// Adds its handlers and indexes to the informers, which it shares with other controllers and
    /// which must not have been started.
    ReplicaSetController(Environment& environment, client::Api& api, client::Informer& replica_sets,
                         client::Informer& pods, const ControllerOptions& options);

    /// Call when the informers have synced.
    void start() { queue_.start(); }
    client::WorkQueue& queue() { return queue_; }
    const Expectations& expectations() const { return expectations_; }

private:
    void pod_added(const Object& pod);
    void pod_updated(const Object& old, const Object& current);
    void pod_deleted(const Json& pod);
    void replica_set_deleted(const Json& replica_set);
    Object resolve(const std::string& space, const Json* controller) const;
    void enqueue_all_that_match(const Json& pod);
    std::vector<Object> related_pods(const Json& replica_set) const;
    bool is(Switch which) const { return options_.switches.contains(which); }

    Task<> process(std::string key);
    Task<SyncResult> sync(std::string key);
    Task<SyncResult> manage_replicas(Object replica_set, std::vector<Object> pods);
    Task<SyncResult> create_pods(Object replica_set, int count);
    Task<> create_pod(Object replica_set, std::vector<SyncResult>& results, std::size_t which);
    Task<SyncResult> delete_pods(Object replica_set, std::vector<Object> victims);
    Task<> delete_pod(Object replica_set, Object pod, SyncResult& failure);
    Task<SyncResult> update_status(Object replica_set, Json status);

    Environment& environment_;
    client::Api& api_;
    client::Informer& replica_sets_;
    client::Informer& pods_;
    ControllerOptions options_;
    client::EventRecorder recorder_;
    Expectations expectations_;
    ConsistencyStore consistency_;
    client::WorkQueue queue_;
};

}  // namespace kcheck::reference::controllers
