#include "kubernetes/scalar.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace kcheck::kubernetes {

namespace {

template <std::size_t N>
bool among(std::string_view text, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 5> nulls = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> trues = {"true", "True", "TRUE", "yes", "Yes", "YES",
                                                    "on",   "On",   "ON",   "y",   "Y"};
constexpr std::array<std::string_view, 11> falses = {"false", "False", "FALSE", "no", "No", "NO",
                                                     "off",   "Off",   "OFF",   "n",  "N"};
constexpr std::array<std::string_view, 12> not_finite = {
    ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};

/// Go's strconv.ParseInt with base 0: 0x, 0o, 0b and a leading 0 choose the base.
std::optional<std::int64_t> go_integer(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text.front() == '0') {
        const char letter = static_cast<char>(std::tolower(static_cast<unsigned char>(text[1])));
        base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
        text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
    }
    // The sign was taken off above; a second one is no number.
    if (text.empty() || text.front() == '-') return std::nullopt;
    // The magnitude is parsed with its sign, so that the least value fits.
    const std::string digits = (negative ? "-" : "") + std::string(text);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

/// goyaml.v2's yamlStyleFloat: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t start = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        return at - start;
    };
    const auto sign = [&] {
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    };
    sign();
    const std::size_t whole = digits();
    std::size_t fraction = 0;
    if (at < text.size() && text[at] == '.') {
        ++at;
        fraction = digits();
    }
    if (whole + fraction == 0) return false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        sign();
        if (digits() == 0) return false;
    }
    return at == text.size();
}

Value scalar(Value::Kind kind, std::string text, std::int64_t integer = 0) {
    Value value;
    value.kind = kind;
    value.text = std::move(text);
    value.integer = integer;
    return value;
}

}  // namespace

Value string_scalar(std::string_view text) { return scalar(Value::Kind::string, std::string(text)); }

Value plain_scalar(std::string_view text) {
    if (among(text, nulls)) return Value{};
    if (among(text, trues)) return scalar(Value::Kind::boolean, "true", 1);
    if (among(text, falses)) return scalar(Value::Kind::boolean, "false", 0);
    if (among(text, not_finite)) return scalar(Value::Kind::number, std::string(text));
    // Only these can begin a number; everything else is a string without further ado.
    if (std::string_view("+-.0123456789").find(text.front()) == std::string_view::npos)
        return string_scalar(text);

    std::string digits(text);
    std::erase(digits, '_');
    if (const auto integer = go_integer(digits))
        return scalar(Value::Kind::integer, std::to_string(*integer), *integer);
    if (!looks_like_float(digits)) return string_scalar(text);
    double number = 0;
    const std::size_t skip = digits.front() == '+' ? 1 : 0;
    const auto parsed = std::from_chars(digits.data() + skip, digits.data() + digits.size(), number);
    // Whole numbers up to 2^53 are exact in a double, and a float is nothing else in JSON.
    constexpr double exact = 9007199254740992.0;
    if (parsed.ec == std::errc{} && std::trunc(number) == number && std::abs(number) <= exact) {
        const auto integer = static_cast<std::int64_t>(number);
        return scalar(Value::Kind::integer, std::to_string(integer), integer);
    }
    return scalar(Value::Kind::number, digits.substr(skip));
}

}  // namespace kcheck::kubernetes
