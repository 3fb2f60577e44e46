// One pass in id order: operands are interned before the nodes that use them.
#include "ir/interval.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace kcheck::ir {
namespace {

Interval checked(std::int64_t low, std::int64_t high) {
    using Limits = std::numeric_limits<std::int32_t>;
    if (low < Limits::min() || high > Limits::max()) {
        throw std::overflow_error("ir: arithmetic may leave the 32-bit range");
    }
    return {static_cast<std::int32_t>(low), static_cast<std::int32_t>(high)};
}

}  // namespace

std::vector<Interval> intervals(const Arena& arena, const std::vector<std::int32_t>& sizes) {
    std::vector<Interval> ranges;
    ranges.reserve(sizes.size());
    for (const std::int32_t size : sizes) ranges.push_back({0, size - 1});
    return intervals(arena, ranges);
}

std::vector<Interval> intervals(const Arena& arena, const std::vector<Interval>& ranges) {
    std::vector<Interval> result(arena.size());
    for (NodeId id = 0; id < arena.size(); ++id) {
        const Node& node = arena.node(id);
        const Interval& a = result[node.a];
        const Interval& b = result[node.b];
        const Interval& c = result[node.c];
        switch (node.op) {
            case Op::constant: result[id] = {node.value, node.value}; break;
            case Op::variable: result[id] = ranges.at(static_cast<VariableId>(node.value)); break;
            case Op::add:
                result[id] = checked(std::int64_t{a.low} + b.low, std::int64_t{a.high} + b.high);
                break;
            case Op::subtract:
                result[id] = checked(std::int64_t{a.low} - b.high, std::int64_t{a.high} - b.low);
                break;
            case Op::select: result[id] = {std::min(b.low, c.low), std::max(b.high, c.high)}; break;
            default: result[id] = {0, 1}; break;
        }
    }
    return result;
}

}  // namespace kcheck::ir
