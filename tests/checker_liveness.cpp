// Liveness against brute force. The states and transitions that a run meets infinitely
// often are exactly the strongly connected, non-empty sets of transitions, so on small
// graphs all of them are enumerated and each is judged by the definitions: no components,
// no refinement. What the checker returns is replayed on the list of edges.
#include "checker/liveness.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <set>

#include "tests/checker_models.hpp"
#include "tests/support/seed.hpp"

using namespace kcheck::checker;
using kcheck::tests::always_zero;
using kcheck::tests::ListedGraph;
using kcheck::tests::random_seed;

namespace {

using ListedProperty = LivenessOf<ListedGraph>;
using ListedForm = ListedProperty::Form;
using States = std::set<std::uint32_t>;

struct Case {
    ListedGraph graph;
    std::vector<FairnessClass> classes;
    States goals, premises;
    std::uint32_t state_count = 0;
};

ListedProperty property_of(const Case& c, ListedForm form) {
    return {"property", form, [&c](const std::uint32_t& s) { return c.goals.contains(s); },
            [&c](const std::uint32_t& s) { return c.premises.contains(s); },
            [&c](const std::uint32_t& edge) { return c.graph.edges[edge].counted; }};
}

/// Everything reachable from `from`, over states that `through` accepts.
template <class Through>
States reach(const ListedGraph& graph, States from, Through through) {
    std::erase_if(from, [&](std::uint32_t s) { return !through(s); });
    for (std::size_t before = 0; before < from.size();) {
        before = from.size();
        for (const auto& edge : graph.edges)
            if (from.contains(edge.from) && through(edge.to)) from.insert(edge.to);
    }
    return from;
}

/// The same run for ever: these transitions, or none of them in one state.
struct Tail {
    States states;
    std::vector<std::uint32_t> edges;
};

bool is_fair(const Case& c, const Tail& tail) {
    for (std::size_t i = 0; i < c.classes.size(); ++i) {
        const auto has = [&](const ClassMask& mask) { return mask.test(i); };
        const bool taken = std::any_of(tail.edges.begin(), tail.edges.end(),
                                       [&](std::uint32_t e) { return has(c.graph.edges[e].classes); });
        const auto enabled = [&](std::uint32_t s) { return has(c.graph.enabled(s)); };
        const bool always = std::all_of(tail.states.begin(), tail.states.end(), enabled);
        const bool sometimes = std::any_of(tail.states.begin(), tail.states.end(), enabled);
        if (!taken && (c.classes[i].fairness == Fairness::weak ? always : sometimes)) return false;
    }
    return true;
}

bool violates(const Case& c, ListedForm form, const Tail& tail) {
    const auto is_goal = [&](std::uint32_t s) { return c.goals.contains(s); };
    switch (form) {
        case ListedForm::eventually_always:
            return !std::all_of(tail.states.begin(), tail.states.end(), is_goal);
        case ListedForm::always_eventually:
        case ListedForm::leads_to: return std::none_of(tail.states.begin(), tail.states.end(), is_goal);
        case ListedForm::finitely_often:
            return std::any_of(tail.edges.begin(), tail.edges.end(),
                               [&](std::uint32_t e) { return c.graph.edges[e].counted; });
    }
    return false;
}

bool is_strongly_connected(const Case& c, const Tail& tail) {
    ListedGraph part;
    for (const std::uint32_t e : tail.edges) part.edges.push_back(c.graph.edges[e]);
    const auto anywhere = [](std::uint32_t) { return true; };
    return std::all_of(tail.states.begin(), tail.states.end(),
                       [&](std::uint32_t s) { return reach(part, {s}, anywhere) == tail.states; });
}

/// Whether some fair run violates the property, by enumeration.
bool is_violated(const Case& c, ListedForm form) {
    const auto anywhere = [](std::uint32_t) { return true; };
    const auto not_goal = [&](std::uint32_t s) { return !c.goals.contains(s); };
    States begins = reach(c.graph, {c.graph.initial_states.begin(), c.graph.initial_states.end()}, anywhere);
    if (form == ListedForm::leads_to) {
        std::erase_if(begins, [&](std::uint32_t s) { return !c.premises.contains(s); });
        begins = reach(c.graph, begins, not_goal);
    }
    for (const std::uint32_t s : begins)
        if (c.graph.enabled(s).none() && violates(c, form, {{s}, {}})) return true;
    for (std::uint32_t chosen = 1; chosen < 1U << c.graph.edges.size(); ++chosen) {
        Tail tail;
        for (std::uint32_t e = 0; e < c.graph.edges.size(); ++e) {
            if ((chosen >> e & 1) == 0) continue;
            tail.edges.push_back(e);
            tail.states.insert({c.graph.edges[e].from, c.graph.edges[e].to});
        }
        const bool reachable = std::all_of(tail.states.begin(), tail.states.end(),
                                           [&](std::uint32_t s) { return begins.contains(s); });
        if (reachable && violates(c, form, tail) && is_fair(c, tail) && is_strongly_connected(c, tail))
            return true;
    }
    return false;
}

/// Replays a lasso on the list of edges and judges it by the definitions.
void require_witness(const Case& c, ListedForm form, const Lasso<ListedGraph>& lasso) {
    const auto& initial = c.graph.initial_states;
    REQUIRE(std::find(initial.begin(), initial.end(), lasso.stem.initial) != initial.end());
    std::uint32_t state = lasso.stem.initial;
    bool open = c.premises.contains(state) && !c.goals.contains(state);
    const auto follow = [&](const Step<ListedGraph>& step) {
        REQUIRE(c.graph.edges.at(step.action).from == state);
        REQUIRE(c.graph.edges.at(step.action).to == step.state);
        state = step.state;
        open = (open || c.premises.contains(state)) && !c.goals.contains(state);
    };
    for (const auto& step : lasso.stem.steps) follow(step);

    const std::uint32_t start = state;
    Tail tail{{start}, {}};
    if (form == ListedForm::leads_to) REQUIRE(open);
    for (const auto& step : lasso.cycle) {
        follow(step);
        tail.states.insert(state);
        tail.edges.push_back(step.action);
    }
    REQUIRE(state == start);
    if (lasso.cycle.empty())
        REQUIRE(c.graph.enabled(start).none());
    else
        REQUIRE(is_fair(c, tail));
    REQUIRE(violates(c, form, tail));
}

Case random_case(std::mt19937& random) {
    Case c;
    c.state_count = 1 + random() % 6;
    const auto state = [&] { return static_cast<std::uint32_t>(random() % c.state_count); };
    // The classes that are in use may be anywhere among those that are declared.
    std::array<std::size_t, ClassMask::capacity> numbers{};
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    const std::size_t class_count = random() % 5;
    const bool wide = random() % 4 == 0;
    if (wide) std::shuffle(numbers.begin(), numbers.end(), random);
    for (std::size_t i = 0; i < (wide ? ClassMask::capacity : class_count); ++i)
        c.classes.push_back({"class", random() % 2 == 0 ? Fairness::weak : Fairness::strong});
    const auto some = [&](unsigned of) {
        ClassMask mask;
        for (std::size_t i = 0; i < class_count; ++i)
            if (random() % of == 0) mask.set(numbers[i]);
        return mask;
    };
    const std::size_t edge_count = random() % 10;
    for (std::size_t e = 0; e < edge_count; ++e)
        c.graph.edges.emplace_back(state(), state(), some(4), random() % 3 == 0);
    if (random() % 4 == 0) c.graph.initial_states.push_back(state());
    if (random() % 3 == 0)  // a reduction: more is enabled than what is shown
        for (std::uint32_t s = 0; s < c.state_count; ++s)
            if (random() % 2 == 0) c.graph.reports[s] = c.graph.enabled(s) | some(4);
    for (std::uint32_t s = 0; s < c.state_count; ++s) {
        if (random() % 2 == 0) c.goals.insert(s);
        if (random() % 3 == 0) c.premises.insert(s);
    }
    return c;
}

std::vector<LivenessResult<ListedGraph>> check(const Case& c, const std::vector<ListedProperty>& properties,
                                               ExploreOptions options = {}) {
    options.record_graph = true;
    const Exploration explored = explore<ListedGraph>(c.graph, {}, options, properties);
    return check_liveness<ListedGraph>(c.graph, explored, c.classes, properties);
}

LivenessVerdict verdict(const Case& c, ListedForm form) {
    return check(c, {property_of(c, form)})[0].verdict;
}

}  // namespace

namespace {

/// `rounds` random graphs, each with all four forms, from `seed`.
void agree_with_brute_force(std::uint32_t seed, int rounds) {
    std::mt19937 random(seed);
    const std::vector<ListedForm> forms = {ListedForm::eventually_always, ListedForm::always_eventually,
                                           ListedForm::leads_to, ListedForm::finitely_often};
    std::array<int, 4> violated{}, with_cycle{};
    for (int round = 0; round < rounds; ++round) {
        const Case c = random_case(random);
        std::vector<ListedProperty> properties;
        for (const ListedForm form : forms) properties.push_back(property_of(c, form));
        ExploreOptions options;
        options.seed = random();
        if (round % 4 == 0) options.hash = always_zero;
        const auto results = check(c, properties, options);
        for (std::size_t i = 0; i < forms.size(); ++i) {
            CAPTURE(seed, round, i);
            const bool expected = is_violated(c, forms[i]);
            REQUIRE(results[i].verdict == (expected ? LivenessVerdict::violated : LivenessVerdict::holds));
            REQUIRE(results[i].lasso.has_value() == expected);
            if (!expected) continue;
            require_witness(c, forms[i], *results[i].lasso);
            ++violated[i];
            if (!results[i].lasso->cycle.empty()) ++with_cycle[i];
        }
    }
    for (std::size_t i = 0; i < forms.size(); ++i) {  // neither verdict is rare
        CAPTURE(i);
        REQUIRE(violated[i] > rounds / 10);
        REQUIRE(rounds - violated[i] > rounds / 10);
        REQUIRE(with_cycle[i] > rounds / 27);
    }
}

}  // namespace

TEST_CASE("verdicts and lassos agree with brute force on random graphs") {
    agree_with_brute_force(random_seed(), 4000);
}

TEST_CASE("verdicts and lassos agree with brute force on many more", "[.slow]") {
    agree_with_brute_force(random_seed(), 400'000);
}

TEST_CASE("classes that were not declared are refused, and named") {
    Case c;
    c.graph.edges = {{0, 1, 5}, {1, 0, 1}};
    c.classes = {{"one", Fairness::weak}, {"two", Fairness::weak}};
    using Catch::Matchers::Contains;
    REQUIRE_THROWS_MATCHES(
        verdict(c, ListedForm::eventually_always), std::invalid_argument,
        Catch::Message("fairness classes are in use that were not declared: 2 (declared: 2)"));
    c.graph.edges[0].classes = ClassMask{1};
    REQUIRE(verdict(c, ListedForm::eventually_always) == LivenessVerdict::violated);
    c.graph.reports[1] = ClassMask::bit(70) | ClassMask::bit(255);  // not taken, but said to be enabled
    REQUIRE_THROWS_WITH(verdict(c, ListedForm::eventually_always), Contains("70, 255"));
}

TEST_CASE("weak and strong fairness differ where a class comes and goes") {
    // 0 and 1 alternate; only 0 offers the way to the goal 2.
    Case c;
    c.graph.edges = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1}, {2, 2, 2}};
    c.goals = {2};
    c.premises = {0};
    c.classes = {{"leave", GENERATE(Fairness::weak, Fairness::strong)}, {"step", Fairness::weak}};
    const auto expected =
        c.classes[0].fairness == Fairness::weak ? LivenessVerdict::violated : LivenessVerdict::holds;
    REQUIRE(verdict(c, ListedForm::eventually_always) == expected);
    REQUIRE(verdict(c, ListedForm::always_eventually) == expected);
    REQUIRE(verdict(c, ListedForm::leads_to) == expected);
}

TEST_CASE("a run may stop where nothing fair is enabled, although it could go on") {
    Case c;
    c.graph.edges = {{0, 1, 1}, {1, 2, 0}};
    c.classes = {{"work", Fairness::weak}};
    c.goals = {2};
    const auto results = check(c, {property_of(c, ListedForm::always_eventually)});
    REQUIRE(results[0].verdict == LivenessVerdict::violated);
    REQUIRE(results[0].lasso->cycle.empty());
    REQUIRE(results[0].lasso->stem.steps.size() == 1);
    c.graph.edges[1].classes.set(0);
    REQUIRE(verdict(c, ListedForm::always_eventually) == LivenessVerdict::holds);
}

TEST_CASE("the stem is a shortest path") {
    Case c;  // a detour 0 1 2 3 4 and a short cut 0 4; the cycle 4 5
    c.graph.edges = {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 4, 1}, {0, 4, 1}, {4, 5, 1}, {5, 4, 1}};
    c.classes = {{"work", Fairness::weak}};
    const auto results = check(c, {property_of(c, ListedForm::always_eventually)});
    REQUIRE(results[0].lasso->stem.steps.size() == 1);
    REQUIRE(results[0].lasso->cycle.size() == 2);
}

TEST_CASE("lassos do not depend on the number of threads", "[parallel]") {
    std::mt19937 random(8);
    Case c;
    c.classes = {{"a", Fairness::weak}, {"b", Fairness::strong}, {"c", Fairness::strong}};
    for (std::uint32_t e = 0; e < 3000; ++e)
        c.graph.edges.emplace_back(static_cast<std::uint32_t>(random() % 1000),
                                   static_cast<std::uint32_t>(random() % 1000), random() % 8,
                                   random() % 50 == 0);
    for (std::uint32_t s = 0; s < 1000; ++s) {
        if (random() % 5 == 0) c.goals.insert(s);
        if (random() % 50 == 0) c.premises.insert(s);
    }
    const std::vector<ListedProperty> properties = {property_of(c, ListedForm::eventually_always),
                                                    property_of(c, ListedForm::finitely_often)};
    const auto one = check(c, properties);
    for (std::size_t i = 0; i < properties.size(); ++i) {
        REQUIRE(one[i].verdict == LivenessVerdict::violated);
        require_witness(c, properties[i].form, *one[i].lasso);
    }
    for (const unsigned threads : {2U, 4U}) {
        ExploreOptions options;
        options.threads = threads;
        const auto many = check(c, properties, options);
        for (std::size_t i = 0; i < properties.size(); ++i) {
            const auto actions = [](const std::vector<Step<ListedGraph>>& steps) {
                std::vector<std::uint32_t> out;
                for (const auto& step : steps) out.push_back(step.action);
                return out;
            };
            REQUIRE(actions(one[i].lasso->stem.steps) == actions(many[i].lasso->stem.steps));
            REQUIRE(actions(one[i].lasso->cycle) == actions(many[i].lasso->cycle));
        }
    }
}

TEST_CASE("an incomplete exploration does not make a property hold") {
    Case c;
    for (std::uint32_t s = 0; s < 1000; ++s) c.graph.edges.push_back({s, s + 1, 1});
    c.classes = {{"work", Fairness::weak}};
    c.goals = {1000};
    const std::vector<ListedProperty> properties = {property_of(c, ListedForm::eventually_always)};
    ExploreOptions options;
    options.states_max = 100;
    REQUIRE(check(c, properties, options)[0].verdict == LivenessVerdict::incomplete);
    REQUIRE(check(c, properties)[0].verdict == LivenessVerdict::holds);
}

TEST_CASE("what a limit leaves undecided is incomplete") {
    Case c;
    c.graph.edges = {{0, 1, 1}};
    c.classes = {{"work", Fairness::weak}};
    c.goals = {1};
    const std::vector<ListedProperty> properties(2, property_of(c, ListedForm::eventually_always));
    ExploreOptions options;
    options.record_graph = true;
    const Exploration explored = explore<ListedGraph>(c.graph, {}, options, properties);
    const std::atomic<bool> stop = true;
    LivenessOptions limited;
    SECTION("by a flag") { limited.limits.stop = &stop; }
    SECTION("by the clock") { limited.limits.timeout_s = 0; }
    SECTION("for want of memory") { limited.limits.memory_max_bytes = 0; }
    const auto found = check_liveness<ListedGraph>(c.graph, explored, c.classes, properties, limited);
    REQUIRE(found.size() == 2);
    for (const auto& result : found) {
        CHECK(result.verdict == LivenessVerdict::incomplete);
        CHECK(result.ended.has_value());
    }
}

TEST_CASE("misuse is refused") {
    Case c;
    c.graph.edges = {{0, 0, 1, true}};
    const std::vector<ListedProperty> properties = {property_of(c, ListedForm::finitely_often)};
    ExploreOptions options;
    const Exploration without_graph = explore<ListedGraph>(c.graph, {}, options, properties);
    REQUIRE_THROWS_AS(check_liveness<ListedGraph>(c.graph, without_graph, c.classes, properties),
                      std::invalid_argument);
    options.record_graph = true;
    const Exploration without_property = explore<ListedGraph>(c.graph, {}, options);
    REQUIRE_THROWS_AS(check_liveness<ListedGraph>(c.graph, without_property, c.classes, properties),
                      std::invalid_argument);
}
