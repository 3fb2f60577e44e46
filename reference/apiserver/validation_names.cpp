#include "reference/apiserver/validation_names.hpp"

#include <algorithm>

#include "reference/apiserver/object_meta.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::size_t label_most = 63;
constexpr std::size_t subdomain_most = 253;
constexpr std::size_t port_name_most = 15;
constexpr std::size_t annotations_most = 256 * 1024;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z'); }

/// Alphanumeric at both ends, and with '-', '_' and '.' between.
bool is_word(std::string_view text) {
    return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

std::string no_longer_than(std::size_t most) {
    return "must be no more than " + std::to_string(most) + " characters";
}

std::string name_part_error(std::string_view name) {
    if (name.empty()) return "name part must be non-empty";
    if (name.size() > label_most) return "name part " + no_longer_than(label_most);
    if (is_word(name)) return {};
    return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
           "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
           "validation "
           "is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
}

void validate_requirement(const Json& requirement, const std::string& path, ValidationErrors& errors) {
    const auto op = text_of(requirement, "operator");
    const auto& values = list_of(requirement, "values");
    if ((op == "In" || op == "NotIn") && values.empty()) {
        errors.required(join(path, "values"), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if ((op == "Exists" || op == "DoesNotExist") && !values.empty()) {
        errors.forbidden(join(path, "values"),
                         "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist") {
        errors.invalid(join(path, "operator"), op, "not a valid selector operator");
    }
    const auto key = text_of(requirement, "key");
    errors.unless_empty(join(path, "key"), key, qualified_name_error(key));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i].is_string()) continue;
        errors.unless_empty(indexed(join(path, "values"), i), values[i],
                            label_value_error(values[i].get_ref<const std::string&>()));
    }
}

bool requirement_matches(const Json& requirement, const Json& labels) {
    const auto op = text_of(requirement, "operator");
    const Json& value = member(labels, text_of(requirement, "key"));
    if (op == "Exists") return !value.is_null();
    if (op == "DoesNotExist") return value.is_null();
    const auto& values = list_of(requirement, "values");
    const bool among = !value.is_null() && std::find(values.begin(), values.end(), value) != values.end();
    return op == "In" ? among : !among;
}

}  // namespace

std::string qualified_name_error(const std::string& name) {
    const auto slash = name.find('/');
    if (slash == std::string::npos) return name_part_error(name);
    const auto prefix = name.substr(0, slash);
    if (prefix.empty()) return "prefix part must be non-empty";
    if (prefix.size() > subdomain_most) return "prefix part " + no_longer_than(subdomain_most);
    if (const auto why = dns_subdomain_error(prefix); !why.empty()) return "prefix part " + why;
    return name_part_error(std::string_view(name).substr(slash + 1));
}

std::string label_value_error(std::string_view value) {
    if (value.size() > label_most) return no_longer_than(label_most);
    if (value.empty() || is_word(value)) return {};
    return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
           "and "
           "must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
           "regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
}

std::string dns_1035_label_error(std::string_view name) {
    if (name.size() > label_most) return no_longer_than(label_most);
    const bool fits =
        !name.empty() && is_lower(name.front()) && name.back() != '-' &&
        std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
    if (fits) return {};
    return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
           "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
           "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
}

std::string port_name_error(std::string_view name) {
    if (name.size() > port_name_most) return no_longer_than(port_name_most);
    if (!std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '-'; })) {
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
    }
    if (std::none_of(name.begin(), name.end(), is_lower)) {
        return "must contain at least one letter (a-z)";
    }
    if (name.find("--") != std::string_view::npos) return "must not contain consecutive hyphens";
    if (name.front() == '-' || name.back() == '-') return "must not begin or end with a hyphen";
    return {};
}

std::string environment_name_error(std::string_view name) {
    const bool fits =
        !name.empty() && !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
            return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
        });
    if (!fits) {
        return "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', "
               "or "
               "'.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or "
               "'MyEnvName1', "
               "regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";
    }
    if (name == "." || name == "..") return "must not be '" + std::string(name) + "'";
    if (name.starts_with("..")) return "must not start with '..'";
    return {};
}

std::string config_map_key_error(std::string_view key) {
    if (key.size() > subdomain_most) return no_longer_than(subdomain_most);
    const bool fits = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
    });
    if (!fits) {
        return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
               "'key.name', "
               " or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
    }
    if (key == "." || key == "..") return "must not be '" + std::string(key) + "'";
    if (key.starts_with("..")) return "must not start with '..'";
    return {};
}

void validate_label_map(const Json& labels, const std::string& path, ValidationErrors& errors) {
    if (!labels.is_object()) return;
    for (const auto& [key, value] : labels.items()) {
        errors.unless_empty(path, key, qualified_name_error(key));
        if (value.is_string()) {
            errors.unless_empty(path, value, label_value_error(value.get_ref<const std::string&>()));
        }
    }
}

void validate_annotation_map(const Json& annotations, const std::string& path, ValidationErrors& errors) {
    if (!annotations.is_object()) return;
    std::size_t bytes = 0;
    for (const auto& [key, value] : annotations.items()) {
        auto lower = key;  // annotations may have prefixes in capitals
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        errors.unless_empty(path, key, qualified_name_error(lower));
        bytes += key.size() + (value.is_string() ? value.get_ref<const std::string&>().size() : 0);
    }
    if (bytes > annotations_most) errors.too_long(path, annotations_most);
}

void validate_label_selector(const Json& selector, const std::string& path, ValidationErrors& errors) {
    validate_label_map(member(selector, "matchLabels"), join(path, "matchLabels"), errors);
    const auto& expressions = list_of(selector, "matchExpressions");
    for (std::size_t i = 0; i < expressions.size(); ++i) {
        validate_requirement(expressions[i], indexed(join(path, "matchExpressions"), i), errors);
    }
}

bool label_selector_matches(const Json& selector, const Json& labels) {
    const auto& wanted = map_of(selector, "matchLabels");
    const auto& expressions = list_of(selector, "matchExpressions");
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const auto& label) { return member(labels, label.first) == label.second; }) &&
           std::all_of(expressions.begin(), expressions.end(),
                       [&](const Json& expression) { return requirement_matches(expression, labels); });
}

}  // namespace kcheck::reference::apiserver
