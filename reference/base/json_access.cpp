#include "reference/base/json_access.hpp"

namespace kcheck::reference {

const Json& member(const Json& object, std::string_view name) {
    static const Json null;
    if (!object.is_object()) return null;
    const auto found = object.find(name);
    return found == object.end() ? null : *found;
}

std::string text_of(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<std::int64_t> integer_of(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    if (!value.is_number_integer()) return std::nullopt;
    return value.get<std::int64_t>();
}

bool flag_of(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    return value.is_boolean() && value.get<bool>();
}

const Json::array_t& list_of(const Json& object, std::string_view name) {
    static const Json::array_t none;
    const Json& value = member(object, name);
    return value.is_array() ? value.get_ref<const Json::array_t&>() : none;
}

const Json::object_t& map_of(const Json& object, std::string_view name) {
    static const Json::object_t none;
    const Json& value = member(object, name);
    return value.is_object() ? value.get_ref<const Json::object_t&>() : none;
}

Json* find_member(Json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

void default_to(Json& object, std::string_view name, Json value) {
    if (!object.is_object()) return;
    Json& place = object[std::string(name)];
    if (place.is_null()) place = std::move(value);
}

Json* object_in(Json& object, std::string_view name) {
    default_to(object, name, Json::object());
    Json* found = find_member(object, name);
    return found != nullptr && found->is_object() ? found : nullptr;
}

std::vector<Json*> elements_in(Json& object, std::string_view name) {
    std::vector<Json*> elements;
    Json* list = find_member(object, name);
    if (list == nullptr || !list->is_array()) return elements;
    for (auto& element : *list) elements.push_back(&element);
    return elements;
}

void keep(Json& object, const Json& from, std::string_view name) {
    if (!object.is_object()) return;
    const Json& value = member(from, name);
    if (value.is_null()) {
        object.erase(std::string(name));
    } else {
        object[std::string(name)] = value;
    }
}

std::string json_text(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace kcheck::reference
