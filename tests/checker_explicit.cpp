// The explicit-state search: exact counts, the same whatever the number of threads and
// the hash, shortest traces, and limits that are never mistaken for completeness.
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <stdexcept>

#include "checker/explicit.hpp"
#include "tests/checker_models.hpp"
#include "tests/exhaustive_search.hpp"

using namespace kcheck::checker;
using kcheck::tests::always_zero;
using kcheck::tests::Grid;
using kcheck::tests::ListedGraph;

namespace {

template <Model M>
Exploration run(const M& model, const std::vector<SafetyOf<M>>& safety = {},
                const ExploreOptions& options = {}) {
    return explore(model, safety, options);
}

/// Violated first where counters 0 and 1 sum to `sum`: at depth `sum`, in several states.
SafetyOf<Grid> sum_below(int sum) {
    return {"sum below " + std::to_string(sum), [sum](const Grid::State& s) { return s[0] + s[1] < sum; }};
}

ListedGraph ring(std::uint32_t length) {
    ListedGraph graph;
    for (std::uint32_t i = 0; i < length; ++i) graph.edges.push_back({i, (i + 1) % length, 1});
    return graph;
}

ListedGraph random_graph(std::mt19937& random, std::uint32_t states, std::uint32_t edges) {
    ListedGraph graph;
    for (std::uint32_t i = 0; i < edges; ++i)
        graph.edges.push_back({static_cast<std::uint32_t>(random() % states),
                               static_cast<std::uint32_t>(random() % states), random() % 4});
    return graph;
}

void require_same(const Exploration& a, const Exploration& b) {
    REQUIRE(a.ended == b.ended);
    REQUIRE(a.states == b.states);
    REQUIRE(a.transitions == b.transitions);
    REQUIRE(a.depth == b.depth);
    REQUIRE(a.frontier == b.frontier);
    REQUIRE(a.deadlocks == b.deadlocks);
    REQUIRE(a.quiescent == b.quiescent);
    REQUIRE(a.violations.size() == b.violations.size());
    for (std::size_t i = 0; i < a.violations.size(); ++i) {
        REQUIRE(a.violations[i].has_value() == b.violations[i].has_value());
        if (!a.violations[i]) continue;
        REQUIRE(a.violations[i]->state == b.violations[i]->state);
        REQUIRE(a.violations[i]->depth == b.violations[i]->depth);
    }
    bool same = a.store.id_bound() == b.store.id_bound();
    a.store.for_each([&](StateId id) {
        const auto x = a.store.state(id), y = b.store.state(id);
        same = same && std::equal(x.begin(), x.end(), y.begin()) &&
               a.store.parent(id) == b.store.parent(id) && a.store.depth(id) == b.store.depth(id);
    });
    REQUIRE(same);
    REQUIRE(a.graph.has_value() == b.graph.has_value());
    if (!a.graph) return;
    a.store.for_each([&](StateId id) {
        const EdgeRange x = a.graph->edges(id), y = b.graph->edges(id);
        same = same && x.first == y.first && x.last == y.last &&
               a.graph->quiescent(id) == b.graph->quiescent(id);
        for (std::uint32_t at = x.first; same && at < x.last; ++at)
            same = a.graph->target(id, at) == b.graph->target(id, at) &&
                   a.graph->label(id, at) == b.graph->label(id, at);
    });
    REQUIRE(same);
}

}  // namespace

TEST_CASE("counts of a grid are those of combinatorics") {
    const Exploration found = run(Grid(5, 4));
    REQUIRE(found.complete());
    REQUIRE(found.states == 3125);              // 5^5
    REQUIRE(found.transitions == 5 * 4 * 625);  // each counter can rise in 4 of its 5 values
    REQUIRE(found.depth == 20);
    REQUIRE(found.deadlocks == 1);
    REQUIRE(found.quiescent == 1);
    REQUIRE(found.frontier == 0);
}

TEST_CASE("counts of small systems") {
    SECTION("a ring") {
        const Exploration found = run(ring(1000));
        REQUIRE(found.states == 1000);
        REQUIRE(found.transitions == 1000);
        REQUIRE(found.depth == 999);
        REQUIRE(found.deadlocks == 0);
    }
    SECTION("a self loop is a transition, and a state with nothing else is no deadlock") {
        ListedGraph graph;
        graph.edges = {{0, 0, 1}, {0, 1, 1}, {1, 1, 1}};
        const Exploration found = run(graph);
        REQUIRE(found.states == 2);
        REQUIRE(found.transitions == 3);
        REQUIRE(found.deadlocks == 0);
        REQUIRE(found.quiescent == 0);
    }
    SECTION("initial states are counted once and have no parent") {
        ListedGraph graph;
        graph.initial_states = {3, 1, 3};
        graph.edges = {{1, 3}};
        const Exploration found = run(graph);
        REQUIRE(found.states == 2);
        REQUIRE(found.depth == 0);
        found.store.for_each([&](StateId id) { REQUIRE(found.store.parent(id) == no_state); });
    }
}

TEST_CASE("a state is quiescent if no fair class is enabled, whatever else it can do") {
    ListedGraph graph;
    graph.edges = {{0, 1, 1}, {1, 2, 0}, {2, 3, 2}};
    const bool record = GENERATE(false, true);
    ExploreOptions options;
    options.record_graph = record;
    REQUIRE(run(graph, {}, options).quiescent == 2);  // 1 has only an unfair edge, 3 has none
    graph.reports = {{1, ClassMask{4}}, {2, {}}};     // the model knows better
    REQUIRE(run(graph, {}, options).quiescent == 2);  // 2 and 3
    REQUIRE(run(graph, {}, options).deadlocks == 1);
}

TEST_CASE("random graphs: the counts and depths of a textbook search") {
    std::mt19937 random(11);
    for (int round = 0; round < 100; ++round) {
        const ListedGraph graph = random_graph(random, 1 + random() % 60, random() % 120);
        const auto expected = kcheck::tests::search_exhaustively(graph, {});
        ExploreOptions options;
        if (round % 3 == 0) options.hash = always_zero;
        options.seed = random();
        const Exploration found = run(graph, {}, options);
        REQUIRE(found.states == expected.states);
        REQUIRE(found.transitions == expected.transitions);
        REQUIRE(found.depth == expected.depth);
    }
}

TEST_CASE("every id, count, parent, violation and edge is the same for any number of threads", "[parallel]") {
    const Grid model(7, 3);
    const std::vector<SafetyOf<Grid>> safety = {sum_below(4), sum_below(100), sum_below(6)};
    ExploreOptions options;
    options.record_graph = true;
    options.stop_at_violation = GENERATE(false, true);
    options.never_stop = {0};
    const Exploration one = run(model, safety, options);
    REQUIRE(one.violations[0]->depth == 4);
    REQUIRE(one.violations[2]->depth == 6);
    for (const unsigned threads : {2U, 3U, 4U}) {
        options.threads = threads;
        require_same(one, run(model, safety, options));
    }
}

TEST_CASE("the numbering does not depend on the sizes of blocks", "[parallel]") {
    const Grid model(6, 3);
    ExploreOptions options;
    options.threads = 2;
    const Exploration whole = run(model, {}, options);
    options.states_max = whole.states + 1;  // blocks shrink as the limit comes near
    require_same(whole, run(model, {}, options));
}

TEST_CASE("hash collisions cost time, not exactness") {
    ExploreOptions options;
    options.hash = always_zero;
    const Exploration found = run(Grid(4, 4), {sum_below(3)}, options);
    REQUIRE(found.complete());
    REQUIRE(found.states == 625);
    REQUIRE(found.transitions == 4 * 4 * 125);
    REQUIRE(found.violations[0]->depth == 3);
}

TEST_CASE("a violation is found at the shortest depth, and its trace is a run of the model") {
    const Grid model(4, 5);
    const Exploration found = run(model, {sum_below(7), sum_below(11)});
    REQUIRE(found.complete());
    REQUIRE_FALSE(found.violations[1]);
    REQUIRE(found.violations[0]->depth == 7);
    const auto trace = trace_to(model, found.store, found.violations[0]->state);
    REQUIRE(trace.steps.size() == 7);
    Grid::State state = trace.initial;
    REQUIRE(state == Grid::State{});
    for (const auto& step : trace.steps) {
        ++state[static_cast<std::size_t>(step.action)];
        REQUIRE(state == step.state);
    }
    REQUIRE(state[0] + state[1] == 7);
}

TEST_CASE("the violation reported has the smallest id of its level") {
    const Grid model(5, 3);
    const Exploration found = run(model, {sum_below(4)});
    found.store.for_each([&](StateId id) {
        const auto state = state_of(model, found.store, id);
        if (state[0] + state[1] == 4 && found.store.depth(id) == 4)
            REQUIRE(raw(found.violations[0]->state) <= raw(id));
    });
}

TEST_CASE("a property of the initial state is violated at depth 0") {
    const Exploration found = run(Grid(2, 2), {sum_below(0)});
    REQUIRE(found.violations[0]->depth == 0);
    REQUIRE(found.store.depth(found.violations[0]->state) == 0);
}

TEST_CASE("stopping at a violation ends with its level") {
    const Grid model(4, 5);
    ExploreOptions options;
    options.stop_at_violation = true;
    SECTION("at the first") {
        const Exploration found = run(model, {sum_below(7), sum_below(5)}, options);
        REQUIRE(found.ended == Ended::violation);
        REQUIRE_FALSE(found.complete());
        REQUIRE(found.depth == 5);
        REQUIRE(found.frontier > 0);
        REQUIRE_FALSE(found.violations[0]);
    }
    SECTION("but for those that never stop") {
        options.never_stop = {1};
        const Exploration found = run(model, {sum_below(7), sum_below(5)}, options);
        REQUIRE(found.depth == 7);
        REQUIRE(found.violations[0]);
        REQUIRE(found.violations[1]->depth == 5);
    }
    SECTION("in the initial state nothing is expanded") {
        const Exploration found = run(model, {sum_below(0)}, options);
        REQUIRE(found.ended == Ended::violation);
        REQUIRE(found.states == 1);
        REQUIRE(found.transitions == 0);
    }
}

TEST_CASE("a limit that is reached is named, and the result is not complete") {
    const Grid model(8, 3);
    ExploreOptions options;
    std::atomic<bool> stop = false;
    Ended expected{};
    SECTION("states") {
        options.states_max = 1000;
        expected = Ended::states;
    }
    SECTION("memory") {
        options.memory_max_bytes = 1;
        expected = Ended::memory;
    }
    SECTION("time") {
        options.timeout_s = 0;
        expected = Ended::timeout;
    }
    SECTION("interruption") {
        stop = true;
        options.stop = &stop;
        expected = Ended::stopped;
    }
    SECTION("interruption on the way") {
        options.stop = &stop;
        options.progress_interval_s = 0;
        options.progress = [&](const Progress& progress) { stop = progress.states > 5000; };
        expected = Ended::stopped;
    }
    const Exploration found = run(model, {}, options);
    REQUIRE(found.ended == expected);
    REQUIRE_FALSE(found.complete());
    REQUIRE(found.frontier > 0);
    REQUIRE(found.states < 65536);
    REQUIRE(found.states == found.store.size());
}

TEST_CASE("a limit on states is passed by no more than a block") {
    ExploreOptions options;
    options.states_max = 10000;
    const Exploration found = run(Grid(8, 3), {}, options);
    REQUIRE(found.states >= 10000);
    REQUIRE(found.states < 11000);
}

namespace {

/// Sets a flag when its last state is expanded.
struct Stopping : Grid {
    using Grid::Grid;
    void successors(const State& state, SuccessorSink<Stopping>& sink) const {
        if (state[0] == top) *stop = true;
        State next = state;
        if (next[0]++ < top) sink.edge(0, next);
    }
    std::atomic<bool>* stop = nullptr;
};

}  // namespace

TEST_CASE("an interruption that comes with the last state does not make the result incomplete") {
    ExploreOptions options;
    std::atomic<bool> stop = false;
    options.stop = &stop;
    Stopping model(1, 3);
    model.stop = &stop;
    REQUIRE(run(model, {}, options).complete());
    REQUIRE(stop);
    REQUIRE(run(ring(5), {}, options).ended == Ended::stopped);  // the flag is still up
}

TEST_CASE("a state whose successors were not looked at leaves the result incomplete") {
    ExploreOptions options;
    options.states_max = 1;
    ListedGraph one;
    one.edges = {{0, 0, 1}};
    REQUIRE(run(one, {}, options).ended == Ended::states);
    options.states_max = 2;
    REQUIRE(run(one, {}, options).complete());
}

TEST_CASE("progress counts up") {
    ExploreOptions options;
    options.progress_interval_s = 0;
    std::vector<Progress> seen;
    options.progress = [&](const Progress& progress) { seen.push_back(progress); };
    const Exploration found = run(Grid(6, 3), {}, options);
    REQUIRE(seen.size() > 10);
    for (std::size_t i = 1; i < seen.size(); ++i) {
        REQUIRE(seen[i - 1].states <= seen[i].states);
        REQUIRE(seen[i - 1].transitions <= seen[i].transitions);
        REQUIRE(seen[i - 1].depth <= seen[i].depth);
    }
    REQUIRE(seen.back().states == found.states);
    REQUIRE(seen.back().queued == 0);
    REQUIRE(seen.back().bytes > 0);
}

TEST_CASE("the graph holds each transition with its classes, self loops included") {
    std::mt19937 random(5);
    const ListedGraph graph = random_graph(random, 50, 200);
    ExploreOptions options;
    options.record_graph = true;
    const Exploration found = run(graph, {}, options);
    found.store.for_each([&](StateId id) {
        const std::uint32_t from = state_of(graph, found.store, id);
        std::uint32_t at = found.graph->edges(id).first;
        for (const auto& edge : graph.edges) {
            if (edge.from != from) continue;
            REQUIRE(at < found.graph->edges(id).last);
            REQUIRE(state_of(graph, found.store, found.graph->target(id, at)) == edge.to);
            REQUIRE(found.graph->label(id, at).classes == edge.classes);
            ++at;
        }
        REQUIRE(at == found.graph->edges(id).last);
    });
}

namespace {

struct Failing : Grid {
    using Grid::Grid;
    void successors(const State& state, SuccessorSink<Failing>& sink) const {
        if (state[0] == top) throw std::runtime_error("the model is broken");
        for (int counter = 0; counter < dimensions; ++counter) {
            State next = state;
            if (next[static_cast<std::size_t>(counter)]++ < top) sink.edge(counter, next);
        }
    }
};

}  // namespace

TEST_CASE("an exception of the model reaches the caller from any thread", "[parallel]") {
    ExploreOptions options;
    options.threads = GENERATE(1U, 3U);
    REQUIRE_THROWS_WITH(run(Failing(8, 3), {}, options), Catch::Contains("the model is broken"));
}
