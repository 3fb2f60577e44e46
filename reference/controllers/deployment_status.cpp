#include "reference/controllers/deployment_status.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/base/objects.hpp"
#include "reference/controllers/deployment_util.hpp"

namespace kcheck::reference::controllers {

namespace {

constexpr auto timed_out_reason = "ProgressDeadlineExceeded";
constexpr auto available_reason = "NewReplicaSetAvailable";
constexpr auto paused_reason = "DeploymentPaused";

const Json* condition_of(const Json& status, const std::string& type) {
    const Json& conditions = member(status, "conditions");
    if (!conditions.is_array()) return nullptr;
    for (const auto& condition : conditions)
        if (string_at(condition, "/type") == type) return &condition;
    return nullptr;
}

std::string reason_of(const Json* condition) {
    return condition == nullptr ? std::string() : string_at(*condition, "/reason");
}

std::chrono::seconds deadline_of(const Json& deployment) {
    return std::chrono::seconds(int_at(deployment, "/spec/progressDeadlineSeconds"));
}

/// Whether this status is better than the stored one (DeploymentProgressing).
bool has_progressed(const Json& deployment, const Json& status) {
    const Json& before = at(deployment, "/status");
    const auto old_replicas = [](const Json& of) {
        return int_at(of, "/replicas") - int_at(of, "/updatedReplicas");
    };
    const auto more = [&](const char* field) { return int_at(status, field) > int_at(before, field); };
    return more("/updatedReplicas") || old_replicas(status) < old_replicas(before) ||
           more("/readyReplicas") || more("/availableReplicas");
}

bool has_timed_out(const Json& deployment, const Json& status, Time now) {
    const Json* progressing = condition_of(status, "Progressing");
    if (progressing == nullptr || reason_of(progressing) == available_reason) return false;
    if (reason_of(progressing) == timed_out_reason) return true;
    const auto updated = time_at(*progressing, "/lastUpdateTime");
    return updated && *updated + deadline_of(deployment) < now;
}

void set_progress(Json& status, const Json& deployment, const Object& new_one, Time now) {
    const auto who = new_one ? fmt::format("ReplicaSet \"{}\"", name_of(*new_one))
                             : fmt::format("Deployment \"{}\"", name_of(deployment));
    if (is_complete(deployment, status)) {
        set_condition(status, deployment_condition("Progressing", "True", available_reason,
                                                   who + " has successfully progressed.", now));
    } else if (has_progressed(deployment, status)) {
        auto condition =
            deployment_condition("Progressing", "True", "ReplicaSetUpdated", who + " is progressing.", now);
        // Removed first: the time of the update must move even if the reason stays.
        const Json* before = find_condition(deployment, "Progressing");
        if (before != nullptr && string_at(*before, "/status") == "True")
            condition["lastTransitionTime"] = member(*before, "lastTransitionTime");
        remove_condition(status, "Progressing");
        set_condition(status, std::move(condition));
    } else if (has_timed_out(deployment, status, now)) {
        set_condition(status, deployment_condition("Progressing", "False", timed_out_reason,
                                                   who + " has timed out progressing.", now));
    }
}

/// The first failure of the new ReplicaSet, or else of any (getReplicaFailures).
const Json* replica_failure(const std::vector<Object>& all, const Object& new_one) {
    if (new_one)
        if (const Json* failure = find_condition(*new_one, "ReplicaFailure")) return failure;
    for (const auto& replica_set : all)
        if (replica_set)
            if (const Json* failure = find_condition(*replica_set, "ReplicaFailure")) return failure;
    return nullptr;
}

}  // namespace

Json deployment_condition(const std::string& type, const std::string& status, const std::string& reason,
                          const std::string& message, Time now) {
    return {{"type", type},
            {"status", status},
            {"lastUpdateTime", to_rfc3339(now)},
            {"lastTransitionTime", to_rfc3339(now)},
            {"reason", reason},
            {"message", message}};
}

void set_condition(Json& status, Json condition) {
    const auto type = string_at(condition, "/type");
    if (const Json* before = condition_of(status, type)) {
        const bool same_status = member(*before, "status") == condition["status"];
        if (same_status && reason_of(before) == condition["reason"]) return;
        if (same_status) condition["lastTransitionTime"] = member(*before, "lastTransitionTime");
    }
    remove_condition(status, type);
    status["conditions"].push_back(std::move(condition));
}

void remove_condition(Json& status, const std::string& type) {
    if (condition_of(status, type) == nullptr) return;
    Json& conditions = status["conditions"];
    const auto rest = std::remove_if(conditions.begin(), conditions.end(), [&](const Json& condition) {
        return string_at(condition, "/type") == type;
    });
    conditions.erase(rest, conditions.end());
    if (conditions.empty()) status.erase("conditions");
}

Json current_status(const Json& deployment) {
    Json status = Json::object();
    const Json& stored = at(deployment, "/status");
    if (!stored.is_object()) return status;
    for (const auto& [field, value] : stored.items()) {
        const bool is_empty = value.is_null() || value == 0 || (value.is_array() && value.empty());
        if (!is_empty || field == "collisionCount") status[field] = value;
    }
    return status;
}

Json calculate_status(const Json& deployment, const std::vector<Object>& all, const Object& new_one,
                      Time now) {
    const auto available = sum_of_status(all, "/status/availableReplicas");
    Json status = Json::object();
    const auto set = [&status](const char* field, std::int64_t value) {
        if (value != 0) status[field] = value;
    };
    set("observedGeneration", generation_of(deployment));
    set("replicas", sum_of_status(all, "/status/replicas"));
    set("updatedReplicas", sum_of_status({new_one}, "/status/replicas"));
    set("readyReplicas", sum_of_status(all, "/status/readyReplicas"));
    set("availableReplicas", available);
    set("unavailableReplicas", std::max<std::int64_t>(sum_of_spec_replicas(all) - available, 0));
    for (const char* kept : {"collisionCount", "conditions"}) {
        const Json& value = member(at(deployment, "/status"), kept);
        if (!value.is_null()) status[kept] = value;
    }
    const bool enough = available >= spec_replicas(deployment) - max_unavailable(deployment);
    set_condition(status, enough
                              ? deployment_condition("Available", "True", "MinimumReplicasAvailable",
                                                     "Deployment has minimum availability.", now)
                              : deployment_condition("Available", "False", "MinimumReplicasUnavailable",
                                                     "Deployment does not have minimum availability.", now));
    return status;
}

Json rollout_status(const Json& deployment, const std::vector<Object>& all, const Object& new_one, Time now) {
    Json status = calculate_status(deployment, all, new_one, now);
    const bool settled = int_at(status, "/replicas") == int_at(status, "/updatedReplicas") &&
                         reason_of(find_condition(deployment, "Progressing")) == available_reason;
    if (!has_progress_deadline(deployment))
        remove_condition(status, "Progressing");
    else if (!settled)
        set_progress(status, deployment, new_one, now);
    if (const Json* failure = replica_failure(all, new_one)) {
        auto condition = deployment_condition("ReplicaFailure", string_at(*failure, "/status"),
                                              reason_of(failure), string_at(*failure, "/message"), now);
        condition["lastUpdateTime"] = condition["lastTransitionTime"] =
            member(*failure, "lastTransitionTime");
        set_condition(status, std::move(condition));
    } else {
        remove_condition(status, "ReplicaFailure");
    }
    return status;
}

bool is_complete(const Json& deployment, const Json& status) {
    const auto wanted = spec_replicas(deployment);
    return int_at(status, "/updatedReplicas") == wanted && int_at(status, "/replicas") == wanted &&
           int_at(status, "/availableReplicas") == wanted &&
           int_at(status, "/observedGeneration") >= generation_of(deployment);
}

std::optional<std::chrono::milliseconds> progress_check_after(const Json& deployment, const Json& status,
                                                              Time now) {
    const Json* progressing = find_condition(deployment, "Progressing");
    if (!has_progress_deadline(deployment) || progressing == nullptr) return std::nullopt;
    if (is_complete(deployment, status) || reason_of(progressing) == timed_out_reason) return std::nullopt;
    const auto updated = time_at(*progressing, "/lastUpdateTime").value_or(Time());
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(updated + deadline_of(deployment) - now);
    if (left < std::chrono::seconds(1)) return std::chrono::milliseconds(0);
    return left + std::chrono::seconds(1);
}

bool set_paused_condition(Json& deployment, Time now) {
    if (!has_progress_deadline(deployment)) return false;
    const auto reason = reason_of(find_condition(deployment, "Progressing"));
    if (reason == timed_out_reason) return false;
    const bool paused = bool_at(deployment, "/spec/paused");
    if (paused == (reason == paused_reason)) return false;
    set_condition(
        deployment["status"],
        paused ? deployment_condition("Progressing", "Unknown", paused_reason, "Deployment is paused", now)
               : deployment_condition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed",
                                      now));
    return true;
}

}  // namespace kcheck::reference::controllers
