// core/v1: pods.
#include "manifests/schema.hpp"

namespace kcheck::manifests {

namespace {

constexpr std::string_view dns_policies[] = {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"};
constexpr std::string_view preemption_policies[] = {"Never", "PreemptLowerPriority"};
constexpr std::string_view group_policies[] = {"Merge", "Strict"};
constexpr std::string_view change_policies[] = {"Always", "OnRootMismatch"};

constexpr bool is_zero(const Value& value) { return value.integer == 0; }
constexpr bool is_true(const Value& value) { return value.integer != 0; }

constexpr Field dns_option_fields[] = {none("name", Type::string), none("value", Type::string)};
constexpr Schema dns_option = {"PodDNSConfigOption", dns_option_fields};

constexpr Field dns_config_fields[] = {
    none("nameservers", Type::string_list),
    none("options", Type::list, &dns_option),
    none("searches", Type::string_list),
};
constexpr Schema dns_config = {"PodDNSConfig", dns_config_fields};

constexpr Field host_alias_fields[] = {none("hostnames", Type::string_list), none("ip", Type::string)};
constexpr Schema host_alias = {"HostAlias", host_alias_fields};

constexpr Field local_reference_fields[] = {assumed("name")};
constexpr Schema local_reference = {"LocalObjectReference", local_reference_fields};

constexpr Field os_fields[] = {
    unless(decides("name", Type::string, "pod-os"), "linux",
           [](const Value& value) { return value.text == "linux"; }),
};
constexpr Schema os = {"PodOS", os_fields};

constexpr Field readiness_gate_fields[] = {none("conditionType", Type::string)};
constexpr Schema readiness_gate = {"PodReadinessGate", readiness_gate_fields};

constexpr Field scheduling_gate_fields[] = {none("name", Type::string)};
constexpr Schema scheduling_gate = {"PodSchedulingGate", scheduling_gate_fields};

constexpr Field resource_claim_fields[] = {
    none("name", Type::string),
    none("resourceClaimName", Type::string),
    none("resourceClaimTemplateName", Type::string),
};
constexpr Schema resource_claim = {"PodResourceClaim", resource_claim_fields};

constexpr Field sysctl_fields[] = {none("name", Type::string), none("value", Type::string)};
constexpr Schema sysctl = {"Sysctl", sysctl_fields};

constexpr Field security_context_fields[] = {
    none("appArmorProfile", Type::object, &profile_schema),
    none("fsGroup", Type::int64),
    one_of(none("fsGroupChangePolicy", Type::string), change_policies),
    none("runAsGroup", Type::int64),
    none("runAsNonRoot", Type::boolean),
    none("runAsUser", Type::int64),
    none("seLinuxChangePolicy", Type::string),
    none("seLinuxOptions", Type::object, &se_linux_schema),
    none("seccompProfile", Type::object, &profile_schema),
    none("supplementalGroups", Type::integer_list),
    one_of(unless(decides("supplementalGroupsPolicy", Type::string, "node-features"), "Merge",
                  [](const Value& value) { return value.text == "Merge"; }),
           group_policies),
    decides("sysctls", Type::list, "sysctls", &sysctl),
    none("windowsOptions", Type::object, &windows_schema),
};
constexpr Schema security_context = {"PodSecurityContext", security_context_fields};

constexpr Field scheduling_group_fields[] = {none("podGroupName", Type::string)};
constexpr Schema scheduling_group = {"PodSchedulingGroup", scheduling_group_fields};

constexpr Field pod_spec_fields[] = {
    none("activeDeadlineSeconds", Type::int64),  // refused in a template
    modelled("affinity", Type::object, &affinity_schema),
    none("automountServiceAccountToken", Type::boolean),
    modelled("containers", Type::list, &container_schema),
    none("dnsConfig", Type::object, &dns_config),
    one_of(none("dnsPolicy", Type::string), dns_policies),
    none("enableServiceLinks", Type::boolean),
    none("ephemeralContainers", Type::list),  // refused in a template
    none("hostAliases", Type::list, &host_alias),
    none("hostIPC", Type::boolean),
    unless(decides("hostNetwork", Type::boolean, "host-ports"), "false", is_zero),
    none("hostPID", Type::boolean),
    unless(decides("hostUsers", Type::boolean, "node-features"), "true", is_true),
    none("hostname", Type::string),
    none("hostnameOverride", Type::string),
    none("imagePullSecrets", Type::list, &local_reference),
    decides("initContainers", Type::list, "init-containers", &container_schema),
    decides("nodeName", Type::string, "node-name"),
    modelled("nodeSelector", Type::string_map),
    none("os", Type::object, &os),
    modelled("overhead", Type::quantity_map),
    // Preemption is reported where workloads of the input share nodes.
    one_of(none("preemptionPolicy", Type::string), preemption_policies),
    none("priority", Type::int32),
    assumed("priorityClassName"),
    decides("readinessGates", Type::list, "readiness-gates", &readiness_gate),
    decides("resourceClaims", Type::list, "resource-claims", &resource_claim),
    decides("resources", Type::object, "pod-resources", &resources_schema),
    none("restartPolicy", Type::string),  // Always, or it is refused
    assumed("runtimeClassName"),
    unless(decides("schedulerName", Type::string, "other-scheduler"), "default-scheduler",
           [](const Value& value) { return value.text == "default-scheduler"; }),
    decides("schedulingGates", Type::list, "scheduling-gates", &scheduling_gate),
    decides("schedulingGroup", Type::object, "scheduling-group", &scheduling_group),
    none("securityContext", Type::object, &security_context),
    assumed("serviceAccount"),
    assumed("serviceAccountName"),
    none("setHostnameAsFQDN", Type::boolean),
    none("shareProcessNamespace", Type::boolean),
    none("subdomain", Type::string),
    // A container may take any time to stop, but for 0 its pod does not wait for it.
    unless(decides("terminationGracePeriodSeconds", Type::int64, "immediate-deletion"), "not 0",
           [](const Value& value) { return value.integer != 0; }),
    modelled("tolerations", Type::list, &toleration_schema),
    none("topologySpreadConstraints", Type::list, &topology_spread_schema),
    none("volumes", Type::list, &volume_schema),
};

}  // namespace

const Schema pod_spec_schema = {"PodSpec", pod_spec_fields};

}  // namespace kcheck::manifests
