#include "reference/http/authentication.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reference/http/kubeconfig.hpp"

namespace kcheck::reference::http {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
    return parts;
}

User authenticated(User user) {
    static const std::string everybody = "system:authenticated";
    if (std::ranges::find(user.groups, everybody) == user.groups.end()) user.groups.push_back(everybody);
    return user;
}

bool is_bearer(std::string_view scheme) {
    return std::ranges::equal(scheme, std::string_view("bearer"),
                              [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

std::optional<User> authenticate(const User& of_certificate, std::string_view authorization,
                                 const Tokens& tokens) {
    if (!of_certificate.name.empty()) return authenticated(of_certificate);
    const auto space = std::min(authorization.find(' '), authorization.size());
    if (!is_bearer(authorization.substr(0, space))) return User{};  // as if nothing had been shown
    const auto token = authorization.substr(std::min(authorization.size(), space + 1));
    const auto found = tokens.find(std::string(token));
    if (found == tokens.end()) return std::nullopt;
    return authenticated(found->second);
}

Tokens read_tokens(const std::filesystem::path& file) {
    Tokens tokens;
    int number = 0;
    for (const auto& line : split(read_file(file), '\n')) {
        ++number;
        if (line.empty()) continue;
        const auto parts = split(line, ',');
        if (parts.size() < 3 || parts[0].empty() || parts[1].empty())
            throw std::runtime_error(
                fmt::format("{}:{}: not \"token,user,uid,group;group\"", file.string(), number));
        tokens[parts[0]] = {parts[1], split(parts.size() > 3 ? parts[3] : "", ';')};
    }
    return tokens;
}

std::string token_line(const std::string& token, const User& user) {
    return fmt::format("{},{},{},{}\n", token, user.name, user.name, fmt::join(user.groups, ";"));
}

}  // namespace kcheck::reference::http
