// The cycles of a recorded graph: its strongly connected components, and those of its
// sub-graphs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "checker/explicit_graph.hpp"
#include "checker/store.hpp"

namespace kcheck::checker {

/// A set of states that is emptied in O(1). 4 bytes for each id.
class StateSet {
public:
    explicit StateSet(std::size_t id_bound) : stamps_(id_bound) {}

    void assign(std::span<const StateId> states) {
        ++stamp_;
        for (const StateId state : states) insert(state);
    }
    void insert(StateId state) { stamps_[raw(state)] = stamp_; }
    bool contains(StateId state) const { return stamps_[raw(state)] == stamp_; }

private:
    std::vector<std::uint32_t> stamps_;
    std::uint32_t stamp_ = 1;
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
    explicit CycleFinder(const TransitionGraph& graph, std::size_t id_bound);

    /// Of the whole graph.
    Components find();
    /// Of the sub-graph that `states` induce.
    Components find(std::span<const StateId> states);

private:
    std::vector<StateId> trim(Components& loops);
    bool has_self_loop(StateId state) const;
    /// Appends to `found` the components with a cycle, from component_ of `states`.
    void collect(std::span<const StateId> states, std::uint32_t count, Components& found);
    std::uint32_t decompose(std::span<const StateId> states);

    const TransitionGraph& graph_;
    std::size_t id_bound_;
    StateSet inside_;
    // By id; allocated when first used, written before they are read.
    std::unique_ptr<std::uint32_t[]> component_;
    std::unique_ptr<StateId[]> root_;
    std::unique_ptr<std::uint32_t[]> discovered_;
    std::unique_ptr<std::uint8_t[]> colors_;
};

}  // namespace kcheck::checker
