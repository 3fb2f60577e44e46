// The transition graph of an exploration, recorded for the properties that are about
// infinite runs: about 5 bytes a transition (4 for the target, 1 for the label, a second
// one only in partitions that meet more than 256 different labels) and 4 bytes and a bit
// a state. Nothing in it moves once it is written.
//
// A transition is named by its source and its position; positions count from
// edges(source).first, in the order in which the model emits the successors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "checker/model.hpp"
#include "checker/store.hpp"
#include "checker/store_chunked.hpp"

namespace kcheck::checker {

/// What the liveness properties need to know of a transition.
struct EdgeLabel {
    ClassMask classes;
    std::uint64_t counted = 0;  // bit i: property i is finitely_often and counts it

    bool operator==(const EdgeLabel&) const = default;
};

/// The different labels of a graph are few; a transition has the number of its own.
using LabelNumber = std::uint16_t;

/// Gives numbers to labels, the same to equal ones, in the order in which they come.
class LabelTable {
public:
    /// Throws std::length_error beyond 2^16 different labels.
    LabelNumber intern(const EdgeLabel& label);
    const EdgeLabel& operator[](LabelNumber number) const { return labels_[number]; }
    std::span<const EdgeLabel> all() const { return labels_; }
    void clear();
    std::size_t bytes() const;

private:
    struct Hash {
        std::size_t operator()(const EdgeLabel& label) const { return label.classes.hash() ^ label.counted; }
    };
    std::vector<EdgeLabel> labels_;
    std::unordered_map<EdgeLabel, LabelNumber, Hash> numbers_;
};

/// One transition.
struct EdgeRef {
    StateId source = no_state;
    std::uint32_t position = 0;

    bool operator==(const EdgeRef&) const = default;
};

struct EdgeRange {
    std::uint32_t first;
    std::uint32_t last;  // one past the end
};

class TransitionGraph {
public:
    /// The next state of `partition`, in the order of the indices, with the transitions
    /// out of it. Throws std::length_error beyond 2^32 transitions in a partition.
    void append(std::uint32_t partition, std::span<const StateId> targets,
                std::span<const LabelNumber> labels, bool quiescent);

    /// Bit i: the labels tell whether property i counts a transition.
    std::uint64_t counting() const { return counting_; }
    void set_counting(std::uint64_t properties) { counting_ = properties; }

    /// The number of a label. Throws std::length_error beyond 2^16 different labels.
    LabelNumber intern(const EdgeLabel& label) { return labels_.intern(label); }

    /// Tells that the model reported the enabled classes of some states itself; `classes` are all
    /// that it ever names.
    void add_reported(const ClassMask& classes) {
        enabled_reported_ = true;
        reported_ |= classes;
    }
    /// If not, the classes enabled in a state are those of its transitions.
    bool enabled_reported() const { return enabled_reported_; }

    /// Every class that a transition is of, or that is reported to be enabled in some state.
    ClassMask classes() const;

    /// Whether the transitions out of `id` are here; always, if the exploration is complete.
    bool expanded(StateId id) const { return index_of(id) < of(id).begins.size(); }
    /// No fair class is enabled: a run may stay here for ever.
    bool quiescent(StateId id) const { return expanded(id) && of(id).quiescent[index_of(id)]; }

    EdgeRange edges(StateId id) const;
    StateId target(StateId source, std::uint32_t position) const { return of(source).targets[position]; }
    StateId target(EdgeRef edge) const { return target(edge.source, edge.position); }
    const EdgeLabel& label(EdgeRef edge) const { return label(edge.source, edge.position); }
    const EdgeLabel& label(StateId source, std::uint32_t position) const {
        const Partition& row = of(source);
        const unsigned high = position < row.high.size() ? row.high[position] : 0U;
        return labels_[static_cast<LabelNumber>(high << 8 | row.labels[position])];
    }

    /// Calls f(StateId) for each state whose transitions are here.
    template <class F>
    void for_each_expanded(F&& f) const {
        for (std::uint32_t p = 0; p < partition_count; ++p)
            for (std::uint32_t i = 0; i < partitions_[p].begins.size(); ++i) f(state_id(p, i));
    }

    std::size_t bytes() const;

private:
    struct Partition {
        ChunkedVector<std::uint32_t, 11> begins;  // of the transitions of each state
        std::vector<bool> quiescent;
        ChunkedVector<StateId, 12> targets;
        ChunkedVector<std::uint8_t, 12> labels;  // the low byte of the number
        ChunkedVector<std::uint8_t, 12> high;    // the high byte; empty if all of them are 0
    };
    const Partition& of(StateId id) const { return partitions_[partition_of(id)]; }

    std::array<Partition, partition_count> partitions_;
    LabelTable labels_;
    std::uint64_t counting_ = 0;
    bool enabled_reported_ = false;
    ClassMask reported_;
};

inline EdgeRange TransitionGraph::edges(StateId id) const {
    const Partition& partition = of(id);
    const std::size_t index = index_of(id);
    if (index >= partition.begins.size()) return {0, 0};
    const std::size_t last =
        index + 1 < partition.begins.size() ? partition.begins[index + 1] : partition.targets.size();
    return {partition.begins[index], static_cast<std::uint32_t>(last)};
}

}  // namespace kcheck::checker
