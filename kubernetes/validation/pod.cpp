#include "kubernetes/validation/pod.hpp"

#include <array>
#include <set>

#include "kubernetes/validation/metadata.hpp"
#include "kubernetes/validation/parts.hpp"

namespace kcheck::kubernetes {

namespace {

using std::string_view_literals::operator""sv;

// As the message of kube-apiserver has them, which is not the order of the schema.
constexpr std::array restart_policies = {"Always"sv, "OnFailure"sv, "Never"sv};
constexpr std::size_t name_servers_most = 3;
constexpr std::int64_t seconds_most = 2147483647;

/// validatePodDNSConfig
void validate_dns(const Value& spec, const std::string& path, FieldErrors& errors) {
    const Value& config = spec.at("dnsConfig");
    const std::string at_servers = join(path, "dnsConfig.nameservers");
    const std::size_t servers = config.at("nameservers").items.size();
    if (text_of(spec, "dnsPolicy") == "None" && servers == 0)
        return errors.required(at_servers,
                               "must provide at least one DNS nameserver when `dnsPolicy` is None");
    if (servers > name_servers_most)
        errors.invalid(at_servers, config.at("nameservers"), "must not have more than 3 nameservers");
    each(config, "options", join(path, "dnsConfig"), [&](const Value& option, const std::string& at) {
        if (text_of(option, "name").empty()) errors.required(at, "must not be empty");
    });
}

void validate_gates(const Value& spec, const std::string& path, FieldErrors& errors) {
    each(spec, "readinessGates", path, [&](const Value& gate, const std::string& at) {
        const std::string& type = text_of(gate, "conditionType");
        errors.invalid(join(at, "conditionType"), type, qualified_name_problems(type));
    });
    std::set<std::string> names;
    each(spec, "schedulingGates", path, [&](const Value& gate, const std::string& at) {
        const std::string& name = text_of(gate, "name");
        errors.invalid(at, name, qualified_name_problems(name));
        if (!names.insert(name).second) errors.duplicate(at, name);
    });
}

void validate_pod_security_context(const Value& spec, const std::string& path, FieldErrors& errors) {
    const Value& context = spec.at("securityContext");
    const std::string at = join(path, "securityContext");
    validate_security_context(context, at, errors);
    errors.one_of(at, context, "fsGroupChangePolicy", words_of("core.PodFSGroupChangePolicy"));
    errors.one_of(at, context, "supplementalGroupsPolicy", words_of("core.SupplementalGroupsPolicy"));
}

}  // namespace

void validate_pod_spec(const Value& spec, const std::string& path, FieldErrors& errors) {
    const Volumes volumes = validate_volumes(spec, path, errors);
    validate_containers(spec, volumes, path, errors);
    errors.one_of(path, spec, "restartPolicy", restart_policies);
    errors.one_of(path, spec, "dnsPolicy", words_of("core.DNSPolicy"));
    validate_labels(spec.at("nodeSelector"), join(path, "nodeSelector"), errors);
    validate_pod_security_context(spec, path, errors);
    validate_affinity(spec.at("affinity"), join(path, "affinity"), errors);
    validate_dns(spec, path, errors);
    validate_gates(spec, path, errors);
    validate_topology_spread(spec, path, errors);
    validate_name(spec, "serviceAccountName", path, dns_subdomain_problems, errors);
    validate_name(spec, "nodeName", path, dns_subdomain_problems, errors);
    if (const Value* deadline = spec.find("activeDeadlineSeconds");
        deadline != nullptr && (deadline->integer < 1 || deadline->integer > seconds_most))
        errors.invalid(join(path, "activeDeadlineSeconds"), deadline->integer,
                       "must be between 1 and 2147483647, inclusive");
    validate_name(spec, "hostname", path, dns_label_problems, errors);
    validate_name(spec, "subdomain", path, dns_label_problems, errors);
    validate_tolerations(spec, path, errors);
    validate_name(spec, "priorityClassName", path, dns_subdomain_problems, errors);
    validate_name(spec, "runtimeClassName", path, dns_subdomain_problems, errors);
    errors.one_of(path, spec, "preemptionPolicy", words_of("core.PreemptionPolicy"));
    validate_quantities(spec.at("overhead"), join(path, "overhead"), errors);
}

void validate_pod_template(const Value& pod_template, const std::string& path, FieldErrors& errors) {
    const Value& metadata = pod_template.at("metadata");
    validate_labels(metadata.at("labels"), join(path, "metadata.labels"), errors);
    validate_annotations(metadata.at("annotations"), join(path, "metadata.annotations"), errors);
    const Value& spec = pod_template.at("spec");
    const std::string at = join(path, "spec");
    validate_pod_spec(spec, at, errors);
    if (!spec.at("ephemeralContainers").items.empty())
        errors.forbidden(join(at, "ephemeralContainers"), "ephemeral containers not allowed in pod template");
}

void validate_always_restarted(const Value& pod_template, const std::string& path, FieldErrors& errors) {
    const Value& spec = pod_template.at("spec");
    const std::string at = join(path, "spec");
    if (const std::string& policy = text_of(spec, "restartPolicy"); !policy.empty() && policy != "Always")
        errors.not_supported(join(at, "restartPolicy"), policy, std::array{"Always"sv});
    if (has(spec, "activeDeadlineSeconds"))
        errors.forbidden(join(at, "activeDeadlineSeconds"),
                         "activeDeadlineSeconds in ReplicaSet is not Supported");
}

}  // namespace kcheck::kubernetes
