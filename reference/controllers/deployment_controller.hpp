// The deployment controller: a ReplicaSet for every pod template, and rollouts from one to the
// next (pkg/controller/deployment/deployment_controller.go).
//
// This part decides when to sync; what a sync does is in deployment_sync.hpp. It keeps nothing
// but its queue: a failed sync is tried again 15 times and then dropped until the next event.
//
// Switch that it heeds: update_without_resource_version.
#pragma once

#include "reference/base/environment.hpp"
#include "reference/client/event_recorder.hpp"
#include "reference/client/informer.hpp"
#include "reference/client/work_queue.hpp"
#include "reference/controllers/controller_options.hpp"

namespace kcheck::reference::controllers {

class DeploymentController {
public:
    static constexpr const char* name = "deployment-controller";

    /// Adds its handlers and indexes to the informers, which it shares with other controllers and
    /// which must not have been started.
    DeploymentController(Environment& environment, client::Api& api, client::Informer& deployments,
                         client::Informer& replica_sets, client::Informer& pods,
                         const ControllerOptions& options);

    /// Call when the informers have synced.
    void start() { queue_.start(); }
    client::WorkQueue& queue() { return queue_; }

private:
    void replica_set_changed(const Object& old, const Object& current);
    void enqueue_owners(const Json& replica_set);
    Object resolve(const std::string& space, const Json* controller) const;
    Task<> pod_deleted(Object pod);

    Task<> process(std::string key);
    Task<> sync(std::string key);

    Environment& environment_;
    client::Api& api_;
    client::Informer& deployments_;
    client::Informer& replica_sets_;
    client::Informer& pods_;
    ControllerOptions options_;
    client::EventRecorder recorder_;
    client::WorkQueue queue_;
};

}  // namespace kcheck::reference::controllers
