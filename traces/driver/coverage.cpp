#include "traces/driver/coverage.hpp"

#include <random>
#include <span>

#include <fmt/core.h>

#include "checker/explicit.hpp"
#include "traces/driver/path_cover.hpp"

namespace kcheck::traces::driver {

namespace {

using checker::StateId;
using model::Pipeline;

/// The transitions of one state, in the order in which the model emits them.
class Successors final : public checker::SuccessorSink<Pipeline> {
public:
    Successors(const Pipeline& pipeline, const model::Valuation& state) { pipeline.successors(state, *this); }

    void edge(const model::Move& move, const model::Valuation& target) override {
        edges.push_back({move, target});
    }
    void enabled(checker::ClassMask) override {}

    std::vector<Edge> edges;
};

/// The reachable graph, with nodes numbered from the initial state on.
struct Reachable {
    std::vector<StateId> states;  // by node
    Digraph graph;
    std::vector<std::uint32_t> positions;  // by edge: which successor of its source
    std::uint64_t transitions = 0;
};

bool leaves_bounds(const Pipeline& pipeline, const model::Valuation& state) {
    return state[pipeline.encoding().exceeded] != 0;
}

Reachable number(const Pipeline& pipeline, const checker::Exploration& found) {
    constexpr auto unknown = 0xFFFFFFFFU;
    Reachable result;
    std::vector<std::uint32_t> node_of(found.store.id_bound(), unknown);
    const auto node = [&](StateId id) {
        const auto at = static_cast<std::size_t>(checker::raw(id));
        if (node_of[at] == unknown) {
            node_of[at] = static_cast<std::uint32_t>(result.states.size());
            result.states.push_back(id);
        }
        return node_of[at];
    };
    const auto& graph = *found.graph;
    found.store.for_each([&](StateId id) {
        if (found.store.parent(id) == checker::no_state) node(id);  // the initial state
    });
    for (std::uint32_t source = 0; source < result.states.size(); ++source) {
        const auto id = result.states[source];
        const auto range = graph.edges(id);
        for (auto position = range.first; position < range.last; ++position) {
            ++result.transitions;
            const auto target = graph.target(id, position);
            if (leaves_bounds(pipeline, checker::state_of(pipeline, found.store, target))) continue;
            result.graph.edges.push_back({source, node(target)});
            result.positions.push_back(position - range.first);
        }
    }
    result.graph.nodes = static_cast<std::uint32_t>(result.states.size());
    return result;
}

tl::expected<Run, std::string> followed(const Pipeline& pipeline, std::vector<Edge> path) {
    auto trace = follow(pipeline, path, std::nullopt);
    if (!trace) return tl::unexpected(trace.error());
    return Run{std::move(path), *std::move(trace)};
}

}  // namespace

tl::expected<Coverage, std::string> cover(const Pipeline& pipeline, const OnRun& on_run,
                                          const CoverageOptions& options) {
    checker::ExploreOptions limits;
    limits.record_graph = true;
    limits.states_max = options.states_max;
    limits.stop = options.stop;
    const auto found = checker::explore(pipeline, std::span<const checker::SafetyOf<Pipeline>>(), limits);
    Coverage coverage;
    coverage.states = found.states;
    coverage.complete = found.complete();
    if (!coverage.complete) return coverage;
    const auto reachable = number(pipeline, found);
    const auto& edges = reachable.graph.edges;
    coverage.transitions = reachable.transitions;
    coverage.out_of_bounds = reachable.transitions - edges.size();
    std::vector<bool> covered(edges.size(), false);
    for (const auto& run : path_cover(reachable.graph)) {
        std::vector<Edge> path;
        for (const auto edge : run) {
            const auto source = reachable.states[edges[edge].source];
            const Successors successors(pipeline, checker::state_of(pipeline, found.store, source));
            path.push_back(successors.edges.at(reachable.positions[edge]));
        }
        const auto result = followed(pipeline, std::move(path));
        if (!result) return tl::unexpected(result.error());
        for (const auto edge : run) {
            coverage.covered += covered[edge] ? 0 : 1;
            covered[edge] = true;
        }
        ++coverage.runs;
        coverage.path_edges += run.size();
        coverage.steps += result->trace.steps.size();
        if (!on_run(*result)) break;
    }
    return coverage;
}

tl::expected<Run, std::string> random_walk(const Pipeline& pipeline, std::uint64_t seed, std::size_t length) {
    // Not std::uniform_int_distribution: what it makes of a seed depends on the library.
    std::mt19937_64 random(seed);
    std::vector<Edge> path;
    model::Valuation state{};
    pipeline.initial([&](const model::Valuation& initial) { state = initial; });
    while (path.size() < length) {
        auto possible = Successors(pipeline, state).edges;
        std::erase_if(possible, [&](const Edge& edge) { return leaves_bounds(pipeline, edge.target); });
        if (possible.empty()) break;
        path.push_back(possible[random() % possible.size()]);
        state = path.back().target;
    }
    return followed(pipeline, std::move(path));
}

}  // namespace kcheck::traces::driver
