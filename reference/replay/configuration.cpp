// What a configuration message sets up: the manifest, the nodes, the switches.
#include <algorithm>

#include "reference/base/json.hpp"
#include "reference/client/requests.hpp"
#include "reference/replay/processes.hpp"

namespace kcheck::reference::replay {

ReplayConfiguration replay_configuration_of(const Json& message) {
    ReplayConfiguration configuration;
    configuration.deployment = message.at("deployment").get<std::string>();
    configuration.replicas = message.at("replicas").get<std::vector<int>>();
    for (const auto& node : message.at("nodes"))
        configuration.nodes.push_back({node.at("name").get<std::string>(), node.value("capacity", 110),
                                       node.value("schedulable", true),
                                       node.value("score", std::vector<int>{})});
    configuration.waits_until_available = message.value("waitsUntilAvailable", false);
    configuration.status_last = message.value("statusLast", false);
    for (const auto& variant : message.value("variants", std::vector<std::string>{})) {
        const auto& names = switch_names();
        const auto found = std::find_if(names.begin(), names.end(),
                                        [&](const auto& entry) { return entry.first == variant; });
        if (found == names.end()) throw Refused("there is no switch \"" + variant + "\"");
        configuration.switches.insert(found->second);
    }
    return configuration;
}

Json deployment_manifest(const ReplayConfiguration& configuration, int replicas) {
    const Json labels = {{"app", configuration.deployment}};
    Json spec = {{"replicas", replicas},
                 {"selector", {{"matchLabels", labels}}},
                 {"template",
                  {{"metadata", {{"labels", labels}}},
                   {"spec", {{"containers", {{{"name", "app"}, {"image", image_of_pods}}}}}}}}};
    if (configuration.waits_until_available) spec["minReadySeconds"] = min_ready_seconds;
    const Json last_applied = {{"kubectl.kubernetes.io/last-applied-configuration", spec.dump()}};
    return {{"apiVersion", "apps/v1"},
            {"kind", "Deployment"},
            {"metadata",
             {{"name", configuration.deployment}, {"namespace", "default"}, {"annotations", last_applied}}},
            {"spec", std::move(spec)}};
}

std::vector<Request> initial_objects(const ReplayConfiguration& configuration) {
    std::vector<Request> requests;
    for (const auto& node : configuration.nodes) {
        Json object = {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", node.name}}}};
        if (!node.schedulable) object["spec"]["unschedulable"] = true;
        requests.push_back(client::post_request("/api/v1/nodes", object));
        const Json room = {{"cpu", "64"}, {"memory", "256Gi"}, {"pods", std::to_string(node.capacity)}};
        object["status"] = {{"capacity", room},
                            {"allocatable", room},
                            {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}};
        requests.push_back(client::put_request("/api/v1/nodes/" + node.name + "/status", object));
    }
    return requests;
}

}  // namespace kcheck::reference::replay
