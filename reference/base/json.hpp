// JSON as every part of the reference speaks it.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

// Every file of the reference uses it: instantiated once, in json.cpp.
extern template class nlohmann::basic_json<>;

namespace kcheck::reference {

using Json = nlohmann::json;

/// The value at an RFC 6901 pointer ("/metadata/name"), or null if any step of it is missing.
const Json& at(const Json& object, std::string_view pointer);
/// The same as a string, integer or boolean; `fallback` if it is missing or of another type.
std::string string_at(const Json& object, std::string_view pointer, std::string fallback = {});
std::int64_t int_at(const Json& object, std::string_view pointer, std::int64_t fallback = 0);
bool bool_at(const Json& object, std::string_view pointer, bool fallback = false);

}  // namespace kcheck::reference
