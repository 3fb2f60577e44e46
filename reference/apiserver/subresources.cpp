#include "reference/apiserver/subresources.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/request_options.hpp"
#include "reference/apiserver/selectors.hpp"
#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/strategy.hpp"

namespace kcheck::reference::apiserver {

namespace {

void validate_binding(const Json& body, const ObjectKey& key) {
    if (string_at(body, "/metadata/name", key.name) != key.name)
        throw bad_request("name in URL does not match name in Binding object");
    std::vector<FieldError> errors;
    const auto kind = string_at(body, "/target/kind");
    if (!kind.empty() && kind != "Node")
        errors.push_back(
            {"FieldValueNotSupported", "target.kind",
             fmt::format("Unsupported value: {}: supported values: \"Node\", \"<empty>\"", in_quotes(kind))});
    if (string_at(body, "/target/name").empty())
        errors.push_back({"FieldValueRequired", "target.name", "Required value"});
    if (!errors.empty()) throw invalid("Binding", "", key.name, errors);
}

/// podutil.UpdatePodCondition.
void set_scheduled(Json& pod, const std::string& now) {
    if (!pod["status"].is_object()) pod["status"] = Json::object();
    Json& conditions = pod["status"]["conditions"];
    if (!conditions.is_array()) conditions = Json::array();
    const auto found = std::find_if(conditions.begin(), conditions.end(), [](const Json& condition) {
        return string_at(condition, "/type") == "PodScheduled";
    });
    Json scheduled{{"type", "PodScheduled"}, {"status", "True"}, {"lastTransitionTime", now}};
    if (found == conditions.end()) {
        conditions.push_back(std::move(scheduled));
    } else {
        if (string_at(*found, "/status") == "True")
            scheduled["lastTransitionTime"] = at(*found, "/lastTransitionTime");
        *found = std::move(scheduled);
    }
}

Json bound(const Json& pod, const Json& binding, const std::string& now, bool checks_node) {
    const auto name = string_at(pod, "/metadata/name");
    const auto refuse = [&](const std::string& why) { throw conflict("pods/binding", "", name, why); };
    if (is_being_deleted(pod))
        refuse(fmt::format("pod {} is being deleted, cannot be assigned to a host", name));
    const auto node = string_at(pod, "/spec/nodeName");
    if (checks_node && !node.empty())
        refuse(fmt::format("pod {} is already assigned to node {}", name, in_quotes(node)));
    if (const Json& gates = at(pod, "/spec/schedulingGates"); gates.is_array() && !gates.empty())
        refuse(fmt::format("pod {} has non-empty .spec.schedulingGates", name));
    Json next = pod;
    if (!next["spec"].is_object()) next["spec"] = Json::object();
    next["spec"]["nodeName"] = string_at(binding, "/target/name");
    if (const Json& annotations = at(binding, "/metadata/annotations"); annotations.is_object())
        for (const auto& [key, value] : annotations.items()) next["metadata"]["annotations"][key] = value;
    set_scheduled(next, now);
    return next;
}

}  // namespace

void bind_pod(Registry& registry, const Call& call, const ObjectKey& key, const Json& body,
              bool checks_node) {
    const Json binding = decode_kind("v1", "Binding", body);
    validate_binding(binding, key);
    const auto version = string_at(binding, "/metadata/resourceVersion");
    const auto now = to_rfc3339(registry.now());
    registry.modify(
        call, key,
        [&](const Json& pod) {
            if (!version.empty() && version != string_at(pod, "/metadata/resourceVersion"))
                throw modified(key.resource, key.name);
            return bound(pod, binding, now, checks_node);
        },
        string_at(binding, "/metadata/uid"));
}

void evict_pod(Registry& registry, const Call& call, const ObjectKey& key, const Json& body,
               const Request& request) {
    Json given = body;
    // kubectl before 1.22 evicts in the old version, which has the same fields.
    if (string_at(body, "/apiVersion") == "policy/v1beta1") given["apiVersion"] = "policy/v1";
    const Json eviction = decode_kind("policy/v1", "Eviction", std::move(given));
    if (string_at(eviction, "/metadata/name", key.name) != key.name)
        throw bad_request("name in URL does not match name in Eviction object");
    const Json& options = at(eviction, "/deleteOptions");
    Call deletion = call;
    deletion.dry_run = call.dry_run || parse_delete_dry_run(options, request);
    registry.remove(deletion, key,
                    parse_delete_options(options.is_null() ? Json::object() : options, request));
}

Json scale_of(const Json& object) {
    Json metadata = Json::object();
    for (const auto* field : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
        if (const Json& value = at(object, fmt::format("/metadata/{}", field)); !value.is_null())
            metadata[field] = value;
    Json scale{{"kind", "Scale"},
               {"apiVersion", "autoscaling/v1"},
               {"metadata", std::move(metadata)},
               {"spec", {{"replicas", int_at(object, "/spec/replicas")}}},
               {"status", {{"replicas", int_at(object, "/status/replicas")}}}};
    if (const auto selector = label_selector_text(at(object, "/spec/selector")); !selector.empty())
        scale["status"]["selector"] = selector;
    return scale;
}

Json update_scale(Registry& registry, const Call& call, const ObjectKey& key, const Transform& change,
                  const std::string& uid) {
    const Json updated = registry.update(
        call, key,
        [&](const Json& current) {
            const Json scale = decode_kind("autoscaling/v1", "Scale", change(scale_of(current)));
            if (const auto name = string_at(scale, "/metadata/name", key.name); name != key.name)
                throw bad_request(fmt::format(
                    "the name of the object ({}) does not match the name on the URL ({})", name, key.name));
            const auto replicas = int_at(scale, "/spec/replicas");
            if (replicas < 0)
                throw invalid(
                    "Scale", "autoscaling", key.name,
                    {{"FieldValueInvalid", "spec.replicas",
                      fmt::format("Invalid value: {}: must be greater than or equal to 0", replicas)}});
            Json next = current;
            next["spec"]["replicas"] = replicas;
            const auto version = string_at(scale, "/metadata/resourceVersion");
            if (!version.empty()) next["metadata"]["resourceVersion"] = version;
            return next;
        },
        uid);
    return scale_of(updated);
}

}  // namespace kcheck::reference::apiserver
