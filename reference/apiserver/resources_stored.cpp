// Kinds that are stored, watched and shown, and that nothing here acts on. What differs between them
// beside their fields (kubernetes/schema/) is a row: names as in k8s.io/api/*/register.go and
// pkg/registry/*/rest, which of the strategies' habits they have, a few checks, a table.
#include <string_view>

#include "reference/apiserver/resource.hpp"
#include "reference/apiserver/strategy_parts.hpp"
#include "reference/apiserver/tables_stored.hpp"
#include "reference/apiserver/validation_stored.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto apps_group = "apps";
constexpr auto batch_group = "batch";
constexpr auto rbac_group = "rbac.authorization.k8s.io";
constexpr auto networking_group = "networking.k8s.io";
constexpr auto storage_group = "storage.k8s.io";
constexpr auto admission_group = "admissionregistration.k8s.io";

/// Through the status nothing else changes but metadata.
void keep_all_but_status(Json& object, const Json& old) {
    if (!object.is_object() || !old.is_object()) return;
    Json kept = old;
    kept["metadata"] = member(object, "metadata");
    keep(kept, object, "status");
    object = std::move(kept);
}

void begin_pending(Json& object) {
    if (object.is_object()) object["status"] = {{"phase", "Pending"}};
}

/// pkg/registry/batch/job/strategy.go: generateSelector.
void prepare_job(Json& job) {
    clear_status(job);
    Json* spec = find_member(job, "spec");
    if (spec == nullptr || !spec->is_object() || flag_of(*spec, "manualSelector")) return;
    const auto uid = text_of(member(job, "metadata"), "uid");
    const auto name = text_of(member(job, "metadata"), "name");
    Json* pod_template = object_in(*spec, "template");
    Json* metadata = pod_template == nullptr ? nullptr : object_in(*pod_template, "metadata");
    Json* labels = metadata == nullptr ? nullptr : object_in(*metadata, "labels");
    Json* selector = object_in(*spec, "selector");
    Json* matched = selector == nullptr ? nullptr : object_in(*selector, "matchLabels");
    if (labels == nullptr || matched == nullptr) return;
    (*matched)["batch.kubernetes.io/controller-uid"] = uid;
    for (const std::string prefix : {"", "batch.kubernetes.io/"}) {
        (*labels)[prefix + "controller-uid"] = uid;
        (*labels)[prefix + "job-name"] = name;
    }
}

/// A row before its names.
struct Habits {
    bool namespaced = true;
    bool status = false;
    bool scale = false;
    bool generation = false;
    std::vector<std::string> short_names = {}, categories = {};
    std::string_view not_reconciled = {};
    void (*prepare)(Json& object) = nullptr;
    std::vector<FieldError> (*validate)(const Json& object) = nullptr;
    std::vector<FieldError> (*validate_update)(const Json& object, const Json& old) = nullptr;
};

Resource stored(std::string group, std::string plural, std::string singular, std::string kind,
                const StoredTable& table, Habits habits) {
    Resource resource{.group = std::move(group),
                      .plural = std::move(plural),
                      .singular = std::move(singular),
                      .kind = std::move(kind),
                      .short_names = std::move(habits.short_names),
                      .categories = std::move(habits.categories),
                      .namespaced = habits.namespaced,
                      .generation_counts_spec = habits.generation,
                      .by_schema = true,
                      .not_reconciled = habits.not_reconciled,
                      .prepare_for_create = habits.prepare,
                      .validate = habits.validate,
                      .validate_update = habits.validate_update,
                      .columns = table.columns(),
                      .cells = table.cells};
    if (habits.scale) resource.subresources.emplace_back("scale");
    if (!habits.status) return resource;
    resource.subresources.emplace_back("status");
    if (resource.prepare_for_create == nullptr) resource.prepare_for_create = clear_status;
    resource.prepare_for_update = keep_status;
    resource.prepare_for_status = keep_all_but_status;
    // The rest of the object is the old one, which is valid.
    resource.validate_status = [](const Json&, const Json&) { return std::vector<FieldError>(); };
    return resource;
}

void add_workloads(std::vector<Resource>& all) {
    all.push_back(stored(apps_group, "statefulsets", "statefulset", "StatefulSet", stateful_set_table,
                         {.status = true,
                          .scale = true,
                          .generation = true,
                          .short_names = {"sts"},
                          .categories = {"all"},
                          .not_reconciled = "it has no statefulset-controller, and no pods are made",
                          .validate = validate_stateful_set,
                          .validate_update = as_update<validate_stateful_set>}));
    all.push_back(stored(apps_group, "daemonsets", "daemonset", "DaemonSet", daemon_set_table,
                         {.status = true,
                          .generation = true,
                          .short_names = {"ds"},
                          .categories = {"all"},
                          .not_reconciled = "it has no daemonset-controller, and no pods are made",
                          .validate = validate_daemon_set,
                          .validate_update = as_update<validate_daemon_set>}));
    all.push_back(stored(apps_group, "controllerrevisions", "controllerrevision", "ControllerRevision",
                         controller_revision_table, {}));
    all.push_back(stored(batch_group, "jobs", "job", "Job", job_table,
                         {.status = true,
                          .generation = true,
                          .categories = {"all"},
                          .not_reconciled = "it has no job-controller, and no pods are made",
                          .prepare = prepare_job,
                          .validate = validate_job,
                          .validate_update = as_update<validate_job>}));
    all.push_back(stored(batch_group, "cronjobs", "cronjob", "CronJob", cron_job_table,
                         {.status = true,
                          .generation = true,
                          .short_names = {"cj"},
                          .categories = {"all"},
                          .not_reconciled = "it has no cronjob-controller, and no jobs are made",
                          .validate = validate_cron_job,
                          .validate_update = as_update<validate_cron_job>}));
    all.push_back(
        stored("", "replicationcontrollers", "replicationcontroller", "ReplicationController",
               replication_controller_table,
               {.status = true,
                .scale = true,
                .generation = true,
                .short_names = {"rc"},
                .categories = {"all"},
                .not_reconciled = "it has no replicationcontroller-controller, and no pods are made",
                .validate = validate_replication_controller,
                .validate_update = as_update<validate_replication_controller>}));
    all.push_back(
        stored("", "podtemplates", "podtemplate", "PodTemplate", pod_template_table, {.generation = true}));
    auto autoscalers = stored("autoscaling", "horizontalpodautoscalers", "horizontalpodautoscaler",
                              "HorizontalPodAutoscaler", autoscaler_table,
                              {.status = true,
                               .short_names = {"hpa"},
                               .categories = {"all"},
                               .not_reconciled = "it has no horizontal-pod-autoscaler, and nothing is scaled",
                               .validate = validate_autoscaler,
                               .validate_update = as_update<validate_autoscaler>});
    autoscalers.version = "v2";
    all.push_back(std::move(autoscalers));
    all.push_back(stored("policy", "poddisruptionbudgets", "poddisruptionbudget", "PodDisruptionBudget",
                         disruption_budget_table,
                         {.status = true,
                          .generation = true,
                          .short_names = {"pdb"},
                          .not_reconciled = "it has no disruption-controller, and evictions are not held up",
                          .validate = validate_disruption_budget,
                          .validate_update = as_update<validate_disruption_budget>}));
}

void add_settings(std::vector<Resource>& all) {
    all.push_back(stored("", "secrets", "secret", "Secret", secret_table,
                         {.validate = validate_secret, .validate_update = validate_secret_update}));
    all.push_back(stored("", "serviceaccounts", "serviceaccount", "ServiceAccount", service_account_table,
                         {.short_names = {"sa"}}));
    all.push_back(
        stored("", "endpoints", "endpoints", "Endpoints", endpoints_table, {.short_names = {"ep"}}));
    all.push_back(stored("discovery.k8s.io", "endpointslices", "endpointslice", "EndpointSlice",
                         endpoint_slice_table, {.generation = true}));
    all.push_back(stored("", "resourcequotas", "resourcequota", "ResourceQuota", resource_quota_table,
                         {.status = true,
                          .short_names = {"quota"},
                          .not_reconciled = "nothing is counted, and nothing is refused"}));
    all.push_back(stored(
        "", "limitranges", "limitrange", "LimitRange", named_table,
        {.short_names = {"limits"}, .not_reconciled = "pods are neither given its defaults nor refused"}));
    all.push_back(stored("scheduling.k8s.io", "priorityclasses", "priorityclass", "PriorityClass",
                         priority_class_table,
                         {.namespaced = false,
                          .generation = true,
                          .short_names = {"pc"},
                          .not_reconciled = "every pod has priority 0"}));
    all.push_back(stored(
        "node.k8s.io", "runtimeclasses", "runtimeclass", "RuntimeClass", runtime_class_table,
        {.namespaced = false, .not_reconciled = "pods are given neither its overhead nor its scheduling"}));
    all.push_back(stored(networking_group, "ingresses", "ingress", "Ingress", ingress_table,
                         {.status = true,
                          .generation = true,
                          .short_names = {"ing"},
                          .not_reconciled = "it has no ingress controller, and nothing is forwarded",
                          .validate = validate_ingress,
                          .validate_update = as_update<validate_ingress>}));
    all.push_back(stored(networking_group, "ingressclasses", "ingressclass", "IngressClass",
                         ingress_class_table, {.namespaced = false, .generation = true}));
    all.push_back(stored(
        networking_group, "networkpolicies", "networkpolicy", "NetworkPolicy", network_policy_table,
        {.generation = true, .short_names = {"netpol"}, .not_reconciled = "no traffic is restricted"}));
}

void add_access(std::vector<Resource>& all) {
    constexpr std::string_view fixed = "what users may do is fixed, and not read from roles";
    const auto first = all.size();
    all.push_back(stored(rbac_group, "roles", "role", "Role", named_table,
                         {.validate = validate_role, .validate_update = as_update<validate_role>}));
    all.push_back(stored(rbac_group, "rolebindings", "rolebinding", "RoleBinding", binding_table,
                         {.not_reconciled = fixed,
                          .validate = validate_role_binding,
                          .validate_update = as_update<validate_role_binding>}));
    all.push_back(stored(rbac_group, "clusterroles", "clusterrole", "ClusterRole", named_table,
                         {.namespaced = false,
                          .validate = validate_cluster_role,
                          .validate_update = as_update<validate_cluster_role>}));
    all.push_back(stored(rbac_group, "clusterrolebindings", "clusterrolebinding", "ClusterRoleBinding",
                         binding_table,
                         {.namespaced = false,
                          .not_reconciled = fixed,
                          .validate = validate_role_binding,
                          .validate_update = as_update<validate_role_binding>}));
    for (std::size_t i = first; i < all.size(); ++i) all[i].name_error = path_segment_error;
}

void add_extensions(std::vector<Resource>& all) {
    for (const std::string kind : {"Mutating", "Validating"}) {
        const auto lower = kind == "Mutating" ? "mutating" : "validating";
        all.push_back(stored(admission_group, std::string(lower) + "webhookconfigurations",
                             std::string(lower) + "webhookconfiguration", kind + "WebhookConfiguration",
                             webhooks_table,
                             {.namespaced = false,
                              .generation = true,
                              .categories = {"api-extensions"},
                              .not_reconciled = "its webhooks are not called",
                              .validate = validate_webhooks,
                              .validate_update = as_update<validate_webhooks>}));
    }
    all.push_back(stored(admission_group, "validatingadmissionpolicies", "validatingadmissionpolicy",
                         "ValidatingAdmissionPolicy", admission_policy_table,
                         {.namespaced = false,
                          .status = true,
                          .generation = true,
                          .categories = {"api-extensions"},
                          .not_reconciled = "it is not evaluated"}));
    all.push_back(stored(admission_group, "validatingadmissionpolicybindings",
                         "validatingadmissionpolicybinding", "ValidatingAdmissionPolicyBinding",
                         admission_policy_binding_table,
                         {.namespaced = false, .generation = true, .categories = {"api-extensions"}}));
    all.push_back(stored("apiextensions.k8s.io", "customresourcedefinitions", "customresourcedefinition",
                         "CustomResourceDefinition", named_table,
                         {.namespaced = false,
                          .status = true,
                          .generation = true,
                          .short_names = {"crd", "crds"},
                          .categories = {"api-extensions"},
                          .not_reconciled = "objects of its kind are not served",
                          .validate = validate_custom_resource_definition,
                          .validate_update = as_update<validate_custom_resource_definition>}));
}

void add_storage(std::vector<Resource>& all) {
    all.push_back(stored("", "persistentvolumes", "persistentvolume", "PersistentVolume", volume_table,
                         {.namespaced = false,
                          .status = true,
                          .short_names = {"pv"},
                          .not_reconciled = "it has no persistentvolume-binder, and is bound to no claim",
                          .prepare = begin_pending,
                          .validate = validate_volume,
                          .validate_update = as_update<validate_volume>}));
    all.push_back(stored("", "persistentvolumeclaims", "persistentvolumeclaim", "PersistentVolumeClaim",
                         claim_table,
                         {.status = true,
                          .short_names = {"pvc"},
                          .not_reconciled = "it has no persistentvolume-binder, and the claim stays Pending",
                          .prepare = begin_pending,
                          .validate = validate_claim,
                          .validate_update = validate_claim_update}));
    all.push_back(stored(storage_group, "storageclasses", "storageclass", "StorageClass", storage_class_table,
                         {.namespaced = false, .short_names = {"sc"}}));
    all.push_back(stored(storage_group, "csidrivers", "csidriver", "CSIDriver", csi_driver_table,
                         {.namespaced = false, .generation = true}));
    all.push_back(
        stored(storage_group, "csinodes", "csinode", "CSINode", csi_node_table, {.namespaced = false}));
    all.push_back(stored(storage_group, "volumeattachments", "volumeattachment", "VolumeAttachment",
                         volume_attachment_table,
                         {.namespaced = false,
                          .status = true,
                          .not_reconciled = "it has no attachdetach-controller, and nothing is attached"}));
}

}  // namespace

std::vector<Resource> stored_resources() {
    std::vector<Resource> all;
    add_settings(all);
    add_workloads(all);
    add_storage(all);
    add_access(all);
    add_extensions(all);
    return all;
}

}  // namespace kcheck::reference::apiserver
