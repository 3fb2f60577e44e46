#include "reference/kubelet/status_patch.hpp"

#include <algorithm>

#include "reference/base/json_access.hpp"

namespace kcheck::reference::kubelet {

namespace {

/// By which member the entries of a list are known, as core/v1 PodStatus declares it; empty: the
/// list is atomic.
std::string merge_key_of(const std::string& list) {
    if (list == "conditions") return "type";
    return list == "podIPs" || list == "hostIPs" ? "ip" : "";
}

const Json* find_entry(const Json& list, const std::string& merge_key, const Json& value) {
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const Json& entry) { return member(entry, merge_key) == value; });
    return found == list.end() ? nullptr : &*found;
}

Json diff_objects(const Json& before, const Json& after);

void diff_lists(Json& patch, const std::string& name, const Json& before, const Json& after) {
    const auto merge_key = merge_key_of(name);
    Json entries = Json::array(), order = Json::array();
    for (const auto& entry : after) {
        const Json& value = member(entry, merge_key);
        order.push_back({{merge_key, value}});
        const Json* old = find_entry(before, merge_key, value);
        Json changed = old == nullptr ? entry : diff_objects(*old, entry);
        if (changed.empty()) continue;
        changed[merge_key] = value;
        entries.push_back(std::move(changed));
    }
    for (const auto& entry : before)
        if (const Json& value = member(entry, merge_key); find_entry(after, merge_key, value) == nullptr)
            entries.push_back({{merge_key, value}, {"$patch", "delete"}});
    patch["$setElementOrder/" + name] = std::move(order);
    if (!entries.empty()) patch[name] = std::move(entries);
}

Json diff_objects(const Json& before, const Json& after) {
    Json patch = Json::object();
    for (const auto& [key, value] : after.items()) {
        const Json& old = member(before, key);
        if (old == value) continue;
        if (old.is_array() && value.is_array() && !merge_key_of(key).empty()) {
            diff_lists(patch, key, old, value);
        } else if (old.is_object() && value.is_object()) {
            patch[key] = diff_objects(old, value);
        } else {
            patch[key] = value;
        }
    }
    if (before.is_object())
        for (const auto& [key, value] : before.items())
            if (!value.is_null() && !after.contains(key)) patch[key] = nullptr;
    return patch;
}

}  // namespace

Json pod_status_patch(const std::string& uid, const Json& before, const Json& after) {
    Json status = diff_objects(before, after);
    if (status.empty()) return nullptr;
    return {{"metadata", {{"uid", uid}}}, {"status", std::move(status)}};
}

}  // namespace kcheck::reference::kubelet
