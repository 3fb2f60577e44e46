// Labels, annotations and label selectors.
// Source: apimachinery pkg/apis/meta/v1/validation/validation.go, pkg/api/validation/objectmeta.go.
#pragma once

#include <string>

#include "kubernetes/field_errors.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// ValidateObjectMeta, where a namespace need not be named: a name as `name_problems` wants it,
/// labels, annotations, owners, finalizers.
void validate_object_meta(const Value& metadata, Problems (*name_problems)(std::string_view),
                          FieldErrors& errors);
/// ValidateLabels: keys are qualified names, values are label values. `path` is the map's.
void validate_labels(const Value& labels, const std::string& path, FieldErrors& errors);
/// ValidateAnnotations
void validate_annotations(const Value& annotations, const std::string& path, FieldErrors& errors);
/// ValidateLabelSelector
void validate_label_selector(const Value& selector, const std::string& path, FieldErrors& errors);

}  // namespace kcheck::kubernetes
