// Toy models for the tests of the engines.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checker/model.hpp"

namespace kcheck::tests {

/// Counters that each run from 0 to `top`, one step at a time: (top+1)^dimensions states,
/// at depth 0 to top * dimensions, one deadlock.
struct Grid : checker::PlainState<std::array<std::uint8_t, 12>> {
    using Action = int;  // the counter that is raised

    Grid(int dimension_count, int top_value) : dimensions(dimension_count), top(top_value) {}

    void initial(const std::function<void(const State&)>& each) const { each(State{}); }
    void successors(const State& state, checker::SuccessorSink<Grid>& sink) const {
        for (int counter = 0; counter < dimensions; ++counter) {
            State next = state;
            if (next[static_cast<std::size_t>(counter)]++ < top) sink.edge(counter, next);
        }
    }
    checker::ClassMask classes(Action) const { return checker::ClassMask{1}; }
    std::string describe(Action counter) const { return "raise " + std::to_string(counter); }

    int dimensions;
    int top;
};

/// A graph by its list of edges; the states are numbers.
struct ListedGraph : checker::PlainState<std::uint32_t> {
    struct Edge {
        /// `low`: the classes 0 to 63.
        Edge(std::uint32_t source, std::uint32_t target, std::uint64_t low = 0, bool is_counted = false)
            : Edge(source, target, checker::ClassMask(low), is_counted) {}
        Edge(std::uint32_t source, std::uint32_t target, checker::ClassMask mask, bool is_counted)
            : from(source), to(target), classes(mask), counted(is_counted) {}
        std::uint32_t from;
        std::uint32_t to;
        checker::ClassMask classes;
        bool counted;
    };
    using Action = std::uint32_t;  // an index into edges

    void initial(const std::function<void(const State&)>& each) const {
        for (const State state : initial_states) each(state);
    }
    void successors(const State& state, checker::SuccessorSink<ListedGraph>& sink) const {
        if (const auto reported = reports.find(state); reported != reports.end())
            sink.enabled(reported->second);
        for (Action at = 0; at < edges.size(); ++at)
            if (edges[at].from == state) sink.edge(at, edges[at].to);
    }
    checker::ClassMask classes(Action at) const { return edges[at].classes; }
    std::string describe(Action at) const { return "edge " + std::to_string(at); }

    checker::ClassMask enabled(State state) const {
        if (const auto reported = reports.find(state); reported != reports.end()) return reported->second;
        checker::ClassMask classes;
        for (const Edge& edge : edges)
            if (edge.from == state) classes |= edge.classes;
        return classes;
    }

    std::vector<State> initial_states = {0};
    std::vector<Edge> edges;
    std::map<State, checker::ClassMask> reports;  // of enabled classes, where the model makes one
};

/// A hash under which all states collide.
inline std::uint64_t always_zero(std::span<const std::byte>, std::uint64_t) { return 0; }

static_assert(checker::Model<Grid> && checker::Model<ListedGraph>);

}  // namespace kcheck::tests
