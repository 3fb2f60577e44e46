#include "reference/apiserver/types_quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>

namespace kcheck::reference::apiserver {

namespace {

constexpr Nano one = 1'000'000'000;
constexpr Nano largest = Nano{std::numeric_limits<std::int64_t>::max()} * one;

constexpr int exponent_most = 1000;

struct Suffix {
    std::string_view text;
    int base;  // 2 or 10
    int exponent;
};
constexpr std::array<Suffix, 15> suffixes = {{{"n", 10, -9},
                                              {"u", 10, -6},
                                              {"m", 10, -3},
                                              {"", 10, 0},
                                              {"k", 10, 3},
                                              {"M", 10, 6},
                                              {"G", 10, 9},
                                              {"T", 10, 12},
                                              {"P", 10, 15},
                                              {"E", 10, 18},
                                              {"Ki", 2, 10},
                                              {"Mi", 2, 20},
                                              {"Gi", 2, 30},
                                              {"Ti", 2, 40},
                                              {"Pi", 2, 50}}};
// "Ei" is apart: it is the only binary suffix whose unit alone comes near to the largest amount.
constexpr Suffix exbi = {"Ei", 2, 60};

struct Scale {
    int base = 10;
    int exponent = 0;
    Quantity::Format format = Quantity::Format::decimal_si;
};

std::optional<Scale> parse_suffix(std::string_view text) {
    const auto of = [](const Suffix& suffix) {
        return Scale{suffix.base, suffix.exponent,
                     suffix.base == 2 ? Quantity::Format::binary_si : Quantity::Format::decimal_si};
    };
    for (const auto& suffix : suffixes) {
        if (text == suffix.text) return of(suffix);
    }
    if (text == exbi.text) return of(exbi);
    if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
    const bool plus = text[1] == '+';
    text.remove_prefix(plus ? 2 : 1);
    if (plus && text.starts_with('-')) return std::nullopt;
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return Scale{10, exponent, Quantity::Format::decimal_exponent};
}

Nano power(int base, int exponent) {
    Nano result = 1;
    for (int i = 0; i < exponent; ++i) result *= base;
    return result;
}

/// `digits` * base^exponent in billionths, rounded up; at most the largest amount.
Nano scaled(Nano digits, int decimals, const Scale& scale) {
    if (digits == 0) return 0;
    int tens = 9 - decimals + (scale.base == 10 ? scale.exponent : 0);
    Nano value = digits;
    if (scale.base == 2) {
        const Nano unit = power(2, scale.exponent);
        if (value > std::numeric_limits<Nano>::max() / unit) return largest;
        value *= unit;
    }
    for (; tens > 0; --tens) {
        if (value > largest) return largest;
        value *= 10;
    }
    bool inexact = false;
    for (; tens < 0 && value > 0; ++tens) {
        inexact = inexact || value % 10 != 0;
        value /= 10;
    }
    if (inexact) ++value;
    return std::min(value, largest);
}

std::string decimal(Nano value) {
    if (value == 0) return "0";
    const bool negative = value < 0;
    std::string digits;
    for (Nano rest = negative ? -value : value; rest > 0; rest /= 10) {
        digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    }
    if (negative) digits += '-';
    std::reverse(digits.begin(), digits.end());
    return digits;
}

std::string canonical_binary(Nano whole) {
    std::string_view unit;
    for (const auto text : {std::string_view("Ki"), std::string_view("Mi"), std::string_view("Gi"),
                            std::string_view("Ti"), std::string_view("Pi"), exbi.text}) {
        if (whole % 1024 != 0) break;
        whole /= 1024;
        unit = text;
    }
    return decimal(whole) + std::string(unit);
}

std::string canonical_decimal(Nano nano, bool exponent_form) {
    int exponent = -9;
    while (exponent < 18 && nano % 1000 == 0) {
        nano /= 1000;
        exponent += 3;
    }
    if (exponent_form) return decimal(nano) + (exponent == 0 ? "" : "e" + std::to_string(exponent));
    const auto* const unit = std::find_if(suffixes.begin(), suffixes.end(), [&](const Suffix& suffix) {
        return suffix.base == 10 && suffix.exponent == exponent;
    });
    return decimal(nano) + std::string(unit->text);
}

}  // namespace

std::optional<Quantity> parse_quantity(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
        negative = text[0] == '-';
        text.remove_prefix(1);
    }
    Nano digits = 0;
    int decimals = 0;
    bool any_digit = false;
    bool point = false;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9') {
            any_digit = true;
            if (digits > largest) {
                // More digits than count: far beyond the point, or before it of too large an amount.
                decimals -= point ? 0 : 1;
                continue;
            }
            digits = digits * 10 + (c - '0');
            decimals += point ? 1 : 0;
        } else {
            break;
        }
    }
    if (!any_digit) return std::nullopt;
    const auto scale = parse_suffix(text.substr(i));
    if (!scale || std::abs(scale->exponent) > exponent_most) return std::nullopt;
    const Nano nano = scaled(digits, decimals, *scale);
    return Quantity{negative ? -nano : nano, scale->format};
}

std::string canonical(const Quantity& quantity) {
    if (quantity.nano == 0) return "0";
    const Nano magnitude = quantity.nano < 0 ? -quantity.nano : quantity.nano;
    if (quantity.format == Quantity::Format::binary_si && magnitude >= 1024 * one) {
        const Nano rounded = (magnitude + one - 1) / one;
        return canonical_binary(quantity.nano < 0 ? -rounded : rounded);
    }
    return canonical_decimal(quantity.nano, quantity.format == Quantity::Format::decimal_exponent);
}

}  // namespace kcheck::reference::apiserver
