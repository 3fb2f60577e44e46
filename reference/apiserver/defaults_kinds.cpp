#include "reference/apiserver/defaults_kinds.hpp"

#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

void set_node_status_defaults(Json& status) {
    const Json capacity = member(status, "capacity");
    if (capacity.is_object()) default_to(status, "allocatable", capacity);
}

void set_namespace_defaults(Json& object) {
    Json* metadata = object_in(object, "metadata");
    const auto name = metadata == nullptr ? std::string() : text_of(*metadata, "name");
    if (name.empty()) return;
    if (Json* labels = object_in(*metadata, "labels")) (*labels)["kubernetes.io/metadata.name"] = name;
}

void set_service_defaults(Json& spec) {
    const auto type = text_of(spec, "type");
    if (type != "ExternalName") default_to(spec, "internalTrafficPolicy", "Cluster");
    if (type == "NodePort" || type == "LoadBalancer") default_to(spec, "externalTrafficPolicy", "Cluster");
}

void set_service_port_defaults(Json& port) {
    const Json number = member(port, "port");
    if (number.is_number_integer()) default_to(port, "targetPort", number);
}

}  // namespace

void set_rolling_update_defaults(Json& strategy) {
    if (text_of(strategy, "type") == "RollingUpdate") default_to(strategy, "rollingUpdate", Json::object());
}

NamedDefaults kind_defaults() {
    return {{"apps.DeploymentStrategy", set_rolling_update_defaults},
            {"core.NodeStatus", set_node_status_defaults},
            {"core.Namespace", set_namespace_defaults},
            {"core.ServiceSpec", set_service_defaults},
            {"core.ServicePort", set_service_port_defaults}};
}

}  // namespace kcheck::reference::apiserver
