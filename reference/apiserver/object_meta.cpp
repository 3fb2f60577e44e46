#include "reference/apiserver/object_meta.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kubernetes/validation/metadata.hpp"
#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/validation_errors.hpp"
#include "reference/base/json_tree.hpp"

namespace kcheck::reference::apiserver {

std::vector<FieldError> validate_object_meta(const Resource& resource, const Json& object) {
    kubernetes::FieldErrors errors;
    const auto problems =
        resource.name_problems != nullptr ? resource.name_problems : kubernetes::dns_subdomain_problems;
    kubernetes::validate_object_meta(tree_of(at(object, "/metadata")), problems, errors);
    return errors.take();
}

std::vector<FieldError> validate_object_meta_update(const Json& object, const Json& old) {
    ValidationErrors errors;
    if (is_being_deleted(old))
        for (const auto& finalizer : finalizers_of(object))
            if (!has_finalizer(old, finalizer))
                errors.forbidden(
                    "metadata.finalizers",
                    fmt::format("no new finalizers can be added if the object is being deleted, found "
                                "new finalizers []string{{{}}}",
                                in_quotes(finalizer)));
    for (const auto* field :
         {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"})
        errors.immutable("metadata", at(object, "/metadata"), at(old, "/metadata"), field);
    return errors.take();
}

void keep_metadata(Json& object, const Json& old) {
    Json& metadata = object["metadata"];
    const auto keep = [&](const char* field, bool only_if_absent) {
        const Json& value = at(old, fmt::format("/metadata/{}", field));
        if (only_if_absent && metadata.contains(field)) return;
        if (!value.is_null()) metadata[field] = value;
    };
    keep("uid", true);
    keep("creationTimestamp", false);
    keep("deletionTimestamp", false);
    keep("deletionGracePeriodSeconds", true);
}

bool has_finalizer(const Json& object, const std::string& finalizer) {
    const auto all = finalizers_of(object);
    return std::ranges::find(all, finalizer) != all.end();
}

std::vector<std::string> finalizers_of(const Json& object) {
    std::vector<std::string> result;
    const Json& finalizers = at(object, "/metadata/finalizers");
    if (finalizers.is_array())
        for (const auto& finalizer : finalizers)
            if (finalizer.is_string()) result.push_back(finalizer.get<std::string>());
    return result;
}

bool is_being_deleted(const Json& object) { return !at(object, "/metadata/deletionTimestamp").is_null(); }

}  // namespace kcheck::reference::apiserver
