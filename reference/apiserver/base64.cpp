#include "reference/apiserver/base64.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string base64url_encode(std::string_view bytes) {
    std::string result;
    unsigned bits = 0;
    int pending = 0;
    for (const char byte : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(byte);
        for (pending += 8; pending >= 6; pending -= 6) result += alphabet[(bits >> (pending - 6)) & 63U];
    }
    if (pending > 0) result += alphabet[(bits << (6 - pending)) & 63U];
    return result;
}

std::optional<std::string> base64url_decode(std::string_view text) {
    std::string result;
    unsigned bits = 0;
    int pending = 0;
    for (const char letter : text) {
        const auto value = alphabet.find(letter);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<unsigned>(value);
        pending += 6;
        if (pending < 8) continue;
        pending -= 8;
        result += static_cast<char>((bits >> pending) & 255U);
    }
    if (text.size() % 4 == 1) return std::nullopt;
    return result;
}

}  // namespace kcheck::reference::apiserver
