#include "reference/controllers/deployment_sync.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/controllers/deployment_status.hpp"
#include "reference/controllers/deployment_util.hpp"

namespace kcheck::reference::controllers {

namespace {

[[noreturn]] void fail(const Response& reply) {
    throw SyncFailed({client::error_message(reply), !client::namespace_is_terminating(reply)});
}

}  // namespace

Task<> DeploymentSync::run() {
    if (is_deleting(deployment_)) {
        co_await sync_status_only();
        co_return;
    }
    if (set_paused_condition(deployment_, context_.environment.now())) co_await put_status();
    bool only_scale = bool_at(deployment_, "/spec/paused");
    if (!only_scale) {
        const bool scaling = co_await is_scaling_event();
        only_scale = scaling;
    }
    if (only_scale)
        co_await sync_without_rollout();
    else if (is_rolling_update(deployment_))
        co_await roll_out_rolling();
    else
        co_await roll_out_recreate();
}

Task<> DeploymentSync::sync_status_only() {
    ReplicaSets found = co_await get_all_and_sync_revision(false);
    co_await sync_deployment_status(std::move(found));
}

/// sync.go:sync, of what is paused or being scaled.
Task<> DeploymentSync::sync_without_rollout() {
    const ReplicaSets found = co_await get_all_and_sync_revision(false);
    co_await scale(found);
    if (bool_at(deployment_, "/spec/paused")) co_await clean_up(found.old_ones);
    co_await sync_deployment_status(found);
}

/// Some active ReplicaSet was last scaled for another number of replicas.
Task<bool> DeploymentSync::is_scaling_event() {
    const ReplicaSets found = co_await get_all_and_sync_revision(false);
    for (const auto& replica_set : active_replica_sets(found.all())) {
        const auto desired = annotated_number(*replica_set, desired_replicas_annotation);
        if (desired >= 0 && desired != spec_replicas(deployment_)) co_return true;
    }
    co_return false;
}

Task<DeploymentSync::ReplicaSets> DeploymentSync::get_all_and_sync_revision(bool create) {
    ReplicaSets found;
    found.old_ones = find_old_replica_sets(owned_, find_new_replica_set(deployment_, owned_));
    Object new_one = co_await get_new(found.old_ones, create);
    found.new_one = std::move(new_one);
    co_return found;
}

Task<Object> DeploymentSync::get_new(std::vector<Object> old_ones, bool create) {
    const auto revision = max_revision(old_ones) + 1;
    const auto existing = find_new_replica_set(deployment_, owned_);
    Object result;
    if (existing) {
        Object synced = co_await sync_existing(existing, revision);
        result = std::move(synced);
    } else if (create) {
        Object created = co_await create_new(std::move(old_ones), revision);
        result = std::move(created);
    }
    co_return result;
}

Task<Object> DeploymentSync::sync_existing(Object existing, std::int64_t revision) {
    Json updated = *existing;
    const bool annotated = set_new_replica_set_annotations(deployment_, updated, revision, true);
    const auto min_ready = int_at(deployment_, "/spec/minReadySeconds");
    const bool ages_otherwise = int_at(updated, "/spec/minReadySeconds") != min_ready;
    if (ages_otherwise) updated["spec"]["minReadySeconds"] = min_ready;
    if (annotated || ages_otherwise) {
        if (context_.switches.contains(Switch::update_without_resource_version))
            updated["metadata"].erase("resourceVersion");
        const Response reply = co_await context_.api.call(
            client::put_request(replica_sets_path() + "/" + name_of(updated), updated));
        if (!reply.is_success()) fail(reply);
        co_return std::make_shared<const Json>(reply.body);
    }
    bool must_update = set_revision(annotation(*existing, revision_annotation));
    if (has_progress_deadline(deployment_) && find_condition(deployment_, "Progressing") == nullptr) {
        set_progressing("True", "FoundNewReplicaSet",
                        fmt::format("Found new replica set \"{}\"", name_of(*existing)));
        must_update = true;
    }
    if (must_update) co_await put_status();
    co_return existing;
}

Task<Object> DeploymentSync::create_new(std::vector<Object> old_ones, std::int64_t revision) {
    const auto hash =
        pod_template_hash(at(deployment_, "/spec/template"), at(deployment_, "/status/collisionCount"));
    Json pattern = at(deployment_, "/spec/template");
    pattern["metadata"]["labels"][pod_template_hash_label] = hash;
    Json selector = at(deployment_, "/spec/selector");
    selector["matchLabels"][pod_template_hash_label] = hash;
    Json wanted = {
        {"apiVersion", "apps/v1"},
        {"kind", "ReplicaSet"},
        {"metadata",
         {{"name", name_of(deployment_) + "-" + hash},
          {"namespace", namespace_of(deployment_)},
          {"labels", pattern["metadata"]["labels"]},
          {"ownerReferences", Json::array({controller_reference(deployment_, "apps/v1", "Deployment")})}}},
        {"spec", {{"selector", selector}, {"template", pattern}}}};
    const auto min_ready = int_at(deployment_, "/spec/minReadySeconds");
    if (min_ready != 0) wanted["spec"]["minReadySeconds"] = min_ready;
    const auto replicas = new_replica_set_replicas(deployment_, old_ones, 0);
    wanted["spec"]["replicas"] = replicas;
    set_new_replica_set_annotations(deployment_, wanted, revision, false);

    const Response reply = co_await context_.api.call(client::post_request(replica_sets_path(), wanted));
    if (!reply.is_success()) {
        Object existing = co_await after_failed_create(reply, wanted);
        // Ours after all, from a request whose outcome was not known.
        if (set_revision(std::to_string(revision))) co_await put_status();
        co_return existing;
    }
    const auto created = std::make_shared<const Json>(reply.body);
    if (replicas > 0)
        record("Normal", "ScalingReplicaSet",
               fmt::format("Scaled up replica set {} from 0 to {}", name_of(*created), replicas));
    bool must_update = set_revision(std::to_string(revision));
    if (has_progress_deadline(deployment_)) {
        set_progressing("True", "NewReplicaSetCreated",
                        fmt::format("Created new replica set \"{}\"", name_of(*created)));
        must_update = true;
    }
    if (must_update) co_await put_status();
    co_return created;
}

/// Returns the ReplicaSet if the name is taken by our own; else always throws.
Task<Object> DeploymentSync::after_failed_create(Response reply, Json wanted) {
    if (client::is_reason(reply, "AlreadyExists")) {
        const auto stored = context_.replica_sets.get(key_of(wanted));
        if (!stored) fail(reply);  // the cache does not know it yet: try again
        if (is_controlled_by(*stored, deployment_) && canonical_template(at(*stored, "/spec/template")) ==
                                                          canonical_template(at(wanted, "/spec/template")))
            co_return stored;
        // Somebody else's: another hash next time.
        deployment_["status"]["collisionCount"] = int_at(deployment_, "/status/collisionCount") + 1;
        co_await put_status();
        fail(reply);
    }
    if (client::namespace_is_terminating(reply)) fail(reply);
    const auto message = fmt::format("Failed to create new replica set \"{}\": {}", name_of(wanted),
                                     client::error_message(reply));
    record("Warning", "ReplicaSetCreateError", message);
    if (has_progress_deadline(deployment_)) {
        set_progressing("False", "ReplicaSetCreateError", message);
        try {
            co_await put_status();
        } catch (const SyncFailed&) {
            // What failed first is what is reported.
        }
    }
    fail(reply);
}

/// sync.go:scale. Sets one ReplicaSet, or all in proportion, to what the Deployment wants.
Task<> DeploymentSync::scale(ReplicaSets found) {
    if (const auto only = find_active_or_latest(found.new_one, found.old_ones)) {
        // As it is in Kubernetes: the annotation is not corrected if the number is right already.
        if (spec_replicas(*only) != spec_replicas(deployment_))
            co_await scale_to(only, spec_replicas(deployment_));
        co_return;
    }
    if (is_saturated(deployment_, found.new_one)) {
        for (const auto& old_one : active_replica_sets(found.old_ones)) co_await scale_to(old_one, 0);
        co_return;
    }
    if (is_rolling_update(deployment_)) co_await scale_in_proportion(std::move(found));
}

Task<> DeploymentSync::scale_in_proportion(ReplicaSets found) {
    auto active = active_replica_sets(found.all());
    const auto wanted = spec_replicas(deployment_);
    const auto allowed = wanted > 0 ? wanted + max_surge(deployment_) : 0;
    const auto to_add = allowed - sum_of_spec_replicas(active);
    // The larger first; of equals, the newer grows and the older shrinks.
    sort_by_creation(active);
    if (to_add > 0) std::reverse(active.begin(), active.end());
    std::stable_sort(active.begin(), active.end(),
                     [](const Object& a, const Object& b) { return spec_replicas(*a) > spec_replicas(*b); });
    std::int64_t added = 0;
    std::vector<std::int64_t> sizes;
    for (const auto& replica_set : active) {
        const auto share = proportion(*replica_set, deployment_, to_add, added);
        sizes.push_back(spec_replicas(*replica_set) + share);
        added += share;
    }
    for (std::size_t i = 0; i < active.size(); ++i) {
        // The largest gets what rounding has left over.
        const auto leftover = i == 0 ? to_add - added : 0;
        co_await scale_to(active[i], std::max<std::int64_t>(sizes[i] + leftover, 0));
    }
}

/// sync.go:scaleReplicaSet: spec.replicas and the annotations of the Deployment's size, if any
/// of them differs.
Task<Object> DeploymentSync::scale_to(Object replica_set, std::int64_t replicas) {
    const auto before = spec_replicas(*replica_set);
    Json updated = *replica_set;
    const auto desired = spec_replicas(deployment_);
    const bool annotated = set_replicas_annotations(updated, desired, desired + max_surge(deployment_));
    if (before == replicas && !annotated) co_return replica_set;
    updated["spec"]["replicas"] = replicas;
    if (context_.switches.contains(Switch::update_without_resource_version))
        updated["metadata"].erase("resourceVersion");
    const Response reply = co_await context_.api.call(
        client::put_request(replica_sets_path() + "/" + name_of(updated), updated));
    if (!reply.is_success()) fail(reply);
    if (before != replicas)
        record("Normal", "ScalingReplicaSet",
               fmt::format("Scaled {} replica set {} from {} to {}", before < replicas ? "up" : "down",
                           name_of(updated), before, replicas));
    co_return std::make_shared<const Json>(reply.body);
}

/// sync.go:cleanupDeployment: the lowest revisions beyond revisionHistoryLimit go, if they have
/// no pods and have been observed.
Task<> DeploymentSync::clean_up(std::vector<Object> old_ones) {
    const Json& limit = at(deployment_, "/spec/revisionHistoryLimit");
    if (!limit.is_number_integer()) co_return;
    std::erase_if(old_ones, [](const Object& old_one) { return is_deleting(*old_one); });
    const auto surplus = static_cast<std::int64_t>(old_ones.size()) - limit.get<std::int64_t>();
    std::stable_sort(old_ones.begin(), old_ones.end(), [](const Object& a, const Object& b) {
        return annotated_number(*a, revision_annotation) < annotated_number(*b, revision_annotation);
    });
    for (std::int64_t i = 0; i < surplus; ++i) {
        const Json& old_one = *old_ones[static_cast<std::size_t>(i)];
        if (int_at(old_one, "/status/replicas") != 0 || spec_replicas(old_one) != 0 ||
            generation_of(old_one) > int_at(old_one, "/status/observedGeneration"))
            continue;
        const Response reply =
            co_await context_.api.call(client::delete_request(replica_sets_path() + "/" + name_of(old_one)));
        if (!reply.is_success() && reply.status != 404) fail(reply);
    }
}

Task<> DeploymentSync::sync_deployment_status(ReplicaSets found) {
    Json status = calculate_status(deployment_, found.all(), found.new_one, context_.environment.now());
    if (status == current_status(deployment_)) co_return;
    deployment_["status"] = std::move(status);
    co_await put_status();
}

Task<> DeploymentSync::sync_rollout_status(ReplicaSets found) {
    const auto now = context_.environment.now();
    Json status = rollout_status(deployment_, found.all(), found.new_one, now);
    if (status == current_status(deployment_)) {
        check_again_after_ = progress_check_after(deployment_, status, now);
        co_return;
    }
    deployment_["status"] = std::move(status);
    co_await put_status();
}

/// The reply is not kept: this sync goes on with the resourceVersion that it began with.
Task<> DeploymentSync::put_status() {
    Json body = deployment_;
    if (context_.switches.contains(Switch::update_without_resource_version))
        body["metadata"].erase("resourceVersion");
    const auto path = client::collection_path("apps/v1", "deployments", namespace_of(deployment_)) + "/" +
                      name_of(deployment_) + "/status";
    const Response reply = co_await context_.api.call(client::put_request(path, std::move(body)));
    if (!reply.is_success()) fail(reply);
}

bool DeploymentSync::set_revision(const std::string& revision) {
    return set_annotation(deployment_, revision_annotation, revision);
}

void DeploymentSync::set_progressing(const std::string& status, const std::string& reason,
                                     const std::string& message) {
    set_condition(deployment_["status"],
                  deployment_condition("Progressing", status, reason, message, context_.environment.now()));
}

void DeploymentSync::record(const std::string& type, const std::string& reason, const std::string& message) {
    context_.recorder.record(deployment_, "apps/v1", "Deployment", type, reason, message);
}

std::string DeploymentSync::replica_sets_path() const {
    return client::collection_path("apps/v1", "replicasets", namespace_of(deployment_));
}

}  // namespace kcheck::reference::controllers
