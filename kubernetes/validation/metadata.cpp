#include "kubernetes/validation/metadata.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kubernetes/validation/parts.hpp"

namespace kcheck::kubernetes {

namespace {

constexpr std::size_t annotations_most = 256 * 1024;

void validate_requirement(const Value& requirement, const std::string& path, FieldErrors& errors) {
    const std::string& op = text_of(requirement, "operator");
    const bool has_values = !requirement.at("values").items.empty();
    if (op == "In" || op == "NotIn") {
        if (!has_values)
            errors.required(join(path, "values"), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (op == "Exists" || op == "DoesNotExist") {
        if (has_values)
            errors.forbidden(join(path, "values"),
                             "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else {
        errors.invalid(join(path, "operator"), op, "not a valid selector operator");
    }
    validate_key(requirement, path, errors);
    each(requirement, "values", path, [&](const Value& value, const std::string& at) {
        errors.invalid(at, value.text, label_value_problems(value.text));
    });
}

/// maskTrailingDash: a suffix follows.
std::string masked(std::string prefix) {
    if (prefix.size() > 1 && prefix.ends_with('-')) prefix.replace(prefix.size() - 2, 2, "a");
    return prefix;
}

/// ValidateOwnerReferences, but that each error names its reference.
void validate_owners(const Value& metadata, FieldErrors& errors) {
    std::string controller;
    each(metadata, "ownerReferences", "metadata", [&](const Value& owner, const std::string& at) {
        for (const char* part : {"apiVersion", "kind", "name", "uid"})
            if (text_of(owner, part).empty()) errors.invalid(join(at, part), "", "must not be empty");
        if (!is_true(owner, "controller")) return;
        const std::string name = text_of(owner, "kind") + "/" + text_of(owner, "name");
        if (!controller.empty())
            errors.invalid(
                "metadata.ownerReferences", name,
                fmt::format("Only one reference can have Controller set to true. Found \"true\" in "
                            "references for {} and {}",
                            controller, name));
        else
            controller = name;
    });
}

void validate_finalizers(const Value& metadata, FieldErrors& errors) {
    bool orphans = false, deletes = false;
    for (const Value& finalizer : metadata.at("finalizers").items) {
        errors.invalid("metadata.finalizers", finalizer.text, qualified_name_problems(finalizer.text));
        orphans = orphans || finalizer.text == "orphan";
        deletes = deletes || finalizer.text == "foregroundDeletion";
    }
    if (orphans && deletes)
        errors.invalid("metadata.finalizers", metadata.at("finalizers"),
                       "finalizer orphan and foregroundDeletion cannot be both set");
}

}  // namespace

void validate_object_meta(const Value& metadata, Problems (*name_problems)(std::string_view),
                          FieldErrors& errors) {
    if (const std::string& prefix = text_of(metadata, "generateName"); !prefix.empty())
        errors.invalid("metadata.generateName", prefix, name_problems(masked(prefix)));
    if (text_of(metadata, "name").empty())
        errors.required("metadata.name", "name or generateName is required");
    validate_name(metadata, "name", "metadata", name_problems, errors);
    validate_name(metadata, "namespace", "metadata", dns_label_problems, errors);
    errors.at_least("metadata", metadata, "generation", 0);
    validate_labels(metadata.at("labels"), "metadata.labels", errors);
    validate_annotations(metadata.at("annotations"), "metadata.annotations", errors);
    validate_owners(metadata, errors);
    validate_finalizers(metadata, errors);
}

std::vector<const Member*> ordered(const Value& map) {
    std::vector<const Member*> members;
    for (const Member& member : map.members)
        if (!member.value.is(Value::Kind::null)) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Member* a, const Member* b) { return a->key < b->key; });
    return members;
}

void validate_name(const Value& object, std::string_view name, const std::string& path,
                   Problems (*problems_of)(std::string_view), FieldErrors& errors) {
    const std::string& value = text_of(object, name);
    if (!value.empty()) errors.invalid(join(path, name), value, problems_of(value));
}

void validate_labels(const Value& labels, const std::string& path, FieldErrors& errors) {
    for (const Member* label : ordered(labels)) {
        errors.invalid(path, label->key, qualified_name_problems(label->key));
        errors.invalid(path, label->value.text, label_value_problems(label->value.text));
    }
}

void validate_annotations(const Value& annotations, const std::string& path, FieldErrors& errors) {
    std::size_t bytes = 0;
    for (const Member* annotation : ordered(annotations)) {
        std::string lower = annotation->key;  // annotations may have prefixes in capitals
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        errors.invalid(path, annotation->key, qualified_name_problems(lower));
        bytes += annotation->key.size() + annotation->value.text.size();
    }
    if (bytes > annotations_most) errors.too_long(path, annotations_most);
}

void validate_label_selector(const Value& selector, const std::string& path, FieldErrors& errors) {
    validate_labels(selector.at("matchLabels"), join(path, "matchLabels"), errors);
    each(selector, "matchExpressions", path, [&](const Value& requirement, const std::string& at) {
        validate_requirement(requirement, at, errors);
    });
}

}  // namespace kcheck::kubernetes
