// metav1, Deployment, Node and List.
#include "manifests/schema.hpp"

namespace kcheck::manifests {

namespace {

constexpr bool is_false(const Value& value) { return value.integer == 0; }

// --- metav1 -------------------------------------------------------------------------

constexpr Field owner_reference_fields[] = {
    none("apiVersion", Type::string),  none("blockOwnerDeletion", Type::boolean),
    none("controller", Type::boolean), none("kind", Type::string),
    none("name", Type::string),        none("uid", Type::string),
};
constexpr Schema owner_reference = {"OwnerReference", owner_reference_fields};

constexpr Field object_meta_fields[] = {
    none("annotations", Type::string_map),
    none("creationTimestamp", Type::string),
    none("deletionGracePeriodSeconds", Type::int64),
    decides("deletionTimestamp", Type::string, "being-deleted"),
    none("finalizers", Type::string_list),
    none("generateName", Type::string),
    none("generation", Type::int64),
    modelled("labels", Type::string_map),
    none("managedFields", Type::list),
    modelled("name", Type::string),
    modelled("namespace", Type::string),
    decides("ownerReferences", Type::list, "owner", &owner_reference),
    none("resourceVersion", Type::string),
    none("selfLink", Type::string),
    none("uid", Type::string),
};

/// Of a Node: who owns it, and what must happen before it goes, is no matter of the pods.
constexpr Field node_meta_fields[] = {
    none("annotations", Type::string_map),
    none("creationTimestamp", Type::string),
    none("deletionGracePeriodSeconds", Type::int64),
    decides("deletionTimestamp", Type::string, "being-deleted"),
    none("finalizers", Type::string_list),
    none("generateName", Type::string),
    none("generation", Type::int64),
    modelled("labels", Type::string_map),
    none("managedFields", Type::list),
    modelled("name", Type::string),
    none("namespace", Type::string),
    none("ownerReferences", Type::list, &owner_reference),
    none("resourceVersion", Type::string),
    none("selfLink", Type::string),
    none("uid", Type::string),
};
constexpr Schema node_meta = {"ObjectMeta of a Node", node_meta_fields};

/// Of a template: labels, annotations and finalizers go to the pods, the rest goes nowhere
/// (controller_utils.go: GetPodFromTemplate).
constexpr Field template_meta_fields[] = {
    none("annotations", Type::string_map),
    none("creationTimestamp", Type::string),
    none("deletionGracePeriodSeconds", Type::int64),
    none("deletionTimestamp", Type::string),
    decides("finalizers", Type::string_list, "pod-finalizers"),
    none("generateName", Type::string),
    none("generation", Type::int64),
    modelled("labels", Type::string_map),
    none("managedFields", Type::list),
    none("name", Type::string),
    none("namespace", Type::string),
    none("ownerReferences", Type::list, &owner_reference),
    none("resourceVersion", Type::string),
    none("selfLink", Type::string),
    none("uid", Type::string),
};

constexpr Field label_requirement_fields[] = {
    modelled("key", Type::string),
    modelled("operator", Type::string),
    modelled("values", Type::string_list),
};
constexpr Schema label_requirement = {"LabelSelectorRequirement", label_requirement_fields};

constexpr Field label_selector_fields[] = {
    modelled("matchExpressions", Type::list, &label_requirement),
    modelled("matchLabels", Type::string_map),
};

// --- apps/v1: Deployment ------------------------------------------------------------------

constexpr Field pod_template_fields[] = {
    modelled("metadata", Type::object, &template_meta_schema),
    modelled("spec", Type::object, &pod_spec_schema),
};
constexpr Schema pod_template = {"PodTemplateSpec", pod_template_fields};

// Of effect in a rollout only; what applies another template is reported as rolling-update.
constexpr Field rolling_update_fields[] = {
    none("maxSurge", Type::int_or_string),
    none("maxUnavailable", Type::int_or_string),
};
constexpr Schema rolling_update = {"RollingUpdateDeployment", rolling_update_fields};

constexpr Field strategy_fields[] = {
    none("rollingUpdate", Type::object, &rolling_update),
    none("type", Type::string),
};
constexpr Schema strategy = {"DeploymentStrategy", strategy_fields};

constexpr Field deployment_spec_fields[] = {
    modelled("minReadySeconds", Type::int32),
    unless(decides("paused", Type::boolean, "paused"), "false", is_false),
    unless(decides("progressDeadlineSeconds", Type::int32, "progress-deadline"), "600",
           [](const Value& value) { return value.integer == 600; }),
    modelled("replicas", Type::int32),
    none("revisionHistoryLimit", Type::int32),
    modelled("selector", Type::object, &label_selector_schema),
    none("strategy", Type::object, &strategy),
    modelled("template", Type::object, &pod_template),
};
constexpr Schema deployment_spec = {"DeploymentSpec", deployment_spec_fields};

constexpr Field deployment_fields[] = {
    modelled("apiVersion", Type::string),
    modelled("kind", Type::string),
    modelled("metadata", Type::object, &object_meta_schema),
    modelled("spec", Type::object, &deployment_spec),
    none("status", Type::object),
};

// --- core/v1: Node ------------------------------------------------------------------------

constexpr Field taint_fields[] = {
    modelled("effect", Type::string),
    modelled("key", Type::string),
    none("timeAdded", Type::string),
    modelled("value", Type::string),
};
constexpr Schema taint = {"Taint", taint_fields};

constexpr Field node_spec_fields[] = {
    none("configSource", Type::object),
    none("externalID", Type::string),
    none("podCIDR", Type::string),
    none("podCIDRs", Type::string_list),
    none("providerID", Type::string),
    modelled("taints", Type::list, &taint),
    modelled("unschedulable", Type::boolean),
};
constexpr Schema node_spec = {"NodeSpec", node_spec_fields};

constexpr bool is_healthy(const Value& conditions) {
    for (const Value& item : conditions.items) {
        const Value* type = item.find("type");
        const Value* status = item.find("status");
        if (type == nullptr || status == nullptr) continue;
        const bool good = status->text == (type->text == "Ready" ? "True" : "False");
        const bool known =
            type->text == "Ready" || type->text == "NetworkUnavailable" || type->text.ends_with("Pressure");
        if (known && !good) return false;
    }
    return true;
}

constexpr Field node_status_fields[] = {
    none("addresses", Type::list),
    modelled("allocatable", Type::quantity_map),
    modelled("capacity", Type::quantity_map),
    unless(decides("conditions", Type::list, "node-condition"),
           "Ready, no pressure, network available; or the pods do not go there", is_healthy),
    none("config", Type::object),
    none("daemonEndpoints", Type::object),
    none("declaredFeatures", Type::string_list),
    none("features", Type::object),
    none("images", Type::list),
    none("nodeInfo", Type::object),
    none("phase", Type::string),
    none("runtimeHandlers", Type::list),
    none("volumesAttached", Type::list),
    none("volumesInUse", Type::string_list),
};
constexpr Schema node_status = {"NodeStatus", node_status_fields};

constexpr Field node_fields[] = {
    modelled("apiVersion", Type::string),           modelled("kind", Type::string),
    modelled("metadata", Type::object, &node_meta), modelled("spec", Type::object, &node_spec),
    modelled("status", Type::object, &node_status),
};

constexpr Field list_fields[] = {
    modelled("apiVersion", Type::string),
    modelled("items", Type::list),
    modelled("kind", Type::string),
    none("metadata", Type::object),
};

}  // namespace

const Schema deployment_schema = {"Deployment", deployment_fields};
const Schema node_schema = {"Node", node_fields};
const Schema list_schema = {"List", list_fields};
const Schema object_meta_schema = {"ObjectMeta of a Deployment", object_meta_fields};
const Schema template_meta_schema = {"ObjectMeta of a pod template", template_meta_fields};
const Schema label_selector_schema = {"LabelSelector", label_selector_fields};

}  // namespace kcheck::manifests
