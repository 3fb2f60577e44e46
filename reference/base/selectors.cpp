#include "reference/base/selectors.hpp"

#include <utility>
#include <vector>

#include "reference/base/json_access.hpp"

namespace kcheck::reference {

namespace {

using kubernetes::LabelSelector;
using kubernetes::Requirement;
using Operator = Requirement::Operator;

/// A selector that matches nothing: no label may be there and missing.
LabelSelector nothing() { return LabelSelector({{"", Operator::exists}, {"", Operator::does_not_exist}}); }

}  // namespace

std::optional<Requirement> requirement_of(const Json& expression) {
    const auto operation = kubernetes::operator_of(text_of(expression, "operator"));
    if (!operation) return std::nullopt;
    Requirement requirement{text_of(expression, "key"), *operation};
    for (const auto& value : list_of(expression, "values"))
        if (value.is_string()) requirement.values.push_back(value.get<std::string>());
    return requirement;
}

LabelSelector label_selector_of(const Json& label_selector) {
    if (!label_selector.is_object()) return nothing();
    std::vector<Requirement> requirements;
    for (const auto& [key, value] : map_of(label_selector, "matchLabels")) {
        if (!value.is_string()) return nothing();
        requirements.push_back({key, Operator::in, {value.get<std::string>()}, true});
    }
    for (const auto& expression : list_of(label_selector, "matchExpressions")) {
        auto requirement = requirement_of(expression);
        if (!requirement || requirement->op == Operator::greater || requirement->op == Operator::less)
            return nothing();
        requirements.push_back(*std::move(requirement));
    }
    return LabelSelector(std::move(requirements));
}

std::optional<std::string_view> label_in(const Json& labels, std::string_view key) {
    const Json& value = member(labels, key);
    if (!value.is_string()) return std::nullopt;
    return value.get_ref<const std::string&>();
}

bool matches(const LabelSelector& selector, const Json& labels) {
    return selector.matches_by([&](const std::string& key) { return label_in(labels, key); });
}

bool selector_matches(const Json& label_selector, const Json& labels) {
    return matches(label_selector_of(label_selector), labels);
}

}  // namespace kcheck::reference
