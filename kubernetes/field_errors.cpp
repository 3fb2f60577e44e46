#include "kubernetes/field_errors.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kubernetes/field_path.hpp"
#include "kubernetes/text.hpp"

namespace kcheck::kubernetes {

std::string join(std::string_view path, std::string_view name) {
    std::string joined(path);
    if (!path.empty()) joined += '.';
    return joined.append(name);
}

std::string indexed(std::string_view path, std::size_t index) { return fmt::format("{}[{}]", path, index); }

std::string keyed(std::string_view path, std::string_view key) { return fmt::format("{}[{}]", path, key); }

Shown::Shown(std::string_view text) : text_(quote(text)) {}

Shown::Shown(const Value& value)
    : text_(value.is(Value::Kind::string) ? quote(value.text) : json_text(value)) {}

Shown Shown::json(std::string text) {
    Shown shown;
    shown.text_ = std::move(text);
    return shown;
}

void FieldErrors::add(std::string_view reason, const std::string& field, std::string message) {
    errors_.push_back({std::string(reason), field, std::move(message)});
}

void FieldErrors::required(const std::string& field, std::string_view detail) {
    add("FieldValueRequired", field,
        detail.empty() ? "Required value" : fmt::format("Required value: {}", detail));
}

void FieldErrors::invalid(const std::string& field, const Shown& value, std::string_view detail) {
    add("FieldValueInvalid", field,
        fmt::format("Invalid value: {}{}{}", value.text(), detail.empty() ? "" : ": ", detail));
}

void FieldErrors::invalid(const std::string& field, const Shown& value, const Problems& problems) {
    for (const std::string& problem : problems) invalid(field, value, problem);
}

void FieldErrors::not_supported(const std::string& field, const Shown& value, Words supported) {
    std::string list;
    for (const std::string_view word : supported)
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", word);
    add("FieldValueNotSupported", field,
        fmt::format("Unsupported value: {}: supported values: {}", value.text(), list));
}

void FieldErrors::not_found(const std::string& field, const Shown& value) {
    add("FieldValueNotFound", field, "Not found: " + value.text());
}

void FieldErrors::duplicate(const std::string& field, const Shown& value) {
    add("FieldValueDuplicate", field, "Duplicate value: " + value.text());
}

void FieldErrors::forbidden(const std::string& field, std::string_view detail) {
    add("FieldValueForbidden", field, fmt::format("Forbidden: {}", detail));
}

void FieldErrors::too_long(const std::string& field, std::size_t most) {
    add("FieldValueTooLong", field,
        fmt::format("Too long: may not be more than {} byte{}", most, most == 1 ? "" : "s"));
}

void FieldErrors::at_least(const std::string& path, const Value& object, std::string_view name,
                           std::int64_t low) {
    const Value& value = object.at(name);
    if (value.is(Value::Kind::integer) && value.integer < low)
        invalid(join(path, name), value.integer, fmt::format("must be greater than or equal to {}", low));
}

void FieldErrors::one_of(const std::string& path, const Value& object, std::string_view name,
                         Words supported) {
    const std::string& word = object.at(name).text;
    if (!word.empty() && std::find(supported.begin(), supported.end(), word) == supported.end())
        not_supported(join(path, name), word, supported);
}

void FieldErrors::not_empty(const std::string& path, const Value& object, std::string_view name) {
    if (object.at(name).text.empty()) required(join(path, name));
}

}  // namespace kcheck::kubernetes
