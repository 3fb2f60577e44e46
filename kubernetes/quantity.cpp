#include "kubernetes/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace kcheck::kubernetes {

namespace {

__extension__ using Wide = __int128;

constexpr Wide nanos_per_unit = 1'000'000'000;
constexpr Wide cap = Wide{std::numeric_limits<std::int64_t>::max()} * nanos_per_unit;

struct Suffix {
    std::string_view text;
    int exponent;  // of 10, or for a binary suffix of 2
};
constexpr std::array<Suffix, 10> decimal_suffixes = {{{"n", -9},
                                                      {"u", -6},
                                                      {"m", -3},
                                                      {"", 0},
                                                      {"k", 3},
                                                      {"M", 6},
                                                      {"G", 9},
                                                      {"T", 12},
                                                      {"P", 15},
                                                      {"E", 18}}};
constexpr std::array<Suffix, 6> binary_suffixes = {
    {{"Ki", 10}, {"Mi", 20}, {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60}}};

template <std::size_t N>
std::optional<int> exponent_of(std::string_view suffix, const std::array<Suffix, N>& suffixes) {
    const auto found =
        std::find_if(suffixes.begin(), suffixes.end(), [&](const Suffix& s) { return s.text == suffix; });
    if (found == suffixes.end()) return std::nullopt;
    return found->exponent;
}

/// e3, E-3: the exponent of 10, kept within what the cap and the rounding can tell apart.
std::optional<int> written_exponent(std::string_view suffix) {
    if (suffix.size() < 2 || (suffix.front() != 'e' && suffix.front() != 'E')) return std::nullopt;
    suffix.remove_prefix(1);
    if (suffix.starts_with('+') && !suffix.starts_with("+-")) suffix.remove_prefix(1);
    int exponent = 0;
    const auto parsed = std::from_chars(suffix.data(), suffix.data() + suffix.size(), exponent);
    if (parsed.ptr != suffix.data() + suffix.size() || suffix.empty()) return std::nullopt;
    if (parsed.ec == std::errc::result_out_of_range)
        exponent = suffix.front() == '-' ? std::numeric_limits<int>::min() : 1'000'000;
    return std::clamp(exponent, -1'000'000, 1'000'000);
}

/// digits * 10^exponent, rounded up to a whole number and capped.
Wide scaled(std::string_view digits, long exponent) {
    while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
    if (digits.empty()) return 0;
    const long length = static_cast<long>(digits.size()) + exponent;
    if (length > 30) return cap;
    Wide whole = 0;
    for (long i = 0; i < length; ++i)
        whole = whole * 10 +
                (i < static_cast<long>(digits.size()) ? digits[static_cast<std::size_t>(i)] - '0' : 0);
    const std::size_t used = static_cast<std::size_t>(std::max(length, 0L));
    if (used < digits.size() && digits.find_first_not_of('0', used) != std::string_view::npos) ++whole;
    return std::min(whole, cap);
}

std::string decimal_text(Wide number) {
    std::string out;
    const bool negative = number < 0;
    do {
        const int digit = static_cast<int>(number % 10);
        out += static_cast<char>('0' + (negative ? -digit : digit));
        number /= 10;
    } while (number != 0);
    if (negative) out += '-';
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace

tl::expected<Quantity, std::string> Quantity::parse(std::string_view text) {
    const auto wrong_format = [] {
        return tl::make_unexpected(
            std::string("quantities must match the regular expression "
                        "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"));
    };
    if (text.empty()) return wrong_format();
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view number = text.substr(0, end);
    const std::string_view suffix = text.substr(end);
    const std::size_t point = number.find('.');
    std::string digits(number.substr(0, point));
    std::size_t fraction = 0;
    if (point != std::string_view::npos) {
        digits += number.substr(point + 1);
        fraction = number.size() - point - 1;
    }
    if (digits.empty() || digits.find('.') != std::string::npos) return wrong_format();

    Quantity quantity;
    const long places = -static_cast<long>(fraction);
    if (const auto exponent = exponent_of(suffix, decimal_suffixes)) {
        quantity.nano_ = scaled(digits, places + *exponent + 9);
    } else if (const auto power = exponent_of(suffix, binary_suffixes)) {
        // Nine digits after the point are exact; more round up, before the multiplication.
        const Wide nanos = scaled(digits, places + 9);
        const Wide factor = Wide{1} << *power;
        quantity.nano_ = nanos > cap / factor ? cap : nanos * factor;
        quantity.format_ = Format::binary;
    } else if (const auto written = written_exponent(suffix)) {
        quantity.nano_ = scaled(digits, places + *written + 9);
        quantity.format_ = Format::exponent;
    } else if (suffix.find_first_not_of("eEinumkKMGTP0123456789+-") == std::string_view::npos) {
        return tl::make_unexpected(std::string("unable to parse quantity's suffix"));
    } else {
        return wrong_format();
    }
    if (negative) quantity.nano_ = -quantity.nano_;
    return quantity;
}

std::int64_t Quantity::in_units_of(Wide nanos) const {
    const Wide up = nano_ > 0 ? (nano_ + nanos - 1) / nanos : nano_ / nanos;
    constexpr Wide most = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::clamp<Wide>(up, -most, most));
}

std::int64_t Quantity::value() const { return in_units_of(nanos_per_unit); }
std::int64_t Quantity::milli() const { return in_units_of(nanos_per_unit / 1000); }

bool Quantity::is_whole() const { return nano_ % nanos_per_unit == 0; }

Quantity& Quantity::operator+=(const Quantity& other) {
    if (nano_ == 0) format_ = other.format_;  // as Quantity.Add
    nano_ = std::clamp<Wide>(nano_ + other.nano_, -cap, cap);
    return *this;
}

std::string Quantity::to_string() const {
    if (nano_ == 0) return "0";
    const bool small = nano_ < 1024 * nanos_per_unit && nano_ > -1024 * nanos_per_unit;
    if (format_ == Format::binary && !small && nano_ % nanos_per_unit == 0) {
        Wide number = nano_ / nanos_per_unit;
        std::string_view suffix;
        for (const Suffix& candidate : binary_suffixes) {
            if (number % 1024 != 0) break;
            number /= 1024;
            suffix = candidate.text;
        }
        return decimal_text(number) + std::string(suffix);
    }
    // The largest suffix that leaves no fraction.
    Wide number = nano_;
    std::size_t suffix = 0;
    while (number % 1000 == 0 && suffix + 1 < decimal_suffixes.size()) {
        number /= 1000;
        ++suffix;
    }
    const Suffix& chosen = decimal_suffixes[suffix];
    if (format_ == Format::exponent && chosen.exponent != 0)
        return decimal_text(number) + "e" + std::to_string(chosen.exponent);
    return decimal_text(number) + std::string(chosen.text);
}

}  // namespace kcheck::kubernetes
