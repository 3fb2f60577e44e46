// Follows apimachinery/pkg/util/strategicpatch/patch.go: mergeMap, mergeSlice, mergePatchIntoOriginal,
// normalizeElementOrder. Values that are new to the document are taken from the patch without
// directives and nulls.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "reference/apiserver/patch.hpp"
#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto directive = "$patch";
constexpr auto retain_keys = "$retainKeys";
const std::string delete_prefix = "$deleteFromPrimitiveList/";
const std::string order_prefix = "$setElementOrder/";

using List = std::vector<Json>;

/// How the list of a field merges: by a key, as a set of primitives, or not at all.
struct Strategy {
    bool merges = false;
    std::string key;
    const kubernetes::Type* element = nullptr;
};

Strategy strategy_of(const kubernetes::Type* type, const std::string& name) {
    const auto* field = type ? type->field(name) : nullptr;
    if (!field) return {};
    return {field->merges, std::string(field->merge_key), field->type};
}

const Json* key_of(const Json& item, const std::string& key) {
    const auto found = item.find(key);
    return found == item.end() ? nullptr : &*found;
}

/// Where in `list` the item with the same identity is: the merge key's value, or the value itself.
std::ptrdiff_t index_of(const List& list, const Json& item, const std::string& key) {
    const auto found = std::ranges::find_if(list, [&](const Json& other) {
        if (key.empty()) return other == item;
        const Json* a = other.is_object() ? key_of(other, key) : nullptr;
        const Json* b = item.is_object() ? key_of(item, key) : nullptr;
        return a && b && *a == *b;
    });
    return found == list.end() ? -1 : found - list.begin();
}

List array_of(const Json& value, const std::string& name) {
    if (!value.is_array()) throw bad_request("strategic merge patch: " + in_quotes(name) + " is no list");
    return value.get<List>();
}

void require_keys(const List& list, const std::string& key) {
    if (key.empty()) return;
    for (const auto& item : list) {
        if (!item.is_object())
            throw bad_request("strategic merge patch: an element of a list that merges by " + in_quotes(key) +
                              " is no map");
        if (!item.contains(key))
            throw bad_request(fmt::format("map: {} does not contain declared merge key: {}",
                                          item.dump(-1, ' ', false, Json::error_handler_t::replace), key));
    }
}

/// Sorts by the place in `order`; items that are not there keep their place at the end.
void sort_by(List& list, const List& order, const std::string& key) {
    std::ranges::stable_sort(list, [&](const Json& a, const Json& b) {
        const auto i = static_cast<std::size_t>(index_of(order, a, key));  // -1 is the greatest
        const auto j = static_cast<std::size_t>(index_of(order, b, key));
        return i < j;
    });
}

/// Both lists keep their own order; the server's items go before the first of the patch's that
/// comes after them on the server (mergeSortedSlice).
List interleave(List server_only, List patched, const List& server_order, const std::string& key) {
    List result;
    std::size_t i = 0;
    for (auto& item : patched) {
        const auto place = index_of(server_order, item, key);
        while (i < server_only.size() && place >= 0) {
            const auto other = index_of(server_order, server_only[i], key);
            if (other < 0 || other >= place) break;
            result.push_back(std::move(server_only[i++]));
        }
        result.push_back(std::move(item));
    }
    while (i < server_only.size()) result.push_back(std::move(server_only[i++]));
    return result;
}

/// `merged` in the order that `wanted` gives to its items, and `server_order` to the rest.
List ordered(List merged, const List& wanted, const List& server_order, const std::string& key) {
    List patched, server_only;
    for (auto& item : merged)
        (index_of(wanted, item, key) >= 0 ? patched : server_only).push_back(std::move(item));
    sort_by(patched, wanted, key);
    sort_by(server_only, server_order, key);
    return interleave(std::move(server_only), std::move(patched), server_order, key);
}

Json without_directives(const Json& value) {
    if (value.is_object()) {
        if (const auto found = value.find(directive); found != value.end() && *found == "delete")
            return Json::object();
        Json result = Json::object();
        for (const auto& [key, item] : value.items()) {
            const bool is_directive = key == directive || key == retain_keys ||
                                      key.starts_with(delete_prefix) || key.starts_with(order_prefix);
            if (!is_directive && !item.is_null()) result[key] = without_directives(item);
        }
        return result;
    }
    if (!value.is_array()) return value;
    Json result = Json::array();
    for (const auto& item : value)
        if (!item.is_object() || item.value(directive, Json()) != "delete")
            if (!item.is_object() || item.size() != 1 || !item.contains(directive))
                result.push_back(without_directives(item));
    return result;
}

void merge_map(Json& original, const Json& patch, const kubernetes::Type* type);

/// Takes the items with a $patch directive out of `patch`, and does what they say.
void apply_element_directives(List& original, List& patch, const std::string& key) {
    List plain;
    bool replace = false;
    for (auto& item : patch) {
        const auto found = item.find(directive);
        if (found == item.end()) {
            plain.push_back(std::move(item));
        } else if (*found == "delete") {
            require_keys({item}, key);
            std::erase_if(original, [&](const Json& other) { return index_of({item}, other, key) == 0; });
        } else if (*found == "replace") {
            replace = true;
        } else {
            throw bad_request("strategic merge patch: unknown patch type in a list: " +
                              found->dump(-1, ' ', false, Json::error_handler_t::replace));
        }
    }
    if (replace) {
        original = std::move(plain);
        plain.clear();
    }
    patch = std::move(plain);
}

List merge_items(List original, List patch, const Strategy& strategy) {
    if (strategy.key.empty()) {
        for (auto& item : patch) original.push_back(std::move(item));
        List unique;
        for (auto& item : original)
            if (index_of(unique, item, {}) < 0) unique.push_back(std::move(item));
        return unique;
    }
    for (const auto& item : patch)
        if (!item.is_object()) require_keys({item}, strategy.key);
    apply_element_directives(original, patch, strategy.key);
    require_keys(patch, strategy.key);
    for (auto& item : patch) {
        const auto place = index_of(original, item, strategy.key);
        if (place < 0)
            original.push_back(without_directives(item));
        else
            merge_map(original[static_cast<std::size_t>(place)], item, strategy.element);
    }
    require_keys(original, strategy.key);
    return original;
}

List merge_list(const List& original, const List& patch, const Strategy& strategy) {
    List merged = merge_items(original, patch, strategy);
    return ordered(std::move(merged), patch, original, strategy.key);
}

/// $retainKeys: what is not listed goes (applyRetainKeysDirective).
void apply_retained_keys(Json& original, const Json& patch) {
    const auto found = patch.find(retain_keys);
    if (found == patch.end()) return;
    const auto retained = array_of(*found, retain_keys);
    for (const auto& [key, value] : patch.items())
        if (!key.starts_with('$') && !value.is_null() && index_of(retained, Json(key), {}) < 0)
            throw bad_request("strategic merge patch: $retainKeys does not list " + in_quotes(key));
    for (auto item = original.begin(); item != original.end();)
        item = index_of(retained, Json(item.key()), {}) < 0 ? original.erase(item) : std::next(item);
}

void merge_field(Json& original, const std::string& key, const Json& patch, const kubernetes::Type* type) {
    if (patch.is_null()) {
        original.erase(key);
        return;
    }
    const auto found = original.find(key);
    if (found == original.end() || found->type() != patch.type()) {
        original[key] = without_directives(patch);
        return;
    }
    const auto strategy = strategy_of(type, key);
    if (patch.is_object())
        merge_map(*found, patch, strategy.element);
    else if (patch.is_array() && strategy.merges)
        *found = merge_list(array_of(*found, key), array_of(patch, key), strategy);
    else
        *found = without_directives(patch);
}

/// $setElementOrder/x, after x itself has been merged.
void apply_element_order(Json& original, const std::string& key, const Json& order, const List& before,
                         const kubernetes::Type* type) {
    const auto found = original.find(key);
    if (found == original.end()) return;
    const auto strategy = strategy_of(type, key);
    const auto wanted = array_of(order, order_prefix + key);
    require_keys(wanted, strategy.key);
    auto merged = array_of(*found, key);
    require_keys(merged, strategy.key);
    *found = ordered(std::move(merged), wanted, before, strategy.key);
}

/// Of each list that $setElementOrder orders: what the document has before the merge.
std::map<std::string, List> lists_to_order(const Json& original, const Json& patch) {
    std::map<std::string, List> result;
    for (const auto& [name, order] : patch.items()) {
        if (!name.starts_with(order_prefix)) continue;
        const auto key = name.substr(order_prefix.size());
        const auto found = original.find(key);
        result[key] = found == original.end() ? List{} : array_of(*found, key);
    }
    return result;
}

void merge_map(Json& original, const Json& patch, const kubernetes::Type* type) {
    if (const auto found = patch.find(directive); found != patch.end()) {
        if (*found == "replace") {
            original = without_directives(patch);
            return;
        }
        if (*found == "delete") {
            original = Json::object();
            return;
        }
        if (*found != "merge") throw bad_request("strategic merge patch: unknown patch type in a map");
    }
    apply_retained_keys(original, patch);
    const auto before = lists_to_order(original, patch);
    for (const auto& [key, value] : patch.items()) {
        if (key == directive || key == retain_keys || key.starts_with(order_prefix)) continue;
        if (!key.starts_with(delete_prefix)) {
            merge_field(original, key, value, type);
            continue;
        }
        const auto name = key.substr(delete_prefix.size());
        const auto removed = array_of(value, key);
        if (const auto found = original.find(name); found != original.end()) {
            auto kept = array_of(*found, name);
            std::erase_if(kept, [&](const Json& item) { return index_of(removed, item, {}) >= 0; });
            *found = std::move(kept);
        }
    }
    for (const auto& [key, list] : before)
        apply_element_order(original, key, patch[order_prefix + key], list, type);
}

}  // namespace

Json apply_strategic_merge_patch(const Json& document, const Json& patch, const kubernetes::Type* type) {
    if (!patch.is_object()) throw bad_request("a strategic merge patch is a JSON object");
    Json result = document.is_object() ? document : Json::object();
    merge_map(result, patch, type);
    return result;
}

}  // namespace kcheck::reference::apiserver
