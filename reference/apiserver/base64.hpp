// RFC 4648 section 5, without padding: for tokens that travel in URLs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kcheck::reference::apiserver {

std::string base64url_encode(std::string_view bytes);
/// Null if `text` is not such an encoding.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace kcheck::reference::apiserver
