// JSON of others: where it is none, and members that may be there or not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace kcheck::traces {

struct JsonFault {
    std::size_t line = 1, column = 1;
    std::string message;
};
/// Where `text`, which is no JSON, stops being JSON.
JsonFault find_fault(std::string_view text);

/// `text` as a value of the library's type `Json`.
template <class Json>
tl::expected<Json, JsonFault> parse_json(std::string_view text) {
    auto value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) return tl::unexpected(find_fault(text));
    return value;
}

/// The member at an RFC 6901 pointer; null if there is none.
const nlohmann::json* find_member(const nlohmann::json& value, const char* pointer);
/// Empty if there is no such member, or if it is no string.
std::string text_at(const nlohmann::json& value, const char* pointer);
/// None if there is no such member, or if it is no whole number that fits.
std::optional<int> number_at(const nlohmann::json& value, const char* pointer);

}  // namespace kcheck::traces
