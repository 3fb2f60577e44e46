#include "reference/apiserver/object_meta.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/validation_names.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::size_t dns_label_most = 63;
constexpr std::size_t dns_subdomain_most = 253;

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_dns_label(std::string_view text) {
    return !text.empty() && is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
           std::ranges::all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
    for (std::size_t begin = 0;;) {
        const auto end = text.find('.', begin);
        if (!is_dns_label(text.substr(begin, end - begin))) return false;
        if (end == std::string_view::npos) return true;
        begin = end + 1;
    }
}

void validate_name(const Resource& resource, const Json& object, ValidationErrors& errors) {
    const auto check = resource.name_error != nullptr ? resource.name_error : dns_subdomain_error;
    const auto name = string_at(object, "/metadata/name");
    const auto prefix = string_at(object, "/metadata/generateName");
    if (!prefix.empty()) {
        // A suffix follows: the prefix may end with a dash.
        const auto stem = prefix.ends_with('-') ? prefix.substr(0, prefix.size() - 1) + 'a' : prefix;
        errors.unless_empty("metadata.generateName", prefix, check(stem));
    }
    if (name.empty())
        errors.required("metadata.name", "name or generateName is required");
    else
        errors.unless_empty("metadata.name", name, check(name));
}

void validate_owners(const Json& owners, ValidationErrors& errors) {
    if (!owners.is_array()) return;
    std::string controller;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const auto path = indexed("metadata.ownerReferences", i);
        for (const std::string part : {"apiVersion", "kind", "name", "uid"})
            if (string_at(owners[i], "/" + part).empty())
                errors.invalid(join(path, part), "", "must not be empty");
        if (!bool_at(owners[i], "/controller")) continue;
        const auto name = string_at(owners[i], "/kind") + "/" + string_at(owners[i], "/name");
        if (!controller.empty())
            errors.invalid(
                "metadata.ownerReferences", name,
                fmt::format("Only one reference can have Controller set to true. Found \"true\" in "
                            "references for {} and {}",
                            controller, name));
        controller = name;
    }
}

void validate_finalizers(const Json& object, ValidationErrors& errors) {
    for (const auto& finalizer : finalizers_of(object))
        errors.unless_empty("metadata.finalizers", finalizer, qualified_name_error(finalizer));
    if (has_finalizer(object, "orphan") && has_finalizer(object, "foregroundDeletion"))
        errors.invalid("metadata.finalizers", at(object, "/metadata/finalizers"),
                       "finalizer orphan and foregroundDeletion cannot be both set");
}

}  // namespace

std::string dns_subdomain_error(const std::string& name) {
    if (name.size() > dns_subdomain_most) return "must be no more than 253 characters";
    if (is_dns_subdomain(name)) return {};
    return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
           "and "
           "must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation "
           "is "
           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

std::string dns_label_error(const std::string& name) {
    if (name.size() > dns_label_most) return "must be no more than 63 characters";
    if (is_dns_label(name)) return {};
    return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
           "start "
           "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation "
           "is "
           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
}

std::vector<FieldError> validate_object_meta(const Resource& resource, const Json& object) {
    ValidationErrors errors;
    validate_name(resource, object, errors);
    validate_label_map(at(object, "/metadata/labels"), "metadata.labels", errors);
    validate_annotation_map(at(object, "/metadata/annotations"), "metadata.annotations", errors);
    validate_owners(at(object, "/metadata/ownerReferences"), errors);
    validate_finalizers(object, errors);
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
