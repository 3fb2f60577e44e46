#include "cli/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kubernetes/text.hpp"

namespace kcheck::cli {

namespace {

using kubernetes::quote;

struct Unit {
    std::string_view name;
    double factor;
};

constexpr std::array size_units{
    Unit{"B", 1.0},
    Unit{"KiB", 1024.0},
    Unit{"MiB", 1048576.0},
    Unit{"GiB", 1073741824.0},
    Unit{"TiB", 1099511627776.0},
    Unit{"kB", 1e3},
    Unit{"MB", 1e6},
    Unit{"GB", 1e9},
    Unit{"TB", 1e12},
};
constexpr std::array time_units{Unit{"ms", 1e-3}, Unit{"s", 1.0}, Unit{"m", 60.0}, Unit{"h", 3600.0}};

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A number without a sign, perhaps with a fraction, and one of `units`.
Read<double> read_with_unit(std::string_view text, std::span<const Unit> units, std::string_view example) {
    const auto refuse = [&](std::string_view what) {
        std::vector<std::string_view> names;
        for (const auto& unit : units) names.push_back(unit.name);
        return tl::unexpected(fmt::format("{} {} (a number and one of {}, such as {})", quote(text), what,
                                          fmt::join(names, ", "), example));
    };
    const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + digits, number, std::chars_format::fixed);
    if (digits == 0 || error != std::errc{} || end != text.data() + digits)
        return refuse("is not a quantity");
    const auto unit = std::ranges::find(units, text.substr(digits), &Unit::name);
    if (unit == units.end()) return refuse(digits == text.size() ? "has no unit" : "has an unknown unit");
    return number * unit->factor;
}

}  // namespace

Read<std::uint64_t> read_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t number = 0;
    if (!is_number(text))
        return tl::unexpected(
            fmt::format("{} is not a whole number from {} to {}", quote(text), least, most));
    const auto error = std::from_chars(text.data(), text.data() + text.size(), number).ec;
    if (error != std::errc{} || number < least || number > most)
        return tl::unexpected(fmt::format("{} is out of range (from {} to {})", quote(text), least, most));
    return number;
}

Read<std::vector<int>> read_numbers(std::string_view text, int least, int most) {
    std::vector<int> numbers;
    for (;;) {
        const auto comma = std::min(text.find(','), text.size());
        const auto number = read_number(text.substr(0, comma), static_cast<std::uint64_t>(least),
                                        static_cast<std::uint64_t>(most));
        if (!number) return tl::unexpected(number.error());
        numbers.push_back(static_cast<int>(*number));
        if (comma == text.size()) return numbers;
        text.remove_prefix(comma + 1);
    }
}

Read<std::uint64_t> read_size_bytes(std::string_view text) {
    const auto bytes = read_with_unit(text, size_units, "4GiB");
    if (!bytes) return tl::unexpected(bytes.error());
    if (*bytes < 1 || *bytes > 1e15)
        return tl::unexpected(fmt::format("{} is out of range (from 1B to 1000TB)", quote(text)));
    return static_cast<std::uint64_t>(*bytes);
}

Read<double> read_duration_s(std::string_view text) {
    auto seconds = read_with_unit(text, time_units, "60s");
    if (seconds && (*seconds <= 0 || *seconds > 1e7))
        return tl::unexpected(fmt::format("{} is out of range (from 1ms to 2777h)", quote(text)));
    return seconds;
}

Read<model::Strategy> read_strategy(std::string_view text) {
    const auto wrong = [&](std::string_view why) {
        return tl::unexpected(
            fmt::format("{} {} (Recreate, RollingUpdate, or RollingUpdate,1,25%)", quote(text), why));
    };
    std::vector<std::string_view> parts;
    for (auto rest = text;;) {
        const auto comma = std::min(rest.find(','), rest.size());
        parts.push_back(rest.substr(0, comma));
        if (comma == rest.size()) break;
        rest.remove_prefix(comma + 1);
    }
    model::Strategy strategy{.recreate = parts.front() == "Recreate"};
    if (strategy.recreate && parts.size() == 1) return strategy;
    if (parts.front() != "RollingUpdate" || (parts.size() != 1 && parts.size() != 3))
        return wrong("is no strategy");
    if (parts.size() == 1) return strategy;
    const auto read = [](std::string_view part, model::Strategy::Amount& amount) {
        amount.percent = part.ends_with('%');
        if (amount.percent) part.remove_suffix(1);
        const auto number = read_number(part, 0, amount.percent ? 100 : 255);
        if (number) amount.value = static_cast<int>(*number);
        return number.has_value();
    };
    if (!read(parts[1], strategy.max_surge) || !read(parts[2], strategy.max_unavailable))
        return wrong("has an amount that is neither a number nor a percentage");
    // validation.go:ValidateRollingUpdateDeployment
    if (strategy.max_surge.value == 0 && strategy.max_unavailable.value == 0)
        return wrong("lets nothing move");
    return strategy;
}

Read<std::string> read_name(std::string_view text, std::string_view what,
                            const std::vector<std::string_view>& known) {
    if (std::ranges::find(known, text) != known.end()) return std::string(text);
    const auto near = kubernetes::nearest(text, known);
    return tl::unexpected(
        near.empty() ? fmt::format("there is no {} {} (one of {})", what, quote(text), fmt::join(known, ", "))
                     : fmt::format("there is no {} {} (did you mean {}?)", what, quote(text), near));
}

}  // namespace kcheck::cli
