#include "reference/controllers/deployment_controller.hpp"

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/controllers/controller_ref_manager.hpp"
#include "reference/controllers/deployment_sync.hpp"
#include "reference/controllers/deployment_util.hpp"

namespace kcheck::reference::controllers {

namespace {

const ResourceKind deployment_kind{"apps/v1", "Deployment", "deployments"};
constexpr int retries_max = 15;  // deployment_controller.go:maxRetries

}  // namespace

DeploymentController::DeploymentController(Environment& environment, client::Api& api,
                                           client::Informer& deployments, client::Informer& replica_sets,
                                           client::Informer& pods, const ControllerOptions& options)
    : environment_(environment),
      api_(api),
      deployments_(deployments),
      replica_sets_(replica_sets),
      pods_(pods),
      options_(options),
      recorder_(environment, api, name, options.events),
      queue_(environment, name, options.workers,
             [this](std::string key) { return process(std::move(key)); }) {
    pods_.add_index(client::controller_index, client::index_by_controller);
    const auto enqueue = [this](const Object& deployment) { queue_.add(key_of(*deployment)); };
    deployments_.add_handlers({
        .on_add = enqueue,
        .on_update = [enqueue](const Object&, const Object& current) { enqueue(current); },
        .on_delete = [enqueue](const Object& gone, bool) { enqueue(gone); },
    });
    replica_sets_.add_handlers({
        .on_add = [this](const Object& added) { enqueue_owners(*added); },
        .on_update = [this](const Object& old, const Object& current) { replica_set_changed(old, current); },
        .on_delete =
            [this](const Object& gone, bool) {
                if (const auto owner = resolve(namespace_of(*gone), controller_of(*gone)))
                    queue_.add(key_of(*owner));
            },
    });
    pods_.add_handlers({.on_delete = [this](const Object& pod, bool) { spawn(pod_deleted(pod)); }});
}

void DeploymentController::replica_set_changed(const Object& old, const Object& current) {
    if (resource_version_of(*old) == resource_version_of(*current)) return;  // a resync
    const Json* before = controller_of(*old);
    const Json* now = controller_of(*current);
    const bool moved = before != nullptr && (now == nullptr || *before != *now);
    if (moved)
        if (const auto owner = resolve(namespace_of(*old), before)) queue_.add(key_of(*owner));
    const bool relabeled = at(*old, "/metadata/labels") != at(*current, "/metadata/labels");
    if (now != nullptr || moved || relabeled) enqueue_owners(*current);
}

/// Its Deployment; of an orphan, every one that could adopt it.
void DeploymentController::enqueue_owners(const Json& replica_set) {
    const auto space = namespace_of(replica_set);
    if (const Json* controller = controller_of(replica_set)) {
        if (const auto owner = resolve(space, controller)) queue_.add(key_of(*owner));
        return;
    }
    for (const auto& [key, deployment] : deployments_.store().objects())
        if (namespace_of(*deployment) == space &&
            selector_matches(at(*deployment, "/spec/selector"), at(replica_set, "/metadata/labels")))
            queue_.add(key);
}

Object DeploymentController::resolve(const std::string& space, const Json* controller) const {
    if (controller == nullptr || string_at(*controller, "/kind") != deployment_kind.kind) return nullptr;
    const auto owner = deployments_.get(space + "/" + string_at(*controller, "/name"));
    return owner && uid_of(*owner) == string_at(*controller, "/uid") ? owner : nullptr;
}

/// The last pod of a Recreate rollout's old ReplicaSets is gone: it may go on. Which ReplicaSets
/// there are is asked of kube-apiserver.
Task<> DeploymentController::pod_deleted(Object pod) {
    const Json* controller = controller_of(*pod);
    if (controller == nullptr || string_at(*controller, "/kind") != replica_set_kind.kind) co_return;
    const auto space = namespace_of(*pod);
    const auto replica_set = replica_sets_.get(space + "/" + string_at(*controller, "/name"));
    if (!replica_set || uid_of(*replica_set) != string_at(*controller, "/uid")) co_return;
    const auto deployment = resolve(space, controller_of(*replica_set));
    if (!deployment || is_rolling_update(*deployment)) co_return;
    const Response list = co_await api_.call(client::get_request(
        client::collection_path(replica_set_kind.api_version, replica_set_kind.plural, space)));
    if (!list.is_success()) co_return;
    for (const auto& item : member(list.body, "items"))
        if (is_controlled_by(item, *deployment) &&
            !pods_.store().by_index(client::controller_index, uid_of(item)).empty())
            co_return;
    queue_.add(key_of(*deployment));
}

/// handleErr.
Task<> DeploymentController::process(std::string key) {
    SyncResult failure;
    try {
        co_await sync(key);
    } catch (const SyncFailed& failed) {
        failure = failed.failure;
    }
    if (failure && failure->retry && queue_.failures(key) < retries_max)
        queue_.add_rate_limited(key);
    else
        queue_.forget(key);
}

Task<> DeploymentController::sync(std::string key) {
    const Object deployment = deployments_.get(key);
    if (!deployment) co_return;
    std::vector<Object> candidates;
    for (const auto& [name_there, replica_set] : replica_sets_.store().objects())
        if (namespace_of(*replica_set) == namespace_of(*deployment)) candidates.push_back(replica_set);
    Claim claim{.owner = deployment,
                .owner_kind = deployment_kind,
                .child_kind = replica_set_kind,
                .candidates = std::move(candidates)};
    const Claimed owned = co_await claim_children(api_, std::move(claim));
    if (owned.failure) throw SyncFailed(*owned.failure);
    DeploymentSync work({environment_, api_, replica_sets_, pods_, recorder_, options_.switches}, *deployment,
                        owned.children);
    co_await work.run();
    const auto again = work.check_again_after();
    if (!again) co_return;
    if (again->count() == 0)
        queue_.add_rate_limited(key);
    else
        queue_.add_after(key, *again);
}

}  // namespace kcheck::reference::controllers
