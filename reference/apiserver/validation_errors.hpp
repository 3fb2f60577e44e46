// Collects what is wrong with an object of JSON, in the words of kubernetes/field_errors.hpp.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kubernetes/field_errors.hpp"
#include "kubernetes/field_path.hpp"
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

    /// The member of `object`, if it is there, is an integer of at least `low`.
    void at_least(const std::string& path, const Json& object, std::string_view name, std::int64_t low);
    /// The member is one of `supported`; what is missing is an error only if `required` says so.
    void one_of(const std::string& path, const Json& object, std::string_view name, Names supported,
                bool is_required = false);
    /// The member is a text that is not empty.
    void not_empty(const std::string& path, const Json& object, std::string_view name);
    /// "field is immutable", unless both are equal.
    void immutable(const std::string& path, const Json& object, const Json& old, std::string_view name);

    /// One error for each of `problems`.
    void invalid(const std::string& field, const Json& value, const kubernetes::Problems& problems);

    /// For the rules of kubernetes/validation/.
    kubernetes::FieldErrors& fields() { return errors_; }
    std::vector<FieldError> take() { return errors_.take(); }

private:
    kubernetes::FieldErrors errors_;
};

using kubernetes::indexed;
using kubernetes::join;
using kubernetes::keyed;

}  // namespace kcheck::reference::apiserver
