// RFC 4648: with padding, as Go's encoding/json and etcd write bytes (section 4), and without it, for
// tokens that travel in URLs (section 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kcheck::reference {

std::string base64_encode(std::string_view bytes);
/// Null if `text` is not such an encoding.
std::optional<std::string> base64_decode(std::string_view text);

std::string base64url_encode(std::string_view bytes);
/// Null if `text` is not such an encoding.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace kcheck::reference
