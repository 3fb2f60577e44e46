#include "reference/base/base64.hpp"

namespace kcheck::reference {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t quantum = 4;  // letters for three bytes

std::string encode(std::string_view bytes, std::string_view letters) {
    std::string result;
    result.reserve((bytes.size() + 2) / 3 * quantum);
    unsigned bits = 0;
    int pending = 0;
    for (const char byte : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(byte);
        for (pending += 8; pending >= 6; pending -= 6) result += letters[(bits >> (pending - 6)) & 63U];
    }
    if (pending > 0) result += letters[(bits << (6 - pending)) & 63U];
    return result;
}

/// Without padding. Bits that are left over are not looked at, as in Go.
std::optional<std::string> decode(std::string_view text, std::string_view letters) {
    if (text.size() % quantum == 1) return std::nullopt;
    std::string result;
    result.reserve(text.size() / quantum * 3 + 2);
    unsigned bits = 0;
    int pending = 0;
    for (const char letter : text) {
        const auto value = letters.find(letter);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<unsigned>(value);
        pending += 6;
        if (pending < 8) continue;
        pending -= 8;
        result += static_cast<char>((bits >> pending) & 255U);
    }
    return result;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
    std::string result = encode(bytes, alphabet);
    result.resize((result.size() + quantum - 1) / quantum * quantum, '=');
    return result;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % quantum != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    return decode(text, alphabet);
}

std::string base64url_encode(std::string_view bytes) { return encode(bytes, url_alphabet); }

std::optional<std::string> base64url_decode(std::string_view text) { return decode(text, url_alphabet); }

}  // namespace kcheck::reference
