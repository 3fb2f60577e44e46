// Pods and nodes as the scheduler's tests need them.
#pragma once

#include <string>
#include <utility>

#include "reference/scheduler/node_info.hpp"

namespace kcheck::reference::testing {

inline Json make_node(const std::string& name, const std::string& cpu = "4",
                      const std::string& memory = "8Gi", const std::string& pods = "110") {
    return {{"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}}}}},
            {"spec", Json::object()},
            {"status", {{"allocatable", {{"cpu", cpu}, {"memory", memory}, {"pods", pods}}}}}};
}

/// `requests`: {"cpu": "1"} or {}.
inline Json make_pod(const std::string& name, Json requests = Json::object()) {
    Json container = {{"name", "main"}, {"resources", {{"requests", std::move(requests)}}}};
    return {{"metadata", {{"name", name}, {"namespace", "default"}, {"labels", {{"app", "web"}}}}},
            {"spec", {{"containers", Json::array({container})}}},
            {"status", {{"phase", "Pending"}}}};
}

/// With a UID, as they are in caches.
inline scheduler::PodInfo pod_info(Json pod) {
    if (!pod["metadata"].contains("uid"))
        pod["metadata"]["uid"] = "uid-of-" + string_at(pod, "/metadata/name");
    return scheduler::PodInfo(std::make_shared<const Json>(std::move(pod)));
}

inline scheduler::NodeInfo node_info(Json node, const std::vector<Json>& pods = {}) {
    scheduler::NodeInfo info;
    info.set_node(std::make_shared<const Json>(std::move(node)));
    for (const auto& pod : pods) info.add_pod(pod_info(pod));
    return info;
}

}  // namespace kcheck::reference::testing
