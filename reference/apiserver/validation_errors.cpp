#include "reference/apiserver/validation_errors.hpp"

#include <algorithm>

#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

void ValidationErrors::required(const std::string& field, std::string_view detail) {
    auto message = std::string("Required value");
    if (!detail.empty()) message.append(": ").append(detail);
    errors_.push_back({"FieldValueRequired", field, std::move(message)});
}

void ValidationErrors::invalid(const std::string& field, const Json& value, std::string_view detail) {
    auto message = "Invalid value: " + json_text(value);
    if (!detail.empty()) message.append(": ").append(detail);
    errors_.push_back({"FieldValueInvalid", field, std::move(message)});
}

void ValidationErrors::not_supported(const std::string& field, const Json& value, Names supported) {
    not_supported(field, value, std::span(supported.begin(), supported.size()));
}

void ValidationErrors::not_supported(const std::string& field, const Json& value,
                                     std::span<const std::string_view> supported) {
    std::vector<std::string_view> names(supported.begin(), supported.end());
    std::sort(names.begin(), names.end());
    std::string message = "Unsupported value: " + json_text(value) + ": supported values: ";
    for (std::size_t i = 0; i < names.size(); ++i) {
        message.append(i == 0 ? "\"" : ", \"").append(names[i]).append("\"");
    }
    errors_.push_back({"FieldValueNotSupported", field, std::move(message)});
}

void ValidationErrors::not_found(const std::string& field, const Json& value) {
    errors_.push_back({"FieldValueNotFound", field, "Not found: " + json_text(value)});
}

void ValidationErrors::duplicate(const std::string& field, const Json& value) {
    errors_.push_back({"FieldValueDuplicate", field, "Duplicate value: " + json_text(value)});
}

void ValidationErrors::forbidden(const std::string& field, std::string_view detail) {
    errors_.push_back({"FieldValueForbidden", field, "Forbidden: " + std::string(detail)});
}

void ValidationErrors::too_long(const std::string& field, std::size_t most) {
    errors_.push_back(
        {"FieldValueTooLong", field, "Too long: must have at most " + std::to_string(most) + " bytes"});
}

void ValidationErrors::unless_empty(const std::string& field, const Json& value, std::string_view detail) {
    if (!detail.empty()) invalid(field, value, detail);
}

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

std::string join(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
}

std::string indexed(const std::string& path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
}

std::string keyed(const std::string& path, std::string_view key) {
    return path + "[" + std::string(key) + "]";
}

}  // namespace kcheck::reference::apiserver
