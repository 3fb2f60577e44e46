// validateContainers and what is below it.
#include <algorithm>
#include <array>
#include <set>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/types_quantity.hpp"
#include "reference/apiserver/validation_names.hpp"
#include "reference/apiserver/validation_pod.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto port_range = "must be between 1 and 65535, inclusive";

using Texts = std::set<std::string>;

void validate_port_number(const std::string& path, const Json& value, ValidationErrors& errors) {
    if (value.is_string()) {
        return errors.unless_empty(path, value, port_name_error(value.get_ref<const std::string&>()));
    }
    const auto number = value.is_number_integer() ? value.get<std::int64_t>() : 0;
    if (number < 1 || number > port_most) errors.invalid(path, number, port_range);
}

void validate_ports(const Json& container, const std::string& path, ValidationErrors& errors) {
    Texts names;
    const auto& ports = list_of(container, "ports");
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const auto& port = ports[i];
        const auto at_port = indexed(join(path, "ports"), i);
        if (const auto name = text_of(port, "name"); !name.empty()) {
            const auto why = port_name_error(name);
            errors.unless_empty(join(at_port, "name"), name, why);
            if (why.empty() && !names.insert(name).second) errors.duplicate(join(at_port, "name"), name);
        }
        const auto number = integer_of(port, "containerPort").value_or(0);
        if (number == 0) {
            errors.required(join(at_port, "containerPort"));
        } else {
            validate_port_number(join(at_port, "containerPort"), number, errors);
        }
        if (const auto host_port = integer_of(port, "hostPort").value_or(0); host_port != 0) {
            validate_port_number(join(at_port, "hostPort"), host_port, errors);
        }
        errors.one_of(at_port, port, "protocol", {"SCTP", "TCP", "UDP"}, true);
    }
}

void validate_environment(const Json& container, const std::string& path, ValidationErrors& errors) {
    const auto& variables = list_of(container, "env");
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const auto at_variable = indexed(join(path, "env"), i);
        const auto name = text_of(variables[i], "name");
        if (name.empty()) {
            errors.required(join(at_variable, "name"));
        } else {
            errors.unless_empty(join(at_variable, "name"), name, environment_name_error(name));
        }
        const auto& sources = map_of(variables[i], "valueFrom");
        const auto at_source = join(at_variable, "valueFrom");
        if (member(variables[i], "valueFrom").is_null()) continue;
        if (sources.empty()) {
            errors.invalid(at_source, "",
                           "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
                           "`secretKeyRef`");
        } else if (!text_of(variables[i], "value").empty()) {
            errors.invalid(at_source, "", "may not be specified when `value` is not empty");
        } else if (sources.size() > 1) {
            errors.invalid(at_source, "", "may not have more than one field specified at a time");
        }
    }
}

void validate_handler(const Json& handler, const std::string& path, ValidationErrors& errors) {
    static constexpr std::array kinds = {"exec", "httpGet", "tcpSocket", "grpc"};
    int count = 0;
    for (const auto* kind : kinds) {
        const Json& action = member(handler, kind);
        if (action.is_null()) continue;
        const auto at_action = join(path, kind);
        if (++count > 1) {
            errors.forbidden(at_action, "may not specify more than 1 handler type");
        } else if (kind == kinds[0]) {
            if (list_of(action, "command").empty()) errors.required(join(at_action, "command"));
        } else {
            validate_port_number(join(at_action, "port"), member(action, "port"), errors);
        }
        if (kind != kinds[1]) continue;
        errors.not_empty(at_action, action, "path");
        errors.one_of(at_action, action, "scheme", {"HTTP", "HTTPS"});
    }
    if (count == 0) errors.required(path, "must specify a handler type");
}

void validate_probe(const Json& container, const char* name, const std::string& path,
                    ValidationErrors& errors) {
    const Json& probe = member(container, name);
    if (probe.is_null()) return;
    const auto at_probe = join(path, name);
    validate_handler(probe, at_probe, errors);
    for (const auto* field :
         {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"}) {
        errors.at_least(at_probe, probe, field, 0);
    }
    if (const auto grace = integer_of(probe, "terminationGracePeriodSeconds"); grace && *grace <= 0) {
        errors.invalid(join(at_probe, "terminationGracePeriodSeconds"), *grace, "must be greater than 0");
    }
    const bool counts_failures = std::string_view(name) != "readinessProbe";
    const auto successes = integer_of(probe, "successThreshold");
    if (counts_failures && successes && *successes != 1) {
        errors.invalid(join(at_probe, "successThreshold"), *successes, "must be 1");
    }
}

void validate_lifecycle(const Json& container, const std::string& path, ValidationErrors& errors) {
    const Json& lifecycle = member(container, "lifecycle");
    for (const auto* name : {"postStart", "preStop"}) {
        const Json& handler = member(lifecycle, name);
        if (!handler.is_null()) validate_handler(handler, join(join(path, "lifecycle"), name), errors);
    }
}

std::optional<Quantity> quantity_of(const Json& amounts, const std::string& name) {
    return parse_quantity(text_of(amounts, name));
}

void validate_resources(const Json& container, const std::string& path, ValidationErrors& errors) {
    const auto at_resources = join(path, "resources");
    const Json& resources = member(container, "resources");
    const Json& limits = member(resources, "limits");
    const Json& requests = member(resources, "requests");
    validate_quantities(limits, join(at_resources, "limits"), errors);
    validate_quantities(requests, join(at_resources, "requests"), errors);
    for (const auto& [name, amount] : map_of(resources, "requests")) {
        const auto requested = quantity_of(requests, name);
        const auto limit = quantity_of(limits, name);
        if (requested && limit && requested->nano > limit->nano) {
            errors.invalid(at_resources + ".requests", amount,
                           "must be less than or equal to " + name + " limit of " + canonical(*limit));
        }
    }
}

void validate_mounts(const Json& container, const std::string& path, const Texts& volumes,
                     ValidationErrors& errors) {
    Texts places;
    const auto& mounts = list_of(container, "volumeMounts");
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        const auto at_mount = indexed(join(path, "volumeMounts"), i);
        const auto name = text_of(mounts[i], "name");
        if (name.empty()) {
            errors.required(join(at_mount, "name"));
        } else if (volumes.count(name) == 0) {
            errors.not_found(join(at_mount, "name"), name);
        }
        const auto place = text_of(mounts[i], "mountPath");
        if (place.empty()) errors.required(join(at_mount, "mountPath"));
        if (!place.empty() && !places.insert(place).second) {
            errors.invalid(join(at_mount, "mountPath"), place, "must be unique");
        }
    }
}

/// validateInitContainers: only a sidecar runs long enough to be probed. validateContainerRestartPolicy.
void validate_restarts(const Json& container, std::string_view list, const std::string& path,
                       ValidationErrors& errors) {
    if (list == "ephemeralContainers") return;
    errors.one_of(path, container, "restartPolicy", {"Always", "Never", "OnFailure"});
    const Json& rules = member(container, "restartPolicyRules");
    if (!rules.is_null() && text_of(container, "restartPolicy").empty())
        errors.required(join(path, "restartPolicy"),
                        "must specify restartPolicy when restart rules are used");
    if (list != "initContainers" || text_of(container, "restartPolicy") == "Always") return;
    for (const auto* field : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})
        if (!member(container, field).is_null())
            errors.forbidden(join(path, field),
                             "may not be set for init containers without restartPolicy=Always");
}

void validate_container(const Json& container, const std::string& path, const Texts& volumes,
                        ValidationErrors& errors) {
    const auto image = text_of(container, "image");
    if (image.empty()) {
        errors.required(join(path, "image"));
    } else if (image.front() == ' ' || image.back() == ' ') {
        errors.invalid(join(path, "image"), image, "must not have leading or trailing whitespace");
    }
    errors.one_of(path, container, "imagePullPolicy", {"Always", "IfNotPresent", "Never"}, true);
    errors.one_of(path, container, "terminationMessagePolicy", {"FallbackToLogsOnError", "File"}, true);
    validate_ports(container, path, errors);
    validate_environment(container, path, errors);
    validate_mounts(container, path, volumes, errors);
    validate_resources(container, path, errors);
    validate_lifecycle(container, path, errors);
    for (const auto* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        validate_probe(container, probe, path, errors);
    }
}

}  // namespace

void validate_quantities(const Json& amounts, const std::string& path, ValidationErrors& errors) {
    if (!amounts.is_object()) return;
    for (const auto& [name, amount] : amounts.items()) {
        const auto at_amount = keyed(path, name);
        errors.unless_empty(at_amount, name, qualified_name_error(name));
        const auto quantity =
            parse_quantity(amount.is_string() ? amount.get<std::string>() : json_text(amount));
        if (!quantity) {
            errors.invalid(at_amount, amount, quantity_format_error);
        } else if (quantity->nano < 0) {
            errors.invalid(at_amount, canonical(*quantity), not_negative);
        } else if (name == "pods" && quantity->nano % 1'000'000'000 != 0) {
            errors.invalid(at_amount, canonical(*quantity), "must be an integer");
        }
    }
}

void validate_containers(const Json& spec, const std::string& path, ValidationErrors& errors) {
    if (list_of(spec, "containers").empty()) errors.required(join(path, "containers"));
    Texts volumes;
    for (const auto& volume : list_of(spec, "volumes")) volumes.insert(text_of(volume, "name"));
    Texts names;  // of containers of all kinds
    for (const auto* list : {"containers", "initContainers", "ephemeralContainers"}) {
        const auto& containers = list_of(spec, list);
        for (std::size_t i = 0; i < containers.size(); ++i) {
            const auto at_container = indexed(join(path, list), i);
            const auto name = text_of(containers[i], "name");
            if (name.empty()) {
                errors.required(join(at_container, "name"));
            } else if (const auto why = dns_label_error(name); !why.empty()) {
                errors.invalid(join(at_container, "name"), name, why);
            } else if (!names.insert(name).second) {
                errors.duplicate(join(at_container, "name"), name);
            }
            validate_restarts(containers[i], list, at_container, errors);
            validate_container(containers[i], at_container, volumes, errors);
        }
    }
}

}  // namespace kcheck::reference::apiserver
