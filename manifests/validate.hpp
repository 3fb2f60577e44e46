// kube-apiserver's validation of what the model reads, with its own reasons.
//
// A refusal reads as kubectl prints it: `The Deployment "web" is invalid: spec.replicas:
// Invalid value: -1: must be greater than or equal to 0`. kube-apiserver lists every
// problem; here the first is reported, in its order. Compound values are written as JSON,
// as kube-apiserver does since v1.34 (before, as Go: map[string]string{...}).
// Source: pkg/apis/apps/validation/validation.go (ValidateDeployment),
// pkg/apis/core/validation/validation.go (ValidatePodSpec, ValidateTolerations, ValidateNode),
// apimachinery pkg/util/validation/field/errors.go.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "manifests/ground.hpp"
#include "manifests/schema.hpp"
#include "manifests/types.hpp"

namespace kcheck::manifests {

/// Throws Failure when kube-apiserver would refuse the object; `tree` is where it was
/// decoded from, for the position.
void validate(const Deployment& deployment, const Value& tree);
void validate(const NodeSpec& node, const Value& tree);

/// The object under validation, and the ways of refusing a field of it.
class Subject {
public:
    Subject(std::string_view kind, std::string_view name, const Origin& origin, const Value& tree)
        : kind_(kind), name_(name), origin_(origin), tree_(tree) {}

    [[noreturn]] void required(const std::string& field, std::string_view detail = "") const;
    /// `value` as it is to be printed: quote(...) for a string.
    [[noreturn]] void invalid(const std::string& field, const std::string& value,
                              std::string_view detail) const;
    [[noreturn]] void duplicate(const std::string& field, const std::string& value) const;
    [[noreturn]] void forbidden(const std::string& field, std::string_view detail) const;
    [[noreturn]] void not_found(const std::string& field, const std::string& value) const;
    [[noreturn]] void unsupported(const std::string& field, const std::string& value,
                                  std::span<const std::string_view> supported) const;
    [[noreturn]] void unsupported(const std::string& field, const std::string& value,
                                  std::initializer_list<std::string_view> supported) const {
        unsupported(field, value, std::span<const std::string_view>(supported.begin(), supported.size()));
    }

    void not_negative(const std::string& field, std::int64_t value) const;
    /// Label keys and values; `field` is the map.
    void labels(const std::string& field, const Labels& labels) const;
    void name(const std::string& field, const std::string& value) const;

private:
    [[noreturn]] void refuse(const std::string& field, const std::string& problem) const;

    std::string_view kind_;
    std::string_view name_;
    const Origin& origin_;
    const Value& tree_;
};

/// validate_pod.cpp: the template, at `field` (spec.template).
void validate_pod_template(const Subject& subject, const PodTemplate& pod, const std::string& field);

/// validate_template.cpp: what of its spec is not decoded, at `field` (spec.template.spec).
void validate_template_tree(const Subject& subject, const Value& pod_spec, const std::string& field);

/// metav1 validation.ValidateLabelSelector, at `field`.
void validate_label_selector(const Subject& subject, const LabelSelector& selector, const std::string& field);

/// A map of strings as JSON, in the order of its keys.
std::string json(const Labels& labels);

}  // namespace kcheck::manifests
