#include "kubernetes/names.hpp"

#include <fmt/format.h>

namespace kcheck::kubernetes {

namespace {

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

/// [a-z0-9]([-a-z0-9]*[a-z0-9])?
bool is_dns_label(std::string_view text) {
    if (text.empty() || !is_lower_alnum(text.front()) || !is_lower_alnum(text.back())) return false;
    for (const char c : text)
        if (!is_lower_alnum(c) && c != '-') return false;
    return true;
}

/// Labels joined by dots.
bool is_dns_subdomain(std::string_view text) {
    while (true) {
        const std::size_t dot = text.find('.');
        if (!is_dns_label(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

/// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool is_name_part(std::string_view text) {
    if (text.empty() || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
    for (const char c : text)
        if (!is_alnum(c) && c != '-' && c != '_' && c != '.') return false;
    return true;
}

std::string too_long(std::size_t limit) { return fmt::format("must be no more than {} bytes", limit); }

}  // namespace

std::string dns_subdomain_problem(std::string_view text) {
    if (text.size() > 253) return too_long(253);
    if (is_dns_subdomain(text)) return {};
    return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
           "'-' or '.', and must start and end with an alphanumeric character (e.g. "
           "'example.com', regex used for validation is "
           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

std::string dns_label_problem(std::string_view text) {
    if (text.size() > 63) return too_long(63);
    if (is_dns_label(text)) return {};
    return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
           "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
           "'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
}

std::string qualified_name_problem(std::string_view text) {
    constexpr std::string_view syntax =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
        "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
        "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    std::string_view name = text;
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        const std::string_view prefix = text.substr(0, slash);
        name = text.substr(slash + 1);
        if (name.find('/') != std::string_view::npos)
            return fmt::format(
                "a qualified name {} with an optional DNS subdomain prefix and '/' (e.g. "
                "'example.com/MyName')",
                syntax);
        if (prefix.empty()) return "prefix part must be non-empty";
        if (const std::string problem = dns_subdomain_problem(prefix); !problem.empty())
            return "prefix part " + problem;
    }
    if (name.empty()) return "name part must be non-empty";
    if (name.size() > 63) return "name part " + too_long(63);
    if (!is_name_part(name)) return fmt::format("name part {}", syntax);
    return {};
}

std::string label_value_problem(std::string_view text) {
    if (text.size() > 63) return too_long(63);
    if (text.empty() || is_name_part(text)) return {};
    return "a valid label must be an empty string or consist of alphanumeric characters, '-', "
           "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  "
           "or 'my_value',  or '12345', regex used for validation is "
           "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
}

}  // namespace kcheck::kubernetes
