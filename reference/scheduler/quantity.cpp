#include "reference/scheduler/quantity.hpp"

#include <array>
#include <cstdlib>
#include <limits>
#include <utility>

namespace kcheck::reference {

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();

std::int64_t times(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? most : product;
}

struct Scale {
    int binary = 0;   // a power of 2
    int decimal = 0;  // a power of 10
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Scale> parse_suffix(std::string_view suffix) {
    static constexpr std::array<std::pair<std::string_view, Scale>, 16> suffixes = {{
        {"", {0, 0}},
        {"n", {0, -9}},
        {"u", {0, -6}},
        {"m", {0, -3}},
        {"k", {0, 3}},
        {"M", {0, 6}},
        {"G", {0, 9}},
        {"T", {0, 12}},
        {"P", {0, 15}},
        {"E", {0, 18}},
        {"Ki", {10, 0}},
        {"Mi", {20, 0}},
        {"Gi", {30, 0}},
        {"Ti", {40, 0}},
        {"Pi", {50, 0}},
        {"Ei", {60, 0}},
    }};
    for (const auto& [name, scale] : suffixes)
        if (name == suffix) return scale;
    if (suffix.front() != 'e' && suffix.front() != 'E') return std::nullopt;
    suffix.remove_prefix(1);
    const bool negative = !suffix.empty() && suffix.front() == '-';
    if (!suffix.empty() && (negative || suffix.front() == '+')) suffix.remove_prefix(1);
    if (suffix.empty() || suffix.size() > 2) return std::nullopt;  // beyond 10^99 nothing is a quantity
    int exponent = 0;
    for (const char c : suffix) {
        if (!is_digit(c)) return std::nullopt;
        exponent = 10 * exponent + (c - '0');
    }
    return Scale{0, negative ? -exponent : exponent};
}

}  // namespace

std::optional<std::int64_t> parse_quantity(std::string_view text, int decimals) {
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (negative || text.front() == '+')) text.remove_prefix(1);
    std::int64_t digits = 0;
    std::size_t length = 0;
    int fraction = 0;  // digits after the point
    bool point = false;
    for (; length < text.size() && (is_digit(text[length]) || (!point && text[length] == '.')); ++length) {
        if (text[length] == '.') {
            point = true;
            continue;
        }
        if (times(digits, 10) > most - 9) return negative ? -most : most;
        digits = 10 * digits + (text[length] - '0');
        fraction += point ? 1 : 0;
    }
    if (length == (point ? 1U : 0U)) return std::nullopt;
    const auto scale = parse_suffix(text.substr(length));
    if (!scale) return std::nullopt;

    std::int64_t value = times(digits, std::int64_t{1} << scale->binary);
    int exponent = scale->decimal + decimals - fraction;
    for (; exponent > 0 && value != most && value != 0; --exponent) value = times(value, 10);
    bool inexact = false;
    for (; exponent < 0 && value != 0 && value != most; ++exponent) {
        inexact = inexact || value % 10 != 0;
        value /= 10;
    }
    if (inexact) ++value;
    return negative ? -value : value;
}

std::int64_t quantity_of(const Json& value, int decimals) {
    if (value.is_null()) return 0;
    return parse_quantity(value.is_string() ? value.get_ref<const std::string&>() : value.dump(), decimals)
        .value_or(0);
}

}  // namespace kcheck::reference
