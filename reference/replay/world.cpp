#include "reference/replay/world.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace kcheck::reference::replay {

bool ReplayWorld::would_succeed(const User& user, const Request& request) {
    auto trial = request;
    trial.query["dryRun"] = "All";
    return api_server().handle(user, trial).is_success();
}

bool ReplayWorld::would_show(const User& user, const Request& request) {
    if (request.method != "PUT" && request.method != "PATCH") return request.method != "GET";
    auto trial = request;
    trial.query["dryRun"] = "All";
    const auto response = api_server().handle(user, trial);
    if (!response.is_success()) return false;
    auto after = projection_;
    const auto plural = response.body.value("kind", "") == "Pod"          ? "pods"
                        : response.body.value("kind", "") == "Deployment" ? "deployments"
                        : response.body.value("kind", "") == "ReplicaSet" ? "replicasets"
                                                                          : "others";
    return after
        .apply(fmt::format("/registry/{}/{}/{}", plural, string_at(response.body, "/metadata/namespace"),
                           string_at(response.body, "/metadata/name")),
               response.body)
        .has_value();
}

void ReplayWorld::committed(const std::string& key, const Json& object) {
    auto change = projection_.apply(key, object);
    if (!change) return;
    ++shown_;
    changes_.push_back(std::move(*change));
}

bool ReplayWorld::counts(const simulation::Process& process, const simulation::Watch& watch) const {
    if (uncounted_.contains({process.name, watch.resource})) return false;
    const bool any = switches().contains(Switch::kubelet_ignores_node_name);
    const auto concerns = [&](const std::optional<PodState>& pod) {
        return pod && (any ? !pod->node.empty() : pod->node == process.node);
    };
    return std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
        if (watch.resource != change.resource) return false;
        return process.node.empty() || concerns(change.before) || concerns(change.after);
    });
}

}  // namespace kcheck::reference::replay
