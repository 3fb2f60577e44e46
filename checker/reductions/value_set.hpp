// Sets of values, for reasoning about many states at once: a box is one set for each
// variable and stands for every state whose values lie in them.
//
// P. Cousot, R. Cousot, "Abstract interpretation", POPL 1977: the Cartesian abstraction by
// finite sets. A set that does not fit 64 neighbouring values is widened to an interval.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/transition_system.hpp"

namespace kcheck::checker::reductions {

/// A nonempty set of integers: low + i for each bit i of `mask`, or all of low .. high if `mask` is 0.
struct ValueSet {
    std::int32_t low = 0;
    std::int32_t high = 0;
    std::uint64_t mask = 1;

    static ValueSet only(std::int32_t value) { return {value, value, 1}; }
    /// All of low .. high.
    static ValueSet between(std::int32_t low, std::int32_t high);
    /// {0}, {1} or {0, 1}. Requires one of the two.
    static ValueSet truth(bool can_be_false, bool can_be_true);

    bool contains(std::int32_t value) const;
    bool is_subset_of(const ValueSet& other) const;
    bool meets(const ValueSet& other) const;
    bool is_single() const { return low == high; }
    bool operator==(const ValueSet&) const = default;
};

ValueSet united(const ValueSet& a, const ValueSet& b);
/// What is in both; nothing if that is empty.
std::optional<ValueSet> common(const ValueSet& a, const ValueSet& b);

/// By variable.
using Box = std::vector<ValueSet>;

/// Every value in the range of its variable.
Box all_states(const ir::TransitionSystem& system);
Box only_state(const std::vector<std::int32_t>& state);
bool contains(const Box& box, const std::vector<std::int32_t>& state);

/// The values that terms can take in the states of a box: sound, not exact, because variables
/// are taken to be independent of each other.
class BoxEvaluator {
public:
    explicit BoxEvaluator(const ir::Arena& arena) : arena_(arena) {}

    /// The box is read until the next reset, and must not change until then.
    void reset(const Box& box);
    ValueSet operator()(ir::Term term);
    bool can_be(ir::Term term, bool value) { return (*this)(term).contains(value ? 1 : 0); }

private:
    ValueSet computed(const ir::Node& node) const;

    const ir::Arena& arena_;
    const Box* box_ = nullptr;
    std::vector<ValueSet> cache_;
    std::vector<std::uint32_t> stamp_;
    std::uint32_t now_ = 0;
    std::vector<ir::NodeId> pending_;
};

}  // namespace kcheck::checker::reductions
