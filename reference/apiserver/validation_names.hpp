// What names and labels may look like (apimachinery/pkg/util/validation/validation.go). Each function
// gives what is wrong in Kubernetes' words, or an empty text. For DNS names see object_meta.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reference/apiserver/validation_errors.hpp"

namespace kcheck::reference::apiserver {

inline constexpr std::int64_t port_most = 65535;

/// Label keys, resource names, taint keys: "example.com/MyName".
std::string qualified_name_error(const std::string& name);
std::string label_value_error(std::string_view value);
/// Names of services: an RFC 1035 label, which does not begin with a digit.
std::string dns_1035_label_error(std::string_view name);
/// Names of ports.
std::string port_name_error(std::string_view name);
std::string environment_name_error(std::string_view name);
std::string config_map_key_error(std::string_view key);

/// metadata.labels and the like: keys are qualified names, values are label values.
void validate_label_map(const Json& labels, const std::string& path, ValidationErrors& errors);
void validate_annotation_map(const Json& annotations, const std::string& path, ValidationErrors& errors);
/// A metav1.LabelSelector (metav1/validation: ValidateLabelSelector).
void validate_label_selector(const Json& selector, const std::string& path, ValidationErrors& errors);
/// Whether a *valid* selector matches these labels.
bool label_selector_matches(const Json& selector, const Json& labels);

}  // namespace kcheck::reference::apiserver
