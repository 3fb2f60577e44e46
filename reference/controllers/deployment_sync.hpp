// One sync of one Deployment (pkg/controller/deployment: syncDeployment from the adopted
// ReplicaSets on; sync.go, rolling.go, recreate.go, progress.go).
//
// Everything is decided from what the caches held when the sync began. The Deployment is a copy
// whose status and annotations this sync changes, but whose resourceVersion stays: a second write
// of its status conflicts, the sync ends, and the next one sees the first write. Nothing is kept
// between syncs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/event_recorder.hpp"
#include "reference/client/informer.hpp"
#include "reference/controllers/failure.hpp"

namespace kcheck::reference::controllers {

class DeploymentSync {
public:
    struct Context {
        Environment& environment;
        client::Api& api;
        const client::Informer& replica_sets;
        const client::Informer& pods;  // with controller_index
        client::EventRecorder& recorder;
        const Switches& switches;
    };
    /// `owned`: the ReplicaSets that the Deployment has claimed.
    DeploymentSync(Context context, Json deployment, std::vector<Object> owned)
        : context_(context), deployment_(std::move(deployment)), owned_(std::move(owned)) {}
    DeploymentSync(const DeploymentSync&) = delete;
    DeploymentSync& operator=(const DeploymentSync&) = delete;

    /// Throws SyncFailed.
    Task<> run();
    /// After a sync: when the progress deadline wants to be looked at; 0: soon.
    std::optional<std::chrono::milliseconds> check_again_after() const { return check_again_after_; }

private:
    /// What one reading of the ReplicaSets has found. `new_one` may be null.
    struct ReplicaSets {
        Object new_one;
        std::vector<Object> old_ones;
        std::vector<Object> all() const {
            auto together = old_ones;
            together.push_back(new_one);
            return together;
        }
    };

    // sync.go
    Task<> sync_status_only();
    Task<> sync_without_rollout();
    Task<bool> is_scaling_event();
    Task<ReplicaSets> get_all_and_sync_revision(bool create);
    Task<Object> get_new(std::vector<Object> old_ones, bool create);
    Task<Object> sync_existing(Object existing, std::int64_t revision);
    Task<Object> create_new(std::vector<Object> old_ones, std::int64_t revision);
    Task<Object> after_failed_create(Response reply, Json wanted);
    Task<> scale(ReplicaSets found);
    Task<> scale_in_proportion(ReplicaSets found);
    Task<Object> scale_to(Object replica_set, std::int64_t replicas);
    Task<> clean_up(std::vector<Object> old_ones);
    Task<> sync_deployment_status(ReplicaSets found);
    Task<> sync_rollout_status(ReplicaSets found);
    Task<> put_status();

    // rolling.go
    Task<> roll_out_rolling();
    Task<bool> reconcile_new(ReplicaSets found);
    Task<bool> reconcile_old(ReplicaSets found);
    Task<std::int64_t> clean_up_unhealthy(std::vector<Object>& old_ones, std::int64_t count_max);
    Task<std::int64_t> scale_down_old(std::vector<Object> old_ones, Object new_one);

    // recreate.go
    Task<> roll_out_recreate();
    bool old_pods_are_running(const ReplicaSets& found) const;

    bool set_revision(const std::string& revision);
    void set_progressing(const std::string& status, const std::string& reason, const std::string& message);
    void record(const std::string& type, const std::string& reason, const std::string& message);
    std::string replica_sets_path() const;

    Context context_;
    Json deployment_;
    std::vector<Object> owned_;
    std::optional<std::chrono::milliseconds> check_again_after_;
};

}  // namespace kcheck::reference::controllers
