// pkg/apis/apps/validation/validation.go.
#include <algorithm>

#include "kubernetes/schema/schema.hpp"
#include "reference/apiserver/validation_kinds.hpp"
#include "reference/apiserver/validation_names.hpp"
#include "reference/apiserver/validation_pod.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::int64_t percent_most = 100;

/// Fields of a spec that the schema calls immutable.
void validate_immutable(std::string_view type_name, const Json& object, const Json& old,
                        ValidationErrors& errors) {
    for (const auto& field : kubernetes::schema().type(type_name)->fields) {
        if (!field.immutable) continue;
        errors.immutable("spec", member(object, "spec"), member(old, "spec"), field.name);
    }
}

void validate_selector(const Json& spec, ValidationErrors& errors) {
    const Json& selector = member(spec, "selector");
    if (selector.is_null()) return errors.required("spec.selector");
    validate_label_selector(selector, "spec.selector", errors);
    if (map_of(selector, "matchLabels").empty() && list_of(selector, "matchExpressions").empty()) {
        errors.invalid("spec.selector", selector, "empty selector is invalid for deployment");
    }
}

void validate_template(const Json& spec, ValidationErrors& errors) {
    const Json& pod_template = member(spec, "template");
    const Json& labels = member(member(pod_template, "metadata"), "labels");
    if (!member(spec, "selector").is_null() && !label_selector_matches(member(spec, "selector"), labels)) {
        errors.invalid("spec.template.metadata.labels", labels,
                       "`selector` does not match template `labels`");
    }
    validate_pod_template(pod_template, "spec.template", errors);
    validate_always_restarted(pod_template, "spec.template", errors);
}

/// "25%" as 25; none for anything else.
std::optional<std::int64_t> percent_of(const Json& value) {
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    const bool fits = text.size() >= 2 && text.size() <= 10 && text.back() == '%' &&
                      std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
    if (!fits) return std::nullopt;
    return std::stoll(text);
}

bool is_zero(const Json& value) { return value == 0 || percent_of(value) == 0; }

/// ValidatePositiveIntOrPercent.
void validate_amount(const Json& rolling, std::string_view name, const std::string& path,
                     ValidationErrors& errors) {
    const Json& value = member(rolling, name);
    if (value.is_string() && !percent_of(value)) {
        errors.invalid(
            join(path, name), value,
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', "
            " or '93%', regex used for validation is '[0-9]+%')");
    }
    errors.at_least(path, rolling, name, 0);
}

void validate_rolling_update(const Json& strategy, ValidationErrors& errors) {
    const auto path = std::string("spec.strategy.rollingUpdate");
    const Json& rolling = member(strategy, "rollingUpdate");
    if (rolling.is_null()) {
        return errors.required(path, "this should be defaulted and never be nil");
    }
    validate_amount(rolling, "maxUnavailable", path, errors);
    validate_amount(rolling, "maxSurge", path, errors);
    const Json& unavailable = member(rolling, "maxUnavailable");
    if (is_zero(unavailable) && is_zero(member(rolling, "maxSurge"))) {
        errors.invalid(path + ".maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0");
    }
    if (percent_of(unavailable).value_or(0) > percent_most) {
        errors.invalid(path + ".maxUnavailable", unavailable, "must not be greater than 100%");
    }
}

void validate_strategy(const Json& spec, ValidationErrors& errors) {
    const Json& strategy = member(spec, "strategy");
    const auto type = text_of(strategy, "type");
    if (type == "RollingUpdate") {
        validate_rolling_update(strategy, errors);
    } else if (type != "Recreate") {
        errors.not_supported("spec.strategy.type", type, {"Recreate", "RollingUpdate"});
    } else if (!member(strategy, "rollingUpdate").is_null()) {
        errors.forbidden("spec.strategy.rollingUpdate",
                         "may not be specified when strategy `type` is 'Recreate'");
    }
}

void validate_deployment_spec(const Json& spec, ValidationErrors& errors) {
    errors.at_least("spec", spec, "replicas", 0);
    validate_selector(spec, errors);
    validate_template(spec, errors);
    validate_strategy(spec, errors);
    errors.at_least("spec", spec, "minReadySeconds", 0);
    errors.at_least("spec", spec, "revisionHistoryLimit", 0);
    const auto deadline = integer_of(spec, "progressDeadlineSeconds");
    if (!deadline) return;
    errors.at_least("spec", spec, "progressDeadlineSeconds", 0);
    if (*deadline <= integer_of(spec, "minReadySeconds").value_or(0)) {
        errors.invalid("spec.progressDeadlineSeconds", *deadline, "must be greater than minReadySeconds");
    }
}

void validate_replica_set_spec(const Json& spec, ValidationErrors& errors) {
    errors.at_least("spec", spec, "replicas", 0);
    errors.at_least("spec", spec, "minReadySeconds", 0);
    validate_selector(spec, errors);
    validate_template(spec, errors);
}

/// `part` may not be more than `whole`.
void validate_part(const Json& status, std::string_view part, std::string_view whole, std::string_view words,
                   ValidationErrors& errors) {
    const auto count = integer_of(status, part).value_or(0);
    if (count <= integer_of(status, whole).value_or(0)) return;
    errors.invalid(join("status", part), count, "cannot be greater than " + std::string(words));
}

}  // namespace

std::vector<FieldError> validate_deployment(const Json& deployment) {
    ValidationErrors errors;
    validate_deployment_spec(member(deployment, "spec"), errors);
    return errors.take();
}

std::vector<FieldError> validate_deployment_update(const Json& deployment, const Json& old) {
    ValidationErrors errors;
    validate_deployment_spec(member(deployment, "spec"), errors);
    validate_immutable("apps.DeploymentSpec", deployment, old, errors);
    return errors.take();
}

std::vector<FieldError> validate_deployment_status(const Json& deployment, const Json& old) {
    ValidationErrors errors;
    const Json& status = member(deployment, "status");
    for (const auto* count : {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas",
                              "availableReplicas", "unavailableReplicas", "collisionCount"}) {
        errors.at_least("status", status, count, 0);
    }
    validate_part(status, "updatedReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "readyReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "availableReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "availableReplicas", "readyReplicas", "readyReplicas", errors);
    const auto collisions = integer_of(status, "collisionCount");
    const auto before = integer_of(member(old, "status"), "collisionCount");
    if (before && !collisions) {
        errors.invalid("status.collisionCount", nullptr, "cannot be decremented");
    } else if (before && *collisions < *before) {
        errors.invalid("status.collisionCount", *collisions, "cannot be decremented");
    }
    return errors.take();
}

std::vector<FieldError> validate_replica_set(const Json& replica_set) {
    ValidationErrors errors;
    validate_replica_set_spec(member(replica_set, "spec"), errors);
    return errors.take();
}

std::vector<FieldError> validate_replica_set_update(const Json& replica_set, const Json& old) {
    ValidationErrors errors;
    validate_replica_set_spec(member(replica_set, "spec"), errors);
    validate_immutable("apps.ReplicaSetSpec", replica_set, old, errors);
    return errors.take();
}

std::vector<FieldError> validate_replica_set_status(const Json& replica_set, const Json&) {
    ValidationErrors errors;
    const Json& status = member(replica_set, "status");
    for (const auto* count :
         {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration"}) {
        errors.at_least("status", status, count, 0);
    }
    validate_part(status, "fullyLabeledReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "readyReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "availableReplicas", "replicas", "status.replicas", errors);
    validate_part(status, "availableReplicas", "readyReplicas", "readyReplicas", errors);
    return errors.take();
}

}  // namespace kcheck::reference::apiserver
