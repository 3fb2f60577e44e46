// Interval analysis of terms: which values can a term take, given the ranges of
// the variables? Sound and not exact (guards and correlations are ignored).
//
// P. Cousot, R. Cousot, "Abstract interpretation", POPL 1977, on expressions only.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/term.hpp"

namespace kcheck::ir {

struct Interval {
    std::int32_t low = 0;
    std::int32_t high = 0;  // inclusive
};

/// The interval of each node of the arena, by id, where variable v ranges over
/// 0 .. sizes[v]-1. Throws std::overflow_error if arithmetic may leave 32 bits.
std::vector<Interval> intervals(const Arena& arena, const std::vector<std::int32_t>& sizes);
/// The same where variable v ranges over ranges[v].
std::vector<Interval> intervals(const Arena& arena, const std::vector<Interval>& ranges);

}  // namespace kcheck::ir
