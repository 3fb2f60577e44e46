#include "reference/apiserver/defaults_kinds.hpp"

#include "reference/apiserver/defaults_pod.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

void set_template_defaults(Json& spec) {
    Json* pod_template = object_in(spec, "template");
    if (pod_template == nullptr) return;
    object_in(*pod_template, "metadata");
    if (Json* pod_spec = object_in(*pod_template, "spec")) set_pod_spec_defaults(*pod_spec);
}

}  // namespace

void set_deployment_defaults(Json& deployment) {
    Json* spec = object_in(deployment, "spec");
    if (spec == nullptr) return;
    default_to(*spec, "replicas", 1);
    if (Json* strategy = object_in(*spec, "strategy")) {
        default_to(*strategy, "type", "RollingUpdate");
        if (text_of(*strategy, "type") == "RollingUpdate") {
            if (Json* rolling = object_in(*strategy, "rollingUpdate")) {
                default_to(*rolling, "maxUnavailable", "25%");
                default_to(*rolling, "maxSurge", "25%");
            }
        }
    }
    default_to(*spec, "revisionHistoryLimit", 10);
    default_to(*spec, "progressDeadlineSeconds", 600);
    set_template_defaults(*spec);
}

void set_replica_set_defaults(Json& replica_set) {
    Json* spec = object_in(replica_set, "spec");
    if (spec == nullptr) return;
    default_to(*spec, "replicas", 1);
    set_template_defaults(*spec);
}

void set_node_defaults(Json& node) {
    object_in(node, "spec");
    Json* status = object_in(node, "status");
    if (status == nullptr) return;
    const Json capacity = member(*status, "capacity");
    if (capacity.is_object()) default_to(*status, "allocatable", capacity);
}

void set_namespace_defaults(Json& object) {
    object_in(object, "spec");
    Json* metadata = object_in(object, "metadata");
    const auto name = metadata == nullptr ? std::string() : text_of(*metadata, "name");
    if (name.empty()) return;
    if (Json* labels = object_in(*metadata, "labels")) (*labels)["kubernetes.io/metadata.name"] = name;
}

void set_service_defaults(Json& service) {
    Json* spec = object_in(service, "spec");
    if (spec == nullptr) return;
    default_to(*spec, "sessionAffinity", "None");
    default_to(*spec, "type", "ClusterIP");
    const auto type = text_of(*spec, "type");
    if (type != "ExternalName") default_to(*spec, "internalTrafficPolicy", "Cluster");
    if (type == "NodePort" || type == "LoadBalancer") default_to(*spec, "externalTrafficPolicy", "Cluster");
    for (Json* port : elements_in(*spec, "ports")) {
        default_to(*port, "protocol", "TCP");
        const Json number = member(*port, "port");
        if (number.is_number_integer()) default_to(*port, "targetPort", number);
    }
}

}  // namespace kcheck::reference::apiserver
