// Defaults of kinds that are stored and shown (pkg/apis/{apps,autoscaling,batch,core,networking,rbac}).
#include <algorithm>

#include "reference/apiserver/defaults_kinds.hpp"
#include "reference/base/base64.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto role_group = "rbac.authorization.k8s.io";
constexpr auto default_utilization = 80;

void set_job_defaults(Json& spec) {
    if (member(spec, "completions").is_null() && member(spec, "parallelism").is_null())
        default_to(spec, "completions", 1);
    default_to(spec, "parallelism", 1);
    const bool by_index = !member(spec, "backoffLimitPerIndex").is_null();
    default_to(spec, "backoffLimit", by_index ? 2147483647 : 6);
    const bool has_policy = !member(spec, "podFailurePolicy").is_null();
    default_to(spec, "podReplacementPolicy", has_policy ? "Failed" : "TerminatingOrFailed");
}

/// Its labels and selector are those of its template, if it does not say.
void set_replication_controller_defaults(Json& object) {
    Json* spec = find_member(object, "spec");
    if (spec == nullptr) return;
    const Json labels = member(member(member(*spec, "template"), "metadata"), "labels");
    if (!labels.is_object() || labels.empty()) return;
    default_to(*spec, "selector", labels);
    if (Json* metadata = object_in(object, "metadata")) default_to(*metadata, "labels", labels);
}

void set_autoscaler_defaults(Json& spec) {
    if (!list_of(spec, "metrics").empty()) return;
    spec["metrics"] = Json::array(
        {{{"type", "Resource"},
          {"resource",
           {{"name", "cpu"},
            {"target", {{"type", "Utilization"}, {"averageUtilization", default_utilization}}}}}}});
}

/// autoscaling: GenerateHPAScaleUpRules and GenerateHPAScaleDownRules.
void set_scaling_behavior_defaults(Json& behavior) {
    const auto policy = [](const char* type, int value) {
        return Json{{"type", type}, {"value", value}, {"periodSeconds", 15}};
    };
    Json* up = object_in(behavior, "scaleUp");
    Json* down = object_in(behavior, "scaleDown");
    if (up != nullptr) {
        default_to(*up, "stabilizationWindowSeconds", 0);
        default_to(*up, "policies", Json::array({policy("Pods", 4), policy("Percent", 100)}));
        default_to(*up, "selectPolicy", "Max");
    }
    if (down != nullptr) {
        default_to(*down, "policies", Json::array({policy("Percent", 100)}));
        default_to(*down, "selectPolicy", "Max");
    }
}

/// What is written as text is kept as bytes, and wins.
void set_secret_defaults(Json& secret) {
    const Json texts = member(secret, "stringData");
    secret.erase("stringData");
    if (!texts.is_object()) return;
    Json* data = object_in(secret, "data");
    if (data == nullptr) return;
    for (const auto& [key, value] : texts.items())
        if (value.is_string()) (*data)[key] = base64_encode(value.get<std::string>());
}

void set_role_reference_defaults(Json& role) { default_to(role, "apiGroup", role_group); }

void set_subject_defaults(Json& subject) {
    const auto kind = text_of(subject, "kind");
    if (kind == "User" || kind == "Group") default_to(subject, "apiGroup", role_group);
}

void set_network_policy_defaults(Json& spec) {
    if (!list_of(spec, "policyTypes").empty()) return;
    spec["policyTypes"] = Json::array({"Ingress"});
    if (!list_of(spec, "egress").empty()) spec["policyTypes"].push_back("Egress");
}

/// Of containers: what is requested follows what is limited, and that the bounds.
void set_limit_range_defaults(Json& item) {
    if (text_of(item, "type") != "Container") return;
    const auto follow = [&](const char* name, const char* from) {
        for (const auto& [resource, amount] : map_of(item, from))
            if (Json* amounts = object_in(item, name)) default_to(*amounts, resource, amount);
    };
    const Json most = member(item, "max");
    if (most.is_object() && !most.empty()) follow("default", "max");
    if (!map_of(item, "default").empty()) follow("defaultRequest", "default");
    if (!map_of(item, "min").empty()) follow("defaultRequest", "min");
}

/// apiextensions/v1: SetDefaults_CustomResourceDefinitionSpec.
void set_custom_resource_defaults(Json& spec) {
    Json* names = find_member(spec, "names");
    if (names == nullptr) return;
    const auto kind = text_of(*names, "kind");
    auto singular = kind;
    std::transform(singular.begin(), singular.end(), singular.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (kind.empty()) return;
    default_to(*names, "singular", singular);
    default_to(*names, "listKind", kind + "List");
}

}  // namespace

NamedDefaults stored_defaults() {
    return {{"apps.StatefulSetUpdateStrategy", set_rolling_update_defaults},
            {"apps.DaemonSetUpdateStrategy", set_rolling_update_defaults},
            {"apiextensions.CustomResourceDefinitionSpec", set_custom_resource_defaults},
            {"autoscaling2.HorizontalPodAutoscalerSpec", set_autoscaler_defaults},
            {"autoscaling2.HorizontalPodAutoscalerBehavior", set_scaling_behavior_defaults},
            {"batch.JobSpec", set_job_defaults},
            {"core.LimitRangeItem", set_limit_range_defaults},
            {"core.ReplicationController", set_replication_controller_defaults},
            {"core.Secret", set_secret_defaults},
            {"networking.NetworkPolicySpec", set_network_policy_defaults},
            {"rbac.RoleRef", set_role_reference_defaults},
            {"rbac.Subject", set_subject_defaults}};
}

}  // namespace kcheck::reference::apiserver
