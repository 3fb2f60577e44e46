#include "reference/controllers/replicaset_status.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"

namespace kcheck::reference::controllers {

namespace {

constexpr auto counts = {"/replicas", "/fullyLabeledReplicas", "/readyReplicas", "/availableReplicas",
                         "/observedGeneration"};

/// Whether the pod has all labels of the template.
bool is_fully_labeled(const Json& pod, const Json& replica_set) {
    const Json& wanted = at(replica_set, "/spec/template/metadata/labels");
    return !wanted.is_object() || selector_matches({{"matchLabels", wanted}}, at(pod, "/metadata/labels"));
}

Json conditions_after(const Json& replica_set, int diff, const SyncResult& failure, Time now) {
    const Json& before = at(replica_set, "/status/conditions");
    Json conditions = before.is_array() ? before : Json::array();
    const bool reported = find_condition(replica_set, "ReplicaFailure") != nullptr;
    if (failure && !reported)
        conditions.push_back({{"type", "ReplicaFailure"},
                              {"status", "True"},
                              {"lastTransitionTime", to_rfc3339(now)},
                              {"reason", diff < 0 ? "FailedCreate" : "FailedDelete"},
                              {"message", failure->why}});
    if (!failure && reported) {
        const auto rest = std::remove_if(conditions.begin(), conditions.end(), [](const Json& condition) {
            return string_at(condition, "/type") == "ReplicaFailure";
        });
        conditions.erase(rest, conditions.end());
    }
    return conditions;
}

}  // namespace

Json replica_set_status(const Json& replica_set, const std::vector<Object>& pods, int diff,
                        const SyncResult& failure, Time now) {
    const std::chrono::seconds min_ready(int_at(replica_set, "/spec/minReadySeconds"));
    std::int64_t fully_labeled = 0, ready = 0, available = 0;
    for (const auto& pod : pods) {
        if (is_fully_labeled(*pod, replica_set)) ++fully_labeled;
        if (is_pod_ready(*pod)) ++ready;
        if (is_pod_available(*pod, min_ready, now)) ++available;
    }
    Json status = {{"replicas", pods.size()}};
    const auto set = [&status](const char* name, std::int64_t value) {
        if (value != 0) status[name] = value;
    };
    set("fullyLabeledReplicas", fully_labeled);
    set("readyReplicas", ready);
    set("availableReplicas", available);
    set("observedGeneration", generation_of(replica_set));
    auto conditions = conditions_after(replica_set, diff, failure, now);
    if (!conditions.empty()) status["conditions"] = std::move(conditions);
    return status;
}

bool replica_set_status_differs(const Json& replica_set, const Json& status) {
    const Json& before = at(replica_set, "/status");
    const auto same_count = [&](const char* name) { return int_at(before, name) == int_at(status, name); };
    return !std::all_of(counts.begin(), counts.end(), same_count) ||
           at(before, "/conditions") != at(status, "/conditions");
}

}  // namespace kcheck::reference::controllers
