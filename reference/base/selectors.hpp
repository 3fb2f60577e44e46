// Label selectors of objects as JSON; what they mean is in kubernetes/selectors.hpp.
#pragma once

#include <optional>
#include <string_view>

#include "kubernetes/selectors.hpp"
#include "reference/base/json.hpp"

namespace kcheck::reference {

/// A requirement of a metav1.LabelSelector or of node affinity; none if its operator is unknown.
std::optional<kubernetes::Requirement> requirement_of(const Json& expression);
/// metav1.LabelSelectorAsSelector. An empty selector matches everything, a null one nothing, and one
/// with an unknown operator nothing.
kubernetes::LabelSelector label_selector_of(const Json& label_selector);
/// The label of metadata.labels, or none.
std::optional<std::string_view> label_in(const Json& labels, std::string_view key);
/// `labels`: metadata.labels, or null.
bool matches(const kubernetes::LabelSelector& selector, const Json& labels);
bool selector_matches(const Json& label_selector, const Json& labels);

}  // namespace kcheck::reference
