// Who sends a request: the client certificate, or else a bearer token (apiserver/pkg/authentication).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reference/base/message.hpp"

namespace kcheck::reference::http {

using Tokens = std::map<std::string, User>;

/// A user without a name is nobody in particular; none at all: the token is not known (401).
/// Whoever is known is in the group system:authenticated as well.
std::optional<User> authenticate(const User& of_certificate, std::string_view authorization,
                                 const Tokens& tokens);

/// The format of --token-auth-file without quotes: "token,user,uid,group;group" a line.
/// Throws std::runtime_error with the line that is wrong.
Tokens read_tokens(const std::filesystem::path& file);
std::string token_line(const std::string& token, const User& user);

}  // namespace kcheck::reference::http
