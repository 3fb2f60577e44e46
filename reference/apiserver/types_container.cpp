// Containers of a pod: k8s.io/api/core/v1/types.go.
#include "reference/apiserver/types_tables.hpp"

namespace kcheck::reference::apiserver {

namespace {

// What Container and EphemeralContainer have in common is everything but the target.
std::vector<Field> container_fields() {
    return {
        {"args", "[]string", "Arguments to the entrypoint. The image's CMD if not provided."},
        {"command", "[]string", "Entrypoint array. The image's ENTRYPOINT if not provided."},
        {"env", "[]v1.EnvVar", "Environment variables.", {.merges = true, .merge_key = "name"}},
        {"envFrom", "[]v1.EnvFromSource", "Sources to populate environment variables from."},
        {"image", "string", "Container image name."},
        {"imagePullPolicy", "string", "Always, Never or IfNotPresent."},
        {"lifecycle", "*v1.Lifecycle", "Actions in response to lifecycle events."},
        {"livenessProbe", "*v1.Probe", "Periodic probe: the container is restarted if it fails."},
        {"name", "string", "A DNS_LABEL, unique within the pod. Cannot be updated.", {.required = true}},
        {"ports",
         "[]v1.ContainerPort",
         "Ports to expose from the container.",
         {.merges = true, .merge_key = "containerPort"}},
        {"readinessProbe", "*v1.Probe", "Periodic probe of service readiness."},
        {"resources", "v1.ResourceRequirements", "Compute resources required by this container."},
        {"securityContext", "*v1.SecurityContext", "Security options to run the container with."},
        {"startupProbe", "*v1.Probe", "Other probes wait until this one has succeeded."},
        {"stdin", "bool", "Whether to allocate a buffer for stdin."},
        {"stdinOnce", "bool", "Whether stdin closes after the first attach."},
        {"terminationMessagePath", "string", "File of the termination message."},
        {"terminationMessagePolicy", "string", "File or FallbackToLogsOnError."},
        {"tty", "bool", "Whether to allocate a TTY."},
        {"volumeDevices",
         "[]v1.VolumeDevice",
         "Block devices to be used by the container.",
         {.merges = true, .merge_key = "devicePath"}},
        {"volumeMounts",
         "[]v1.VolumeMount",
         "Volumes to mount into the container's filesystem.",
         {.merges = true, .merge_key = "mountPath"}},
        {"workingDir", "string", "Working directory. The image's if not specified."},
    };
}

std::vector<Field> ephemeral_container_fields() {
    auto fields = container_fields();
    fields.push_back({"targetContainerName", "string", "The container whose namespaces are shared."});
    return fields;
}

std::vector<Field> key_selector_fields() {
    return {
        {"key", "string", "The key to select.", {.required = true}},
        {"name", "string", "Name of the referent."},
        {"optional", "*bool", "Whether the object or its key may be missing."},
    };
}

std::vector<Field> handler_fields() {
    return {
        {"exec", "*v1.ExecAction", "A command to run."},
        {"httpGet", "*v1.HTTPGetAction", "An HTTP request to perform."},
        {"tcpSocket", "*v1.TCPSocketAction", "A TCP port to connect to."},
    };
}

std::vector<Field> probe_fields() {
    auto fields = handler_fields();
    const std::vector<Field> timing = {
        {"failureThreshold", "int32", "Consecutive failures to be considered failed. Defaults to 3."},
        {"grpc", "*v1.GRPCAction", "A gRPC port to ask."},
        {"initialDelaySeconds", "int32", "Seconds after the start before probes are initiated."},
        {"periodSeconds", "int32", "How often to probe. Defaults to 10 seconds."},
        {"successThreshold", "int32", "Consecutive successes to be considered successful."},
        {"terminationGracePeriodSeconds", "*int64", "Seconds to terminate after a failure."},
        {"timeoutSeconds", "int32", "Seconds after which the probe times out. Defaults to 1."},
    };
    fields.insert(fields.end(), timing.begin(), timing.end());
    return fields;
}

std::vector<Type> environment_types() {
    return {
        {"EnvVar",
         core_package,
         "EnvVar is an environment variable of a container.",
         {
             {"name", "string", "A C_IDENTIFIER.", {.required = true}},
             {"value", "string", "May use $(VAR_NAME). Defaults to the empty string."},
             {"valueFrom", "*v1.EnvVarSource", "Source of the value. Not with `value`."},
         }},
        {"EnvVarSource",
         core_package,
         "EnvVarSource is a source of the value of an EnvVar.",
         {
             {"configMapKeyRef", "*v1.ConfigMapKeySelector", "Selects a key of a ConfigMap."},
             {"fieldRef", "*v1.ObjectFieldSelector", "Selects a field of the pod."},
             {"resourceFieldRef", "*v1.ResourceFieldSelector", "Selects a resource of the container."},
             {"secretKeyRef", "*v1.SecretKeySelector", "Selects a key of a Secret."},
         }},
        {"EnvFromSource",
         core_package,
         "EnvFromSource is a set of environment variables.",
         {
             {"configMapRef", "*v1.ConfigMapEnvSource", "The ConfigMap to select from."},
             {"prefix", "string", "Put before each key."},
             {"secretRef", "*v1.SecretEnvSource", "The Secret to select from."},
         }},
        {"ConfigMapKeySelector", core_package, "Selects a key of a ConfigMap.", key_selector_fields()},
        {"SecretKeySelector", core_package, "Selects a key of a Secret.", key_selector_fields()},
        {"ConfigMapEnvSource",
         core_package,
         "ConfigMapEnvSource selects a ConfigMap.",
         {{"name", "string", "Name of the referent."},
          {"optional", "*bool", "Whether the ConfigMap may be missing."}}},
        {"SecretEnvSource",
         core_package,
         "SecretEnvSource selects a Secret.",
         {{"name", "string", "Name of the referent."},
          {"optional", "*bool", "Whether the Secret may be missing."}}},
        {"ObjectFieldSelector",
         core_package,
         "ObjectFieldSelector selects a field of an object.",
         {{"apiVersion", "string", "Version of the schema. Defaults to v1."},
          {"fieldPath", "string", "Path of the field.", {.required = true}}}},
        {"ResourceFieldSelector",
         core_package,
         "ResourceFieldSelector selects a resource of a container.",
         {{"containerName", "string", "Required for volumes, optional for env vars."},
          {"divisor", "resource.Quantity", "The unit. Defaults to 1."},
          {"resource", "string", "The resource to select.", {.required = true}}}},
    };
}

std::vector<Type> handler_types() {
    return {
        {"Probe", core_package, "Probe is a health check of a container.", probe_fields()},
        {"LifecycleHandler", core_package, "LifecycleHandler is an action to take.", handler_fields()},
        {"Lifecycle",
         core_package,
         "Lifecycle describes actions in response to lifecycle events.",
         {{"postStart", "*v1.LifecycleHandler", "Called after the container was created."},
          {"preStop", "*v1.LifecycleHandler", "Called before the container is terminated."}}},
        {"ExecAction",
         core_package,
         "ExecAction is a command to run in a container.",
         {{"command", "[]string", "The command line; 0 is healthy."}}},
        {"HTTPGetAction",
         core_package,
         "HTTPGetAction is an HTTP GET request.",
         {{"host", "string", "Defaults to the pod IP."},
          {"httpHeaders", "[]v1.HTTPHeader", "Headers to set."},
          {"path", "string", "Path to access."},
          {"port", "intstr.IntOrString", "Name or number of the port.", {.required = true}},
          {"scheme", "string", "Defaults to HTTP."}}},
        {"HTTPHeader",
         core_package,
         "HTTPHeader is a header of a probe.",
         {{"name", "string", "The header name.", {.required = true}},
          {"value", "string", "The header value.", {.required = true}}}},
        {"TCPSocketAction",
         core_package,
         "TCPSocketAction is a TCP connection to open.",
         {{"host", "string", "Defaults to the pod IP."},
          {"port", "intstr.IntOrString", "Name or number of the port.", {.required = true}}}},
        {"GRPCAction",
         core_package,
         "GRPCAction is a gRPC health check.",
         {{"port", "int32", "Port number of the service.", {.required = true}},
          {"service", "*string", "Name of the service to ask about."}}},
    };
}

}  // namespace

std::vector<Type> container_types() {
    std::vector<Type> types = {
        {"Container", core_package, "A single application container of a pod.", container_fields()},
        {"EphemeralContainer", core_package, "A temporary container, for debugging.",
         ephemeral_container_fields()},
        {"ContainerPort",
         core_package,
         "ContainerPort is a network port of a container.",
         {{"containerPort", "int32", "Port number on the pod's IP address.", {.required = true}},
          {"hostIP", "string", "Host IP to bind to."},
          {"hostPort", "int32", "Port number on the host."},
          {"name", "string", "An IANA_SVC_NAME, unique within the pod."},
          {"protocol", "string", "UDP, TCP or SCTP. Defaults to TCP."}}},
        {"ResourceRequirements",
         core_package,
         "ResourceRequirements describes compute resources.",
         {{"claims", "[]v1.ResourceClaim", "Names of claims that are used."},
          {"limits", "map[string]resource.Quantity", "The most that may be used."},
          {"requests", "map[string]resource.Quantity", "The least that is required. Defaults to limits."}}},
        {"ResourceClaim",
         core_package,
         "ResourceClaim references an entry of the pod's resource claims.",
         {{"name", "string", "Name of the entry.", {.required = true}}}},
        {"SecurityContext",
         core_package,
         "SecurityContext holds security options of a container.",
         {{"allowPrivilegeEscalation", "*bool", "Whether a process may gain more privileges."},
          {"capabilities", "*v1.Capabilities", "Capabilities to add and drop."},
          {"privileged", "*bool", "Run in privileged mode."},
          {"procMount", "*string", "The type of proc mount."},
          {"readOnlyRootFilesystem", "*bool", "Whether the root filesystem is read-only."},
          {"runAsGroup", "*int64", "The GID of the entrypoint."},
          {"runAsNonRoot", "*bool", "Must run as a non-root user."},
          {"runAsUser", "*int64", "The UID of the entrypoint."},
          {"seLinuxOptions", "*v1.SELinuxOptions", "The SELinux context."},
          {"seccompProfile", "*v1.SeccompProfile", "The seccomp options."},
          {"windowsOptions", "*v1.WindowsSecurityContextOptions", "Settings for Windows."}}},
        {"Capabilities",
         core_package,
         "Capabilities are POSIX capabilities to add and drop.",
         {{"add", "[]string", "Added capabilities."}, {"drop", "[]string", "Removed capabilities."}}},
        {"SELinuxOptions",
         core_package,
         "SELinuxOptions are the labels of a container.",
         {{"level", "string", "SELinux level."},
          {"role", "string", "SELinux role."},
          {"type", "string", "SELinux type."},
          {"user", "string", "SELinux user."}}},
        {"SeccompProfile",
         core_package,
         "SeccompProfile is a seccomp profile.",
         {{"localhostProfile", "*string", "A profile in a file on the node."},
          {"type", "string", "Localhost, RuntimeDefault or Unconfined.", {.required = true}}}},
        {"WindowsSecurityContextOptions",
         core_package,
         "WindowsSecurityContextOptions are options of Windows containers.",
         {{"gmsaCredentialSpec", "*string", "The GMSA credential spec."},
          {"gmsaCredentialSpecName", "*string", "Its name."},
          {"hostProcess", "*bool", "Run as a host process container."},
          {"runAsUserName", "*string", "The user name of the entrypoint."}}},
        {"VolumeMount",
         core_package,
         "VolumeMount mounts a volume within a container.",
         {{"mountPath", "string", "Where to mount it. No ':'.", {.required = true}},
          {"mountPropagation", "*string", "How mounts are propagated."},
          {"name", "string", "Name of a volume.", {.required = true}},
          {"readOnly", "bool", "Mounted read-only. Defaults to false."},
          {"subPath", "string", "Path within the volume."},
          {"subPathExpr", "string", "The same with $(VAR_NAME)s."}}},
        {"VolumeDevice",
         core_package,
         "VolumeDevice maps a raw block device within a container.",
         {{"devicePath", "string", "Path inside the container.", {.required = true}},
          {"name", "string", "Name of a persistentVolumeClaim.", {.required = true}}}},
    };
    for (auto& type : environment_types()) types.push_back(std::move(type));
    for (auto& type : handler_types()) types.push_back(std::move(type));
    return types;
}

}  // namespace kcheck::reference::apiserver
