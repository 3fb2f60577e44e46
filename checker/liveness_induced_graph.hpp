// A recorded graph, restricted to some of its states, as Boost.Graph wants to see it:
// a model of VertexListGraph and IncidenceGraph that copies nothing. A transition that
// leaves the states is shown as a self loop of its source, which changes no strongly
// connected component and spares a filter. Iterators are 8 bytes, because Boost's depth
// first search keeps several of them for each state on its stack.
#pragma once

#include <boost/graph/graph_traits.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "checker/explicit_graph.hpp"
#include "checker/liveness_components.hpp"

namespace kcheck::checker {

struct InducedGraph {
    class OutEdgeIterator
        : public boost::iterator_facade<OutEdgeIterator, EdgeRef, boost::forward_traversal_tag, EdgeRef> {
    public:
        OutEdgeIterator() = default;
        explicit OutEdgeIterator(EdgeRef edge) : edge_(edge) {}

    private:
        friend class boost::iterator_core_access;
        EdgeRef dereference() const { return edge_; }
        bool equal(const OutEdgeIterator& other) const { return edge_ == other.edge_; }
        void increment() { ++edge_.position; }
        EdgeRef edge_;
    };
    struct Traversal : boost::vertex_list_graph_tag, boost::incidence_graph_tag {};

    using vertex_descriptor = StateId;
    using edge_descriptor = EdgeRef;
    using directed_category = boost::directed_tag;
    using edge_parallel_category = boost::allow_parallel_edge_tag;
    using traversal_category = Traversal;
    using vertex_iterator = const StateId*;
    using vertices_size_type = std::size_t;
    using out_edge_iterator = OutEdgeIterator;
    using degree_size_type = std::size_t;
    static vertex_descriptor null_vertex() { return no_state; }

    const TransitionGraph& graph;
    std::span<const StateId> states;
    const StateSet& inside;  // the same states
};

inline std::pair<const StateId*, const StateId*> vertices(const InducedGraph& g) {
    return {g.states.data(), g.states.data() + g.states.size()};
}
inline std::size_t num_vertices(const InducedGraph& g) { return g.states.size(); }

inline std::pair<InducedGraph::OutEdgeIterator, InducedGraph::OutEdgeIterator> out_edges(
    StateId state, const InducedGraph& g) {
    const EdgeRange range = g.graph.edges(state);
    return {InducedGraph::OutEdgeIterator({state, range.first}),
            InducedGraph::OutEdgeIterator({state, range.last})};
}
inline std::size_t out_degree(StateId state, const InducedGraph& g) {
    const EdgeRange range = g.graph.edges(state);
    return range.last - range.first;
}
inline StateId source(EdgeRef edge, const InducedGraph&) { return edge.source; }
inline StateId target(EdgeRef edge, const InducedGraph& g) {
    const StateId to = g.graph.target(edge.source, edge.position);
    return g.inside.contains(to) ? to : edge.source;
}

/// A property map from a state to its number.
struct StateNumber {
    using key_type = StateId;
    using value_type = std::size_t;
    using reference = std::size_t;
    using category = boost::readable_property_map_tag;
};
inline std::size_t get(StateNumber, StateId state) { return raw(state); }

}  // namespace kcheck::checker
