#include "kubernetes/names.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kcheck::kubernetes {

namespace {

constexpr std::size_t label_most = 63;
constexpr std::size_t subdomain_most = 253;
constexpr std::size_t port_name_most = 15;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_alnum(char c) { return is_lower(c) || is_digit(c); }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

template <typename Test>
bool all_of(std::string_view text, Test test) {
    return std::all_of(text.begin(), text.end(), test);
}

/// [a-z0-9]([-a-z0-9]*[a-z0-9])?
bool is_dns_label(std::string_view text) {
    return !text.empty() && is_lower_alnum(text.front()) && is_lower_alnum(text.back()) &&
           all_of(text, [](char c) { return is_lower_alnum(c) || c == '-'; });
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

bool is_name_character(char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; }

/// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool is_name_part(std::string_view text) {
    return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
           all_of(text, is_name_character);
}

// MaxLenError is written twice in Kubernetes, with different words.
std::string too_many_characters(std::size_t limit) {
    return fmt::format("must be no more than {} characters", limit);
}
std::string too_many_bytes(std::size_t limit) { return fmt::format("must be no more than {} bytes", limit); }

constexpr std::string_view subdomain_syntax =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view name_syntax =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/// hasChDirPrefix
void add_directory_problem(std::string_view text, Problems& problems) {
    if (text == "." || text == "..")
        problems.push_back(fmt::format("must not be '{}'", text));
    else if (text.starts_with(".."))
        problems.emplace_back("must not start with '..'");
}

}  // namespace

Problems dns_subdomain_problems(std::string_view text) {
    Problems problems;
    if (text.size() > subdomain_most) problems.push_back(too_many_characters(subdomain_most));
    if (!is_dns_subdomain(text)) problems.emplace_back(subdomain_syntax);
    return problems;
}

Problems dns_label_problems(std::string_view text) {
    Problems problems;
    if (text.size() > label_most) problems.push_back(too_many_characters(label_most));
    if (!is_dns_label(text))
        problems.emplace_back(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
            "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
            "'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
    return problems;
}

Problems dns_1035_label_problems(std::string_view text) {
    Problems problems;
    if (text.size() > label_most) problems.push_back(too_many_characters(label_most));
    if (!is_dns_label(text) || !is_lower(text.front()))
        problems.emplace_back(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
            "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
            "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
    return problems;
}

Problems qualified_name_problems(std::string_view text) {
    Problems problems;
    std::string_view name = text;
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        const std::string_view prefix = text.substr(0, slash);
        name = text.substr(slash + 1);
        if (name.find('/') != std::string_view::npos)
            return {
                fmt::format("a valid label key {} with an optional DNS subdomain prefix and '/' (e.g. "
                            "'example.com/MyName')",
                            name_syntax)};
        if (prefix.empty()) problems.emplace_back("prefix part must be non-empty");
        if (prefix.size() > subdomain_most)
            problems.push_back("prefix part " + too_many_bytes(subdomain_most));
        if (!prefix.empty() && !is_dns_subdomain(prefix))
            problems.push_back(fmt::format("prefix part {}", subdomain_syntax));
    }
    if (name.empty()) problems.emplace_back("name part must be non-empty");
    if (name.size() > label_most) problems.push_back("name part " + too_many_bytes(label_most));
    if (!is_name_part(name)) problems.push_back(fmt::format("name part {}", name_syntax));
    return problems;
}

Problems label_value_problems(std::string_view text) {
    Problems problems;
    if (text.size() > label_most) problems.push_back(too_many_bytes(label_most));
    if (!text.empty() && !is_name_part(text))
        problems.emplace_back(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', "
            "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  "
            "or 'my_value',  or '12345', regex used for validation is "
            "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    return problems;
}

Problems port_name_problems(std::string_view text) {
    Problems problems;
    if (text.size() > port_name_most) problems.push_back(too_many_characters(port_name_most));
    if (text.empty() || !all_of(text, [](char c) { return is_lower_alnum(c) || c == '-'; }))
        problems.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    if (std::none_of(text.begin(), text.end(), is_lower))
        problems.emplace_back("must contain at least one letter (a-z)");
    if (text.find("--") != std::string_view::npos)
        problems.emplace_back("must not contain consecutive hyphens");
    if (text.starts_with('-') || text.ends_with('-'))
        problems.emplace_back("must not begin or end with a hyphen");
    return problems;
}

Problems environment_name_problems(std::string_view text) {
    if (text.empty()) return {"environment variable name must be non-empty"};
    if (all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '='; })) return {};
    return {
        "a valid environment variable name must consist only of printable ASCII characters other than '='"};
}

Problems config_map_key_problems(std::string_view text) {
    Problems problems;
    if (text.size() > subdomain_most) problems.push_back(too_many_characters(subdomain_most));
    if (text.empty() || !all_of(text, is_name_character))
        problems.emplace_back(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name', "
            " or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
    add_directory_problem(text, problems);
    return problems;
}

Problems http_header_problems(std::string_view text) {
    if (!text.empty() && all_of(text, [](char c) { return is_alnum(c) || c == '-'; })) return {};
    return {
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex "
        "used "
        "for validation is '[-A-Za-z0-9]+')"};
}

Problems percent_problems(std::string_view text) {
    if (text.size() >= 2 && text.ends_with('%') && all_of(text.substr(0, text.size() - 1), is_digit))
        return {};
    return {
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
        "regex used for validation is '[0-9]+%')"};
}

Problems port_number_problems(std::int64_t number) {
    if (number >= 1 && number <= 65535) return {};
    return {"must be between 1 and 65535, inclusive"};
}

}  // namespace kcheck::kubernetes
