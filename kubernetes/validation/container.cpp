// validateContainers, validateInitContainers, validateEphemeralContainers and what is below them.
#include <array>
#include <set>

#include <fmt/format.h>

#include "kubernetes/validation/parts.hpp"
#include "kubernetes/validation/pod.hpp"

namespace kcheck::kubernetes {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::array handlers = {"exec"sv, "httpGet"sv, "tcpSocket"sv, "grpc"sv, "sleep"sv};

/// HostPort by its default: with hostNetwork it is the container's.
std::int64_t host_port(const Value& port, bool host_network) {
    const std::int64_t written = port.at("hostPort").integer;
    return written == 0 && host_network ? port.at("containerPort").integer : written;
}

void validate_ports(const Value& container, const std::string& path, FieldErrors& errors) {
    std::set<std::string> names;
    each(container, "ports", path, [&](const Value& port, const std::string& at) {
        if (const std::string& name = text_of(port, "name"); !name.empty()) {
            const Problems problems = port_name_problems(name);
            errors.invalid(join(at, "name"), name, problems);
            if (problems.empty() && !names.insert(name).second) errors.duplicate(join(at, "name"), name);
        }
        const std::int64_t number = port.at("containerPort").integer;
        if (number == 0)
            errors.required(join(at, "containerPort"));
        else
            errors.invalid(join(at, "containerPort"), number, port_number_problems(number));
        if (const std::int64_t host = port.at("hostPort").integer; host != 0)
            errors.invalid(join(at, "hostPort"), host, port_number_problems(host));
        errors.one_of(at, port, "protocol", words_of("core.Protocol"));
    });
}

/// checkHostPortConflicts
void validate_host_ports(const Value& container, const std::string& path, bool host_network,
                         std::set<std::string>& taken, FieldErrors& errors) {
    each(container, "ports", path, [&](const Value& port, const std::string& at) {
        const std::int64_t number = host_port(port, host_network);
        if (number == 0) return;
        const std::string& protocol = text_of(port, "protocol");
        const std::string key =
            fmt::format("{}/{}/{}", protocol.empty() ? "TCP" : protocol, text_of(port, "hostIP"), number);
        if (!taken.insert(key).second) errors.duplicate(join(at, "hostPort"), key);
    });
}

/// validatePodHostNetworkDeps
void validate_host_network(const Value& spec, const std::string& path, FieldErrors& errors) {
    if (!is_true(spec, "hostNetwork")) return;
    each(spec, "containers", path, [&](const Value& container, const std::string& at) {
        each(container, "ports", at, [&](const Value& port, const std::string& at_port) {
            if (const std::int64_t host = host_port(port, true); host != port.at("containerPort").integer)
                errors.invalid(join(at_port, "hostPort"), host, "must match `containerPort`");
        });
    });
}

void validate_mounts(const Value& container, const Volumes& volumes, const std::string& path,
                     FieldErrors& errors) {
    std::set<std::string> places;
    each(container, "volumeMounts", path, [&](const Value& mount, const std::string& at) {
        const std::string& name = text_of(mount, "name");
        const std::string& place = text_of(mount, "mountPath");
        errors.not_empty(at, mount, "name");
        if (!volumes.contains(name)) errors.not_found(join(at, "name"), name);
        errors.not_empty(at, mount, "mountPath");
        if (!places.insert(place).second) errors.invalid(join(at, "mountPath"), place, "must be unique");
        if (!text_of(mount, "subPathExpr").empty() && !text_of(mount, "subPath").empty())
            errors.invalid(join(at, "subPathExpr"), text_of(mount, "subPathExpr"),
                           "subPathExpr and subPath are mutually exclusive");
        errors.one_of(at, mount, "mountPropagation", words_of("core.MountPropagationMode"));
        errors.one_of(at, mount, "recursiveReadOnly", words_of("core.RecursiveReadOnlyMode"));
    });
}

/// ValidateVolumeDevices
void validate_devices(const Value& container, const Volumes& volumes, const std::string& path,
                      FieldErrors& errors) {
    std::set<std::string> names, places;
    each(container, "volumeDevices", path, [&](const Value& device, const std::string& at) {
        const std::string& name = text_of(device, "name");
        const std::string& place = text_of(device, "devicePath");
        errors.not_empty(at, device, "name");
        if (!name.empty() && !names.insert(name).second)
            errors.invalid(join(at, "name"), name, "must be unique");
        const auto volume = volumes.find(name);
        if (volume == volumes.end())
            errors.not_found(join(at, "name"), name);
        else if (volume->second != "persistentVolumeClaim" && volume->second != "ephemeral")
            errors.invalid(join(at, "name"), name,
                           "can only use volume source type of PersistentVolumeClaim or Ephemeral for block "
                           "mode");
        errors.not_empty(at, device, "devicePath");
        if (!places.insert(place).second) errors.invalid(join(at, "devicePath"), place, "must be unique");
    });
}

/// validateHandler. How long a hook may sleep depends on the pod's grace period.
void validate_handler(const Value& handler, std::int64_t grace, const std::string& path,
                      FieldErrors& errors) {
    bool found = false;
    for (const std::string_view kind : handlers) {
        const Value* action = handler.find(kind);
        if (action == nullptr) continue;
        const std::string at = join(path, kind);
        if (found) {
            errors.forbidden(at, "may not specify more than 1 handler type");
            continue;
        }
        found = true;
        if (kind == "exec") {
            if (action->at("command").items.empty()) errors.required(join(at, "command"));
        } else if (kind == "sleep") {
            const std::int64_t seconds = action->at("seconds").integer;
            if (seconds < 0 || seconds > grace)
                errors.invalid(
                    at, seconds,
                    fmt::format("must be non-negative and less than terminationGracePeriodSeconds ({})",
                                grace));
        } else {
            validate_port(action->at("port"), join(at, "port"), errors);
        }
        if (kind != "httpGet") continue;
        errors.one_of(at, *action, "scheme", words_of("core.URIScheme"));
        each(*action, "httpHeaders", at, [&](const Value& header, const std::string&) {
            const std::string& name = text_of(header, "name");
            errors.invalid(join(at, "httpHeaders"), name, http_header_problems(name));
        });
    }
    if (!found) errors.required(path, "must specify a handler type");
}

void validate_probe(const Value& container, std::string_view name, std::int64_t grace,
                    const std::string& path, FieldErrors& errors) {
    const Value* probe = container.find(name);
    if (probe == nullptr) return;
    const std::string at = join(path, name);
    validate_handler(*probe, grace, at, errors);
    for (const char* field :
         {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
        errors.at_least(at, *probe, field, 0);
    const std::string at_grace = join(at, "terminationGracePeriodSeconds");
    const Value* own = probe->find("terminationGracePeriodSeconds");
    const bool readiness = name == "readinessProbe";
    if (own != nullptr && readiness)
        errors.invalid(at_grace, own->integer, "must not be set for readinessProbes");
    if (own != nullptr && own->integer <= 0) errors.invalid(at_grace, own->integer, "must be greater than 0");
    // 0 is the default, 1.
    const std::int64_t successes = probe->at("successThreshold").integer;
    if (!readiness && successes != 0 && successes != 1)
        errors.invalid(join(at, "successThreshold"), successes, "must be 1");
}

void validate_lifecycle(const Value& container, std::int64_t grace, const std::string& path,
                        FieldErrors& errors) {
    for (const char* hook : {"postStart", "preStop"})
        if (const Value* handler = container.at("lifecycle").find(hook))
            validate_handler(*handler, grace, join(join(path, "lifecycle"), hook), errors);
    for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"})
        validate_probe(container, probe, grace, path, errors);
}

void validate_container_security(const Value& container, const std::string& path, FieldErrors& errors) {
    const Value& context = container.at("securityContext");
    const std::string at = join(path, "securityContext");
    validate_security_context(context, at, errors);
    errors.one_of(at, context, "procMount", words_of("core.ProcMountType"));
    if (has(context, "allowPrivilegeEscalation") && !is_true(context, "allowPrivilegeEscalation") &&
        is_true(context, "privileged"))
        errors.invalid(at, Shown::json("{}"),
                       "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
}

/// validateContainerRestartPolicy
void validate_restarts(const Value& container, const std::string& path, FieldErrors& errors) {
    errors.one_of(path, container, "restartPolicy", words_of("core.ContainerRestartPolicy"));
    if (has(container, "restartPolicyRules") && text_of(container, "restartPolicy").empty())
        errors.required(join(path, "restartPolicy"),
                        "must specify restartPolicy when restart rules are used");
}

/// validateContainerCommon
void validate_common(const Value& container, const Volumes& volumes, const std::string& path,
                     FieldErrors& errors) {
    errors.not_empty(path, container, "name");
    validate_name(container, "name", path, dns_label_problems, errors);
    const std::string& image = text_of(container, "image");
    if (image.empty())
        errors.required(join(path, "image"));
    else if (image.front() == ' ' || image.back() == ' ')
        errors.invalid(join(path, "image"), image, "must not have leading or trailing whitespace");
    errors.one_of(path, container, "terminationMessagePolicy", words_of("core.TerminationMessagePolicy"));
    validate_ports(container, path, errors);
    validate_environment(container, path, errors);
    validate_mounts(container, volumes, path, errors);
    validate_devices(container, volumes, path, errors);
    errors.one_of(path, container, "imagePullPolicy", words_of("core.PullPolicy"));
    validate_resources(container.at("resources"), join(path, "resources"), errors);
    each(container, "resizePolicy", path, [&](const Value& policy, const std::string& at) {
        errors.one_of(at, policy, "restartPolicy", words_of("core.ResourceResizeRestartPolicy"));
    });
    validate_container_security(container, path, errors);
}

}  // namespace

void validate_port(const Value& port, const std::string& path, FieldErrors& errors) {
    if (port.is(Value::Kind::string))
        errors.invalid(path, port.text, port_name_problems(port.text));
    else
        errors.invalid(path, port.integer, port_number_problems(port.integer));
}

void validate_security_context(const Value& context, const std::string& path, FieldErrors& errors) {
    for (const char* field : {"runAsUser", "runAsGroup", "fsGroup"})
        if (const std::int64_t id = context.at(field).integer; id < 0 || id > 2147483647)
            errors.invalid(join(path, field), id, "must be between 0 and 2147483647, inclusive");
    for (const char* field : {"seccompProfile", "appArmorProfile"}) {
        const Value* profile = context.find(field);
        if (profile == nullptr) continue;
        const std::string at = join(path, field);
        const std::string at_local = join(at, "localhostProfile");
        const std::string& type = text_of(*profile, "type");
        errors.not_empty(at, *profile, "type");
        errors.one_of(at, *profile, "type", words_of("core.SeccompProfileType"));
        if (type == "Localhost" && text_of(*profile, "localhostProfile").empty())
            errors.required(at_local, "must be set when type is Localhost");
        if (type != "Localhost" && has(*profile, "localhostProfile"))
            errors.invalid(at_local, text_of(*profile, "localhostProfile"),
                           "can only be set when type is Localhost");
    }
}

void validate_containers(const Value& spec, const Volumes& volumes, const std::string& path,
                         FieldErrors& errors) {
    const bool host_network = is_true(spec, "hostNetwork");
    const Value* written = spec.find("terminationGracePeriodSeconds");
    const std::int64_t grace = written == nullptr ? 30 : written->integer;
    std::set<std::string> names;
    const auto unique = [&](const Value& container, const std::string& at) {
        const std::string& name = text_of(container, "name");
        if (!name.empty() && !names.insert(name).second) errors.duplicate(join(at, "name"), name);
    };

    if (spec.at("containers").items.empty()) errors.required(join(path, "containers"));
    each(spec, "containers", path, [&](const Value& container, const std::string& at) {
        validate_common(container, volumes, at, errors);
        unique(container, at);
        validate_lifecycle(container, grace, at, errors);
        validate_restarts(container, at, errors);
    });
    std::set<std::string> host_ports;
    each(spec, "containers", path, [&](const Value& container, const std::string& at) {
        validate_host_ports(container, at, host_network, host_ports, errors);
    });

    each(spec, "initContainers", path, [&](const Value& container, const std::string& at) {
        validate_common(container, volumes, at, errors);
        unique(container, at);
        validate_restarts(container, at, errors);
        std::set<std::string> own_ports;  // they run one after the other
        validate_host_ports(container, at, host_network, own_ports, errors);
        if (text_of(container, "restartPolicy") == "Always")
            return validate_lifecycle(container, grace, at, errors);
        for (const char* field : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})
            if (has(container, field))
                errors.forbidden(join(at, field),
                                 "may not be set for init containers without restartPolicy=Always");
    });
    each(spec, "ephemeralContainers", path, [&](const Value& container, const std::string& at) {
        validate_common(container, volumes, at, errors);
        unique(container, at);
    });
    validate_host_network(spec, path, errors);
}

}  // namespace kcheck::kubernetes
