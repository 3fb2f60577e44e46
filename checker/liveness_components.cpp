// Strongly connected components by Tarjan's algorithm (Depth-First Search and Linear
// Graph Algorithms, SIAM J. Comput. 1972) in Boost.Graph's iterative form, after a trim:
// a state that no other state leads to, once the trimmed ones are gone (Kahn,
// Topological Sorting of Large Networks, CACM 1962), is on no cycle but its own self
// loop. A graph that is almost acyclic is done by the trim alone, with 4 bytes a state;
// what remains costs 13 bytes a state and up to 32 on the stack.
//
// Time O(states + transitions). The order of the result depends on the graph alone.
#include "checker/liveness_components.hpp"

#include <algorithm>
#include <boost/graph/strong_components.hpp>

#include "checker/liveness_induced_graph.hpp"

namespace kcheck::checker {

CycleFinder::CycleFinder(const TransitionGraph& graph, std::size_t id_bound)
    : graph_(graph), id_bound_(id_bound), inside_(id_bound) {}

Components CycleFinder::find() {
    Components found;
    const std::vector<StateId> rest = trim(found);
    collect(rest, decompose(rest), found);
    return found;
}

Components CycleFinder::find(std::span<const StateId> states) {
    Components found;
    collect(states, decompose(states), found);
    return found;
}

/// Removes what only its own predecessors' absence keeps from a cycle; returns the rest.
std::vector<StateId> CycleFinder::trim(Components& loops) {
    std::vector<std::uint32_t> predecessors(id_bound_);
    const auto for_each_other = [this](StateId source, auto&& visit) {
        const EdgeRange range = graph_.edges(source);
        for (std::uint32_t at = range.first; at < range.last; ++at)
            if (const StateId target = graph_.target(source, at); target != source) visit(target);
    };
    graph_.for_each_expanded([&](StateId source) {
        for_each_other(source, [&](StateId target) { ++predecessors[raw(target)]; });
    });

    constexpr std::uint32_t trimmed = 0xFFFFFFFFU;
    std::vector<StateId> pending;
    graph_.for_each_expanded([&](StateId state) {
        if (predecessors[raw(state)] == 0) pending.push_back(state);
    });
    while (!pending.empty()) {
        const StateId state = pending.back();
        pending.pop_back();
        predecessors[raw(state)] = trimmed;
        if (has_self_loop(state)) {
            loops.add(state);
            loops.close();
        }
        for_each_other(state, [&](StateId target) {
            if (--predecessors[raw(target)] == 0 && graph_.expanded(target)) pending.push_back(target);
        });
    }

    std::vector<StateId> rest;
    graph_.for_each_expanded([&](StateId state) {
        if (predecessors[raw(state)] != trimmed) rest.push_back(state);
    });
    return rest;
}

bool CycleFinder::has_self_loop(StateId state) const {
    const EdgeRange range = graph_.edges(state);
    for (std::uint32_t at = range.first; at < range.last; ++at)
        if (graph_.target(state, at) == state) return true;
    return false;
}

std::uint32_t CycleFinder::decompose(std::span<const StateId> states) {
    if (states.empty()) return 0;
    if (!component_) {
        component_ = std::make_unique_for_overwrite<std::uint32_t[]>(id_bound_);
        root_ = std::make_unique_for_overwrite<StateId[]>(id_bound_);
        discovered_ = std::make_unique_for_overwrite<std::uint32_t[]>(id_bound_);
        colors_ = std::make_unique_for_overwrite<std::uint8_t[]>(id_bound_);
    }
    inside_.assign(states);
    const StateNumber number;
    const InducedGraph induced{graph_, states, inside_};
    return boost::strong_components(
        induced, boost::make_iterator_property_map(component_.get(), number),
        boost::root_map(boost::make_iterator_property_map(root_.get(), number))
            .discover_time_map(boost::make_iterator_property_map(discovered_.get(), number))
            .color_map(boost::make_iterator_property_map(colors_.get(), number)));
}

void CycleFinder::collect(std::span<const StateId> states, std::uint32_t count, Components& found) {
    // Counting sort by component.
    std::vector<std::uint32_t> begins(std::size_t{count} + 1);
    for (const StateId state : states) ++begins[component_[raw(state)] + 1];
    for (std::uint32_t c = 0; c < count; ++c) begins[c + 1] += begins[c];
    std::vector<StateId> sorted(states.size());
    std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
    for (const StateId state : states) sorted[next[component_[raw(state)]]++] = state;

    for (std::uint32_t c = 0; c < count; ++c) {
        const auto members = std::span(sorted).subspan(begins[c], begins[c + 1] - begins[c]);
        if (members.size() == 1 && !has_self_loop(members[0])) continue;
        for (const StateId state : members) found.add(state);
        found.close();
    }
}

}  // namespace kcheck::checker
