#include "reference/base/objects.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace kcheck::reference {

namespace {

bool expression_matches(const Json& expression, const Json& labels) {
    const auto operation = string_at(expression, "/operator");
    const Json& value = member(labels, string_at(expression, "/key"));
    if (operation == "Exists") return !value.is_null();
    if (operation == "DoesNotExist") return value.is_null();
    const Json& values = member(expression, "values");
    const bool among = std::find(values.begin(), values.end(), value) != values.end();
    if (operation == "In") return !value.is_null() && among;
    if (operation == "NotIn") return value.is_null() || !among;
    return false;
}

}  // namespace

std::string name_of(const Json& object) { return string_at(object, "/metadata/name"); }
std::string namespace_of(const Json& object) { return string_at(object, "/metadata/namespace"); }
std::string uid_of(const Json& object) { return string_at(object, "/metadata/uid"); }
std::string resource_version_of(const Json& object) { return string_at(object, "/metadata/resourceVersion"); }

std::int64_t revision_of(const Json& object) { return parse_revision(resource_version_of(object)); }

std::int64_t parse_revision(const std::string& resource_version) {
    std::int64_t revision = 0;
    std::from_chars(resource_version.data(), resource_version.data() + resource_version.size(), revision);
    return revision;
}

std::int64_t generation_of(const Json& object) { return int_at(object, "/metadata/generation"); }

std::string key_of(const Json& object) {
    const auto space = namespace_of(object);
    return space.empty() ? name_of(object) : space + "/" + name_of(object);
}

bool is_deleting(const Json& object) { return !at(object, "/metadata/deletionTimestamp").is_null(); }

std::string label(const Json& object, const std::string& key) {
    const Json& value = member(at(object, "/metadata/labels"), key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::string annotation(const Json& object, const std::string& key) {
    const Json& value = member(at(object, "/metadata/annotations"), key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

Time created_at(const Json& object, Time fallback) {
    return time_at(object, "/metadata/creationTimestamp").value_or(fallback);
}

std::optional<Time> time_at(const Json& object, std::string_view pointer) {
    try {
        return from_rfc3339(string_at(object, pointer));
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
}

ObjectName split_key(const std::string& key) {
    const auto slash = key.find('/');
    if (slash == std::string::npos) return {{}, key};
    return {key.substr(0, slash), key.substr(slash + 1)};
}

const Json* controller_of(const Json& object) {
    const Json& owners = at(object, "/metadata/ownerReferences");
    if (!owners.is_array()) return nullptr;
    for (const auto& owner : owners)
        if (bool_at(owner, "/controller")) return &owner;
    return nullptr;
}

bool is_controlled_by(const Json& object, const Json& owner) {
    const Json* controller = controller_of(object);
    return controller != nullptr && string_at(*controller, "/uid") == uid_of(owner);
}

Json controller_reference(const Json& owner, const std::string& api_version, const std::string& kind) {
    return {{"apiVersion", api_version}, {"kind", kind},       {"name", name_of(owner)},
            {"uid", uid_of(owner)},      {"controller", true}, {"blockOwnerDeletion", true}};
}

bool selector_matches(const Json& label_selector, const Json& labels) {
    if (!label_selector.is_object()) return false;
    const Json& required = member(label_selector, "matchLabels");
    if (required.is_object())
        for (const auto& [key, value] : required.items())
            if (member(labels, key) != value) return false;
    const Json& expressions = member(label_selector, "matchExpressions");
    if (!expressions.is_array()) return true;
    return std::all_of(expressions.begin(), expressions.end(),
                       [&](const Json& expression) { return expression_matches(expression, labels); });
}

const Json* find_condition(const Json& object, const std::string& type) {
    const Json& conditions = at(object, "/status/conditions");
    if (!conditions.is_array()) return nullptr;
    for (const auto& condition : conditions)
        if (string_at(condition, "/type") == type) return &condition;
    return nullptr;
}

bool condition_is_true(const Json& object, const std::string& type) {
    const Json* condition = find_condition(object, type);
    return condition != nullptr && string_at(*condition, "/status") == "True";
}

bool is_pod_terminal(const Json& pod) {
    const auto phase = string_at(pod, "/status/phase");
    return phase == "Succeeded" || phase == "Failed";
}

bool is_pod_active(const Json& pod) { return !is_pod_terminal(pod) && !is_deleting(pod); }

bool is_pod_ready(const Json& pod) { return condition_is_true(pod, "Ready"); }

bool is_pod_available(const Json& pod, std::chrono::seconds min_ready, Time now) {
    if (!is_pod_ready(pod)) return false;
    if (min_ready.count() == 0) return true;
    const auto since = time_at(*find_condition(pod, "Ready"), "/lastTransitionTime");
    return since && *since + min_ready <= now;
}

}  // namespace kcheck::reference
