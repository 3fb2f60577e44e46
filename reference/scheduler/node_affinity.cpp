#include "reference/scheduler/node_affinity.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "reference/base/objects.hpp"

namespace kcheck::reference::scheduler {

namespace {

std::optional<std::int64_t> integer(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// apimachinery/pkg/labels/selector.go:Requirement.Matches. `actual`: null if there is no such label.
bool matches_requirement(const Json& requirement, const Json& actual) {
    const auto comparison = string_at(requirement, "/operator");
    const auto& values = at(requirement, "/values");
    const bool listed = !actual.is_null() && std::find(values.begin(), values.end(), actual) != values.end();
    if (comparison == "In") return listed;
    if (comparison == "NotIn") return !listed;
    if (comparison == "Exists") return !actual.is_null();
    if (comparison == "DoesNotExist") return actual.is_null();
    if (!actual.is_string() || values.size() != 1) return false;
    const auto has = integer(actual.get<std::string>());
    const auto bound = integer(values.at(0).get<std::string>());
    if (!has || !bound) return false;
    return (comparison == "Gt" && *has > *bound) || (comparison == "Lt" && *has < *bound);
}

}  // namespace

bool matches_node_selector_term(const Json& term, const Json& node) {
    const auto& expressions = at(term, "/matchExpressions");
    const auto& fields = at(term, "/matchFields");
    if (expressions.empty() && fields.empty()) return false;
    for (const auto& requirement : expressions)
        if (!matches_requirement(requirement,
                                 member(at(node, "/metadata/labels"), string_at(requirement, "/key"))))
            return false;
    for (const auto& requirement : fields)  // validation admits metadata.name only
        if (!matches_requirement(requirement, at(node, "/metadata/name"))) return false;
    return true;
}

bool matches_required_node_affinity(const Json& pod, const Json& node) {
    const auto& selector = at(pod, "/spec/nodeSelector");
    const auto& labels = at(node, "/metadata/labels");
    if (!selector.is_null() && !selector_matches({{"matchLabels", selector}}, labels)) return false;
    const auto& required =
        at(pod, "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution");
    if (required.is_null()) return true;
    const auto& terms = at(required, "/nodeSelectorTerms");
    return std::any_of(terms.begin(), terms.end(),
                       [&](const Json& term) { return matches_node_selector_term(term, node); });
}

std::int64_t preferred_node_affinity(const Json& pod, const Json& node) {
    std::int64_t weight = 0;
    for (const auto& preferred :
         at(pod, "/spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution"))
        if (matches_node_selector_term(at(preferred, "/preference"), node))
            weight += int_at(preferred, "/weight");
    return weight;
}

}  // namespace kcheck::reference::scheduler
