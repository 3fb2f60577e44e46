#include "manifests/kinds.hpp"

#include <algorithm>
#include <array>

namespace kcheck::manifests {

namespace {

constexpr std::string_view room = "requests room on the nodes of the Deployment that may not be there";
constexpr std::string_view rules =
    "with a rule for pods, bindings, ReplicaSets or Deployments of the namespace";

constexpr std::array kind_table = {
    KindInfo{"", "Binding"},
    KindInfo{"", "ComponentStatus"},
    KindInfo{"", "ConfigMap"},
    KindInfo{"", "Endpoints"},
    KindInfo{"", "Event"},
    KindInfo{"", "LimitRange", Effect::decides, "limit-range",
             "in the namespace of the Deployment, for containers or pods"},
    KindInfo{"", "List", Effect::modelled},
    KindInfo{"", "Namespace", Effect::decides, "pod-security",
             "that of the Deployment, with a label that enforces more than privileged"},
    KindInfo{"", "Node", Effect::modelled},
    KindInfo{"", "PersistentVolume"},
    KindInfo{"", "PersistentVolumeClaim"},
    KindInfo{"", "Pod", Effect::decides, "shared-nodes", room},
    KindInfo{"", "PodTemplate"},
    KindInfo{"", "ReplicationController", Effect::decides, "shared-nodes", room},
    KindInfo{"", "ResourceQuota", Effect::decides, "resource-quota",
             "in the namespace of the Deployment, for pods or their requests"},
    KindInfo{"", "Secret"},
    KindInfo{"", "Service"},
    KindInfo{"", "ServiceAccount"},
    KindInfo{"admissionregistration.k8s.io", "MutatingAdmissionPolicy", Effect::decides, "admission-policy",
             rules},
    KindInfo{"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"},
    KindInfo{"admissionregistration.k8s.io", "MutatingWebhookConfiguration", Effect::decides,
             "admission-webhook", rules},
    KindInfo{"admissionregistration.k8s.io", "ValidatingAdmissionPolicy", Effect::decides, "admission-policy",
             rules},
    KindInfo{"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"},
    KindInfo{"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", Effect::decides,
             "admission-webhook", rules},
    KindInfo{"apiextensions.k8s.io", "CustomResourceDefinition"},
    KindInfo{"apiregistration.k8s.io", "APIService"},
    KindInfo{"apps", "ControllerRevision"},
    KindInfo{"apps", "DaemonSet", Effect::decides, "shared-nodes", room},
    KindInfo{"apps", "Deployment", Effect::modelled},
    KindInfo{"apps", "ReplicaSet", Effect::decides, "shared-nodes", room},
    KindInfo{"apps", "StatefulSet", Effect::decides, "shared-nodes", room},
    KindInfo{"authentication.k8s.io", "SelfSubjectReview"},
    KindInfo{"authentication.k8s.io", "TokenRequest"},
    KindInfo{"authentication.k8s.io", "TokenReview"},
    KindInfo{"authorization.k8s.io", "LocalSubjectAccessReview"},
    KindInfo{"authorization.k8s.io", "SelfSubjectAccessReview"},
    KindInfo{"authorization.k8s.io", "SelfSubjectRulesReview"},
    KindInfo{"authorization.k8s.io", "SubjectAccessReview"},
    KindInfo{"autoscaling", "HorizontalPodAutoscaler", Effect::decides, "autoscaler",
             "that targets the Deployment"},
    KindInfo{"autoscaling", "Scale"},
    KindInfo{"batch", "CronJob", Effect::decides, "shared-nodes", room},
    KindInfo{"batch", "Job", Effect::decides, "shared-nodes", room},
    KindInfo{"certificates.k8s.io", "CertificateSigningRequest"},
    KindInfo{"certificates.k8s.io", "ClusterTrustBundle"},
    KindInfo{"certificates.k8s.io", "PodCertificateRequest"},
    KindInfo{"coordination.k8s.io", "Lease"},
    KindInfo{"coordination.k8s.io", "LeaseCandidate"},
    KindInfo{"discovery.k8s.io", "EndpointSlice"},
    KindInfo{"events.k8s.io", "Event"},
    KindInfo{"extensions", "Ingress"},
    KindInfo{"extensions", "NetworkPolicy"},
    KindInfo{"extensions", "PodSecurityPolicy"},
    KindInfo{"flowcontrol.apiserver.k8s.io", "FlowSchema"},
    KindInfo{"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"},
    KindInfo{"internal.apiserver.k8s.io", "StorageVersion"},
    KindInfo{"kubeadm.k8s.io", "ClusterConfiguration"},
    KindInfo{"kubeadm.k8s.io", "InitConfiguration"},
    KindInfo{"kubeadm.k8s.io", "JoinConfiguration"},
    KindInfo{"kubeadm.k8s.io", "ResetConfiguration"},
    KindInfo{"kubeadm.k8s.io", "UpgradeConfiguration"},
    KindInfo{"kubelet.config.k8s.io", "CredentialProviderConfig"},
    KindInfo{"kubelet.config.k8s.io", "KubeletConfiguration"},
    KindInfo{"kubeproxy.config.k8s.io", "KubeProxyConfiguration"},
    KindInfo{"kubescheduler.config.k8s.io", "KubeSchedulerConfiguration", Effect::decides, "other-scheduler",
             "always"},
    KindInfo{"networking.k8s.io", "IPAddress"},
    KindInfo{"networking.k8s.io", "Ingress"},
    KindInfo{"networking.k8s.io", "IngressClass"},
    KindInfo{"networking.k8s.io", "NetworkPolicy"},
    KindInfo{"networking.k8s.io", "ServiceCIDR"},
    KindInfo{"node.k8s.io", "RuntimeClass", Effect::decides, "runtime-class",
             "that of the pods, with overhead or scheduling"},
    KindInfo{"policy", "Eviction"},
    KindInfo{"policy", "PodDisruptionBudget", Effect::decides, "disruption-budget", "that selects the pods"},
    KindInfo{"policy", "PodSecurityPolicy"},
    KindInfo{"rbac.authorization.k8s.io", "ClusterRole"},
    KindInfo{"rbac.authorization.k8s.io", "ClusterRoleBinding"},
    KindInfo{"rbac.authorization.k8s.io", "Role"},
    KindInfo{"rbac.authorization.k8s.io", "RoleBinding"},
    KindInfo{"resource.k8s.io", "DeviceClass"},
    KindInfo{"resource.k8s.io", "DeviceTaintRule"},
    KindInfo{"resource.k8s.io", "ResourceClaim"},
    KindInfo{"resource.k8s.io", "ResourceClaimTemplate"},
    KindInfo{"resource.k8s.io", "ResourcePoolStatusRequest"},
    KindInfo{"resource.k8s.io", "ResourceSlice"},
    KindInfo{"scheduling.k8s.io", "PodGroup"},
    KindInfo{"scheduling.k8s.io", "PriorityClass", Effect::decides, "preemption",
             "where workloads of different priority share nodes"},
    KindInfo{"scheduling.k8s.io", "Workload"},
    KindInfo{"storage.k8s.io", "CSIDriver"},
    KindInfo{"storage.k8s.io", "CSINode"},
    KindInfo{"storage.k8s.io", "CSIStorageCapacity"},
    KindInfo{"storage.k8s.io", "StorageClass"},
    KindInfo{"storage.k8s.io", "VolumeAttachment"},
    KindInfo{"storage.k8s.io", "VolumeAttributesClass"},
    KindInfo{"storagemigration.k8s.io", "StorageVersionMigration"},
};

}  // namespace

std::span<const KindInfo> kinds() { return kind_table; }

const KindInfo* find_kind(std::string_view group, std::string_view kind) {
    const KindInfo* elsewhere = nullptr;
    for (const KindInfo& info : kind_table) {
        if (info.kind != kind) continue;
        if (info.group == group) return &info;
        if (elsewhere == nullptr) elsewhere = &info;
    }
    return elsewhere;
}

bool is_built_in(std::string_view group) {
    // A group without a dot can be nobody else's.
    return group.find('.') == std::string_view::npos ||
           std::any_of(kind_table.begin(), kind_table.end(),
                       [&](const KindInfo& info) { return info.group == group; });
}

std::string_view group_of(std::string_view api_version) {
    const std::size_t slash = api_version.find('/');
    return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

}  // namespace kcheck::manifests
