// The least number of runs that cover every edge: a postman who may start again.
//
// Technique. Let every edge be taken once. A node that is entered more often than it is left has
// runs that must go on or end there; one that is left more often needs runs that arrive. A maximum
// flow along the edges from the former to the latter says which edges to take again, so that as
// many runs as possible go on (Edmonds and Johnson, "Matching, Euler tours and the Chinese
// postman", Math. Programming 5, 1973; the flow by Boost.Graph's push-relabel method of Goldberg
// and Tarjan). Every unit that is still missing somewhere starts at node 0 and goes there by a
// shortest path; no cover has fewer runs, for each run supplies one unit at most. Now every node is
// left as often as it is entered, counting ends and starts of runs, and a circuit (Hierholzer
// 1873), cut where a run ends, gives the runs.
//
// What was rejected: from where a run is, the shortest path to the nearest edge that is not covered.
// It is simpler, and nothing is known of how many runs it takes.
//
// Complexity: the flow, in theory O(V^3), in practice near linear on these shallow graphs; all else
// is linear in the length of the result.
#include "traces/driver/path_cover.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>

namespace kcheck::traces::driver {

namespace {

using Node = std::uint32_t;
using EdgeIndex = std::uint32_t;

constexpr EdgeIndex none = 0xFFFFFFFFU;

using Flow = std::int64_t;
using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using FlowGraph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS, boost::no_property,
    boost::property<boost::edge_capacity_t, Flow,
                    boost::property<boost::edge_residual_capacity_t, Flow,
                                    boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;

class Cover {
public:
    explicit Cover(const Digraph& graph)
        : graph_(graph),
          times_(graph.edges.size(), 1),
          balance_(graph.nodes, 0),
          reached_by_(graph.nodes, none) {
        for (const auto& edge : graph.edges) {
            ++balance_[edge.target];
            --balance_[edge.source];
        }
        sort_by_source();
        find_shortest_paths();
    }

    std::vector<std::vector<EdgeIndex>> run() {
        if (graph_.edges.empty()) return {};
        let_runs_go_on();
        start_runs();
        return runs_of(circuit());
    }

private:
    void sort_by_source() {
        first_out_.assign(graph_.nodes + 1, 0);
        for (const auto& edge : graph_.edges) ++first_out_[edge.source + 1];
        for (Node node = 0; node < graph_.nodes; ++node) first_out_[node + 1] += first_out_[node];
        auto next = first_out_;
        out_.resize(graph_.edges.size());
        for (EdgeIndex edge = 0; edge < graph_.edges.size(); ++edge)
            out_[next[graph_.edges[edge].source]++] = edge;
    }

    void find_shortest_paths() {
        std::vector<Node> queue{0};
        for (std::size_t at = 0; at < queue.size(); ++at)
            for (auto i = first_out_[queue[at]]; i < first_out_[queue[at] + 1]; ++i) {
                const auto target = graph_.edges[out_[i]].target;
                if (target == 0 || reached_by_[target] != none) continue;
                reached_by_[target] = out_[i];
                queue.push_back(target);
            }
    }

    /// Adds the flow from where too many runs arrive to where too few do; `balance_` keeps the rest.
    void let_runs_go_on() {
        FlowGraph flow(graph_.nodes + 2);
        const std::size_t source = graph_.nodes, sink = source + 1;
        const auto capacity = get(boost::edge_capacity, flow);
        const auto residual = get(boost::edge_residual_capacity, flow);
        const auto reverse = get(boost::edge_reverse, flow);
        const auto add = [&](std::size_t from, std::size_t to, Flow most) {
            const auto there = add_edge(from, to, flow).first;
            const auto back = add_edge(to, from, flow).first;
            capacity[there] = most;
            capacity[back] = 0;
            reverse[there] = back;
            reverse[back] = there;
            return there;
        };
        const auto unbounded = static_cast<Flow>(graph_.edges.size());
        std::vector<std::pair<Traits::edge_descriptor, EdgeIndex>> carriers;
        for (EdgeIndex edge = 0; edge < graph_.edges.size(); ++edge) {
            const auto [from, to] = graph_.edges[edge];
            if (from != to) carriers.emplace_back(add(from, to, unbounded), edge);
        }
        std::map<Node, Traits::edge_descriptor> ends;
        for (Node node = 0; node < graph_.nodes; ++node) {
            if (balance_[node] > 0) ends[node] = add(source, node, balance_[node]);
            if (balance_[node] < 0) ends[node] = add(node, sink, -balance_[node]);
        }
        boost::push_relabel_max_flow(flow, source, sink);
        for (const auto& [carrier, edge] : carriers)
            times_[edge] += std::max<Flow>(0, capacity[carrier] - residual[carrier]);
        for (const auto& [node, end] : ends)
            balance_[node] += (balance_[node] < 0 ? 1 : -1) * (capacity[end] - residual[end]);
    }

    /// From node 0 to wherever something is still missing.
    void start_runs() {
        for (Node node = 0; node < graph_.nodes; ++node) {
            if (balance_[node] >= 0) continue;
            const auto missing = -balance_[node];
            starts_count_ += missing;
            for (auto at = node; at != 0; at = graph_.edges[reached_by_[at]].source)
                times_[reached_by_[at]] += missing;
            balance_[node] = 0;
        }
    }

    /// Every edge as often as `times_` says, and `none` where a run ends and the next begins.
    std::vector<EdgeIndex> circuit() {
        // Beside the nodes, one where no run is: the place between two runs.
        const Node between = graph_.nodes;
        if (starts_count_ == 0) {  // one run, back to node 0
            starts_count_ = 1;
            balance_[0] = 1;
        }
        auto next = first_out_;
        auto left = times_;
        auto starts = starts_count_;
        const auto leave = [&](Node node) -> std::pair<bool, EdgeIndex> {
            if (node == between) return {starts-- > 0, none};
            for (; next[node] < first_out_[node + 1]; ++next[node])
                if (left[out_[next[node]]] > 0) {
                    --left[out_[next[node]]];
                    return {true, out_[next[node]]};
                }
            return {balance_[node]-- > 0, none};
        };
        struct Step {
            Node node;
            EdgeIndex by;
        };
        std::vector<Step> stack{{between, none}};
        std::vector<EdgeIndex> result;
        while (!stack.empty()) {
            const auto node = stack.back().node;
            const auto [left_it, edge] = leave(node);
            if (left_it) {
                const Node next_node = edge != none      ? graph_.edges[edge].target
                                       : node == between ? 0
                                                         : between;
                stack.push_back({next_node, edge});
            } else {
                result.push_back(stack.back().by);
                stack.pop_back();
            }
        }
        std::ranges::reverse(result);
        return result;
    }

    static std::vector<std::vector<EdgeIndex>> runs_of(const std::vector<EdgeIndex>& circuit) {
        std::vector<std::vector<EdgeIndex>> runs;
        bool begins = true;
        for (const auto edge : circuit) {
            if (edge == none) {
                begins = true;
                continue;
            }
            if (begins) runs.emplace_back();
            begins = false;
            runs.back().push_back(edge);
        }
        return runs;
    }

    const Digraph& graph_;
    std::vector<Flow> times_;    // by edge: how often it is taken
    std::vector<Flow> balance_;  // by node: how many more runs arrive than leave
    Flow starts_count_ = 0;
    std::vector<EdgeIndex> reached_by_;  // by node: the last edge of a shortest path from node 0
    std::vector<EdgeIndex> first_out_;   // by node: into out_
    std::vector<EdgeIndex> out_;         // edges by source
};

}  // namespace

std::vector<std::vector<EdgeIndex>> path_cover(const Digraph& graph) { return Cover(graph).run(); }

}  // namespace kcheck::traces::driver
