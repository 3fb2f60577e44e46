// ValidateEnv and ValidateEnvFrom
#include "kubernetes/validation/parts.hpp"
#include "kubernetes/validation/pod.hpp"

namespace kcheck::kubernetes {

namespace {

void validate_sources(const Value& variable, const std::string& path, FieldErrors& errors) {
    const Value* from = variable.find("valueFrom");
    if (from == nullptr) return;
    const std::string at = join(path, "valueFrom");
    const auto sources = ordered(*from);
    for (const Member* source : sources) {
        if (!source->key.ends_with("KeyRef")) continue;
        const std::string& key = text_of(source->value, "key");
        const std::string at_key = join(join(at, source->key), "key");
        if (key.empty())
            errors.required(at_key);
        else if (source->key != "fileKeyRef")
            errors.invalid(at_key, key, config_map_key_problems(key));
    }
    if (sources.empty())
        errors.invalid(at, "",
                       "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
                       "`secretKeyRef` or `fileKeyRef`");
    else if (!text_of(variable, "value").empty())
        errors.invalid(at, "", "may not be specified when `value` is not empty");
    else if (sources.size() > 1)
        errors.invalid(at, "", "may not have more than one field specified at a time");
}

void validate_whole_source(const Value& from, const std::string& at, FieldErrors& errors) {
    validate_name(from, "prefix", at, environment_name_problems, errors);
    int sources = 0;
    for (const char* kind : {"configMapRef", "secretRef"}) {
        const Value* source = from.find(kind);
        if (source == nullptr) continue;
        ++sources;
        errors.not_empty(join(at, kind), *source, "name");
        validate_name(*source, "name", join(at, kind), dns_subdomain_problems, errors);
    }
    if (sources == 0) errors.invalid(at, "", "must specify one of: `configMapRef` or `secretRef`");
    if (sources > 1) errors.invalid(at, "", "may not have more than one field specified at a time");
}

}  // namespace

void validate_environment(const Value& container, const std::string& path, FieldErrors& errors) {
    each(container, "env", path, [&](const Value& variable, const std::string& at) {
        errors.not_empty(at, variable, "name");
        validate_name(variable, "name", at, environment_name_problems, errors);
        validate_sources(variable, at, errors);
    });
    each(container, "envFrom", path,
         [&](const Value& from, const std::string& at) { validate_whole_source(from, at, errors); });
}

}  // namespace kcheck::kubernetes
