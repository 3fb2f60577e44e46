// What is wrong with an object, field by field, in Kubernetes' words.
// Source: apimachinery pkg/util/validation/field (errors.go, path.go).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kubernetes/names.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

struct FieldError {
    std::string reason;   // field.ErrorType: "FieldValueRequired", ...
    std::string field;    // "spec.template.spec.containers[0].image"
    std::string message;  // "Required value", "Invalid value: -1: must be ..."
    friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// A value as a message shows it: a string as Go quotes it, numbers plainly, the rest as JSON.
class Shown {
public:
    Shown(std::string_view text);  // NOLINT: implicit, as are the others
    Shown(const std::string& text) : Shown(std::string_view(text)) {}
    Shown(const char* text) : Shown(std::string_view(text)) {}
    Shown(std::integral auto number) : text_(std::to_string(number)) {}
    Shown(const Value& value);
    /// Text that is JSON already.
    static Shown json(std::string text);

    const std::string& text() const { return text_; }

private:
    Shown() = default;
    std::string text_;
};

using Words = std::span<const std::string_view>;

/// Collects errors. The fields are paths as join, indexed and keyed make them.
class FieldErrors {
public:
    void required(const std::string& field, std::string_view detail = {});
    void invalid(const std::string& field, const Shown& value, std::string_view detail);
    /// One error for each of `problems`.
    void invalid(const std::string& field, const Shown& value, const Problems& problems);
    /// The words are listed in this order.
    void not_supported(const std::string& field, const Shown& value, Words supported);
    void not_found(const std::string& field, const Shown& value);
    void duplicate(const std::string& field, const Shown& value);
    void forbidden(const std::string& field, std::string_view detail);
    void too_long(const std::string& field, std::size_t most);

    /// Of the member `name` of the object at `path`:
    /// an integer that is there is at least `low`;
    void at_least(const std::string& path, const Value& object, std::string_view name, std::int64_t low);
    /// a word that is there is one of `supported`;
    void one_of(const std::string& path, const Value& object, std::string_view name, Words supported);
    /// a text is there.
    void not_empty(const std::string& path, const Value& object, std::string_view name);

    bool empty() const { return errors_.empty(); }
    const std::vector<FieldError>& errors() const { return errors_; }
    std::vector<FieldError> take() { return std::move(errors_); }

private:
    void add(std::string_view reason, const std::string& field, std::string message);

    std::vector<FieldError> errors_;
};

inline constexpr std::string_view not_negative = "must be greater than or equal to 0";

}  // namespace kcheck::kubernetes
