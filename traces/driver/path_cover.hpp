// Runs from one node of a directed graph that together take every edge.
#pragma once

#include <cstdint>
#include <vector>

namespace kcheck::traces::driver {

/// Nodes are 0, 1, ...; node 0 is where runs begin. Parallel edges and loops may be.
struct Digraph {
    struct Edge {
        std::uint32_t source, target;
    };
    std::uint32_t nodes = 1;
    std::vector<Edge> edges;
};

/// As few runs as possible, each a sequence of indices into `edges` that begins at node 0 and is
/// connected. Every edge is in one of them. Requires: every node can be reached from node 0.
std::vector<std::vector<std::uint32_t>> path_cover(const Digraph& graph);

}  // namespace kcheck::traces::driver
