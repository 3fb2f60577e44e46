// ValidateContainerResourceRequirements
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "kubernetes/quantity.hpp"
#include "kubernetes/validation/parts.hpp"
#include "kubernetes/validation/pod.hpp"

namespace kcheck::kubernetes {

namespace {

bool has_domain(std::string_view resource) { return resource.find('/') != std::string_view::npos; }

/// helper.IsNativeResource
bool is_native(std::string_view resource) {
    return !has_domain(resource) || resource.find("kubernetes.io/") != std::string_view::npos;
}

bool is_huge_page(std::string_view resource) { return resource.starts_with("hugepages-"); }

/// validateContainerResourceName: a native resource, or one with a vendor's domain.
void validate_resource_name(const std::string& name, const std::string& path, FieldErrors& errors) {
    if (const Problems problems = qualified_name_problems(name); !problems.empty())
        return errors.invalid(path, name, problems);
    const bool standard =
        name == "cpu" || name == "memory" || name == "ephemeral-storage" || is_huge_page(name);
    if (!has_domain(name) && !standard)
        errors.invalid(path, name, "must be a standard resource type or fully qualified");
}

void validate_quantity(const Member& amount, const std::string& path, FieldErrors& errors) {
    const auto quantity = Quantity::parse(amount.value.text);
    if (!quantity) {
        errors.invalid(path, amount.value, quantity.error());
    } else if (*quantity < Quantity{}) {
        errors.invalid(path, quantity->to_string(), not_negative);
    } else if ((!is_native(amount.key) || amount.key == "pods") && !quantity->is_whole()) {
        errors.invalid(path, quantity->to_string(), "must be an integer");
    }
}

}  // namespace

void validate_quantities(const Value& amounts, const std::string& path, FieldErrors& errors) {
    for (const Member* amount : ordered(amounts)) {
        const std::string at = keyed(path, amount->key);
        errors.invalid(at, amount->key, qualified_name_problems(amount->key));
        validate_quantity(*amount, at, errors);
    }
}

void validate_resources(const Value& resources, const std::string& path, FieldErrors& errors) {
    const Value& limits = resources.at("limits");
    std::map<std::string_view, const Value*> limit_of;  // a search for each request would be quadratic
    for (const Member* amount : ordered(limits)) {
        limit_of.emplace(amount->key, &amount->value);
        const std::string at = keyed(join(path, "limits"), amount->key);
        validate_resource_name(amount->key, at, errors);
        validate_quantity(*amount, at, errors);
    }
    const Value& requests = resources.at("requests");
    const std::string at_requests = join(path, "requests");
    for (const Member* amount : ordered(requests)) {
        const std::string at = keyed(at_requests, amount->key);
        validate_resource_name(amount->key, at, errors);
        validate_quantity(*amount, at, errors);
        const bool overcommits = is_native(amount->key) && !is_huge_page(amount->key);
        const auto written = limit_of.find(amount->key);
        if (written == limit_of.end()) {
            if (!overcommits)
                errors.required(join(path, "limits"), "Limit must be set for non overcommitable resources");
            continue;
        }
        const auto request = Quantity::parse(amount->value.text);
        const auto limit = Quantity::parse(written->second->text);
        if (!request || !limit) continue;
        if (!overcommits && *request != *limit)
            errors.invalid(at_requests, request->to_string(),
                           fmt::format("must be equal to {} limit of {}", amount->key, limit->to_string()));
        else if (*request > *limit)
            errors.invalid(
                at_requests, request->to_string(),
                fmt::format("must be less than or equal to {} limit of {}", amount->key, limit->to_string()));
    }
    bool huge = false, usual = false;
    for (const Value* amounts : {&limits, &requests})
        for (const Member& amount : amounts->members) {
            huge = huge || is_huge_page(amount.key);
            usual = usual || amount.key == "cpu" || amount.key == "memory";
        }
    if (huge && !usual) errors.forbidden(path, "HugePages require cpu or memory");
}

}  // namespace kcheck::kubernetes
