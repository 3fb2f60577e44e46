// The successors of a slice of the frontier, between their generation and their
// insertion, and what the search asks of a model whose states are packed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/explicit_graph.hpp"
#include "checker/store.hpp"

namespace kcheck::checker {

/// Consecutive states of one partition.
struct Run {
    std::uint32_t partition;
    std::uint32_t first;
    std::uint32_t last;  // one past the end
};

class Batch {
public:
    void clear();

    /// Room for the packed form of one more target, all zero; it is filled before the next call.
    std::span<std::byte> add_target(std::size_t state_bytes);
    /// The label of the target added last; only if a graph is recorded.
    void add_label(const EdgeLabel& label);
    /// All targets since the last call are the successors of `source`.
    void close_source(StateId source, bool quiescent);
    /// The model reported the enabled classes of the source itself.
    void add_reported(const ClassMask& classes) {
        enabled_reported_ = true;
        reported_ |= classes;
    }

    /// Hashes the targets and sorts them by partition, stably.
    void sort(const StateStore& store);

    std::size_t targets() const { return sources_.size(); }
    /// Positions of the targets that belong to `partition`, in the order of emission.
    std::span<const std::uint32_t> positions(std::uint32_t partition) const {
        return std::span(order_).subspan(begins_[partition], begins_[partition + 1] - begins_[partition]);
    }
    const std::byte* target(std::uint32_t position, std::size_t state_bytes) const {
        return states_.data() + position * state_bytes;
    }
    std::uint64_t hash(std::uint32_t position) const { return hashes_[position]; }
    StateId source(std::uint32_t position) const { return sources_[position]; }
    /// Where the target was found or inserted; threads may write different positions.
    void set_id(std::uint32_t position, StateId id) { ids_[position] = id; }

    /// States closed: all of them, those without successors, those that are quiescent.
    std::size_t closed() const { return rows_.size(); }
    std::size_t deadlocks() const { return deadlocks_; }
    std::size_t quiescent() const { return quiescent_; }
    /// Of these the ones with the lowest id; no_state if there are none.
    StateId first_deadlock() const { return first_deadlock_; }
    StateId first_quiescent() const { return first_quiescent_; }

    /// Appends the transitions of the closed states to `graph`; call it once.
    void record(TransitionGraph& graph);

    std::size_t bytes() const;

private:
    struct Row {
        StateId source;
        std::uint32_t last;  // one past the position of its last target
        bool quiescent;
    };

    std::vector<std::byte> states_;
    std::vector<std::uint64_t> hashes_;
    std::vector<StateId> sources_;
    std::vector<StateId> ids_;
    std::vector<std::uint32_t> order_;
    std::vector<std::uint32_t> begins_;
    std::vector<Row> rows_;
    LabelTable labels_;                  // the different ones
    std::vector<LabelNumber> label_of_;  // of each target, in labels_
    std::vector<LabelNumber> numbers_;   // of each target: the graph's number of its label
    std::size_t deadlocks_ = 0;
    std::size_t quiescent_ = 0;
    StateId first_deadlock_ = no_state;
    StateId first_quiescent_ = no_state;
    bool enabled_reported_ = false;
    ClassMask reported_;
};

/// For each safety property the first state of a partition, in one level, that violates it.
struct FirstViolations {
    static constexpr std::uint32_t none = 0xFFFFFFFFU;
    std::vector<std::uint32_t> index;  // by property
    std::vector<bool> settled;         // by property: violated in a level before, do not look

    bool open(std::size_t property) const { return !settled[property] && index[property] == none; }
};

/// A model as the search sees it. Its functions may run in several threads at once.
class PackedModel {
public:
    virtual ~PackedModel() = default;
    virtual std::size_t state_bytes() const = 0;
    virtual std::size_t properties() const = 0;
    /// Bit i: liveness property i is finitely_often.
    virtual std::uint64_t counting() const = 0;
    /// Adds the initial states, and closes no source.
    virtual void initial(Batch& out) const = 0;
    /// Adds the successors of each state of `runs` and closes it, in order.
    virtual void expand(const StateStore& store, std::span<const Run> runs, Batch& out) const = 0;
    /// Looks for the first violation of each property that is open.
    virtual void check(const StateStore& store, const Run& run, FirstViolations& violations) const = 0;
};

inline std::span<std::byte> Batch::add_target(std::size_t state_bytes) {
    const std::size_t at = states_.size();
    states_.resize(at + state_bytes);
    sources_.push_back(no_state);
    return std::span(states_).subspan(at, state_bytes);
}

}  // namespace kcheck::checker
