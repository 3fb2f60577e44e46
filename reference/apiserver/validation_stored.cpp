#include "reference/apiserver/validation_stored.hpp"

#include <algorithm>
#include <set>

#include "reference/apiserver/tables_stored.hpp"
#include "reference/apiserver/validation_names.hpp"
#include "reference/apiserver/validation_pod.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::size_t secret_most = 1024 * 1024;
constexpr std::size_t cron_job_name_most = 52;

/// The selector of a workload is not empty and selects its own pods.
void validate_own_pods(const Json& spec, ValidationErrors& errors) {
    const Json& selector = member(spec, "selector");
    const Json& pod_template = member(spec, "template");
    validate_always_restarted(pod_template, "spec.template", errors);
    if (selector.is_null()) return;
    if (map_of(selector, "matchLabels").empty() && list_of(selector, "matchExpressions").empty())
        errors.invalid("spec.selector", selector, "empty selector is invalid");
    const Json& labels = member(member(pod_template, "metadata"), "labels");
    if (!label_selector_matches(selector, labels))
        errors.invalid("spec.template.metadata.labels", labels,
                       "`selector` does not match template `labels`");
}

/// What ends must not be started again by its kubelet for ever.
void validate_job_template(const Json& job_spec, const std::string& path, ValidationErrors& errors) {
    const Json& pod_spec = member(member(job_spec, "template"), "spec");
    const auto policy = text_of(pod_spec, "restartPolicy");
    if (policy != "OnFailure" && policy != "Never")
        errors.not_supported(join(path, "template.spec.restartPolicy"), policy, {"OnFailure", "Never"});
    if (text_of(job_spec, "completionMode") == "Indexed" && member(job_spec, "completions").is_null())
        errors.required(join(path, "completions"), "when completion mode is Indexed");
}

void validate_rules(const Json& role, bool namespaced, ValidationErrors& errors) {
    const auto& rules = list_of(role, "rules");
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto path = indexed("rules", i);
        const Json& rule = rules[i];
        if (list_of(rule, "verbs").empty())
            errors.required(join(path, "verbs"), "verbs must contain at least one value");
        if (!list_of(rule, "nonResourceURLs").empty()) {
            if (namespaced)
                errors.invalid(join(path, "nonResourceURLs"), member(rule, "nonResourceURLs"),
                               "namespaced rules cannot apply to non-resource URLs");
            continue;
        }
        if (list_of(rule, "apiGroups").empty())
            errors.required(join(path, "apiGroups"), "resource rules must supply at least one api group");
        if (list_of(rule, "resources").empty())
            errors.required(join(path, "resources"), "resource rules must supply at least one resource");
    }
}

/// Five fields, or one of the names that begin with "@"; what is in the fields is not looked into.
bool is_schedule(const std::string& text) {
    if (text.starts_with('@')) return text.size() > 1;
    std::size_t fields = 0;
    bool inside = false;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t';
        if (!blank && !inside) ++fields;
        inside = !blank;
    }
    return fields == 5;
}

void validate_ingress_backend(const Json& backend, const std::string& path, ValidationErrors& errors) {
    const Json& service = member(backend, "service");
    const bool resource = !member(backend, "resource").is_null();
    if (service.is_null() && !resource)
        errors.required(path, "resource or service backend is required");
    else if (!service.is_null() && resource)
        errors.invalid(path, "", "cannot set both resource and service backends");
    if (service.is_null()) return;
    const Json& port = member(service, "port");
    const bool named = !text_of(port, "name").empty();
    const bool numbered = integer_of(port, "number").value_or(0) != 0;
    if (named == numbered)
        errors.required(join(path, "service.port"), named ? "cannot set both port name & port number"
                                                          : "port name or number is required");
}

void validate_ingress_path(const Json& entry, const std::string& path, ValidationErrors& errors) {
    const auto text = text_of(entry, "path");
    const auto type = text_of(entry, "pathType");
    if ((type == "Exact" || type == "Prefix") && !text.starts_with('/'))
        errors.invalid(join(path, "path"), text, "must be an absolute path");
    validate_ingress_backend(member(entry, "backend"), join(path, "backend"), errors);
}

void validate_access_modes(const Json& spec, ValidationErrors& errors) {
    const auto& modes = list_of(spec, "accessModes");
    if (modes.empty()) errors.required("spec.accessModes", "at least 1 access mode is required");
    const bool once_for_a_pod = std::find(modes.begin(), modes.end(), "ReadWriteOncePod") != modes.end();
    if (once_for_a_pod && modes.size() > 1)
        errors.forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes");
}

}  // namespace

std::vector<FieldError> validate_stateful_set(const Json& object) {
    ValidationErrors errors;
    validate_own_pods(spec_of(object), errors);
    return errors.take();
}

std::vector<FieldError> validate_daemon_set(const Json& object) {
    ValidationErrors errors;
    validate_own_pods(spec_of(object), errors);
    return errors.take();
}

std::vector<FieldError> validate_replication_controller(const Json& object) {
    ValidationErrors errors;
    const Json& spec = spec_of(object);
    const Json& selector = member(spec, "selector");
    if (map_of(spec, "selector").empty()) errors.required("spec.selector");
    const Json& pod_template = member(spec, "template");
    const Json& labels = member(member(pod_template, "metadata"), "labels");
    if (!label_selector_matches(Json{{"matchLabels", selector}}, labels))
        errors.invalid("spec.template.metadata.labels", labels,
                       "`selector` does not match template `labels`");
    validate_always_restarted(pod_template, "spec.template", errors);
    return errors.take();
}

std::vector<FieldError> validate_job(const Json& object) {
    ValidationErrors errors;
    validate_job_template(spec_of(object), "spec", errors);
    return errors.take();
}

std::vector<FieldError> validate_cron_job(const Json& object) {
    ValidationErrors errors;
    const Json& spec = spec_of(object);
    const auto name = object_name(object);
    if (name.size() > cron_job_name_most)
        errors.invalid("metadata.name", name, "must be no more than 52 characters");
    const auto schedule = text_of(spec, "schedule");
    if (!schedule.empty() && !is_schedule(schedule))
        errors.invalid("spec.schedule", schedule, "expected exactly 5 fields");
    validate_job_template(member(member(spec, "jobTemplate"), "spec"), "spec.jobTemplate.spec", errors);
    return errors.take();
}

std::vector<FieldError> validate_autoscaler(const Json& object) {
    ValidationErrors errors;
    const Json& spec = spec_of(object);
    const auto most = integer_of(spec, "maxReplicas").value_or(0);
    if (most >= 1 && most < integer_of(spec, "minReplicas").value_or(1))
        errors.invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`");
    return errors.take();
}

std::vector<FieldError> validate_disruption_budget(const Json& object) {
    ValidationErrors errors;
    const Json& spec = spec_of(object);
    if (!member(spec, "minAvailable").is_null() && !member(spec, "maxUnavailable").is_null())
        errors.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
    for (const auto* name : {"minAvailable", "maxUnavailable"}) errors.at_least("spec", spec, name, 0);
    return errors.take();
}

std::vector<FieldError> validate_secret(const Json& object) {
    ValidationErrors errors;
    std::size_t bytes = 0;
    for (const auto& [key, value] : map_of(object, "data")) {
        errors.unless_empty(keyed("data", key), key, config_map_key_error(key));
        if (value.is_string()) bytes += value.get_ref<const std::string&>().size() / 4 * 3;
    }
    if (bytes > secret_most) errors.too_long("data", secret_most);
    const auto type = text_of(object, "type");
    const auto require = [&](const char* key) {
        if (member(member(object, "data"), key).is_null()) errors.required(keyed("data", key));
    };
    if (type == "kubernetes.io/tls") {
        require("tls.crt");
        require("tls.key");
    } else if (type == "kubernetes.io/dockerconfigjson") {
        require(".dockerconfigjson");
    } else if (type == "kubernetes.io/ssh-auth") {
        require("ssh-privatekey");
    }
    return errors.take();
}

std::vector<FieldError> validate_secret_update(const Json& object, const Json& old) {
    ValidationErrors errors;
    if (flag_of(old, "immutable")) {
        constexpr auto why = "field is immutable when `immutable` is set";
        if (!flag_of(object, "immutable")) errors.forbidden("immutable", why);
        if (member(object, "data") != member(old, "data")) errors.forbidden("data", why);
    }
    return errors.take();
}

std::vector<FieldError> validate_role(const Json& object) {
    ValidationErrors errors;
    validate_rules(object, true, errors);
    return errors.take();
}

std::vector<FieldError> validate_cluster_role(const Json& object) {
    ValidationErrors errors;
    validate_rules(object, false, errors);
    return errors.take();
}

std::vector<FieldError> validate_role_binding(const Json& object) {
    ValidationErrors errors;
    const Json& role = member(object, "roleRef");
    if (const auto kind = text_of(role, "kind"); !kind.empty())
        errors.one_of("roleRef", role, "kind", {"ClusterRole", "Role"});
    const auto& subjects = list_of(object, "subjects");
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        const auto path = indexed("subjects", i);
        errors.one_of(path, subjects[i], "kind", {"Group", "ServiceAccount", "User"});
        if (text_of(subjects[i], "kind") == "ServiceAccount" && text_of(subjects[i], "namespace").empty())
            errors.required(join(path, "namespace"));
    }
    return errors.take();
}

std::vector<FieldError> validate_ingress(const Json& object) {
    ValidationErrors errors;
    const Json& spec = spec_of(object);
    const auto& rules = list_of(spec, "rules");
    const Json& backend = member(spec, "defaultBackend");
    if (rules.empty() && backend.is_null())
        errors.invalid("spec", spec, "either `defaultBackend` or `rules` must be specified");
    if (!backend.is_null()) validate_ingress_backend(backend, "spec.defaultBackend", errors);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto& paths = list_of(member(rules[i], "http"), "paths");
        for (std::size_t j = 0; j < paths.size(); ++j)
            validate_ingress_path(paths[j], indexed(join(indexed("spec.rules", i), "http.paths"), j), errors);
    }
    return errors.take();
}

std::vector<FieldError> validate_volume(const Json& object) {
    static const std::set<std::string_view> no_sources = {"accessModes",
                                                          "capacity",
                                                          "claimRef",
                                                          "mountOptions",
                                                          "nodeAffinity",
                                                          "volumeMode",
                                                          "storageClassName",
                                                          "volumeAttributesClassName",
                                                          "persistentVolumeReclaimPolicy"};
    ValidationErrors errors;
    const Json& spec = spec_of(object);
    validate_access_modes(spec, errors);
    if (member(member(spec, "capacity"), "storage").is_null()) errors.required("spec.capacity");
    std::size_t sources = 0;
    for (const auto& [name, value] : map_of(object, "spec")) {
        if (no_sources.contains(name) || ++sources <= 1) continue;
        errors.forbidden(join("spec", name), "may not specify more than 1 volume type");
    }
    if (sources == 0) errors.required("spec", "must specify a volume type");
    return errors.take();
}

std::vector<FieldError> validate_claim(const Json& object) {
    ValidationErrors errors;
    const Json& spec = spec_of(object);
    validate_access_modes(spec, errors);
    if (member(member(member(spec, "resources"), "requests"), "storage").is_null())
        errors.required("spec.resources[storage]");
    return errors.take();
}

/// Before it is bound nothing but the volume's name, once, and the size may change.
std::vector<FieldError> validate_claim_update(const Json& object, const Json& old) {
    ValidationErrors errors;
    Json next = spec_of(object);
    const Json& before = spec_of(old);
    if (!next.is_object()) return {};
    keep(next, before, "resources");
    keep(next, before, "volumeAttributesClassName");
    if (text_of(before, "volumeName").empty()) keep(next, before, "volumeName");
    if (next != before)
        errors.forbidden("spec",
                         "spec is immutable after creation except resources.requests and "
                         "volumeAttributesClassName for bound claims");
    return errors.take();
}

std::vector<FieldError> validate_webhooks(const Json& object) {
    ValidationErrors errors;
    std::set<std::string> names;
    const auto& webhooks = list_of(object, "webhooks");
    for (std::size_t i = 0; i < webhooks.size(); ++i) {
        const auto path = indexed("webhooks", i);
        const Json& client = member(webhooks[i], "clientConfig");
        if (list_of(webhooks[i], "admissionReviewVersions").empty())
            errors.required(join(path, "admissionReviewVersions"), "must specify one of v1, v1beta1");
        if (member(client, "url").is_null() == member(client, "service").is_null())
            errors.required(join(path, "clientConfig"), "exactly one of url or service is required");
        errors.one_of(path, webhooks[i], "sideEffects", {"None", "NoneOnDryRun"});
        const auto name = text_of(webhooks[i], "name");
        if (!names.insert(name).second) errors.duplicate(join(path, "name"), name);
    }
    return errors.take();
}

std::vector<FieldError> validate_custom_resource_definition(const Json& object) {
    ValidationErrors errors;
    const Json& spec = spec_of(object);
    const auto name = object_name(object);
    const auto wanted = text_of(member(spec, "names"), "plural") + "." + text_of(spec, "group");
    if (name != wanted) errors.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
    const auto& versions = list_of(spec, "versions");
    const auto stored = std::count_if(versions.begin(), versions.end(),
                                      [](const Json& version) { return flag_of(version, "storage"); });
    if (stored != 1)
        errors.invalid("spec.versions", member(spec, "versions"),
                       "must have exactly one version marked as storage version");
    for (std::size_t i = 0; i < versions.size(); ++i)
        if (member(member(versions[i], "schema"), "openAPIV3Schema").is_null())
            errors.required(join(indexed("spec.versions", i), "schema.openAPIV3Schema"),
                            "schemas are required");
    return errors.take();
}

std::string path_segment_error(const std::string& name) {
    if (name == "." || name == "..") return "may not be '" + name + "'";
    for (const char c : {'/', '%'})
        if (name.find(c) != std::string::npos) return std::string("may not contain '") + c + "'";
    return {};
}

}  // namespace kcheck::reference::apiserver
