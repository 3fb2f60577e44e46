#include "reference/controllers/replicaset_controller.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/controllers/controller_ref_manager.hpp"
#include "reference/controllers/pod_ranking.hpp"
#include "reference/controllers/replicaset_status.hpp"

namespace kcheck::reference::controllers {

namespace {

const ResourceKind pod_kind{"v1", "Pod", "pods"};
constexpr int burst_replicas = 500;  // replica_set.go:BurstReplicas

std::string pods_path(const Json& replica_set) {
    return client::collection_path("v1", "pods", namespace_of(replica_set));
}

int replicas_of(const Json& replica_set) {
    return static_cast<int>(int_at(replica_set, "/spec/replicas", 1));
}

/// controller_utils.go:GetPodFromTemplate.
Json pod_from_template(const Json& replica_set) {
    const Json& pattern = at(replica_set, "/spec/template");
    Json metadata = {
        {"generateName", name_of(replica_set) + "-"},
        {"ownerReferences", Json::array({controller_reference(replica_set, replica_set_kind.api_version,
                                                              replica_set_kind.kind)})}};
    for (const char* kept : {"labels", "annotations", "finalizers"}) {
        const Json& value = member(member(pattern, "metadata"), kept);
        if (!value.is_null()) metadata[kept] = value;
    }
    return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", at(pattern, "/spec")}};
}

bool is_timeout(const Response& response) { return response.status == 0 || response.status == 504; }

}  // namespace

ReplicaSetController::ReplicaSetController(Environment& environment, client::Api& api,
                                           client::Informer& replica_sets, client::Informer& pods,
                                           const ControllerOptions& options)
    : environment_(environment),
      api_(api),
      replica_sets_(replica_sets),
      pods_(pods),
      options_(options),
      recorder_(environment, api, name, options.events),
      expectations_(environment),
      queue_(environment, name, options.workers,
             [this](std::string key) { return process(std::move(key)); }) {
    pods_.add_index(client::controller_index, client::index_by_controller);
    replica_sets_.add_handlers({
        .on_add = [this](const Object& added) { queue_.add(key_of(*added)); },
        .on_update =
            [this](const Object& old, const Object& current) {
                if (uid_of(*old) != uid_of(*current)) replica_set_deleted(*old);
                queue_.add(key_of(*current));
            },
        .on_delete = [this](const Object& gone, bool) { replica_set_deleted(*gone); },
    });
    pods_.add_handlers({
        .on_add = [this](const Object& pod) { pod_added(pod); },
        .on_update = [this](const Object& old, const Object& current) { pod_updated(old, current); },
        .on_delete = [this](const Object& pod, bool) { pod_deleted(*pod); },
    });
}

void ReplicaSetController::replica_set_deleted(const Json& replica_set) {
    const auto key = key_of(replica_set);
    expectations_.forget(key);
    consistency_.forget(key);
    queue_.add(key);
}

void ReplicaSetController::pod_added(const Object& pod) {
    if (is_deleting(*pod)) return pod_deleted(*pod);
    const Json* controller = controller_of(*pod);
    if (controller == nullptr) return enqueue_all_that_match(*pod);
    const auto owner = resolve(namespace_of(*pod), controller);
    if (!owner) return;
    expectations_.creation_observed(key_of(*owner));
    queue_.add(key_of(*owner));
}

void ReplicaSetController::pod_updated(const Object& old, const Object& current) {
    if (resource_version_of(*old) == resource_version_of(*current)) return;  // a resync
    const bool relabeled = at(*old, "/metadata/labels") != at(*current, "/metadata/labels");
    if (is_deleting(*current)) {
        // What is marked for deletion is replaced at once, not when the kubelet has stopped it.
        pod_deleted(*current);
        if (relabeled) pod_deleted(*old);
        return;
    }
    const Json* controller = controller_of(*current);
    const Json* controller_before = controller_of(*old);
    const Json none;
    const bool moved = (controller == nullptr ? none : *controller) !=
                       (controller_before == nullptr ? none : *controller_before);
    if (moved)
        if (const auto owner = resolve(namespace_of(*old), controller_before)) queue_.add(key_of(*owner));
    if (controller == nullptr) {
        if (relabeled || moved) enqueue_all_that_match(*current);
        return;
    }
    const auto owner = resolve(namespace_of(*current), controller);
    if (!owner) return;
    queue_.add(key_of(*owner));
    const std::chrono::seconds min_ready(int_at(*owner, "/spec/minReadySeconds"));
    if (min_ready.count() > 0 && !is_pod_ready(*old) && is_pod_ready(*current))
        queue_.add_after(key_of(*owner), min_ready + std::chrono::seconds(1));
}

void ReplicaSetController::pod_deleted(const Json& pod) {
    const auto owner = resolve(namespace_of(pod), controller_of(pod));
    if (!owner) return;
    expectations_.deletion_observed(key_of(*owner), key_of(pod));
    queue_.add(key_of(*owner));
}

/// The ReplicaSet of this reference, if the cache has it under the same UID.
Object ReplicaSetController::resolve(const std::string& space, const Json* controller) const {
    if (controller == nullptr || string_at(*controller, "/kind") != replica_set_kind.kind) return nullptr;
    const auto owner = replica_sets_.get(space + "/" + string_at(*controller, "/name"));
    return owner && uid_of(*owner) == string_at(*controller, "/uid") ? owner : nullptr;
}

void ReplicaSetController::enqueue_all_that_match(const Json& pod) {
    for (const auto& [key, owner] : replica_sets_.store().objects())
        if (namespace_of(*owner) == namespace_of(pod) &&
            selector_matches(at(*owner, "/spec/selector"), at(pod, "/metadata/labels")))
            queue_.add(key);
}

Task<> ReplicaSetController::process(std::string key) {
    const SyncResult failure = co_await sync(key);
    if (failure)
        queue_.add_rate_limited(key);
    else
        queue_.forget(key);
}

Task<SyncResult> ReplicaSetController::sync(std::string key) {
    if (!consistency_.is_ready(key)) co_return Failure{"the cache has not reached the last write"};
    const Object replica_set = replica_sets_.get(key);
    if (!replica_set) {
        expectations_.forget(key);
        co_return std::nullopt;
    }
    // Before the pods are read: what is observed from now on is not in this view.
    const bool may_manage = expectations_.satisfied(key);
    std::vector<Object> candidates;
    for (const auto& index : {uid_of(*replica_set), client::orphans_of(namespace_of(*replica_set))})
        for (const auto& pod : pods_.store().by_index(client::controller_index, index))
            if (is_pod_active(*pod)) candidates.push_back(pod);
    Claim claim{.owner = replica_set,
                .owner_kind = replica_set_kind,
                .child_kind = pod_kind,
                .candidates = std::move(candidates)};
    if (!is(Switch::no_expectations))
        claim.on_patched = [this, key](const Json& pod) { consistency_.wrote(key, pods_, pod); };
    const Claimed claimed = co_await claim_children(api_, std::move(claim));
    if (claimed.failure) co_return claimed.failure;

    SyncResult managed;
    if (may_manage && !is_deleting(*replica_set)) {
        SyncResult result = co_await manage_replicas(replica_set, claimed.children);
        managed = std::move(result);
    }
    const int diff = static_cast<int>(claimed.children.size()) - replicas_of(*replica_set);
    Json status = replica_set_status(*replica_set, claimed.children, diff, managed, environment_.now());
    const SyncResult updated = co_await update_status(replica_set, status);
    if (updated) co_return updated;
    const auto min_ready = std::chrono::seconds(int_at(*replica_set, "/spec/minReadySeconds"));
    if (!managed && min_ready.count() > 0 && int_at(status, "/readyReplicas") == replicas_of(*replica_set) &&
        int_at(status, "/availableReplicas") != replicas_of(*replica_set))
        queue_.add_after(key, min_ready);
    co_return managed;
}

Task<SyncResult> ReplicaSetController::manage_replicas(Object replica_set, std::vector<Object> pods) {
    const int diff = static_cast<int>(pods.size()) - replicas_of(*replica_set);
    SyncResult result;
    if (diff < 0) {
        SyncResult created = co_await create_pods(replica_set, std::min(-diff, burst_replicas));
        result = std::move(created);
    } else if (diff > 0) {
        auto victims = pods_to_delete(environment_, {name, "victim", key_of(*replica_set)}, std::move(pods),
                                      related_pods(*replica_set),
                                      static_cast<std::size_t>(std::min(diff, burst_replicas)));
        SyncResult deleted = co_await delete_pods(replica_set, std::move(victims));
        result = std::move(deleted);
    }
    co_return result;
}

/// slowStartBatch: 1, 2, 4, ... at a time, until a batch has failed.
Task<SyncResult> ReplicaSetController::create_pods(Object replica_set, int count) {
    const auto key = key_of(*replica_set);
    if (!is(Switch::no_expectations)) expectations_.expect_creations(key, count);
    SyncResult failure;
    int created = 0;
    for (int left = count, batch = 1; left > 0 && !failure; left -= batch, batch *= 2) {
        batch = std::min(batch, left);
        std::vector<SyncResult> results(static_cast<std::size_t>(batch));
        std::vector<Task<>> tasks;
        for (std::size_t i = 0; i < results.size(); ++i) tasks.push_back(create_pod(replica_set, results, i));
        co_await WhenAll(std::move(tasks));
        for (const auto& result : results) {
            if (!result) ++created;
            if (result && !failure) failure = result;
        }
    }
    for (; created < count; ++created) expectations_.creation_observed(key);
    co_return failure;
}

Task<> ReplicaSetController::create_pod(Object replica_set, std::vector<SyncResult>& results,
                                        std::size_t which) {
    const Response reply =
        co_await api_.call(client::post_request(pods_path(*replica_set), pod_from_template(*replica_set)));
    if (reply.is_success()) {
        if (!is(Switch::no_expectations)) consistency_.wrote(key_of(*replica_set), pods_, reply.body);
        recorder_.record(*replica_set, replica_set_kind.api_version, replica_set_kind.kind, "Normal",
                         "SuccessfulCreate", "Created pod: " + name_of(reply.body));
        co_return;
    }
    if (client::namespace_is_terminating(reply)) co_return;
    if (is_timeout(reply) && is(Switch::create_timeout_is_success)) co_return;
    results[which] = Failure{client::error_message(reply)};
    recorder_.record(*replica_set, replica_set_kind.api_version, replica_set_kind.kind, "Warning",
                     "FailedCreate", "Error creating: " + client::error_message(reply));
}

Task<SyncResult> ReplicaSetController::delete_pods(Object replica_set, std::vector<Object> victims) {
    std::set<std::string> keys;
    for (const auto& victim : victims) keys.insert(key_of(*victim));
    if (!is(Switch::no_expectations)) expectations_.expect_deletions(key_of(*replica_set), std::move(keys));
    SyncResult failure;
    std::vector<Task<>> tasks;
    for (const auto& victim : victims) tasks.push_back(delete_pod(replica_set, victim, failure));
    co_await WhenAll(std::move(tasks));
    co_return failure;
}

Task<> ReplicaSetController::delete_pod(Object replica_set, Object pod, SyncResult& failure) {
    const Response reply =
        co_await api_.call(client::delete_request(pods_path(*replica_set) + "/" + name_of(*pod)));
    if (reply.is_success()) {
        recorder_.record(*replica_set, replica_set_kind.api_version, replica_set_kind.kind, "Normal",
                         "SuccessfulDelete", "Deleted pod: " + name_of(*pod));
        co_return;
    }
    // No event will tell of this deletion.
    expectations_.deletion_observed(key_of(*replica_set), key_of(*pod));
    if (reply.status == 404) co_return;
    if (!failure) failure = Failure{client::error_message(reply)};
    recorder_.record(*replica_set, replica_set_kind.api_version, replica_set_kind.kind, "Warning",
                     "FailedDelete", "Error deleting: " + client::error_message(reply));
}

/// The pods of all ReplicaSets of the same owner (replica_set.go:getIndirectlyRelatedPods).
std::vector<Object> ReplicaSetController::related_pods(const Json& replica_set) const {
    std::vector<Object> related;
    const Json* owner = controller_of(replica_set);
    for (const auto& [key, other] : replica_sets_.store().objects()) {
        const Json* other_owner = controller_of(*other);
        const bool is_sibling = owner != nullptr && other_owner != nullptr &&
                                string_at(*owner, "/uid") == string_at(*other_owner, "/uid");
        if (!is_sibling && uid_of(*other) != uid_of(replica_set)) continue;
        for (const auto& pod : pods_.store().by_index(client::controller_index, uid_of(*other)))
            related.push_back(pod);
    }
    return related;
}

/// On an error, once more upon what is stored now, but with the numbers and the generation of
/// this sync's view.
Task<SyncResult> ReplicaSetController::update_status(Object replica_set, Json status) {
    if (is(Switch::status_carries_time)) {
        const auto time = environment_.now();
        status["conditions"].push_back({{"type", "Synced"},
                                        {"status", "True"},
                                        {"lastTransitionTime", to_rfc3339(time)},
                                        {"message", std::to_string(time.time_since_epoch().count())}});
    } else if (!replica_set_status_differs(*replica_set, status)) {
        co_return std::nullopt;
    }
    const auto path = client::collection_path(replica_set_kind.api_version, replica_set_kind.plural,
                                              namespace_of(*replica_set)) +
                      "/" + name_of(*replica_set);
    Json base = *replica_set;
    for (int attempt = 0;; ++attempt) {
        base["status"] = status;
        if (is(Switch::update_without_resource_version)) base["metadata"].erase("resourceVersion");
        const Response reply = co_await api_.call(client::put_request(path + "/status", base));
        if (reply.is_success()) {
            if (!is(Switch::no_expectations))
                consistency_.wrote(key_of(*replica_set), replica_sets_, reply.body);
            co_return std::nullopt;
        }
        if (attempt == 1) co_return Failure{client::error_message(reply)};
        const Response fresh = co_await api_.call(client::get_request(path));
        if (!fresh.is_success()) co_return Failure{client::error_message(fresh)};
        base = fresh.body;
    }
}

}  // namespace kcheck::reference::controllers
