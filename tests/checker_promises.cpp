// A model that breaks its promises is found out: it must never end in "holds".
#include <catch2/catch.hpp>
#include <map>

#include "checker/explicit.hpp"
#include "checker/liveness.hpp"
#include "tests/checker_models.hpp"

using namespace kcheck::checker;
using kcheck::tests::Grid;
using kcheck::tests::ListedGraph;

namespace {

/// Counts to `last`; what it does wrong it does from `from` on.
struct Faulty {
    enum class Fault {
        none,
        pack_forgets,
        unpack_forgets,
        pack_has_gaps,
        others_later,
        fewer_later,
        throws,
        reports_later
    };
    struct State {
        std::uint16_t at = 0;
        std::uint8_t flag = 0;
        std::uint8_t gap = 0;  // as between members: no part of the value
        bool operator==(const State& other) const { return at == other.at && flag == other.flag; }
    };
    using Action = int;

    std::size_t state_bytes() const { return 4; }
    void pack(const State& state, std::span<std::byte> bytes) const {
        bytes[0] = std::byte(state.at & 0xFF);
        bytes[1] = std::byte(state.at >> 8);
        if (fault != Fault::pack_forgets) bytes[2] = std::byte(state.flag);
        bytes[3] = std::byte(state.gap);
    }
    void unpack(std::span<const std::byte> bytes, State& state) const {
        state.at = static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[0]) |
                                              std::to_integer<unsigned>(bytes[1]) << 8);
        if (fault != Fault::unpack_forgets) state.flag = std::to_integer<std::uint8_t>(bytes[2]);
        state.gap = std::to_integer<std::uint8_t>(bytes[3]);
    }
    void initial(const std::function<void(const State&)>& each) const { each(State{}); }
    void successors(const State& state, SuccessorSink<Faulty>& sink) const {
        const bool now = state.at >= from;
        if (fault == Fault::throws && now) throw std::runtime_error("out of ideas");
        const bool again = calls[state.at]++ > 0;
        const bool odd = now && again;
        if (fault == Fault::reports_later) sink.enabled(odd ? ClassMask{} : ClassMask{1});
        if (state.at == last) return;
        const auto next = static_cast<std::uint16_t>(state.at + 1);
        if (fault == Fault::fewer_later && odd) return;
        const bool differs = fault == Fault::pack_has_gaps && odd;
        sink.edge(0, State{next, static_cast<std::uint8_t>(now ? 1 : 0), static_cast<std::uint8_t>(differs)});
        if (fault == Fault::others_later && odd) sink.edge(1, State{});
    }
    ClassMask classes(Action) const { return ClassMask{1}; }
    std::string describe(Action) const { return "count"; }

    Fault fault = Fault::none;
    std::uint16_t from = 0;
    std::uint16_t last = 1000;
    mutable std::map<std::uint16_t, int> calls = {};
};

Exploration run(const Faulty& model) { return explore<Faulty>(model, {}); }

}  // namespace

TEST_CASE("what a model must not do is found out, and where") {
    using Fault = Faulty::Fault;
    using Catch::Contains;
    REQUIRE(run(Faulty{}).complete());
    for (const std::uint16_t from : {std::uint16_t{0}, std::uint16_t{300}}) {
        CAPTURE(from);
        CHECK_THROWS_WITH(run({Fault::pack_forgets, from}), Contains("pack and unpack do not agree"));
        CHECK_THROWS_WITH(run({Fault::unpack_forgets, from}), Contains("pack and unpack do not agree"));
        CHECK_THROWS_WITH(run({Fault::pack_has_gaps, from}),
                          Contains("equal states are packed as different"));
        CHECK_THROWS_WITH(run({Fault::others_later, from}), Contains("not a function of the state"));
        CHECK_THROWS_WITH(run({Fault::fewer_later, from}), Contains("not a function of the state"));
        CHECK_THROWS_WITH(run({Fault::reports_later, from}), Contains("not a function of the state"));
    }
}

TEST_CASE("samples are taken late in a search, too") {
    using Fault = Faulty::Fault;
    CHECK_THROWS_AS(run({Fault::fewer_later, 30'000, 60'000}), ModelError);
    CHECK_THROWS_AS(run({Fault::unpack_forgets, 30'000, 60'000}), ModelError);
}

TEST_CASE("what a model throws comes with the state and the way there") {
    const Faulty model{Faulty::Fault::throws, 40};
    try {
        run(model);
        FAIL("nothing was thrown");
    } catch (const ModelError& error) {
        CHECK(std::string(error.what()) ==
              "a function of the model threw, in a state at depth 40: out of ideas");
        CHECK_THROWS_AS(std::rethrow_exception(error.cause()), std::runtime_error);
        const auto trace = trace_to(model, error);
        REQUIRE(trace);
        REQUIRE(trace->steps.size() == 40);
        CHECK(trace->steps.back().state == Faulty::State{40, 0, 0});
    }
}

TEST_CASE("what a property throws comes with the state, too") {
    Grid grid(2, 3);
    const auto fails = [](const Grid::State& state) -> bool {
        if (state[0] == 2) throw std::runtime_error("no idea");
        return true;
    };
    const std::vector<SafetyOf<Grid>> safety = {{"safe", fails}};
    try {
        explore<Grid>(grid, safety);
        FAIL("nothing was thrown");
    } catch (const ModelError& error) {
        CHECK(trace_to(grid, error)->steps.size() == 2);
    }
    const std::vector<LivenessOf<Grid>> live = {
        {"live", LivenessOf<Grid>::Form::eventually_always, fails, {}, {}}};
    ExploreOptions options;
    options.record_graph = true;
    const Exploration found = explore<Grid>(grid, {}, options, live);
    const std::vector<FairnessClass> classes = {{"work", Fairness::weak}};
    // Nobody asks about a state that is on no cycle.
    REQUIRE(check_liveness<Grid>(grid, found, classes, live)[0].verdict == LivenessVerdict::holds);
    grid.dimensions = 1;
    grid.top = 2;
    const Exploration ends_there = explore<Grid>(grid, {}, options, live);
    CHECK_THROWS_AS(check_liveness<Grid>(grid, ends_there, classes, live), ModelError);
}

TEST_CASE("a model without an initial state has no verdict") {
    ListedGraph graph;
    graph.initial_states = {};
    REQUIRE_THROWS_WITH(explore<ListedGraph>(graph, {}), "the model has no initial state");
}

TEST_CASE("a deadlock has a trace, and so has a state to stay in") {
    ListedGraph graph;  // 3 is the nearest deadlock, 1 the nearest quiescent state
    graph.edges = {{0, 1, 1}, {1, 2, 0}, {2, 3, 1}, {2, 4, 1}, {4, 5, 1}};
    const bool record = GENERATE(false, true);
    ExploreOptions options;
    options.record_graph = record;
    const Exploration found = explore<ListedGraph>(graph, {}, options);
    REQUIRE(found.deadlocks == 2);
    REQUIRE(found.quiescent == 3);
    REQUIRE(found.first_deadlock);
    REQUIRE(found.first_quiescent);
    CHECK(trace_to(graph, found.store, *found.first_deadlock).steps.back().state == 3);
    CHECK(trace_to(graph, found.store, *found.first_quiescent).steps.back().state == 1);
    graph.edges.push_back({3, 0, 1});
    graph.edges.push_back({5, 0, 1});
    CHECK_FALSE(explore<ListedGraph>(graph, {}, options).first_deadlock);
}
