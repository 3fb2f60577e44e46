#include "reference/base/json.hpp"

template class nlohmann::basic_json<>;

namespace kcheck::reference {

const Json& at(const Json& object, std::string_view pointer) {
    static const Json null;
    const Json::json_pointer parsed{std::string(pointer)};
    return object.contains(parsed) ? object.at(parsed) : null;
}

std::string string_at(const Json& object, std::string_view pointer, std::string fallback) {
    const Json& value = at(object, pointer);
    return value.is_string() ? value.get<std::string>() : fallback;
}

std::int64_t int_at(const Json& object, std::string_view pointer, std::int64_t fallback) {
    const Json& value = at(object, pointer);
    return value.is_number_integer() ? value.get<std::int64_t>() : fallback;
}

bool bool_at(const Json& object, std::string_view pointer, bool fallback) {
    const Json& value = at(object, pointer);
    return value.is_boolean() ? value.get<bool>() : fallback;
}

}  // namespace kcheck::reference
