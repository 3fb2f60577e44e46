#include "kubernetes/validation/apps.hpp"

#include <array>
#include <optional>

#include "kubernetes/selectors.hpp"
#include "kubernetes/text.hpp"
#include "kubernetes/validation/metadata.hpp"
#include "kubernetes/validation/parts.hpp"
#include "kubernetes/validation/pod.hpp"

namespace kcheck::kubernetes {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::int64_t default_progress_deadline = 600;

void validate_selector(const Value& spec, FieldErrors& errors) {
    const Value* selector = spec.find("selector");
    if (selector == nullptr) return errors.required("spec.selector");
    validate_label_selector(*selector, "spec.selector", errors);
    if (LabelSelector::of(*selector).empty())
        errors.invalid("spec.selector", *selector, "empty selector is invalid for deployment");
}

void validate_template(const Value& spec, FieldErrors& errors) {
    const Value& pod_template = spec.at("template");
    const Value& labels = pod_template.at("metadata").at("labels");
    if (const Value* selector = spec.find("selector"))
        if (const auto wanted = LabelSelector::of(*selector); !wanted.empty() && !wanted.matches(labels))
            errors.invalid("spec.template.metadata.labels", Shown::json(json_text(labels)),
                           "`selector` does not match template `labels`");
    validate_pod_template(pod_template, "spec.template", errors);
    validate_always_restarted(pod_template, "spec.template", errors);
}

/// "25%" as 25
std::optional<std::int64_t> percent_of(const Value& value) {
    if (!value.is(Value::Kind::string) || !percent_problems(value.text).empty()) return std::nullopt;
    return parse_integer(std::string_view(value.text).substr(0, value.text.size() - 1));
}

/// ValidatePositiveIntOrPercent
void validate_amount(const Value& value, const std::string& path, FieldErrors& errors) {
    if (value.is(Value::Kind::string))
        errors.invalid(path, value, percent_problems(value.text));
    else if (value.integer < 0)
        errors.invalid(path, value.integer, not_negative);
}

/// ValidateRollingUpdateDeployment. What is absent is 25%.
void validate_rolling_update(const Value& rolling, FieldErrors& errors) {
    const std::string path = "spec.strategy.rollingUpdate";
    const Value* unavailable = rolling.find("maxUnavailable");
    const Value* surge = rolling.find("maxSurge");
    if (unavailable != nullptr) validate_amount(*unavailable, path + ".maxUnavailable", errors);
    if (surge != nullptr) validate_amount(*surge, path + ".maxSurge", errors);
    if (unavailable == nullptr) return;
    const auto is_zero = [](const Value& value) {
        return value.is(Value::Kind::string) ? percent_of(value) == 0 : value.integer == 0;
    };
    if (is_zero(*unavailable) && surge != nullptr && is_zero(*surge))
        errors.invalid(path + ".maxUnavailable", *unavailable, "may not be 0 when `maxSurge` is 0");
    if (percent_of(*unavailable).value_or(0) > 100)
        errors.invalid(path + ".maxUnavailable", *unavailable, "must not be greater than 100%");
}

void validate_strategy(const Value& spec, FieldErrors& errors) {
    const Value& strategy = spec.at("strategy");
    const std::string& type = text_of(strategy, "type");
    if (type.empty() || type == "RollingUpdate")
        validate_rolling_update(strategy.at("rollingUpdate"), errors);
    else if (type != "Recreate")
        errors.not_supported("spec.strategy.type", type, words_of("apps.DeploymentStrategyType"));
    else if (has(strategy, "rollingUpdate"))
        errors.forbidden("spec.strategy.rollingUpdate",
                         "may not be specified when strategy `type` is 'Recreate'");
}

}  // namespace

void validate_deployment_spec(const Value& deployment, FieldErrors& errors) {
    const Value& spec = deployment.at("spec");
    errors.at_least("spec", spec, "replicas", 0);
    validate_selector(spec, errors);
    validate_template(spec, errors);
    validate_strategy(spec, errors);
    errors.at_least("spec", spec, "minReadySeconds", 0);
    errors.at_least("spec", spec, "revisionHistoryLimit", 0);
    errors.at_least("spec", spec, "progressDeadlineSeconds", 0);
    const Value* written = spec.find("progressDeadlineSeconds");
    const std::int64_t deadline = written == nullptr ? default_progress_deadline : written->integer;
    if (deadline <= spec.at("minReadySeconds").integer)
        errors.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
}

void validate_replica_set_spec(const Value& replica_set, FieldErrors& errors) {
    const Value& spec = replica_set.at("spec");
    errors.at_least("spec", spec, "replicas", 0);
    errors.at_least("spec", spec, "minReadySeconds", 0);
    validate_selector(spec, errors);
    validate_template(spec, errors);
}

}  // namespace kcheck::kubernetes
