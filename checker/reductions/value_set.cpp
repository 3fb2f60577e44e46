#include "checker/reductions/value_set.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace kcheck::checker::reductions {
namespace {

constexpr std::int64_t word_bits = 64;

ValueSet interval(std::int64_t low, std::int64_t high) {
    using Limits = std::numeric_limits<std::int32_t>;
    const auto narrow = [](std::int64_t value) {
        return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, Limits::min(), Limits::max()));
    };
    return {narrow(low), narrow(high), 0};
}

/// Requires mask != 0.
ValueSet normalized(std::int64_t low, std::uint64_t mask) {
    const int skip = std::countr_zero(mask);
    const int top = static_cast<int>(std::bit_width(mask)) - 1;
    return {static_cast<std::int32_t>(low + skip), static_cast<std::int32_t>(low + top), mask >> skip};
}

/// The elements as bits above `low`. Requires that they fit.
std::uint64_t bits_above(const ValueSet& set, std::int64_t low) {
    return set.mask << (std::int64_t{set.low} - low);
}

ValueSet sum(const ValueSet& a, const ValueSet& b, bool negated) {
    const std::int64_t low = negated ? std::int64_t{a.low} - b.high : std::int64_t{a.low} + b.low;
    const std::int64_t high = negated ? std::int64_t{a.high} - b.low : std::int64_t{a.high} + b.high;
    if (high - low >= word_bits || a.mask == 0 || b.mask == 0) return interval(low, high);
    std::uint64_t mask = 0;
    for (std::int64_t i = 0; i <= std::int64_t{b.high} - b.low; ++i) {
        if ((b.mask >> i & 1) == 0) continue;
        const std::int64_t shift = negated ? (std::int64_t{b.high} - b.low) - i : i;
        mask |= a.mask << shift;
    }
    return normalized(low, mask);
}

}  // namespace

ValueSet ValueSet::between(std::int32_t low, std::int32_t high) {
    const std::int64_t count = std::int64_t{high} - low + 1;
    if (count > word_bits) return {low, high, 0};
    return {low, high, count == word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1};
}

ValueSet ValueSet::truth(bool can_be_false, bool can_be_true) {
    if (can_be_false && can_be_true) return {0, 1, 3};
    return only(can_be_true ? 1 : 0);
}

bool ValueSet::contains(std::int32_t value) const {
    if (value < low || value > high) return false;
    return mask == 0 || (mask >> (std::int64_t{value} - low) & 1) != 0;
}

bool ValueSet::is_subset_of(const ValueSet& other) const {
    if (low < other.low || high > other.high) return false;
    if (other.mask == 0) return true;
    if (mask == 0) return false;  // more than 64 values, or widened: not known to be in a mask
    return (bits_above(*this, other.low) & ~other.mask) == 0;
}

bool ValueSet::meets(const ValueSet& other) const { return common(*this, other).has_value(); }

ValueSet united(const ValueSet& a, const ValueSet& b) {
    const std::int64_t low = std::min(a.low, b.low), high = std::max(a.high, b.high);
    if (high - low >= word_bits || a.mask == 0 || b.mask == 0) return interval(low, high);
    return normalized(low, bits_above(a, low) | bits_above(b, low));
}

std::optional<ValueSet> common(const ValueSet& a, const ValueSet& b) {
    const std::int64_t low = std::max(a.low, b.low), high = std::min(a.high, b.high);
    if (low > high) return std::nullopt;
    if (high - low >= word_bits) return interval(low, high);
    const auto bits = [&](const ValueSet& set) -> std::uint64_t {
        const std::uint64_t within =
            ValueSet::between(static_cast<std::int32_t>(low), static_cast<std::int32_t>(high)).mask;
        return set.mask == 0 ? within : set.mask >> (low - set.low) & within;
    };
    const std::uint64_t mask = bits(a) & bits(b);
    if (mask == 0) return std::nullopt;
    return normalized(low, mask);
}

Box all_states(const ir::TransitionSystem& system) {
    Box box;
    for (const ir::Variable& variable : system.variables) {
        box.push_back(ValueSet::between(0, variable.size - 1));
    }
    return box;
}

Box only_state(const std::vector<std::int32_t>& state) {
    Box box;
    for (const std::int32_t value : state) box.push_back(ValueSet::only(value));
    return box;
}

bool contains(const Box& box, const std::vector<std::int32_t>& state) {
    for (std::size_t v = 0; v < box.size(); ++v) {
        if (!box[v].contains(state[v])) return false;
    }
    return true;
}

void BoxEvaluator::reset(const Box& box) {
    box_ = &box;
    if (++now_ == 0) {  // wrapped: every stamp could look fresh
        std::fill(stamp_.begin(), stamp_.end(), 0);
        now_ = 1;
    }
}

ValueSet BoxEvaluator::computed(const ir::Node& node) const {
    const auto value = [this](ir::NodeId id) -> const ValueSet& { return cache_[id]; };
    switch (node.op) {
        case ir::Op::constant: return ValueSet::only(node.value);
        case ir::Op::variable: return box_->at(static_cast<std::size_t>(node.value));
        case ir::Op::add: return sum(value(node.a), value(node.b), false);
        case ir::Op::subtract: return sum(value(node.a), value(node.b), true);
        case ir::Op::equal: {
            const ValueSet &a = value(node.a), &b = value(node.b);
            return ValueSet::truth(!(a.is_single() && b.is_single() && a.low == b.low), a.meets(b));
        }
        case ir::Op::less: {
            const ValueSet &a = value(node.a), &b = value(node.b);
            return ValueSet::truth(a.high >= b.low, a.low < b.high);
        }
        case ir::Op::both: {
            const ValueSet &a = value(node.a), &b = value(node.b);
            return ValueSet::truth(a.contains(0) || b.contains(0), a.contains(1) && b.contains(1));
        }
        case ir::Op::either: {
            const ValueSet &a = value(node.a), &b = value(node.b);
            return ValueSet::truth(a.contains(0) && b.contains(0), a.contains(1) || b.contains(1));
        }
        case ir::Op::negate: return ValueSet::truth(value(node.a).contains(1), value(node.a).contains(0));
        case ir::Op::select: {
            const ValueSet& condition = value(node.a);
            if (!condition.contains(0)) return value(node.b);
            if (!condition.contains(1)) return value(node.c);
            return united(value(node.b), value(node.c));
        }
    }
    return {};
}

ValueSet BoxEvaluator::operator()(ir::Term root) {
    if (stamp_.size() < arena_.size()) {
        stamp_.resize(arena_.size(), 0);
        cache_.resize(arena_.size());
    }
    pending_.assign(1, root.id());
    while (!pending_.empty()) {
        const ir::NodeId id = pending_.back();
        const std::size_t before = pending_.size();
        const ir::Node& node = arena_.node(id);
        const ir::NodeId operands[] = {node.a, node.b, node.c};
        for (int i = 0; i < ir::operand_count(node.op); ++i) {
            if (stamp_[operands[i]] != now_) pending_.push_back(operands[i]);
        }
        if (pending_.size() != before) continue;
        pending_.pop_back();
        cache_[id] = computed(node);
        stamp_[id] = now_;
    }
    return cache_[root.id()];
}

}  // namespace kcheck::checker::reductions
