// The values of options: numbers with ranges, sizes, durations, lists, names.
// Each reader says in one line what is wrong and what would be right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "model/configuration.hpp"

namespace kcheck::cli {

template <class T>
using Read = tl::expected<T, std::string>;

/// Decimal digits only: no sign, no blank, no exponent.
Read<std::uint64_t> read_number(std::string_view text, std::uint64_t least, std::uint64_t most);

/// "3,1": numbers, one or more.
Read<std::vector<int>> read_numbers(std::string_view text, int least, int most);

/// "4GiB", "512MiB", "1GB": a number and a unit of bytes.
Read<std::uint64_t> read_size_bytes(std::string_view text);

/// "60s", "500ms", "10m", "2h": a number and a unit of time, in seconds.
Read<double> read_duration_s(std::string_view text);

/// "Recreate", "RollingUpdate", "RollingUpdate,1,25%"
Read<model::Strategy> read_strategy(std::string_view text);

/// `text` if it is one of `known`; else an error that names the nearest.
Read<std::string> read_name(std::string_view text, std::string_view what,
                            const std::vector<std::string_view>& known);

}  // namespace kcheck::cli
