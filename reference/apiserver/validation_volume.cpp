// ValidateVolumes.
#include <set>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/types_quantity.hpp"
#include "reference/apiserver/validation_pod.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::int64_t mode_most = 0777;

void validate_mode(const Json& source, std::string_view name, const std::string& path,
                   ValidationErrors& errors) {
    const auto mode = integer_of(source, name);
    if (mode && (*mode < 0 || *mode > mode_most)) {
        errors.invalid(join(path, name), *mode,
                       "must be a number between 0 and 0777 (octal), both inclusive");
    }
}

/// validateLocalNonReservedPath: within the volume.
void validate_relative_path(const Json& item, const std::string& path, ValidationErrors& errors) {
    const auto at_path = join(path, "path");
    const auto value = text_of(item, "path");
    if (value.empty()) return errors.required(at_path);
    if (value.front() == '/') errors.invalid(at_path, value, "must be a relative path");
    const auto enclosed = "/" + value + "/";
    if (enclosed.find("/../") != std::string::npos) errors.invalid(at_path, value, "must not contain '..'");
}

void validate_items(const Json& source, const std::string& path, bool keys, ValidationErrors& errors) {
    validate_mode(source, "defaultMode", path, errors);
    const auto& items = list_of(source, "items");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto at_item = indexed(join(path, "items"), i);
        if (keys) errors.not_empty(at_item, items[i], "key");
        validate_relative_path(items[i], at_item, errors);
        validate_mode(items[i], "mode", at_item, errors);
    }
}

void validate_projected(const Json& source, const std::string& path, ValidationErrors& errors) {
    validate_mode(source, "defaultMode", path, errors);
    const auto& projections = list_of(source, "sources");
    for (std::size_t i = 0; i < projections.size(); ++i) {
        const auto at_source = indexed(join(path, "sources"), i);
        if (projections[i].empty()) errors.required(at_source, "must specify at least one projection");
        if (!projections[i].is_object()) continue;
        for (const auto& [kind, projection] : projections[i].items()) {
            const auto at_kind = join(at_source, kind);
            if (kind == "secret" || kind == "configMap") {
                errors.not_empty(at_kind, projection, "name");
                validate_items(projection, at_kind, true, errors);
            } else if (kind == "downwardAPI") {
                validate_items(projection, at_kind, false, errors);
            } else if (kind == "serviceAccountToken") {
                validate_relative_path(projection, at_kind, errors);
            }
        }
    }
}

void validate_source(const std::string& kind, const Json& source, const std::string& path,
                     ValidationErrors& errors) {
    if (kind == "hostPath") {
        errors.not_empty(path, source, "path");
        errors.one_of(path, source, "type",
                      {"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
                       "FileOrCreate", "Socket"});
    } else if (kind == "emptyDir") {
        const auto limit = parse_quantity(text_of(source, "sizeLimit"));
        if (limit && limit->nano < 0) {
            errors.forbidden(join(path, "sizeLimit"), "SizeLimit field must be a valid resource quantity");
        }
    } else if (kind == "secret") {
        errors.not_empty(path, source, "secretName");
        validate_items(source, path, true, errors);
    } else if (kind == "configMap") {
        errors.not_empty(path, source, "name");
        validate_items(source, path, true, errors);
    } else if (kind == "downwardAPI") {
        validate_items(source, path, false, errors);
    } else if (kind == "projected") {
        validate_projected(source, path, errors);
    } else if (kind == "persistentVolumeClaim") {
        errors.not_empty(path, source, "claimName");
    } else if (kind == "nfs") {
        errors.not_empty(path, source, "server");
        errors.not_empty(path, source, "path");
    } else if (kind == "csi") {
        errors.not_empty(path, source, "driver");
    }
}

}  // namespace

void validate_volumes(const Json& spec, const std::string& path, ValidationErrors& errors) {
    std::set<std::string> names;
    const auto& volumes = list_of(spec, "volumes");
    for (std::size_t i = 0; i < volumes.size(); ++i) {
        if (!volumes[i].is_object()) continue;
        const auto at_volume = indexed(join(path, "volumes"), i);
        const auto name = text_of(volumes[i], "name");
        if (name.empty()) {
            errors.required(join(at_volume, "name"));
        } else if (const auto why = dns_label_error(name); !why.empty()) {
            errors.invalid(join(at_volume, "name"), name, why);
        } else if (!names.insert(name).second) {
            errors.duplicate(join(at_volume, "name"), name);
        }
        int sources = 0;
        for (const auto& [kind, source] : volumes[i].items()) {
            if (kind == "name") continue;
            if (++sources > 1) {
                errors.forbidden(join(at_volume, kind), "may not specify more than 1 volume type");
            } else {
                validate_source(kind, source, join(at_volume, kind), errors);
            }
        }
        if (sources == 0) errors.required(at_volume, "must specify a volume type");
    }
}

}  // namespace kcheck::reference::apiserver
