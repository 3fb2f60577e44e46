// core/v1: containers.
#include "manifests/schema.hpp"

namespace kcheck::manifests {

namespace {

constexpr std::string_view protocols[] = {"SCTP", "TCP", "UDP"};
constexpr std::string_view schemes[] = {"HTTP", "HTTPS"};
constexpr std::string_view pull_policies[] = {"Always", "IfNotPresent", "Never"};
constexpr std::string_view message_policies[] = {"FallbackToLogsOnError", "File"};
constexpr std::string_view propagations[] = {"Bidirectional", "HostToContainer", "None"};
constexpr std::string_view recursions[] = {"Disabled", "Enabled", "IfPossible"};
constexpr std::string_view proc_mounts[] = {"Default", "Unmasked"};
constexpr std::string_view profiles[] = {"Localhost", "RuntimeDefault", "Unconfined"};
constexpr std::string_view resize_policies[] = {"NotRequired", "RestartContainer"};
constexpr std::string_view restart_policies[] = {"Always", "Never", "OnFailure"};

constexpr Field container_port_fields[] = {
    none("containerPort", Type::int32),
    none("hostIP", Type::string),
    unless(decides("hostPort", Type::int32, "host-ports"), "0",
           [](const Value& value) { return value.integer == 0; }),
    none("name", Type::string),
    one_of(none("protocol", Type::string), protocols),
};
constexpr Schema container_port = {"ContainerPort", container_port_fields};

constexpr Field key_selector_fields[] = {
    none("key", Type::string),
    assumed("name"),
    none("optional", Type::boolean),
};
constexpr Schema key_selector = {"SecretKeySelector, ConfigMapKeySelector", key_selector_fields};

constexpr Field file_key_selector_fields[] = {
    none("key", Type::string),
    none("optional", Type::boolean),
    none("path", Type::string),
    none("volumeName", Type::string),
};
constexpr Schema file_key_selector = {"FileKeySelector", file_key_selector_fields};

constexpr Field field_selector_fields[] = {
    none("apiVersion", Type::string),
    none("fieldPath", Type::string),
};

constexpr Field resource_selector_fields[] = {
    none("containerName", Type::string),
    none("divisor", Type::quantity),
    none("resource", Type::string),
};

constexpr Field env_source_fields[] = {
    none("configMapKeyRef", Type::object, &key_selector),
    none("fieldRef", Type::object, &field_selector_schema),
    none("fileKeyRef", Type::object, &file_key_selector),
    none("resourceFieldRef", Type::object, &resource_selector_schema),
    none("secretKeyRef", Type::object, &key_selector),
};
constexpr Schema env_source = {"EnvVarSource", env_source_fields};

constexpr Field env_var_fields[] = {
    none("name", Type::string),
    none("value", Type::string),
    none("valueFrom", Type::object, &env_source),
};
constexpr Schema env_var = {"EnvVar", env_var_fields};

constexpr Field env_object_fields[] = {
    assumed("name"),
    none("optional", Type::boolean),
};
constexpr Schema env_object = {"SecretEnvSource, ConfigMapEnvSource", env_object_fields};

constexpr Field env_from_fields[] = {
    none("configMapRef", Type::object, &env_object),
    none("prefix", Type::string),
    none("secretRef", Type::object, &env_object),
};
constexpr Schema env_from = {"EnvFromSource", env_from_fields};

constexpr Field volume_mount_fields[] = {
    none("mountPath", Type::string),
    one_of(none("mountPropagation", Type::string), propagations),
    none("name", Type::string),
    none("readOnly", Type::boolean),
    one_of(unless(decides("recursiveReadOnly", Type::string, "node-features"), "not Enabled",
                  [](const Value& value) { return value.text != "Enabled"; }),
           recursions),
    none("subPath", Type::string),
    none("subPathExpr", Type::string),
};
constexpr Schema volume_mount = {"VolumeMount", volume_mount_fields};

constexpr Field volume_device_fields[] = {
    none("devicePath", Type::string),
    none("name", Type::string),
};
constexpr Schema volume_device = {"VolumeDevice", volume_device_fields};

constexpr Field exec_fields[] = {none("command", Type::string_list)};
constexpr Schema exec = {"ExecAction", exec_fields};

constexpr Field header_fields[] = {
    none("name", Type::string),
    none("value", Type::string),
};
constexpr Schema header = {"HTTPHeader", header_fields};

constexpr Field http_get_fields[] = {
    none("host", Type::string),
    none("httpHeaders", Type::list, &header),
    none("path", Type::string),
    none("port", Type::int_or_string),
    one_of(none("scheme", Type::string), schemes),
};
constexpr Schema http_get = {"HTTPGetAction", http_get_fields};

constexpr Field tcp_socket_fields[] = {
    none("host", Type::string),
    none("port", Type::int_or_string),
};
constexpr Schema tcp_socket = {"TCPSocketAction", tcp_socket_fields};

constexpr Field grpc_fields[] = {
    none("port", Type::int32),
    none("service", Type::string),
};
constexpr Schema grpc = {"GRPCAction", grpc_fields};

constexpr Field sleep_fields[] = {none("seconds", Type::int64)};
constexpr Schema sleep = {"SleepAction", sleep_fields};

constexpr Field handler_fields[] = {
    none("exec", Type::object, &exec),
    none("httpGet", Type::object, &http_get),
    none("sleep", Type::object, &sleep),
    none("tcpSocket", Type::object, &tcp_socket),
};
constexpr Schema handler = {"LifecycleHandler", handler_fields};

constexpr Field lifecycle_fields[] = {
    decides("postStart", Type::object, "lifecycle-hooks", &handler),
    // A container may take any time to stop: preStop is one of the reasons.
    modelled("preStop", Type::object, &handler),
    none("stopSignal", Type::string),
};
constexpr Schema lifecycle = {"Lifecycle", lifecycle_fields};

constexpr Field probe_fields[] = {
    none("exec", Type::object, &exec),
    none("failureThreshold", Type::int32),
    none("grpc", Type::object, &grpc),
    none("httpGet", Type::object, &http_get),
    none("initialDelaySeconds", Type::int32),
    none("periodSeconds", Type::int32),
    none("successThreshold", Type::int32),
    none("tcpSocket", Type::object, &tcp_socket),
    none("terminationGracePeriodSeconds", Type::int64),
    none("timeoutSeconds", Type::int32),
};
constexpr Schema probe = {"Probe", probe_fields};

constexpr Field claim_fields[] = {
    none("name", Type::string),
    none("request", Type::string),
};
constexpr Schema claim = {"ResourceClaim", claim_fields};

constexpr Field resources_fields[] = {
    decides("claims", Type::list, "resource-claims", &claim),
    modelled("limits", Type::quantity_map),
    modelled("requests", Type::quantity_map),
};

constexpr Field resize_policy_fields[] = {
    none("resourceName", Type::string),
    one_of(none("restartPolicy", Type::string), resize_policies),
};
constexpr Schema resize_policy = {"ContainerResizePolicy", resize_policy_fields};

constexpr Field exit_codes_fields[] = {
    none("operator", Type::string),
    none("values", Type::integer_list),
};
constexpr Schema exit_codes = {"ContainerRestartRuleOnExitCodes", exit_codes_fields};

constexpr Field restart_rule_fields[] = {
    none("action", Type::string),
    none("exitCodes", Type::object, &exit_codes),
};
constexpr Schema restart_rule = {"ContainerRestartRule", restart_rule_fields};

constexpr Field capabilities_fields[] = {
    none("add", Type::string_list),
    none("drop", Type::string_list),
};
constexpr Schema capabilities = {"Capabilities", capabilities_fields};

constexpr Field se_linux_fields[] = {
    none("level", Type::string),
    none("role", Type::string),
    none("type", Type::string),
    none("user", Type::string),
};

constexpr Field profile_fields[] = {
    decides("localhostProfile", Type::string, "node-profiles"),
    one_of(none("type", Type::string), profiles),
};

constexpr Field windows_fields[] = {
    none("gmsaCredentialSpec", Type::string),
    none("gmsaCredentialSpecName", Type::string),
    none("hostProcess", Type::boolean),
    none("runAsUserName", Type::string),
};

// What user an image runs as is a matter of the image, which is assumed to fit.
constexpr Field security_context_fields[] = {
    none("allowPrivilegeEscalation", Type::boolean),
    none("appArmorProfile", Type::object, &profile_schema),
    none("capabilities", Type::object, &capabilities),
    none("privileged", Type::boolean),
    one_of(unless(decides("procMount", Type::string, "node-features"), "Default",
                  [](const Value& value) { return value.text == "Default"; }),
           proc_mounts),
    none("readOnlyRootFilesystem", Type::boolean),
    none("runAsGroup", Type::int64),
    none("runAsNonRoot", Type::boolean),
    none("runAsUser", Type::int64),
    none("seLinuxOptions", Type::object, &se_linux_schema),
    none("seccompProfile", Type::object, &profile_schema),
    none("windowsOptions", Type::object, &windows_schema),
};
constexpr Schema security_context = {"SecurityContext", security_context_fields};

constexpr bool is_always(const Value& value) { return value.text == "Always"; }

constexpr Field container_fields[] = {
    none("args", Type::string_list),
    none("command", Type::string_list),
    none("env", Type::list, &env_var),
    none("envFrom", Type::list, &env_from),
    assumed("image"),
    one_of(none("imagePullPolicy", Type::string), pull_policies),
    modelled("lifecycle", Type::object, &lifecycle),
    decides("livenessProbe", Type::object, "liveness-probe", &probe),
    none("name", Type::string),
    none("ports", Type::list, &container_port),
    decides("readinessProbe", Type::object, "readiness-probe", &probe),
    none("resizePolicy", Type::list, &resize_policy),
    modelled("resources", Type::object, &resources_schema),
    one_of(unless(decides("restartPolicy", Type::string, "restart-policy"), "Always", is_always),
           restart_policies),
    decides("restartPolicyRules", Type::list, "restart-policy", &restart_rule),
    none("securityContext", Type::object, &security_context),
    decides("startupProbe", Type::object, "startup-probe", &probe),
    none("stdin", Type::boolean),
    none("stdinOnce", Type::boolean),
    none("terminationMessagePath", Type::string),
    one_of(none("terminationMessagePolicy", Type::string), message_policies),
    none("tty", Type::boolean),
    none("volumeDevices", Type::list, &volume_device),
    none("volumeMounts", Type::list, &volume_mount),
    none("workingDir", Type::string),
};

}  // namespace

const Schema resources_schema = {"ResourceRequirements", resources_fields};
const Schema se_linux_schema = {"SELinuxOptions", se_linux_fields};
const Schema profile_schema = {"SeccompProfile, AppArmorProfile", profile_fields};
const Schema windows_schema = {"WindowsSecurityContextOptions", windows_fields};
const Schema field_selector_schema = {"ObjectFieldSelector", field_selector_fields};
const Schema resource_selector_schema = {"ResourceFieldSelector", resource_selector_fields};
const Schema container_schema = {"Container", container_fields};

}  // namespace kcheck::manifests
