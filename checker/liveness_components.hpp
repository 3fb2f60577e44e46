// The cycles of a recorded graph: its strongly connected components, and those of its
// sub-graphs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/explicit_graph.hpp"
#include "checker/limits.hpp"
#include "checker/store.hpp"

namespace kcheck::checker {

/// A set of states that is emptied in O(1), nearly always. One byte for each id.
class StateSet {
public:
    explicit StateSet(std::size_t id_bound) : stamps_(id_bound) {}

    void assign(std::span<const StateId> states) {
        if (++stamp_ == 0) {
            std::fill(stamps_.begin(), stamps_.end(), std::uint8_t{0});
            stamp_ = 1;
        }
        for (const StateId state : states) insert(state);
    }
    void insert(StateId state) { stamps_[raw(state)] = stamp_; }
    bool contains(StateId state) const { return stamps_[raw(state)] == stamp_; }

private:
    std::vector<std::uint8_t> stamps_;
    std::uint8_t stamp_ = 1;
};

/// Disjoint sets of states, one after another.
class Components {
public:
    std::size_t size() const { return ends_.size(); }
    std::span<const StateId> operator[](std::size_t number) const {
        const std::uint32_t first = number == 0 ? 0 : ends_[number - 1];
        return std::span(states_).subspan(first, ends_[number] - first);
    }

    void add(StateId state) { states_.push_back(state); }
    /// What was added since the last call is one component.
    void close() { ends_.push_back(static_cast<std::uint32_t>(states_.size())); }

private:
    std::vector<StateId> states_;
    std::vector<std::uint32_t> ends_;
};

/// Finds the components that contain a cycle: those of several states, and those of one
/// state with a self loop.
class CycleFinder {
public:
    /// Throws LimitReached, here and everywhere, when `watch` does.
    CycleFinder(const TransitionGraph& graph, std::size_t id_bound, LimitWatch& watch);

    /// Of the whole graph.
    Components find();
    /// Of the sub-graph that `states` induce.
    Components find(std::span<const StateId> states);

private:
    struct Visit {
        StateId state;
        std::uint32_t position;  // of the next transition
        bool is_root;            // no transition so far leads to an older state of the component
        bool self_loop;
    };

    std::vector<StateId> trim(Components& loops);
    bool has_self_loop(StateId state) const;
    /// Requires index_ to be `fresh` for `states` and `outside` elsewhere; leaves it outside everywhere.
    void decompose(std::span<const StateId> states, Components& found);
    void visit_from(StateId root, Components& found);
    void open(StateId state);
    void finish(const Visit& visit, Components& found);

    static constexpr std::uint32_t outside = 0xFFFFFFFFU;
    static constexpr std::uint32_t fresh = 0;

    const TransitionGraph& graph_;
    LimitWatch& watch_;
    // By id: outside, fresh, of an open state the least number that is known to be reached in its
    // component, of a finished one its component's number, which is higher than all of these.
    std::vector<std::uint32_t> index_;
    std::uint32_t next_index_ = 1;
    std::uint32_t next_component_ = 0;
    std::vector<Visit> visits_;
    std::vector<StateId> waiting_;  // visited, and of a component that is not finished
};

}  // namespace kcheck::checker
