// Reading and filling JSON of any shape without fear: what is missing or of another type reads as
// null, empty or nothing. The hooks of resources are called with whatever a client has sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reference/base/json.hpp"

namespace kcheck::reference {

/// A member of an object, or null. Unlike `at` it takes one name, whatever characters are in it.
const Json& member(const Json& object, std::string_view name);
/// The member as text; empty if there is none.
std::string text_of(const Json& object, std::string_view name);
std::optional<std::int64_t> integer_of(const Json& object, std::string_view name);
bool flag_of(const Json& object, std::string_view name);
/// The member as a list; empty if it is none.
const Json::array_t& list_of(const Json& object, std::string_view name);
/// The member as a map; empty if it is none.
const Json::object_t& map_of(const Json& object, std::string_view name);

/// For filling in: null unless `object` is an object that has the member.
Json* find_member(Json& object, std::string_view name);
/// Sets what is missing or null. Does nothing if `object` is no object.
void default_to(Json& object, std::string_view name, Json value);
/// The member, made an empty object if it is missing; null if it, or `object`, is something else.
Json* object_in(Json& object, std::string_view name);
/// The elements of a list member.
std::vector<Json*> elements_in(Json& object, std::string_view name);
/// `object` gets the member of `from`, or none if `from` has none.
void keep(Json& object, const Json& from, std::string_view name);

/// JSON text of any value, even if a string in it is not UTF-8.
std::string json_text(const Json& value);

}  // namespace kcheck::reference
