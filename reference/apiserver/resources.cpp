// The table of resources. What a hook does beyond defaults and validation follows the strategies in
// pkg/registry/{core,apps,coordination}/*/strategy.go.
//
// Of the admission plugins that change pods these are here: ServiceAccount (the name only: there are no
// tokens to mount), Priority and DefaultTolerationSeconds.
#include <algorithm>
#include <array>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/resource.hpp"
#include "reference/apiserver/strategy_parts.hpp"
#include "reference/apiserver/tables_kinds.hpp"
#include "reference/apiserver/types_quantity.hpp"
#include "reference/apiserver/validation_kinds.hpp"
#include "reference/apiserver/validation_pod.hpp"

namespace kcheck::reference::apiserver {

namespace {

using FieldValues = std::map<std::string, std::string>;

constexpr int toleration_seconds = 300;

/// cpu and memory of `amounts` that are not zero.
FieldValues compute_resources(const Json& amounts) {
    FieldValues result;
    for (const auto* name : {"cpu", "memory"}) {
        const auto quantity = parse_quantity(text_of(amounts, name));
        if (quantity && quantity->nano > 0) result[name] = canonical(*quantity);
    }
    return result;
}

/// pkg/apis/core/helper/qos: ComputePodQOS. Guaranteed: each container limits both resources, and
/// requests what it limits.
std::string qos_class(const Json& spec) {
    bool any = false;
    bool guaranteed = true;
    for (const auto* list : {"containers", "initContainers"}) {
        for (const auto& container : list_of(spec, list)) {
            const Json& resources = member(container, "resources");
            const auto limits = compute_resources(member(resources, "limits"));
            const auto requests = compute_resources(member(resources, "requests"));
            any = any || !limits.empty() || !requests.empty();
            guaranteed = guaranteed && limits.size() == 2 && requests == limits;
        }
    }
    if (!any) return "BestEffort";
    return guaranteed ? "Guaranteed" : "Burstable";
}

void add_default_toleration(Json& spec, const std::string& key) {
    Json& tolerations = spec["tolerations"];
    if (tolerations.is_null()) tolerations = Json::array();
    if (!tolerations.is_array()) return;
    const bool tolerated = std::any_of(tolerations.begin(), tolerations.end(), [&](const Json& toleration) {
        const auto its_key = text_of(toleration, "key");
        const auto effect = text_of(toleration, "effect");
        return (its_key.empty() || its_key == key) && (effect.empty() || effect == "NoExecute");
    });
    if (tolerated) return;
    tolerations.push_back({{"key", key},
                           {"operator", "Exists"},
                           {"effect", "NoExecute"},
                           {"tolerationSeconds", toleration_seconds}});
}

void prepare_pod(Json& pod) {
    clear_status(pod);
    Json* spec = find_member(pod, "spec");
    if (spec == nullptr || !spec->is_object()) return;
    // A mirror pod has no rights that it could use.
    if (at(pod, "/metadata/annotations/kubernetes.io~1config.mirror").is_null()) {
        default_to(*spec, "serviceAccountName", "default");
        default_to(*spec, "serviceAccount", member(*spec, "serviceAccountName"));
    }
    default_to(*spec, "priority", 0);
    default_to(*spec, "preemptionPolicy", "PreemptLowerPriority");
    add_default_toleration(*spec, "node.kubernetes.io/not-ready");
    add_default_toleration(*spec, "node.kubernetes.io/unreachable");
    pod["status"] = {{"phase", "Pending"}, {"qosClass", qos_class(*spec)}};
    if (!list_of(*spec, "schedulingGates").empty()) {
        pod["status"]["conditions"] = Json::array({{{"type", "PodScheduled"},
                                                    {"status", "False"},
                                                    {"reason", "SchedulingGated"},
                                                    {"message",
                                                     "Scheduling is blocked due to non-empty "
                                                     "scheduling gates"}}});
    }
}

/// Old kubelets corrupted owner references through the status.
void prepare_pod_status(Json& pod, const Json& old) {
    keep_spec(pod, old);
    Json* metadata = find_member(pod, "metadata");
    if (metadata != nullptr) keep(*metadata, member(old, "metadata"), "ownerReferences");
}

void prepare_replica_set(Json& replica_set) {
    if (replica_set.is_object()) replica_set["status"] = {{"replicas", 0}};
}

/// A deployment's labels cannot be changed through its status.
void prepare_deployment_status(Json& deployment, const Json& old) {
    keep_spec(deployment, old);
    Json* metadata = find_member(deployment, "metadata");
    if (metadata != nullptr) keep(*metadata, member(old, "metadata"), "labels");
}

void prepare_namespace(Json& object) {
    if (!object.is_object()) return;
    object["status"] = {{"phase", "Active"}};
    Json* spec = object_in(object, "spec");
    if (spec == nullptr) return;
    Json& finalizers = (*spec)["finalizers"];
    if (!finalizers.is_array()) finalizers = Json::array();
    if (std::find(finalizers.begin(), finalizers.end(), "kubernetes") == finalizers.end()) {
        finalizers.push_back("kubernetes");
    }
}

void prepare_namespace_update(Json& object, const Json& old) {
    keep_status(object, old);
    if (Json* spec = object_in(object, "spec")) keep(*spec, member(old, "spec"), "finalizers");
}

FieldValues pod_fields(const Json& pod) {
    const Json& spec = member(pod, "spec");
    const Json& status = member(pod, "status");
    return {{"spec.nodeName", text_of(spec, "nodeName")},
            {"spec.restartPolicy", text_of(spec, "restartPolicy")},
            {"spec.schedulerName", text_of(spec, "schedulerName")},
            {"spec.serviceAccountName", text_of(spec, "serviceAccountName")},
            {"spec.hostNetwork", flag_of(spec, "hostNetwork") ? "true" : "false"},
            {"status.phase", text_of(status, "phase")},
            {"status.podIP", text_of(status, "podIP")},
            {"status.nominatedNodeName", text_of(status, "nominatedNodeName")}};
}

FieldValues node_fields(const Json& node) {
    return {{"spec.unschedulable", flag_of(member(node, "spec"), "unschedulable") ? "true" : "false"}};
}

FieldValues namespace_fields(const Json& object) {
    return {{"status.phase", text_of(member(object, "status"), "phase")}};
}

FieldValues replica_set_fields(const Json& replica_set) {
    const auto replicas = integer_of(member(replica_set, "status"), "replicas").value_or(0);
    return {{"status.replicas", std::to_string(replicas)}};
}

FieldValues event_fields(const Json& event) {
    FieldValues fields;
    const Json& about = member(event, "involvedObject");
    for (const auto* name :
         {"kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"}) {
        fields[std::string("involvedObject.") + name] = text_of(about, name);
    }
    for (const auto* name : {"reason", "type", "reportingComponent"}) fields[name] = text_of(event, name);
    auto source = text_of(member(event, "source"), "component");
    fields["source"] = source.empty() ? fields["reportingComponent"] : std::move(source);
    return fields;
}

Resource config_maps() {
    return {.group = "",
            .plural = "configmaps",
            .singular = "configmap",
            .kind = "ConfigMap",
            .short_names = {"cm"},
            .validate = validate_config_map,
            .validate_update = validate_config_map_update,
            .columns = config_map_columns(),
            .cells = config_map_cells};
}

Resource events() {
    return {.group = "",
            .plural = "events",
            .singular = "event",
            .kind = "Event",
            .short_names = {"ev"},
            .validate = validate_event,
            .validate_update = as_update<validate_event>,
            .fields = event_fields,
            .columns = event_columns(),
            .cells = event_cells};
}

Resource namespaces() {
    return {.group = "",
            .plural = "namespaces",
            .singular = "namespace",
            .kind = "Namespace",
            .short_names = {"ns"},
            .namespaced = false,
            .subresources = {"finalize", "status"},
            .name_error = dns_label_error,
            .prepare_for_create = prepare_namespace,
            .prepare_for_update = prepare_namespace_update,
            .prepare_for_status = keep_spec,
            .fields = namespace_fields,
            .columns = namespace_columns(),
            .cells = namespace_cells};
}

Resource nodes() {
    return {.group = "",
            .plural = "nodes",
            .singular = "node",
            .kind = "Node",
            .short_names = {"no"},
            .namespaced = false,
            .subresources = {"status"},
            .prepare_for_update = keep_status,
            .prepare_for_status = keep_spec,
            .validate = validate_node,
            .validate_update = validate_node_update,
            .validate_status = validate_node_update,
            .fields = node_fields,
            .columns = node_columns(),
            .cells = node_cells};
}

Resource pods() {
    return {.group = "",
            .plural = "pods",
            .singular = "pod",
            .kind = "Pod",
            .short_names = {"po"},
            .categories = {"all"},
            .subresources = {"binding", "eviction", "status"},
            .prepare_for_create = prepare_pod,
            .prepare_for_update = keep_status,
            .prepare_for_status = prepare_pod_status,
            .validate = validate_pod,
            .validate_update = validate_pod_update,
            .validate_status = validate_pod_status_update,
            .fields = pod_fields,
            .columns = pod_columns(),
            .cells = pod_cells};
}

/// Names only: nobody gives cluster addresses, and nothing is forwarded.
Resource services() {
    return {.group = "",
            .plural = "services",
            .singular = "service",
            .kind = "Service",
            .short_names = {"svc"},
            .categories = {"all"},
            .subresources = {"status"},
            .not_reconciled = "it has no address, and nothing is forwarded to its pods",
            .prepare_for_create = clear_status,
            .prepare_for_update = keep_status,
            .prepare_for_status = keep_spec,
            .validate = validate_service,
            .validate_update = as_update<validate_service>,
            .columns = service_columns(),
            .cells = service_cells};
}

Resource deployments() {
    return {.group = "apps",
            .plural = "deployments",
            .singular = "deployment",
            .kind = "Deployment",
            .short_names = {"deploy"},
            .categories = {"all"},
            .subresources = {"scale", "status"},
            .generation_counts_spec = true,
            .prepare_for_create = clear_status,
            .prepare_for_update = keep_status,
            .prepare_for_status = prepare_deployment_status,
            .validate = validate_deployment,
            .validate_update = validate_deployment_update,
            .validate_status = validate_deployment_status,
            .columns = deployment_columns(),
            .cells = deployment_cells};
}

Resource replica_sets() {
    return {.group = "apps",
            .plural = "replicasets",
            .singular = "replicaset",
            .kind = "ReplicaSet",
            .short_names = {"rs"},
            .categories = {"all"},
            .subresources = {"scale", "status"},
            .generation_counts_spec = true,
            .prepare_for_create = prepare_replica_set,
            .prepare_for_update = keep_status,
            .prepare_for_status = keep_spec,
            .validate = validate_replica_set,
            .validate_update = validate_replica_set_update,
            .validate_status = validate_replica_set_status,
            .fields = replica_set_fields,
            .columns = replica_set_columns(),
            .cells = replica_set_cells};
}

Resource leases() {
    return {.group = "coordination.k8s.io",
            .plural = "leases",
            .singular = "lease",
            .kind = "Lease",
            .validate = validate_lease,
            .validate_update = as_update<validate_lease>,
            .columns = lease_columns(),
            .cells = lease_cells};
}

}  // namespace

const std::vector<Resource>& resources() {
    static const std::vector<Resource> all = [] {
        std::vector<Resource> list = {config_maps(), events(),      namespaces(),   nodes(), pods(),
                                      services(),    deployments(), replica_sets(), leases()};
        for (auto& resource : stored_resources()) list.push_back(std::move(resource));
        return list;
    }();
    return all;
}

const Resource* find_resource(const std::string& group, const std::string& version,
                              const std::string& plural) {
    const auto& all = resources();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Resource& resource) {
        return resource.group == group && resource.version == version && resource.plural == plural;
    });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace kcheck::reference::apiserver
