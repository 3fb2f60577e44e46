#include "manifests/validate.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "manifests/ground.hpp"

namespace kcheck::manifests {

void Subject::refuse(const std::string& field, const std::string& problem) const {
    const std::string name = name_.empty() ? "\"\"" : quote(name_);
    throw Failure{{origin_.file, place_of_field(tree_, field),
                   fmt::format("The {} {} is invalid: {}: {}", kind_, name, field, problem), ""}};
}

void Subject::required(const std::string& field, std::string_view detail) const {
    refuse(field, detail.empty() ? "Required value" : fmt::format("Required value: {}", detail));
}
void Subject::invalid(const std::string& field, const std::string& value, std::string_view detail) const {
    refuse(field, fmt::format("Invalid value: {}: {}", value, detail));
}
void Subject::duplicate(const std::string& field, const std::string& value) const {
    refuse(field, "Duplicate value: " + value);
}
void Subject::forbidden(const std::string& field, std::string_view detail) const {
    refuse(field, fmt::format("Forbidden: {}", detail));
}
void Subject::not_found(const std::string& field, const std::string& value) const {
    refuse(field, "Not found: " + quote(value));
}
void Subject::unsupported(const std::string& field, const std::string& value,
                          std::span<const std::string_view> supported) const {
    std::string list;
    for (const std::string_view one : supported)
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", one);
    refuse(field, fmt::format("Unsupported value: {}: supported values: {}", quote(value), list));
}

void Subject::not_negative(const std::string& field, std::int64_t value) const {
    if (value < 0) invalid(field, std::to_string(value), "must be greater than or equal to 0");
}

void Subject::labels(const std::string& field, const Labels& labels) const {
    for (const auto& [key, value] : labels) {
        if (const std::string problem = qualified_name_problem(key); !problem.empty())
            invalid(field, quote(key), problem);
        if (const std::string problem = label_value_problem(value); !problem.empty())
            invalid(field, quote(value), problem);
    }
}

void Subject::name(const std::string& field, const std::string& value) const {
    if (value.empty()) required(field, "name or generateName is required");
    if (const std::string problem = dns_subdomain_problem(value); !problem.empty())
        invalid(field, quote(value), problem);
}

std::string json(const Labels& labels) {
    std::string out;
    for (const auto& [key, value] : labels)
        out += fmt::format("{}{}:{}", out.empty() ? "" : ",", quote(key), quote(value));
    return "{" + out + "}";
}

namespace {

/// metav1 validation.ValidateLabelSelectorRequirement
void validate_requirement(const Subject& subject, const LabelRequirement& requirement,
                          const std::string& field) {
    const bool lists = requirement.op == "In" || requirement.op == "NotIn";
    if (lists && requirement.values.empty())
        subject.required(field + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
    if (!lists && requirement.op != "Exists" && requirement.op != "DoesNotExist")
        subject.invalid(field + ".operator", quote(requirement.op), "not a valid selector operator");
    if (!lists && !requirement.values.empty())
        subject.forbidden(field + ".values",
                          "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    if (const std::string problem = qualified_name_problem(requirement.key); !problem.empty())
        subject.invalid(field + ".key", quote(requirement.key), problem);
    for (std::size_t i = 0; i < requirement.values.size(); ++i)
        if (const std::string problem = label_value_problem(requirement.values[i]); !problem.empty())
            subject.invalid(fmt::format("{}.values[{}]", field, i), quote(requirement.values[i]), problem);
}

void validate_selector(const Subject& subject, const Deployment& deployment) {
    if (!deployment.selector) subject.required("spec.selector");
    const LabelSelector& selector = *deployment.selector;
    validate_label_selector(subject, selector, "spec.selector");
    if (selector.empty()) subject.invalid("spec.selector", "{}", "empty selector is invalid for deployment");
    const Labels& labels = deployment.pod_template.labels;
    if (!selector.matches(labels))
        subject.invalid("spec.template.metadata.labels", json(labels),
                        "`selector` does not match template `labels`");
}

std::string printed(const IntOrPercent& value) {
    return value.percent ? fmt::format("\"{}%\"", value.value) : std::to_string(value.value);
}

/// ValidateDeploymentStrategy, ValidateRollingUpdateDeployment
void validate_strategy(const Subject& subject, const Strategy& strategy, const Value& tree) {
    const std::string rolling = "spec.strategy.rollingUpdate";
    if (strategy.type == "Recreate") {
        const Value* spec = tree.find("spec");
        const Value* written = spec->find("strategy");
        if (written->find("rollingUpdate") != nullptr)
            subject.forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'");
        return;
    }
    if (strategy.type != "RollingUpdate")
        subject.unsupported("spec.strategy.type", strategy.type, {"Recreate", "RollingUpdate"});
    const IntOrPercent unavailable = *strategy.max_unavailable;
    const IntOrPercent surge = *strategy.max_surge;
    subject.not_negative(rolling + ".maxUnavailable", unavailable.value);
    subject.not_negative(rolling + ".maxSurge", surge.value);
    if (unavailable.value == 0 && surge.value == 0)
        subject.invalid(rolling + ".maxUnavailable", printed(unavailable),
                        "may not be 0 when `maxSurge` is 0");
    if (unavailable.percent && unavailable.value > 100)
        subject.invalid(rolling + ".maxUnavailable", printed(unavailable), "must not be greater than 100%");
}

}  // namespace

void validate_label_selector(const Subject& subject, const LabelSelector& selector,
                             const std::string& field) {
    subject.labels(field + ".matchLabels", selector.match_labels);
    for (std::size_t i = 0; i < selector.match_expressions.size(); ++i)
        validate_requirement(subject, selector.match_expressions[i],
                             fmt::format("{}.matchExpressions[{}]", field, i));
}

void validate(const Deployment& deployment, const Value& tree) {
    const Subject subject("Deployment", deployment.name, deployment.origin, tree);
    subject.name("metadata.name", deployment.name);
    if (const std::string problem = dns_label_problem(deployment.name_space); !problem.empty())
        subject.invalid("metadata.namespace", quote(deployment.name_space), problem);
    subject.labels("metadata.labels", deployment.labels);
    subject.not_negative("spec.replicas", deployment.replicas);
    validate_selector(subject, deployment);
    validate_pod_template(subject, deployment.pod_template, "spec.template");
    const Value* pods = tree.find("spec")->find("template");
    if (const Value* spec = pods == nullptr ? nullptr : pods->find("spec"))
        validate_template_tree(subject, *spec, "spec.template.spec");
    validate_strategy(subject, deployment.strategy, tree);
    subject.not_negative("spec.minReadySeconds", deployment.min_ready_seconds);
    subject.not_negative("spec.revisionHistoryLimit", deployment.revision_history_limit);
    subject.not_negative("spec.progressDeadlineSeconds", deployment.progress_deadline_seconds);
    if (deployment.progress_deadline_seconds <= deployment.min_ready_seconds)
        subject.invalid("spec.progressDeadlineSeconds", std::to_string(deployment.progress_deadline_seconds),
                        "must be greater than minReadySeconds");
}

void validate(const NodeSpec& node, const Value& tree) {
    const Subject subject("Node", node.name, node.origin, tree);
    subject.name("metadata.name", node.name);
    subject.labels("metadata.labels", node.labels);
    for (std::size_t i = 0; i < node.taints.size(); ++i) {
        const Taint& taint = node.taints[i];
        const std::string field = fmt::format("spec.taints[{}]", i);
        if (const std::string problem = qualified_name_problem(taint.key); !problem.empty())
            subject.invalid(field + ".key", quote(taint.key), problem);
        if (const std::string problem = label_value_problem(taint.value); !problem.empty())
            subject.invalid(field + ".value", quote(taint.value), problem);
        if (taint.effect.empty()) subject.required(field + ".effect");
        if (taint.effect != "NoSchedule" && taint.effect != "PreferNoSchedule" && taint.effect != "NoExecute")
            subject.unsupported(field + ".effect", taint.effect,
                                {"NoSchedule", "PreferNoSchedule", "NoExecute"});
        const bool seen =
            std::any_of(node.taints.begin(), node.taints.begin() + static_cast<std::ptrdiff_t>(i),
                        [&](const Taint& t) { return t.key == taint.key && t.effect == taint.effect; });
        if (seen)
            subject.duplicate(field, fmt::format(R"({{"key":{},"value":{},"effect":{}}})", quote(taint.key),
                                                 quote(taint.value), quote(taint.effect)));
    }
    const Value* status = tree.find("status");
    const bool says_allocatable = status != nullptr && status->find("allocatable") != nullptr;
    for (const auto& [resource, quantity] : node.allocatable)
        if (quantity < Quantity{})
            subject.invalid(
                fmt::format("status.{}[{}]", says_allocatable ? "allocatable" : "capacity", resource),
                quote(quantity.to_string()), "must be greater than or equal to 0");
}

}  // namespace kcheck::manifests
