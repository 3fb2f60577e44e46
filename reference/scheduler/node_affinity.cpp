#include "reference/scheduler/node_affinity.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "reference/base/objects.hpp"
#include "reference/base/selectors.hpp"

namespace kcheck::reference::scheduler {

namespace {

/// One with an unknown operator never holds.
bool holds(const Json& expression, std::optional<std::string_view> label) {
    const auto requirement = requirement_of(expression);
    return requirement && requirement->matches(label);
}

}  // namespace

bool matches_node_selector_term(const Json& term, const Json& node) {
    const auto& expressions = at(term, "/matchExpressions");
    const auto& fields = at(term, "/matchFields");
    if (expressions.empty() && fields.empty()) return false;
    for (const auto& requirement : expressions)
        if (!holds(requirement, label_in(at(node, "/metadata/labels"), string_at(requirement, "/key"))))
            return false;
    const auto name = name_of(node);
    for (const auto& requirement : fields)  // validation admits metadata.name only
        if (!holds(requirement, name)) return false;
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
