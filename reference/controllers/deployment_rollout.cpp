// The two strategies of a rollout (pkg/controller/deployment: rolling.go, recreate.go).
#include <algorithm>

#include "reference/base/objects.hpp"
#include "reference/controllers/deployment_status.hpp"
#include "reference/controllers/deployment_sync.hpp"
#include "reference/controllers/deployment_util.hpp"

namespace kcheck::reference::controllers {

/// One step a sync: the new one up, or else old ones down, or else cleaning up.
Task<> DeploymentSync::roll_out_rolling() {
    const ReplicaSets found = co_await get_all_and_sync_revision(true);
    bool moved = co_await reconcile_new(found);
    if (!moved) {
        const bool scaled_down = co_await reconcile_old(found);
        moved = scaled_down;
    }
    if (!moved && is_complete(deployment_, at(deployment_, "/status"))) co_await clean_up(found.old_ones);
    co_await sync_rollout_status(found);
}

Task<bool> DeploymentSync::reconcile_new(ReplicaSets found) {
    const auto now = spec_replicas(*found.new_one);
    const auto wanted = spec_replicas(deployment_);
    if (now == wanted) co_return false;
    const auto next = now > wanted ? wanted : new_replica_set_replicas(deployment_, found.all(), now);
    if (next == now) co_return false;
    co_await scale_to(found.new_one, next);
    co_return true;
}

/// Whether any old one was scaled down. Errors end it without a retry, as in Kubernetes
/// (reconcileOldReplicaSets returns nil): only the next event goes on.
Task<bool> DeploymentSync::reconcile_old(ReplicaSets found) {
    auto active = active_replica_sets(found.old_ones);
    if (active.empty()) co_return false;
    const auto available_min = spec_replicas(deployment_) - max_unavailable(deployment_);
    const auto new_unavailable =
        spec_replicas(*found.new_one) - int_at(*found.new_one, "/status/availableReplicas");
    // Pods that the new one still lacks may be missing already: they are not taken away twice.
    const auto scaled_down_max = sum_of_spec_replicas(found.all()) - available_min - new_unavailable;
    if (scaled_down_max <= 0) co_return false;
    std::int64_t count = 0;
    try {
        const auto unhealthy = co_await clean_up_unhealthy(active, scaled_down_max);
        const auto healthy = co_await scale_down_old(active, found.new_one);
        count = unhealthy + healthy;
    } catch (const SyncFailed&) {
        count = 0;
    }
    co_return count > 0;
}

/// Pods that are not available cost nothing: they go first. Replaces what it has scaled.
Task<std::int64_t> DeploymentSync::clean_up_unhealthy(std::vector<Object>& old_ones, std::int64_t count_max) {
    sort_by_creation(old_ones);
    std::int64_t count = 0;
    for (auto& old_one : old_ones) {
        if (count >= count_max) break;
        const auto replicas = spec_replicas(*old_one);
        const auto available = int_at(*old_one, "/status/availableReplicas");
        if (replicas == 0 || replicas == available) continue;
        if (available > replicas)
            throw SyncFailed({"when cleaning up unhealthy replicas, got invalid request to scale down"});
        const auto down = std::min(count_max - count, replicas - available);
        Object scaled = co_await scale_to(old_one, replicas - down);
        old_one = std::move(scaled);
        count += down;
    }
    co_return count;
}

/// As many as are available beyond the minimum, the oldest first
/// (scaleDownOldReplicaSetsForRollingUpdate).
Task<std::int64_t> DeploymentSync::scale_down_old(std::vector<Object> old_ones, Object new_one) {
    auto all = old_ones;
    all.push_back(new_one);
    const auto surplus = sum_of_status(all, "/status/availableReplicas") -
                         (spec_replicas(deployment_) - max_unavailable(deployment_));
    sort_by_creation(old_ones);
    std::int64_t count = 0;
    for (const auto& old_one : old_ones) {
        if (count >= surplus) break;
        const auto replicas = spec_replicas(*old_one);
        if (replicas == 0) continue;
        const auto down = std::min(replicas, surplus - count);
        co_await scale_to(old_one, replicas - down);
        count += down;
    }
    co_return count;
}

/// All old ones to 0; wait until none of their pods runs; then the new one.
Task<> DeploymentSync::roll_out_recreate() {
    ReplicaSets found = co_await get_all_and_sync_revision(false);
    const auto active = active_replica_sets(found.old_ones);
    for (const auto& old_one : active) co_await scale_to(old_one, 0);
    if (!active.empty() || old_pods_are_running(found)) {
        co_await sync_rollout_status(std::move(found));
        co_return;
    }
    if (!found.new_one) {
        ReplicaSets created = co_await get_all_and_sync_revision(true);
        found = std::move(created);
    }
    if (spec_replicas(*found.new_one) != spec_replicas(deployment_))
        co_await scale_to(found.new_one, spec_replicas(deployment_));
    if (is_complete(deployment_, at(deployment_, "/status"))) co_await clean_up(found.old_ones);
    co_await sync_rollout_status(std::move(found));
}

/// A pod that is being deleted still runs until its phase is terminal.
bool DeploymentSync::old_pods_are_running(const ReplicaSets& found) const {
    if (sum_of_status(found.old_ones, "/status/replicas") > 0) return true;
    for (const auto& old_one : found.old_ones)
        for (const auto& pod : context_.pods.store().by_index(client::controller_index, uid_of(*old_one)))
            if (!is_pod_terminal(*pod)) return true;
    return false;
}

}  // namespace kcheck::reference::controllers
