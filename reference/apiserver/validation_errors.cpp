#include "reference/apiserver/validation_errors.hpp"

#include <algorithm>

#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

kubernetes::Shown shown(const Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>();
    return kubernetes::Shown::json(json_text(value));
}

}  // namespace

void ValidationErrors::required(const std::string& field, std::string_view detail) {
    errors_.required(field, detail);
}

void ValidationErrors::invalid(const std::string& field, const Json& value, std::string_view detail) {
    errors_.invalid(field, shown(value), detail);
}

void ValidationErrors::invalid(const std::string& field, const Json& value,
                               const kubernetes::Problems& problems) {
    errors_.invalid(field, shown(value), problems);
}

void ValidationErrors::not_supported(const std::string& field, const Json& value, Names supported) {
    not_supported(field, value, std::span(supported.begin(), supported.size()));
}

void ValidationErrors::not_supported(const std::string& field, const Json& value,
                                     std::span<const std::string_view> supported) {
    std::vector<std::string_view> names(supported.begin(), supported.end());
    std::sort(names.begin(), names.end());
    errors_.not_supported(field, shown(value), names);
}

void ValidationErrors::not_found(const std::string& field, const Json& value) {
    errors_.not_found(field, shown(value));
}

void ValidationErrors::duplicate(const std::string& field, const Json& value) {
    errors_.duplicate(field, shown(value));
}

void ValidationErrors::forbidden(const std::string& field, std::string_view detail) {
    errors_.forbidden(field, detail);
}

void ValidationErrors::too_long(const std::string& field, std::size_t most) { errors_.too_long(field, most); }

void ValidationErrors::at_least(const std::string& path, const Json& object, std::string_view name,
                                std::int64_t low) {
    const auto value = integer_of(object, name);
    if (!value || *value >= low) return;
    invalid(join(path, name), *value, "must be greater than or equal to " + std::to_string(low));
}

void ValidationErrors::one_of(const std::string& path, const Json& object, std::string_view name,
                              Names supported, bool is_required) {
    const auto value = text_of(object, name);
    if (value.empty()) {
        if (is_required) required(join(path, name));
    } else if (std::find(supported.begin(), supported.end(), value) == supported.end()) {
        not_supported(join(path, name), value, supported);
    }
}

void ValidationErrors::not_empty(const std::string& path, const Json& object, std::string_view name) {
    if (text_of(object, name).empty()) required(join(path, name));
}

void ValidationErrors::immutable(const std::string& path, const Json& object, const Json& old,
                                 std::string_view name) {
    const Json& value = member(object, name);
    if (value != member(old, name)) invalid(join(path, name), value, "field is immutable");
}

}  // namespace kcheck::reference::apiserver
