// What the validators of this folder share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubernetes/field_errors.hpp"
#include "kubernetes/field_path.hpp"
#include "kubernetes/schema/schema.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

/// The words that the schema allows a string type, "core.PullPolicy".
inline Words words_of(std::string_view type) { return schema().words(type); }

inline bool has(const Value& object, std::string_view name) { return object.find(name) != nullptr; }

inline const std::string& text_of(const Value& object, std::string_view name) { return object.at(name).text; }

inline bool is_true(const Value& object, std::string_view name) { return object.at(name).integer != 0; }

/// Calls `what(item, path)` for each item of the list `name` of the object at `path`.
template <typename What>
void each(const Value& object, std::string_view name, const std::string& path, What&& what) {
    const std::vector<Value>& items = object.at(name).items;
    for (std::size_t i = 0; i < items.size(); ++i) what(items[i], indexed(join(path, name), i));
}

/// The members of a map that are not null, ordered by their keys: the order of errors in them.
std::vector<const Member*> ordered(const Value& map);

/// The member, if it is not empty, is such a name.
void validate_name(const Value& object, std::string_view name, const std::string& path,
                   Problems (*problems_of)(std::string_view), FieldErrors& errors);

/// A qualified name: labels' keys, taints, tolerations, gates.
inline void validate_key(const Value& object, const std::string& path, FieldErrors& errors) {
    const std::string& key = text_of(object, "key");
    errors.invalid(join(path, "key"), key, qualified_name_problems(key));
}

/// validateTaintEffect: one that is there is known.
void validate_taint_effect(const Value& object, const std::string& path, FieldErrors& errors);

}  // namespace kcheck::kubernetes
