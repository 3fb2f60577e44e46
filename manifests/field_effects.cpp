#include "manifests/field_effects.hpp"

#include <array>

namespace kcheck::manifests {

namespace {

constexpr FieldEffect modelled(std::string_view name) { return {.name = name, .effect = Effect::modelled}; }
constexpr FieldEffect assumed(std::string_view name) { return {.name = name, .effect = Effect::assumed}; }
constexpr FieldEffect decides(std::string_view name, std::string_view left_out) {
    return {.name = name, .effect = Effect::decides, .left_out = left_out};
}
constexpr FieldEffect decides(std::string_view name, std::string_view left_out, std::string_view unless,
                              bool (*harmless)(const Value&)) {
    return {.name = name,
            .effect = Effect::decides,
            .left_out = left_out,
            .harmless = harmless,
            .unless = unless};
}
constexpr FieldEffect opaque(FieldEffect field) {
    field.opaque = true;
    return field;
}
constexpr FieldEffect opaque(std::string_view name) { return {.name = name, .opaque = true}; }
constexpr FieldEffect as(std::string_view view, FieldEffect field) {
    field.as = view;
    return field;
}

constexpr bool is_zero(const Value& value) { return value.integer == 0; }
constexpr bool is_true(const Value& value) { return value.integer != 0; }

// --- metav1 -------------------------------------------------------------------------

constexpr std::string_view deployment_metadata = "ObjectMeta of a Deployment";
constexpr std::string_view template_metadata = "ObjectMeta of a pod template";
constexpr std::string_view node_metadata = "ObjectMeta of a Node";

constexpr FieldEffect object_meta[] = {
    decides("deletionTimestamp", "being-deleted"),
    modelled("labels"),
    opaque("managedFields"),
    modelled("name"),
    modelled("namespace"),
    decides("ownerReferences", "owner"),
};

/// Who owns a Node, and what must happen before it goes, is no matter of the pods.
constexpr FieldEffect node_meta[] = {
    decides("deletionTimestamp", "being-deleted"),
    modelled("labels"),
    opaque("managedFields"),
    modelled("name"),
};

/// Labels, annotations and finalizers of a template go to the pods, the rest goes nowhere
/// (controller_utils.go: GetPodFromTemplate).
constexpr FieldEffect template_meta[] = {
    decides("finalizers", "pod-finalizers"),
    modelled("labels"),
    opaque("managedFields"),
};

constexpr FieldEffect label_selector[] = {modelled("matchExpressions"), modelled("matchLabels")};
constexpr FieldEffect requirement[] = {modelled("key"), modelled("operator"), modelled("values")};
constexpr FieldEffect list_object[] = {modelled("apiVersion"), opaque(modelled("items")), modelled("kind"),
                                       opaque("metadata")};

// --- apps/v1: Deployment ------------------------------------------------------------------

constexpr FieldEffect deployment[] = {
    modelled("apiVersion"), modelled("kind"), as(deployment_metadata, modelled("metadata")),
    modelled("spec"),       opaque("status"),
};

// revisionHistoryLimit is of effect after rollouts only, which keep every ReplicaSet here.
constexpr FieldEffect deployment_spec[] = {
    modelled("minReadySeconds"),
    decides("paused", "paused", "false", is_zero),
    decides("progressDeadlineSeconds", "progress-deadline", "600",
            [](const Value& value) { return value.integer == 600; }),
    modelled("replicas"),
    modelled("selector"),
    modelled("template"),
};

constexpr FieldEffect pod_template[] = {as(template_metadata, modelled("metadata")), modelled("spec")};

// --- core/v1: Node ------------------------------------------------------------------------

constexpr FieldEffect node[] = {
    modelled("apiVersion"), modelled("kind"),   as(node_metadata, modelled("metadata")),
    modelled("spec"),       modelled("status"),
};
constexpr FieldEffect node_spec[] = {opaque("configSource"), modelled("taints"), modelled("unschedulable")};
constexpr FieldEffect taint[] = {modelled("effect"), modelled("key"), modelled("value")};

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

constexpr FieldEffect node_status[] = {
    opaque("addresses"),
    modelled("allocatable"),
    modelled("capacity"),
    opaque(decides("conditions", "node-condition",
                   "Ready, no pressure, network available; or the pods do not go there", is_healthy)),
    opaque("config"),
    opaque("daemonEndpoints"),
    opaque("features"),
    opaque("images"),
    opaque("nodeInfo"),
    opaque("runtimeHandlers"),
    opaque("volumesAttached"),
};

// --- core/v1: pods ------------------------------------------------------------------------

// Preemption is reported where workloads of the input share nodes.
constexpr FieldEffect pod_spec[] = {
    modelled("affinity"),
    modelled("containers"),
    opaque("ephemeralContainers"),  // refused in a template
    decides("hostNetwork", "host-ports", "false", is_zero),
    decides("hostUsers", "node-features", "true", is_true),
    decides("initContainers", "init-containers"),
    decides("nodeName", "node-name"),
    modelled("nodeSelector"),
    decides("overhead", "pod-admission"),  // refused but as the RuntimeClass has it
    // Refused but as the PriorityClass has them.
    decides("preemptionPolicy", "pod-admission", "PreemptLowerPriority",
            [](const Value& value) { return value.text == "PreemptLowerPriority"; }),
    decides("priority", "pod-admission", "0", is_zero),
    assumed("priorityClassName"),
    decides("readinessGates", "readiness-gates"),
    decides("resourceClaims", "resource-claims"),
    decides("resources", "pod-resources"),
    assumed("runtimeClassName"),
    decides("schedulerName", "other-scheduler", "default-scheduler",
            [](const Value& value) { return value.text == "default-scheduler"; }),
    decides("schedulingGates", "scheduling-gates"),
    decides("schedulingGroup", "scheduling-group"),
    assumed("serviceAccount"),
    assumed("serviceAccountName"),
    decides("setHostnameAsFQDN", "host-name", "false", is_zero),
    // A container may take any time to stop, but for 0 its pod does not wait for it.
    decides("terminationGracePeriodSeconds", "immediate-deletion", "not 0", is_true),
    modelled("tolerations"),
};

constexpr FieldEffect pod_os[] = {
    decides("name", "pod-os", "linux", [](const Value& value) { return value.text == "linux"; })};

// Together they may keep a container from being started: read.cpp.
constexpr FieldEffect pod_security_context[] = {
    modelled("runAsNonRoot"),
    modelled("runAsUser"),
    decides("supplementalGroupsPolicy", "node-features", "Merge",
            [](const Value& value) { return value.text == "Merge"; }),
    decides("sysctls", "sysctls"),
};

constexpr FieldEffect referent[] = {assumed("name")};

constexpr std::string_view required = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view preferred = "preferredDuringSchedulingIgnoredDuringExecution";

constexpr FieldEffect affinity[] = {modelled("nodeAffinity"), modelled("podAffinity"),
                                    modelled("podAntiAffinity")};
constexpr FieldEffect node_affinity[] = {modelled(required)};
constexpr FieldEffect node_selector[] = {modelled("nodeSelectorTerms")};
constexpr FieldEffect node_term[] = {modelled("matchExpressions"), modelled("matchFields")};
constexpr FieldEffect pod_affinity[] = {decides(required, "pod-affinity")};
constexpr FieldEffect pod_anti_affinity[] = {decides(required, "pod-anti-affinity")};

// What tolerationSeconds would do is reported for the nodes where it would.
constexpr FieldEffect toleration[] = {modelled("effect"), modelled("key"), modelled("operator"),
                                      modelled("value")};

constexpr FieldEffect topology_spread[] = {
    decides("whenUnsatisfiable", "topology-spread", "ScheduleAnyway",
            [](const Value& value) { return value.text == "ScheduleAnyway"; })};

// --- core/v1: containers ------------------------------------------------------------------

constexpr FieldEffect container[] = {
    assumed("image"),
    modelled("lifecycle"),
    decides("livenessProbe", "liveness-probe"),
    decides("readinessProbe", "readiness-probe"),
    modelled("resources"),
    decides("restartPolicy", "restart-policy", "Always",
            [](const Value& value) { return value.text == "Always"; }),
    decides("restartPolicyRules", "restart-policy"),
    decides("startupProbe", "startup-probe"),
};

constexpr FieldEffect lifecycle[] = {
    decides("postStart", "lifecycle-hooks"),
    // A container may take any time to stop: preStop is one of the reasons.
    modelled("preStop"),
};

constexpr FieldEffect container_port[] = {decides("hostPort", "host-ports", "0", is_zero)};
constexpr FieldEffect resources[] = {decides("claims", "resource-claims"), modelled("limits"),
                                     modelled("requests")};

// What user an image runs as is a matter of the image, which is assumed to fit.
constexpr FieldEffect security_context[] = {
    decides("procMount", "node-features", "Default",
            [](const Value& value) { return value.text == "Default"; }),
    modelled("runAsNonRoot"),
    modelled("runAsUser"),
};

constexpr FieldEffect profile[] = {decides("localhostProfile", "node-profiles")};

constexpr FieldEffect volume_mount[] = {decides("recursiveReadOnly", "node-features", "not Enabled",
                                                [](const Value& value) { return value.text != "Enabled"; })};

// --- core/v1: volumes. What binds a claim, attaches a disk or asks a server may wait for ever. -----

constexpr std::string_view waits = "volumes";

constexpr FieldEffect volume[] = {
    decides("awsElasticBlockStore", waits),
    decides("azureDisk", waits),
    decides("azureFile", waits),
    decides("cephfs", waits),
    decides("cinder", waits),
    decides("csi", waits),
    decides("ephemeral", waits),
    decides("fc", waits),
    decides("flexVolume", waits),
    decides("flocker", waits),
    decides("gcePersistentDisk", waits),
    decides("gitRepo", waits),
    decides("glusterfs", waits),
    decides("iscsi", waits),
    decides("nfs", waits),
    decides("persistentVolumeClaim", waits),
    decides("photonPersistentDisk", waits),
    decides("portworxVolume", waits),
    decides("quobyte", waits),
    decides("rbd", waits),
    decides("scaleIO", waits),
    decides("storageos", waits),
    decides("vsphereVolume", waits),
};

constexpr FieldEffect projection[] = {decides("clusterTrustBundle", waits), decides("podCertificate", waits)};
constexpr FieldEffect secret_volume[] = {assumed("secretName")};
// With a type that must be there already, it is one of the things assumed.
constexpr FieldEffect host_path[] = {assumed("path")};
constexpr FieldEffect image_volume[] = {assumed("reference")};
// A file in a volume, which something has to have written.
constexpr FieldEffect environment_source[] = {decides("fileKeyRef", "file-keys")};

constexpr FieldEffect empty_dir[] = {
    decides("medium", "volumes", "Memory", [](const Value& value) { return value.text == "Memory"; })};

constexpr FieldEffect claim_volume[] = {assumed("claimName")};
constexpr FieldEffect claim_template[] = {as(template_metadata, {.name = "metadata"})};

constexpr std::array effects_table = {
    TypeEffects{"apps.Deployment", "", deployment},
    TypeEffects{"apps.DeploymentSpec", "revisionHistoryLimit strategy", deployment_spec},
    TypeEffects{"core.Affinity", "", affinity},
    TypeEffects{"core.AppArmorProfile", "type", profile},
    TypeEffects{"core.ConfigMapEnvSource", "optional", referent},
    TypeEffects{"core.ConfigMapKeySelector", "key optional", referent},
    TypeEffects{"core.ConfigMapProjection", "items optional", referent},
    TypeEffects{"core.ConfigMapVolumeSource", "defaultMode items optional", referent},
    TypeEffects{"core.Container",
                "args command env envFrom imagePullPolicy name ports resizePolicy securityContext stdin "
                "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts "
                "workingDir",
                container},
    TypeEffects{"core.ContainerPort", "containerPort hostIP name protocol", container_port},
    TypeEffects{"core.EmptyDirVolumeSource", "sizeLimit", empty_dir},
    TypeEffects{"core.EnvVarSource", "configMapKeyRef fieldRef resourceFieldRef secretKeyRef",
                environment_source},
    TypeEffects{"core.HostPathVolumeSource", "type", host_path},
    TypeEffects{"core.ImageVolumeSource", "pullPolicy", image_volume},
    TypeEffects{"core.Lifecycle", "stopSignal", lifecycle},
    TypeEffects{"core.LocalObjectReference", "", referent},
    TypeEffects{"core.Node", "", node},
    TypeEffects{"core.NodeAffinity", preferred, node_affinity},
    TypeEffects{"core.NodeSelector", "", node_selector},
    TypeEffects{"core.NodeSelectorRequirement", "", requirement},
    TypeEffects{"core.NodeSelectorTerm", "", node_term},
    TypeEffects{"core.NodeSpec", "externalID podCIDR podCIDRs providerID", node_spec},
    TypeEffects{"core.NodeStatus", "declaredFeatures phase volumesInUse", node_status},
    TypeEffects{"core.PersistentVolumeClaimTemplate", "spec", claim_template},
    TypeEffects{"core.PersistentVolumeClaimVolumeSource", "readOnly", claim_volume},
    TypeEffects{"core.PodAffinity", preferred, pod_affinity},
    TypeEffects{"core.PodAntiAffinity", preferred, pod_anti_affinity},
    TypeEffects{"core.PodOS", "", pod_os},
    TypeEffects{"core.PodSecurityContext",
                "appArmorProfile fsGroup fsGroupChangePolicy runAsGroup seLinuxChangePolicy "
                "seLinuxOptions seccompProfile supplementalGroups windowsOptions",
                pod_security_context},
    TypeEffects{"core.PodSpec",
                "activeDeadlineSeconds automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks "
                "hostAliases hostIPC hostPID hostname hostnameOverride imagePullSecrets os restartPolicy "
                "securityContext shareProcessNamespace subdomain topologySpreadConstraints volumes",
                pod_spec},
    TypeEffects{"core.PodTemplateSpec", "", pod_template},
    TypeEffects{"core.ResourceRequirements", "", resources},
    TypeEffects{"core.SeccompProfile", "type", profile},
    TypeEffects{"core.SecretEnvSource", "optional", referent},
    TypeEffects{"core.SecretKeySelector", "key optional", referent},
    TypeEffects{"core.SecretProjection", "items optional", referent},
    TypeEffects{"core.SecretVolumeSource", "defaultMode items optional", secret_volume},
    TypeEffects{"core.SecurityContext",
                "allowPrivilegeEscalation appArmorProfile capabilities privileged readOnlyRootFilesystem "
                "runAsGroup seLinuxOptions seccompProfile windowsOptions",
                security_context},
    TypeEffects{"core.Taint", "timeAdded", taint},
    TypeEffects{"core.Toleration", "tolerationSeconds", toleration},
    TypeEffects{"core.TopologySpreadConstraint",
                "labelSelector matchLabelKeys maxSkew minDomains nodeAffinityPolicy nodeTaintsPolicy "
                "topologyKey",
                topology_spread},
    TypeEffects{"core.Volume", "configMap downwardAPI emptyDir hostPath image name projected secret", volume},
    TypeEffects{"core.VolumeMount", "mountPath mountPropagation name readOnly subPath subPathExpr",
                volume_mount},
    TypeEffects{"core.VolumeProjection", "configMap downwardAPI secret serviceAccountToken", projection},
    TypeEffects{"meta.LabelSelector", "", label_selector},
    TypeEffects{"meta.LabelSelectorRequirement", "", requirement},
    TypeEffects{"meta.List", "", list_object},
    TypeEffects{"meta.ObjectMeta",
                "annotations creationTimestamp deletionGracePeriodSeconds finalizers generateName generation "
                "resourceVersion selfLink uid",
                object_meta, deployment_metadata},
    TypeEffects{"meta.ObjectMeta",
                "annotations creationTimestamp deletionGracePeriodSeconds finalizers generateName generation "
                "namespace ownerReferences resourceVersion selfLink uid",
                node_meta, node_metadata},
    TypeEffects{"meta.ObjectMeta",
                "annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp generateName "
                "generation name namespace ownerReferences resourceVersion selfLink uid",
                template_meta, template_metadata},
};

}  // namespace

std::span<const TypeEffects> type_effects() { return effects_table; }

std::string_view types_of_no_effect() {
    return "apps.DeploymentStrategy apps.RollingUpdateDeployment core.AWSElasticBlockStoreVolumeSource "
           "core.AzureDiskVolumeSource core.AzureFileVolumeSource core.CSIVolumeSource core.Capabilities "
           "core.CephFSVolumeSource core.CinderVolumeSource core.ClusterTrustBundleProjection "
           "core.ContainerResizePolicy core.ContainerRestartRule core.ContainerRestartRuleOnExitCodes "
           "core.DownwardAPIProjection core.DownwardAPIVolumeFile core.DownwardAPIVolumeSource "
           "core.EnvFromSource core.EnvVar "
           "core.EphemeralVolumeSource core.ExecAction core.FCVolumeSource core.FileKeySelector "
           "core.FlexVolumeSource core.FlockerVolumeSource core.GCEPersistentDiskVolumeSource "
           "core.GRPCAction core.GitRepoVolumeSource core.GlusterfsVolumeSource core.HTTPGetAction "
           "core.HTTPHeader core.HostAlias core.ISCSIVolumeSource core.KeyToPath core.LifecycleHandler "
           "core.NFSVolumeSource core.ObjectFieldSelector core.PersistentVolumeClaimSpec "
           "core.PhotonPersistentDiskVolumeSource core.PodAffinityTerm core.PodCertificateProjection "
           "core.PodDNSConfig core.PodDNSConfigOption core.PodReadinessGate core.PodResourceClaim "
           "core.PodSchedulingGate core.PodSchedulingGroup core.PortworxVolumeSource "
           "core.PreferredSchedulingTerm core.Probe core.ProjectedVolumeSource core.QuobyteVolumeSource "
           "core.RBDVolumeSource core.ResourceClaim core.ResourceFieldSelector core.SELinuxOptions "
           "core.ScaleIOVolumeSource core.ServiceAccountTokenProjection "
           "core.SleepAction core.StorageOSVolumeSource core.Sysctl core.TCPSocketAction "
           "core.TypedLocalObjectReference core.TypedObjectReference core.VolumeDevice "
           "core.VolumeResourceRequirements core.VsphereVirtualDiskVolumeSource "
           "core.WeightedPodAffinityTerm core.WindowsSecurityContextOptions meta.OwnerReference";
}

}  // namespace kcheck::manifests
