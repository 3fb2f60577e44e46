#include "manifests/schema.hpp"

namespace kcheck::manifests {

namespace {

constexpr Field modelled(std::string_view name, Type type, const Schema* schema = nullptr) {
    return {name, type, Effect::modelled, schema, {}, {}};
}
constexpr Field accepted(std::string_view name, Type type, const Schema* schema = nullptr) {
    return {name, type, Effect::none, schema, {}, {}};
}
constexpr Field warned(std::string_view name, Type type, std::string_view instead,
                       std::string_view harmless = {}) {
    return {name, type, Effect::warned, nullptr, instead, harmless};
}

// --- metav1 -------------------------------------------------------------------------

constexpr Field object_meta_fields[] = {
    modelled("name", Type::string),
    modelled("namespace", Type::string),
    modelled("labels", Type::string_map),
    accepted("annotations", Type::string_map),
    accepted("creationTimestamp", Type::string),
    accepted("deletionGracePeriodSeconds", Type::int64),
    warned("deletionTimestamp", Type::string, "the object is taken as not being deleted"),
    warned("finalizers", Type::string_list, "nothing delays a deletion"),
    warned("generateName", Type::string, "an object is known by metadata.name only"),
    accepted("generation", Type::int64),
    accepted("managedFields", Type::list),
    warned("ownerReferences", Type::list, "the object is taken as nobody's"),
    accepted("resourceVersion", Type::string),
    accepted("selfLink", Type::string),
    accepted("uid", Type::string),
};
constexpr Schema object_meta = object_meta_fields;

constexpr Field label_requirement_fields[] = {
    modelled("key", Type::string),
    modelled("operator", Type::string),
    modelled("values", Type::string_list),
};
constexpr Schema label_requirement = label_requirement_fields;

constexpr Field label_selector_fields[] = {
    modelled("matchLabels", Type::string_map),
    modelled("matchExpressions", Type::list, &label_requirement),
};
constexpr Schema label_selector = label_selector_fields;

// --- core/v1: containers --------------------------------------------------------------

constexpr std::string_view ready_at_once = "a container is ready as soon as it runs";

constexpr Field container_port_fields[] = {
    accepted("containerPort", Type::int32),
    accepted("hostIP", Type::string),
    warned("hostPort", Type::int32, "pods do not compete for ports of a node", "0"),
    accepted("name", Type::string),
    accepted("protocol", Type::string),
};
constexpr Schema container_port = container_port_fields;

constexpr Field env_var_fields[] = {
    accepted("name", Type::string),
    accepted("value", Type::string),
    accepted("valueFrom", Type::object),
};
constexpr Schema env_var = env_var_fields;

constexpr Field env_from_fields[] = {
    accepted("configMapRef", Type::object),
    accepted("prefix", Type::string),
    accepted("secretRef", Type::object),
};
constexpr Schema env_from = env_from_fields;

constexpr Field volume_mount_fields[] = {
    accepted("mountPath", Type::string),
    accepted("mountPropagation", Type::string),
    accepted("name", Type::string),
    accepted("readOnly", Type::boolean),
    accepted("recursiveReadOnly", Type::string),
    accepted("subPath", Type::string),
    accepted("subPathExpr", Type::string),
};
constexpr Schema volume_mount = volume_mount_fields;

constexpr Field lifecycle_fields[] = {
    warned("postStart", Type::object, "a container runs as soon as it starts"),
    warned("preStop", Type::object, "a container may stop at any time after its pod is deleted"),
    accepted("stopSignal", Type::string),
};
constexpr Schema lifecycle = lifecycle_fields;

constexpr Field resources_fields[] = {
    warned("claims", Type::list, "dynamic resource allocation limits nothing"),
    modelled("limits", Type::quantity_map),
    modelled("requests", Type::quantity_map),
};
constexpr Schema resources = resources_fields;

constexpr Field container_fields[] = {
    accepted("args", Type::string_list),
    accepted("command", Type::string_list),
    accepted("env", Type::list, &env_var),
    accepted("envFrom", Type::list, &env_from),
    modelled("image", Type::string),
    modelled("imagePullPolicy", Type::string),
    accepted("lifecycle", Type::object, &lifecycle),
    warned("livenessProbe", Type::object, "no probe ever restarts a container"),
    modelled("name", Type::string),
    accepted("ports", Type::list, &container_port),
    warned("readinessProbe", Type::object, ready_at_once),
    accepted("resizePolicy", Type::list),
    modelled("resources", Type::object, &resources),
    warned("restartPolicy", Type::string, "the pod's restartPolicy holds for every container"),
    warned("restartPolicyRules", Type::list, "the pod's restartPolicy holds for every container"),
    accepted("securityContext", Type::object),
    warned("startupProbe", Type::object, ready_at_once),
    accepted("stdin", Type::boolean),
    accepted("stdinOnce", Type::boolean),
    accepted("terminationMessagePath", Type::string),
    accepted("terminationMessagePolicy", Type::string),
    accepted("tty", Type::boolean),
    accepted("volumeDevices", Type::list),
    accepted("volumeMounts", Type::list, &volume_mount),
    accepted("workingDir", Type::string),
};
constexpr Schema container = container_fields;

// --- core/v1: pods ----------------------------------------------------------------------

constexpr std::string_view volumes_always_mount = "volumes bind and mount at once, on any node";

constexpr Field volume_fields[] = {
    warned("awsElasticBlockStore", Type::object, volumes_always_mount),
    warned("azureDisk", Type::object, volumes_always_mount),
    accepted("azureFile", Type::object),
    accepted("cephfs", Type::object),
    warned("cinder", Type::object, volumes_always_mount),
    accepted("configMap", Type::object),
    accepted("csi", Type::object),
    accepted("downwardAPI", Type::object),
    accepted("emptyDir", Type::object),
    warned("ephemeral", Type::object, volumes_always_mount),
    warned("fc", Type::object, volumes_always_mount),
    accepted("flexVolume", Type::object),
    accepted("flocker", Type::object),
    warned("gcePersistentDisk", Type::object, volumes_always_mount),
    accepted("gitRepo", Type::object),
    accepted("glusterfs", Type::object),
    accepted("hostPath", Type::object),
    accepted("image", Type::object),
    warned("iscsi", Type::object, volumes_always_mount),
    accepted("name", Type::string),
    accepted("nfs", Type::object),
    warned("persistentVolumeClaim", Type::object, volumes_always_mount),
    accepted("photonPersistentDisk", Type::object),
    accepted("portworxVolume", Type::object),
    accepted("projected", Type::object),
    accepted("quobyte", Type::object),
    warned("rbd", Type::object, volumes_always_mount),
    accepted("scaleIO", Type::object),
    accepted("secret", Type::object),
    accepted("storageos", Type::object),
    accepted("vsphereVolume", Type::object),
};
constexpr Schema volume = volume_fields;

constexpr Field toleration_fields[] = {
    modelled("effect", Type::string),
    modelled("key", Type::string),
    modelled("operator", Type::string),
    // Decoded for its validation; what it would do is not modelled.
    warned("tolerationSeconds", Type::int64, "a tolerated taint evicts nobody"),
    modelled("value", Type::string),
};
constexpr Schema toleration = toleration_fields;

constexpr Field pod_spec_fields[] = {
    warned("activeDeadlineSeconds", Type::int64, "a pod may run for ever"),
    warned("affinity", Type::object, "a pod goes to any node that its nodeSelector allows"),
    accepted("automountServiceAccountToken", Type::boolean),
    modelled("containers", Type::list, &container),
    accepted("dnsConfig", Type::object),
    accepted("dnsPolicy", Type::string),
    accepted("enableServiceLinks", Type::boolean),
    accepted("ephemeralContainers", Type::list),
    accepted("hostAliases", Type::list),
    accepted("hostIPC", Type::boolean),
    warned("hostNetwork", Type::boolean, "pods do not compete for ports of a node", "false"),
    accepted("hostPID", Type::boolean),
    accepted("hostUsers", Type::boolean),
    accepted("hostname", Type::string),
    accepted("hostnameOverride", Type::string),
    accepted("imagePullSecrets", Type::list),
    warned("initContainers", Type::list, "init containers take no time and no resources, and never fail"),
    warned("nodeName", Type::string, "kube-scheduler chooses the node"),
    modelled("nodeSelector", Type::string_map),
    warned("os", Type::object, "a pod goes to any node that its nodeSelector allows"),
    modelled("overhead", Type::quantity_map),
    warned("preemptionPolicy", Type::string, "no pod preempts another", "PreemptLowerPriority"),
    warned("priority", Type::int32, "no pod preempts another", "0"),
    warned("priorityClassName", Type::string, "no pod preempts another"),
    warned("readinessGates", Type::list, ready_at_once),
    warned("resourceClaims", Type::list, "dynamic resource allocation limits nothing"),
    warned("resources", Type::object, "only the requests of containers count"),
    warned("restartPolicy", Type::string, "the kubelet restarts every container", "Always"),
    warned("runtimeClassName", Type::string, "the default container runtime runs every pod"),
    warned("schedulerName", Type::string, "kube-scheduler schedules every pod", "default-scheduler"),
    warned("schedulingGates", Type::list, "a pod may be scheduled as soon as it exists"),
    warned("schedulingGroup", Type::object, "pods are scheduled one by one"),
    accepted("securityContext", Type::object),
    accepted("serviceAccount", Type::string),
    accepted("serviceAccountName", Type::string),
    accepted("setHostnameAsFQDN", Type::boolean),
    accepted("shareProcessNamespace", Type::boolean),
    accepted("subdomain", Type::string),
    warned("terminationGracePeriodSeconds", Type::int64,
           "a container may stop at any time after its pod is deleted", "30"),
    modelled("tolerations", Type::list, &toleration),
    warned("topologySpreadConstraints", Type::list, "pods go to any node that fits, the highest score first"),
    accepted("volumes", Type::list, &volume),
};
constexpr Schema pod_spec = pod_spec_fields;

constexpr Field pod_template_fields[] = {
    modelled("metadata", Type::object, &object_meta),
    modelled("spec", Type::object, &pod_spec),
};
constexpr Schema pod_template = pod_template_fields;

// --- apps/v1: Deployment ------------------------------------------------------------------

constexpr Field rolling_update_fields[] = {
    modelled("maxSurge", Type::int_or_string),
    modelled("maxUnavailable", Type::int_or_string),
};
constexpr Schema rolling_update = rolling_update_fields;

constexpr Field strategy_fields[] = {
    modelled("rollingUpdate", Type::object, &rolling_update),
    modelled("type", Type::string),
};
constexpr Schema strategy = strategy_fields;

constexpr Field deployment_spec_fields[] = {
    modelled("minReadySeconds", Type::int32),
    warned("paused", Type::boolean, "the Deployment is taken as not paused", "false"),
    // Decoded for its validation; the model has no clock that could pass it.
    warned("progressDeadlineSeconds", Type::int32, "a rollout may take any time", "600"),
    modelled("replicas", Type::int32),
    modelled("revisionHistoryLimit", Type::int32),
    modelled("selector", Type::object, &label_selector),
    modelled("strategy", Type::object, &strategy),
    modelled("template", Type::object, &pod_template),
};
constexpr Schema deployment_spec = deployment_spec_fields;

constexpr Field deployment_fields[] = {
    modelled("apiVersion", Type::string),
    modelled("kind", Type::string),
    modelled("metadata", Type::object, &object_meta),
    modelled("spec", Type::object, &deployment_spec),
    accepted("status", Type::object),
};

// --- core/v1: Node ------------------------------------------------------------------------

constexpr Field taint_fields[] = {
    modelled("effect", Type::string),
    modelled("key", Type::string),
    accepted("timeAdded", Type::string),
    modelled("value", Type::string),
};
constexpr Schema taint = taint_fields;

constexpr Field node_spec_fields[] = {
    accepted("configSource", Type::object),   accepted("externalID", Type::string),
    accepted("podCIDR", Type::string),        accepted("podCIDRs", Type::string_list),
    accepted("providerID", Type::string),     modelled("taints", Type::list, &taint),
    modelled("unschedulable", Type::boolean),
};
constexpr Schema node_spec = node_spec_fields;

constexpr Field node_status_fields[] = {
    accepted("addresses", Type::list),
    modelled("allocatable", Type::quantity_map),
    modelled("capacity", Type::quantity_map),
    // What matters of the conditions to the scheduler is in the taints.
    accepted("conditions", Type::list),
    accepted("config", Type::object),
    accepted("daemonEndpoints", Type::object),
    accepted("declaredFeatures", Type::string_list),
    accepted("features", Type::object),
    accepted("images", Type::list),
    accepted("nodeInfo", Type::object),
    accepted("phase", Type::string),
    accepted("runtimeHandlers", Type::list),
    accepted("volumesAttached", Type::list),
    accepted("volumesInUse", Type::string_list),
};
constexpr Schema node_status = node_status_fields;

constexpr Field node_fields[] = {
    modelled("apiVersion", Type::string),
    modelled("kind", Type::string),
    modelled("metadata", Type::object, &object_meta),
    modelled("spec", Type::object, &node_spec),
    modelled("status", Type::object, &node_status),
};

constexpr Field list_fields[] = {
    modelled("apiVersion", Type::string),
    modelled("kind", Type::string),
    accepted("metadata", Type::object),
    modelled("items", Type::list),
};

}  // namespace

const Schema deployment_schema = deployment_fields;
const Schema node_schema = node_fields;
const Schema list_schema = list_fields;

}  // namespace kcheck::manifests
