// pkg/apis/core/validation/{validation,events}.go, pkg/apis/coordination/validation/validation.go.
#include <set>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/validation_kinds.hpp"
#include "reference/apiserver/validation_names.hpp"
#include "reference/apiserver/validation_pod.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::size_t config_map_most = 1024 * 1024;

/// One taint for each key and effect.
void validate_taints(const Json& spec, ValidationErrors& errors) {
    std::set<std::pair<std::string, std::string>> seen;
    const auto& taints = list_of(spec, "taints");
    for (std::size_t i = 0; i < taints.size(); ++i) {
        const auto path = indexed("spec.taints", i);
        const auto key = text_of(taints[i], "key");
        const auto value = text_of(taints[i], "value");
        errors.unless_empty(join(path, "key"), key, qualified_name_error(key));
        errors.unless_empty(join(path, "value"), value, label_value_error(value));
        errors.one_of(path, taints[i], "effect", {"NoExecute", "NoSchedule", "PreferNoSchedule"}, true);
        if (!seen.insert({key, text_of(taints[i], "effect")}).second) errors.duplicate(path, taints[i]);
    }
}

void validate_node_parts(const Json& node, ValidationErrors& errors) {
    validate_taints(member(node, "spec"), errors);
    const Json& status = member(node, "status");
    for (const auto* amounts : {"capacity", "allocatable"}) {
        validate_quantities(member(status, amounts), join("status", amounts), errors);
    }
    std::set<std::pair<std::string, std::string>> seen;
    const auto& addresses = list_of(status, "addresses");
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const bool is_new =
            seen.insert({text_of(addresses[i], "type"), text_of(addresses[i], "address")}).second;
        if (!is_new) errors.duplicate(indexed("status.addresses", i), addresses[i]);
    }
}

/// A set podCIDR and provider ID stay as they are.
void validate_unchanged(const Json& spec, const Json& old, std::string_view name, std::string_view words,
                        ValidationErrors& errors) {
    const Json& before = member(old, name);
    if (!before.is_null() && before != member(spec, name)) errors.forbidden(join("spec", name), words);
}

void validate_service_port(const Json& port, const std::string& path, bool named, ValidationErrors& errors) {
    const auto name = text_of(port, "name");
    if (named && name.empty()) errors.required(join(path, "name"));
    if (!name.empty()) errors.unless_empty(join(path, "name"), name, dns_label_error(name));
    const auto number = integer_of(port, "port").value_or(0);
    if (number < 1 || number > port_most) {
        errors.invalid(join(path, "port"), number, "must be between 1 and 65535, inclusive");
    }
    errors.one_of(path, port, "protocol", {"SCTP", "TCP", "UDP"}, true);
}

}  // namespace

std::vector<FieldError> validate_node(const Json& node) {
    ValidationErrors errors;
    validate_node_parts(node, errors);
    return errors.take();
}

std::vector<FieldError> validate_node_update(const Json& node, const Json& old) {
    ValidationErrors errors;
    validate_node_parts(node, errors);
    const Json& spec = member(node, "spec");
    const Json& before = member(old, "spec");
    validate_unchanged(spec, before, "podCIDRs",
                       "node updates may not change podCIDR except from \"\" to valid", errors);
    validate_unchanged(spec, before, "providerID",
                       "node updates may not change providerID except from \"\" to valid", errors);
    return errors.take();
}

std::vector<FieldError> validate_lease(const Json& lease) {
    ValidationErrors errors;
    const Json& spec = member(lease, "spec");
    const auto duration = integer_of(spec, "leaseDurationSeconds");
    if (duration && *duration <= 0) {
        errors.invalid("spec.leaseDurationSeconds", *duration, "must be greater than 0");
    }
    errors.at_least("spec", spec, "leaseTransitions", 0);
    return errors.take();
}

std::vector<FieldError> validate_event(const Json& event) {
    ValidationErrors errors;
    const auto own = text_of(member(event, "metadata"), "namespace");
    const auto about = text_of(member(event, "involvedObject"), "namespace");
    // Events about objects without a namespace are in "default".
    if (about.empty() ? (own != "default" && !own.empty()) : own != about) {
        errors.invalid("involvedObject.namespace", about, "does not match event.namespace");
    }
    return errors.take();
}

std::vector<FieldError> validate_config_map(const Json& config_map) {
    ValidationErrors errors;
    std::size_t bytes = 0;
    for (const auto* part : {"data", "binaryData"}) {
        for (const auto& [key, value] : map_of(config_map, part)) {
            errors.unless_empty(keyed(part, key), key, config_map_key_error(key));
            if (value.is_string()) bytes += value.get_ref<const std::string&>().size();
            if (std::string_view(part) == "binaryData" &&
                !member(member(config_map, "data"), key).is_null()) {
                errors.invalid(keyed("data", key), key, "duplicate of key present in binaryData");
            }
        }
    }
    if (bytes > config_map_most) errors.too_long("", config_map_most);
    return errors.take();
}

std::vector<FieldError> validate_config_map_update(const Json& config_map, const Json& old) {
    ValidationErrors errors;
    if (flag_of(old, "immutable")) {
        if (!flag_of(config_map, "immutable")) {
            errors.forbidden("immutable", "field is immutable when `immutable` is set");
        }
        for (const auto* part : {"data", "binaryData"}) {
            if (member(config_map, part) == member(old, part)) continue;
            errors.forbidden(part, "field is immutable when `immutable` is set");
        }
    }
    auto found = errors.take();
    for (auto& error : validate_config_map(config_map)) found.push_back(std::move(error));
    return found;
}

std::vector<FieldError> validate_service(const Json& service) {
    ValidationErrors errors;
    const auto name = text_of(member(service, "metadata"), "name");
    if (!name.empty()) errors.unless_empty("metadata.name", name, dns_1035_label_error(name));
    const Json& spec = member(service, "spec");
    const auto type = text_of(spec, "type");
    errors.one_of("spec", spec, "type", {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}, true);
    errors.one_of("spec", spec, "sessionAffinity", {"ClientIP", "None"}, true);
    validate_label_map(member(spec, "selector"), "spec.selector", errors);
    const auto& ports = list_of(spec, "ports");
    if (ports.empty() && type != "ExternalName" && text_of(spec, "clusterIP") != "None") {
        errors.required("spec.ports");
    }
    std::set<std::string> names;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const auto path = indexed("spec.ports", i);
        validate_service_port(ports[i], path, ports.size() > 1, errors);
        const auto port_name = text_of(ports[i], "name");
        if (!port_name.empty() && !names.insert(port_name).second) {
            errors.duplicate(join(path, "name"), port_name);
        }
    }
    return errors.take();
}

}  // namespace kcheck::reference::apiserver
