#include "reference/replay/projection.hpp"

namespace kcheck::reference::replay {

WorkloadState Projection::workload(const Json& object) {
    return {string_at(object, "/metadata/name"),    int_at(object, "/spec/replicas"),
            int_at(object, "/metadata/generation"), int_at(object, "/status/observedGeneration"),
            int_at(object, "/status/replicas"),     int_at(object, "/status/availableReplicas")};
}

PodState Projection::pod(const Json& object) {
    const auto phase = string_at(object, "/status/phase", "Pending");
    return {string_at(object, "/metadata/name"), string_at(object, "/metadata/uid"),
            !at(object, "/metadata/deletionTimestamp").is_null(),
            phase == "Failed" || phase == "Succeeded" ? "Terminal" : phase,
            string_at(object, "/spec/nodeName")};
}

std::optional<Change> Projection::apply(const std::string& key, const Json& object) {
    const auto resource_at = std::string("/registry/").size();
    const auto resource = key.substr(resource_at, key.find('/', resource_at) - resource_at);
    if (resource == "deployments" || resource == "replicasets") {
        auto& kept = resource == "deployments" ? deployment_ : replica_set_;
        const auto before = kept;
        kept = object.is_null() ? std::nullopt : std::optional(workload(object));
        if (kept == before) return std::nullopt;
        return Change{resource, {}, {}};
    }
    if (resource != "pods") return std::nullopt;
    const auto name = key.substr(key.rfind('/') + 1);
    Change change{resource, {}, {}};
    if (const auto found = pods_.find(name); found != pods_.end()) change.before = found->second;
    if (object.is_null()) {
        pods_.erase(name);
    } else {
        change.after = pod(object);
        pods_[name] = *change.after;
    }
    if (change.before == change.after) return std::nullopt;
    return change;
}

}  // namespace kcheck::reference::replay
