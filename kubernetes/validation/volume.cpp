// ValidateVolumes
#include <array>

#include <fmt/format.h>

#include "kubernetes/quantity.hpp"
#include "kubernetes/validation/parts.hpp"
#include "kubernetes/validation/pod.hpp"

namespace kcheck::kubernetes {

namespace {

using std::string_view_literals::operator""sv;

void validate_mode(const Value& from, std::string_view name, const std::string& path, FieldErrors& errors) {
    const std::int64_t mode = from.at(name).integer;
    if (mode < 0 || mode > 0777)
        errors.invalid(join(path, name), mode, "must be a number between 0 and 0777 (octal), both inclusive");
}

/// validateLocalNonReservedPath: within the volume.
void validate_relative_path(const Value& item, const std::string& path, FieldErrors& errors) {
    const std::string at = join(path, "path");
    const std::string& value = text_of(item, "path");
    if (value.empty()) return errors.required(at);
    if (value.front() == '/') errors.invalid(at, value, "must be a relative path");
    if (fmt::format("/{}/", value).find("/../") != std::string::npos)
        errors.invalid(at, value, "must not contain '..'");
    else if (value.starts_with(".."))
        errors.invalid(at, value, "must not start with '..'");
}

void validate_items(const Value& source, std::string_view kind, const std::string& path,
                    FieldErrors& errors) {
    validate_mode(source, "defaultMode", path, errors);
    each(source, "items", path, [&](const Value& item, const std::string& at) {
        if (kind != "downwardAPI") errors.not_empty(at, item, "key");
        validate_relative_path(item, at, errors);
        validate_mode(item, "mode", at, errors);
    });
}

/// validateProjectionSources
void validate_projected(const Value& source, const std::string& path, FieldErrors& errors) {
    validate_mode(source, "defaultMode", path, errors);
    each(source, "sources", path, [&](const Value& projection, const std::string& at) {
        int count = 0;
        for (const Member* one : ordered(projection)) {
            const std::string at_one = join(at, one->key);
            if (++count > 1) errors.forbidden(at_one, "may not specify more than 1 volume type per source");
            if (one->key == "secret" || one->key == "configMap") errors.not_empty(at_one, one->value, "name");
            if (one->key == "serviceAccountToken")
                validate_relative_path(one->value, at_one, errors);
            else if (one->key == "secret" || one->key == "configMap" || one->key == "downwardAPI")
                validate_items(one->value, one->key, at_one, errors);
        }
        if (count == 0) errors.required(at, "must specify at least one projection");
    });
}

void validate_source(std::string_view kind, const Value& source, const std::string& path,
                     FieldErrors& errors) {
    if (kind == "hostPath") {
        errors.not_empty(path, source, "path");
        errors.one_of(path, source, "type", words_of("core.HostPathType"));
    } else if (kind == "emptyDir") {
        const auto limit = Quantity::parse(text_of(source, "sizeLimit"));
        if (limit && *limit < Quantity{})
            errors.forbidden(join(path, "sizeLimit"), "SizeLimit field must be a valid resource quantity");
    } else if (kind == "secret") {
        errors.not_empty(path, source, "secretName");
        validate_items(source, kind, path, errors);
    } else if (kind == "configMap") {
        errors.not_empty(path, source, "name");
        validate_items(source, kind, path, errors);
    } else if (kind == "downwardAPI") {
        validate_items(source, kind, path, errors);
    } else if (kind == "projected") {
        validate_projected(source, path, errors);
    } else if (kind == "persistentVolumeClaim") {
        errors.not_empty(path, source, "claimName");
    } else if (kind == "nfs") {
        errors.not_empty(path, source, "server");
        errors.not_empty(path, source, "path");
    } else if (kind == "csi") {
        errors.not_empty(path, source, "driver");
    } else if (kind == "ephemeral") {
        if (!has(source, "volumeClaimTemplate")) errors.required(join(path, "volumeClaimTemplate"));
    } else if (kind == "image") {
        errors.one_of(path, source, "pullPolicy", words_of("core.PullPolicy"));
    }
}

}  // namespace

Volumes validate_volumes(const Value& spec, const std::string& path, FieldErrors& errors) {
    Volumes volumes;
    each(spec, "volumes", path, [&](const Value& volume, const std::string& at) {
        const std::size_t before = errors.errors().size();
        std::string kind;
        for (const Member* source : ordered(volume)) {
            if (source->key == "name") continue;
            const std::string at_source = join(at, source->key);
            if (!kind.empty()) {
                errors.forbidden(at_source, "may not specify more than 1 volume type");
                continue;
            }
            kind = source->key;
            validate_source(kind, source->value, at_source, errors);
        }
        const std::string& name = text_of(volume, "name");
        if (name.empty())
            errors.required(join(at, "name"));
        else
            errors.invalid(join(at, "name"), name, dns_label_problems(name));
        if (volumes.contains(name)) errors.duplicate(join(at, "name"), name);
        // One that is wrong is none: its mounts are not found.
        if (errors.errors().size() == before) volumes.emplace(name, kind);
    });
    return volumes;
}

}  // namespace kcheck::kubernetes
