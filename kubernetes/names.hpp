// The syntax of names, label keys and label values, with kube-apiserver's own reasons.
// Source: apimachinery pkg/util/validation/validation.go, pkg/api/validate/content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kcheck::kubernetes {

/// Why a text is refused, in kube-apiserver's words and order; none: it is fine.
using Problems = std::vector<std::string>;

Problems dns_subdomain_problems(std::string_view text);     // IsDNS1123Subdomain
Problems dns_label_problems(std::string_view text);         // IsDNS1123Label
Problems dns_1035_label_problems(std::string_view text);    // IsDNS1035Label
Problems qualified_name_problems(std::string_view text);    // IsQualifiedName: label keys, resources
Problems label_value_problems(std::string_view text);       // IsValidLabelValue
Problems port_name_problems(std::string_view text);         // IsValidPortName
Problems environment_name_problems(std::string_view text);  // IsRelaxedEnvVarName
Problems config_map_key_problems(std::string_view text);    // IsConfigMapKey
Problems http_header_problems(std::string_view text);       // IsHTTPHeaderName
Problems percent_problems(std::string_view text);           // IsValidPercent
Problems port_number_problems(std::int64_t number);         // IsValidPortNum

}  // namespace kcheck::kubernetes
