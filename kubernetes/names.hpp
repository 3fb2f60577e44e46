// The syntax of names, label keys and label values, with kube-apiserver's own reasons.
// Source: apimachinery pkg/util/validation/validation.go, pkg/api/validate/content.
#pragma once

#include <string>
#include <string_view>

namespace kcheck::kubernetes {

// Each returns why `text` is refused, or an empty string.
std::string dns_subdomain_problem(std::string_view text);   // IsDNS1123Subdomain
std::string dns_label_problem(std::string_view text);       // IsDNS1123Label
std::string qualified_name_problem(std::string_view text);  // IsQualifiedName: label keys
std::string label_value_problem(std::string_view text);     // IsValidLabelValue

}  // namespace kcheck::kubernetes
