// Collects what is wrong with an object, in Kubernetes' words
// (apimachinery/pkg/util/validation/field/errors.go).
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

class ValidationErrors {
public:
    using Names = std::initializer_list<std::string_view>;

    void required(const std::string& field, std::string_view detail = {});
    void invalid(const std::string& field, const Json& value, std::string_view detail);
    void not_supported(const std::string& field, const Json& value, Names supported);
    void not_supported(const std::string& field, const Json& value,
                       std::span<const std::string_view> supported);
    void not_found(const std::string& field, const Json& value);
    void duplicate(const std::string& field, const Json& value);
    void forbidden(const std::string& field, std::string_view detail);
    void too_long(const std::string& field, std::size_t most);

    /// `invalid` if `detail` is not empty: for checks that return what is wrong.
    void unless_empty(const std::string& field, const Json& value, std::string_view detail);
    /// The member of `object`, if it is there, is an integer of at least `low`.
    void at_least(const std::string& path, const Json& object, std::string_view name, std::int64_t low);
    /// The member is one of `supported`; what is missing is an error only if `required` says so.
    void one_of(const std::string& path, const Json& object, std::string_view name, Names supported,
                bool is_required = false);
    /// The member is a text that is not empty.
    void not_empty(const std::string& path, const Json& object, std::string_view name);
    /// "field is immutable", unless both are equal.
    void immutable(const std::string& path, const Json& object, const Json& old, std::string_view name);

    std::vector<FieldError> take() { return std::move(errors_); }

private:
    std::vector<FieldError> errors_;
};

/// "spec" and "replicas" make "spec.replicas".
std::string join(const std::string& path, std::string_view name);
std::string indexed(const std::string& path, std::size_t index);   // "spec.containers[0]"
std::string keyed(const std::string& path, std::string_view key);  // "limits[cpu]"

inline constexpr auto not_negative = "must be greater than or equal to 0";

}  // namespace kcheck::reference::apiserver
