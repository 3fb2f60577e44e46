// A State that owns memory: the same graph once with numbers as its states, once with strings and
// vectors, must have the same answers.
#include <catch2/catch.hpp>
#include <deque>
#include <random>

#include "checker/explicit.hpp"
#include "checker/liveness.hpp"
#include "checker/packing.hpp"
#include "checker/reach.hpp"
#include "tests/checker_models.hpp"
#include "tests/support/seed.hpp"

using namespace kcheck::checker;
using kcheck::tests::ListedGraph;
using kcheck::tests::random_seed;

namespace {

/// A number below 256: its digits to the base of 4, and as many letters as it has.
struct Owned {
    std::string letters;
    std::deque<std::uint16_t> digits;
    bool odd = false;

    bool operator==(const Owned&) const = default;
};

Owned owned(std::uint32_t number) {
    Owned state{std::string(number, 'x'), {}, number % 2 == 1};
    for (; number > 0; number /= 4) state.digits.push_front(static_cast<std::uint16_t>(number % 4));
    return state;
}

std::uint32_t number(const Owned& state) { return static_cast<std::uint32_t>(state.letters.size()); }

/// ListedGraph, with other states.
struct OwningGraph {
    enum class Fault { none, unpack_appends, too_small };
    using State = Owned;
    using Action = ListedGraph::Action;

    std::size_t state_bytes() const { return fault == Fault::too_small ? 8 : 300; }
    void pack(const State& state, std::span<std::byte> bytes) const {
        PackWriter out(bytes);
        out.put_all(state.letters);
        out.put_all(state.digits);
        out.put(state.odd);
    }
    void unpack(std::span<const std::byte> bytes, State& state) const {
        const std::string before = fault == Fault::unpack_appends ? state.letters : "";
        PackReader in(bytes);
        in.get_all(state.letters);
        in.get_all(state.digits);
        in.get(state.odd);
        state.letters += before;
    }
    void initial(const std::function<void(const State&)>& each) const {
        graph.initial([&](std::uint32_t state) { each(owned(state)); });
    }
    void successors(const State& state, SuccessorSink<OwningGraph>& sink) const {
        struct Translate final : SuccessorSink<ListedGraph> {
            explicit Translate(SuccessorSink<OwningGraph>& to) : out(to) {}
            void edge(const Action& action, const std::uint32_t& target) override {
                out.edge(action, owned(target));
            }
            void enabled(ClassMask classes) override { out.enabled(classes); }
            SuccessorSink<OwningGraph>& out;
        } translate(sink);
        graph.successors(number(state), translate);
    }
    ClassMask classes(Action at) const { return graph.classes(at); }
    std::string describe(Action at) const { return graph.describe(at); }

    ListedGraph graph = {};
    Fault fault = Fault::none;
};

static_assert(model_is_complete<OwningGraph>());
static_assert(!PlainValue<Owned>);

ListedGraph random_graph(std::mt19937& random) {
    ListedGraph graph;
    const std::uint32_t states = 2 + random() % 40;
    const std::uint32_t edges = states + random() % (2 * states);
    for (std::uint32_t e = 0; e < edges; ++e)
        graph.edges.emplace_back(random() % states, random() % states, random() % 4, random() % 5 == 0);
    return graph;
}

template <class M>
std::vector<LivenessOf<M>> properties_of(std::uint32_t (*to_number)(const typename M::State&),
                                         const ListedGraph& graph) {
    using Form = typename LivenessOf<M>::Form;
    const auto divides = [to_number](std::uint32_t divisor) {
        return [=](const typename M::State& state) { return to_number(state) % divisor == 0; };
    };
    const auto counted = [&graph](const std::uint32_t& edge) { return graph.edges[edge].counted; };
    return {{"a", Form::eventually_always, divides(3), {}, {}},
            {"b", Form::always_eventually, divides(3), {}, {}},
            {"c", Form::leads_to, divides(3), divides(2), {}},
            {"d", Form::finitely_often, {}, {}, counted}};
}

template <class M>
std::vector<SafetyOf<M>> safety_of(std::uint32_t (*to_number)(const typename M::State&)) {
    return {{"below 30", [=](const typename M::State& state) { return to_number(state) < 30; }},
            {"not 7", [=](const typename M::State& state) { return to_number(state) != 7; }}};
}

std::uint32_t same(const std::uint32_t& state) { return state; }

const std::vector<FairnessClass> two_classes = {{"weak", Fairness::weak}, {"strong", Fairness::strong}};

/// Follows steps on the list of edges; the state after them.
std::uint32_t follow(const ListedGraph& graph, std::uint32_t from,
                     const std::vector<Step<OwningGraph>>& steps) {
    for (const auto& step : steps) {
        REQUIRE(graph.edges[step.action].from == from);
        from = graph.edges[step.action].to;
        REQUIRE(step.state == owned(from));
    }
    return from;
}

void require_same(const ListedGraph& graph, unsigned threads) {
    const OwningGraph owning{graph};
    ExploreOptions options;
    options.record_graph = true;
    options.threads = threads;
    const auto live = properties_of<ListedGraph>(same, graph);
    const auto live_owned = properties_of<OwningGraph>(number, graph);
    const Exploration plain = explore(graph, safety_of<ListedGraph>(same), options, live);
    const Exploration found = explore(owning, safety_of<OwningGraph>(number), options, live_owned);

    REQUIRE(found.complete());
    REQUIRE(found.states == plain.states);
    REQUIRE(found.transitions == plain.transitions);
    REQUIRE(found.depth == plain.depth);
    REQUIRE(found.deadlocks == plain.deadlocks);
    REQUIRE(found.quiescent == plain.quiescent);
    found.store.for_each([&](StateId id) {
        const Owned state = state_of(owning, found.store, id);
        REQUIRE(state == owned(number(state)));
        const Trace<OwningGraph> trace = trace_to(owning, found.store, id);
        REQUIRE(trace.initial == owned(0));
        REQUIRE(trace.steps.size() == found.store.depth(id));
        REQUIRE(follow(graph, 0, trace.steps) == number(state));
    });
    for (std::size_t i = 0; i < plain.violations.size(); ++i) {
        REQUIRE(found.violations[i].has_value() == plain.violations[i].has_value());
        if (plain.violations[i]) REQUIRE(found.violations[i]->depth == plain.violations[i]->depth);
    }
    const auto is_goal = [](std::uint32_t state) { return state % 3 == 0; };
    REQUIRE(goal_stays_reachable(*found.graph, found.store, [&](StateId id) {
                return is_goal(number(state_of(owning, found.store, id)));
            }).has_value() == goal_stays_reachable(*plain.graph, plain.store, [&](StateId id) {
                                  return is_goal(state_of(graph, plain.store, id));
                              }).has_value());

    const auto expected = check_liveness<ListedGraph>(graph, plain, two_classes, live);
    const auto results = check_liveness<OwningGraph>(owning, found, two_classes, live_owned);
    for (std::size_t i = 0; i < results.size(); ++i) {
        REQUIRE(results[i].verdict == expected[i].verdict);
        if (!results[i].lasso) continue;
        const std::uint32_t entry = follow(graph, 0, results[i].lasso->stem.steps);
        REQUIRE(follow(graph, entry, results[i].lasso->cycle) == entry);
    }
}

}  // namespace

TEST_CASE("states that own memory are packed and unpacked, into used ones as well") {
    const OwningGraph model;
    Owned used;
    std::vector<std::byte> bytes(model.state_bytes()), again(model.state_bytes());
    for (const std::uint32_t n : {200U, 0U, 1U, 255U, 3U, 64U}) {
        std::fill(bytes.begin(), bytes.end(), std::byte{0});
        model.pack(owned(n), bytes);
        model.unpack(bytes, used);
        REQUIRE(used == owned(n));
        std::fill(again.begin(), again.end(), std::byte{0});
        model.pack(used, again);
        REQUIRE(bytes == again);
    }
}

TEST_CASE("states that own memory have the same answers as plain ones") {
    std::mt19937 random(random_seed());
    bool is_violated[4] = {}, holds[4] = {};
    for (int i = 0; i < 300; ++i) {
        const ListedGraph graph = random_graph(random);
        require_same(graph, 1);
        ExploreOptions options;
        options.record_graph = true;
        const auto live = properties_of<ListedGraph>(same, graph);
        const auto results =
            check_liveness<ListedGraph>(graph, explore(graph, {}, options, live), two_classes, live);
        for (std::size_t p = 0; p < results.size(); ++p)
            (results[p].lasso ? is_violated[p] : holds[p]) = true;
    }
    for (std::size_t p = 0; p < 4; ++p) {
        CHECK(is_violated[p]);
        CHECK(holds[p]);
    }
}

TEST_CASE("states that own memory are explored by several threads", "[parallel]") {
    ListedGraph graph;  // wide enough for several slices in a level
    for (std::uint32_t s = 1; s < 250; ++s) {
        graph.edges.emplace_back(0, s, 1);
        for (std::uint32_t t = 1; t < 10; ++t) graph.edges.emplace_back(s, (s * t) % 250, t % 4);
    }
    require_same(graph, 3);
}

TEST_CASE("a serializer that does not do what it should is found out") {
    OwningGraph model;
    for (std::uint32_t s = 0; s < 20; ++s) model.graph.edges.emplace_back(s, s + 1, 1);
    REQUIRE(explore(model).states == 21);

    model.fault = OwningGraph::Fault::unpack_appends;
    CHECK_THROWS_WITH(explore(model), Catch::Contains("pack and unpack do not agree"));

    model.fault = OwningGraph::Fault::too_small;
    try {
        explore(model);
        FAIL("nothing was thrown");
    } catch (const ModelError& error) {
        CHECK(std::string(error.what()) ==
              "a function of the model threw, in a state at depth 1: a State needs more bytes than "
              "state_bytes() says");
    }
    model.graph.initial_states = {5};
    CHECK_THROWS_WITH(explore(model),
                      "a function of the model threw, in an initial state: a State needs more bytes than "
                      "state_bytes() says");
}

TEST_CASE("what is packed has bounds") {
    std::vector<std::byte> bytes(8);
    PackWriter out(bytes);
    out.put(std::uint32_t{7});
    CHECK_THROWS_AS(out.put_all(std::string("abc")), std::length_error);
    CHECK_THROWS_AS(PackWriter(bytes).put_all(std::vector<std::uint8_t>(65'536)), std::length_error);

    PackReader in(bytes);
    CHECK(in.get<std::uint32_t>() == 7);
    in.get<std::uint32_t>();
    CHECK_THROWS_AS(in.get<std::uint8_t>(), std::out_of_range);
}
