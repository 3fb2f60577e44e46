// Liveness under symmetry against the same systems without it. Random systems of equal
// processes, with fairness classes for each process, are decided twice: by unfolding the
// quotient, and on the full graph by a naive method that shares nothing with the checker.
#include "checker/liveness_unfold.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "tests/support/seed.hpp"

using namespace kcheck::checker;
using kcheck::tests::random_seed;

namespace {

constexpr std::size_t processes_most = 3;

/// What each process does, a variable that all share, and one that names a process or none.
struct World {
    std::array<std::uint8_t, processes_most> local{};
    std::uint8_t shared = 0;
    std::uint8_t named = 0;  // process + 1
    auto operator<=>(const World&) const = default;
};

/// A process in one local state goes to another; some other process may have to go along.
struct Rule {
    enum class Named : std::uint8_t { anybody, me, not_me };
    std::uint8_t from = 0, to = 0;
    bool pair = false;
    std::uint8_t other_from = 0, other_to = 0;
    std::uint8_t shared_from = 0, shared_to = 0;
    Named named = Named::anybody;
    enum class Name : std::uint8_t { keep, me, nobody, other } name = Name::keep;
    int kind = -1;        // of fairness class: each process has one of each kind
    bool common = false;  // it is of the class that all processes share
    bool counted = false;
};

struct Systems {
    std::size_t processes = 2;
    std::uint8_t locals = 2;
    std::vector<Rule> rules;
    std::vector<FairnessClass> classes;  // by kind and process, then the common one
    std::vector<World> initial;          // closed under renaming
    std::uint32_t salt = 0;
    std::vector<std::vector<std::size_t>> renamings;

    std::size_t common_class() const { return classes.size() - 1; }

    World renamed(const World& world, const std::vector<std::size_t>& to) const {
        World out = world;
        for (std::size_t p = 0; p < processes; ++p) out.local[to[p]] = world.local[p];
        if (world.named != 0) out.named = static_cast<std::uint8_t>(to[world.named - 1U] + 1);
        return out;
    }
    World least(const World& world) const {
        World best = world;
        for (const auto& to : renamings) best = std::min(best, renamed(world, to));
        return best;
    }
    /// A symmetric predicate, true of one state in `of`.
    bool holds(const World& world, std::uint32_t which, std::uint32_t of) const {
        const World w = least(world);
        std::uint32_t h = salt + which;
        for (const std::uint8_t byte : {w.local[0], w.local[1], w.local[2], w.shared, w.named})
            h = (h ^ byte) * 0x9E3779B1U + (h >> 15);
        return (h >> 13) % of == 0;
    }
};

struct Act {
    std::uint8_t rule = 0, process = 0, other = 0;
    bool operator==(const Act&) const = default;
};

/// The actual system, or (`Quotient`) its representatives.
template <bool Quotient>
struct Processes : PlainState<World> {
    using Action = Act;
    explicit Processes(const Systems& what) : systems(what) {}

    void initial(const std::function<void(const World&)>& each) const {
        for (const World& world : systems.initial) each(Quotient ? systems.least(world) : world);
    }
    template <class F>
    void for_each(const World& world, F&& f) const {
        for (std::uint8_t r = 0; r < systems.rules.size(); ++r) {
            const Rule& rule = systems.rules[r];
            if (world.shared != rule.shared_from) continue;
            for (std::uint8_t p = 0; p < systems.processes; ++p) {
                if (world.local[p] != rule.from) continue;
                const bool me = world.named == p + 1;
                if (rule.named == Rule::Named::me && !me) continue;
                if (rule.named == Rule::Named::not_me && me) continue;
                World after = world;
                after.local[p] = rule.to;
                after.shared = rule.shared_to;
                if (rule.name == Rule::Name::me) after.named = static_cast<std::uint8_t>(p + 1);
                if (rule.name == Rule::Name::nobody) after.named = 0;
                if (!rule.pair) {
                    f(Act{r, p, p}, after);
                    continue;
                }
                for (std::uint8_t q = 0; q < systems.processes; ++q) {
                    if (q == p || world.local[q] != rule.other_from) continue;
                    World both = after;
                    both.local[q] = rule.other_to;
                    if (rule.name == Rule::Name::other) both.named = static_cast<std::uint8_t>(q + 1);
                    f(Act{r, p, q}, both);
                }
            }
        }
    }
    void successors(const World& world, SuccessorSink<Processes>& sink) const {
        if constexpr (Quotient) {
            ClassMask enabled;
            for_each(world, [&](const Act& act, const World& after) {
                enabled |= classes(act);
                // An equal neighbour has done the same.
                std::vector<std::size_t> swap(systems.processes);
                std::iota(swap.begin(), swap.end(), 0U);
                if (act.process > 0) std::swap(swap[act.process], swap[act.process - 1U]);
                const bool again =
                    act.process > 0 && !systems.rules[act.rule].pair && systems.renamed(world, swap) == world;
                if (!again) sink.edge(act, systems.least(after));
            });
            if (systems.salt % 2 == 0) sink.enabled(enabled);
        } else {
            for_each(world, [&](const Act& act, const World& after) { sink.edge(act, after); });
        }
    }
    void concrete_successors(const World& world, SuccessorSink<Processes>& sink) const {
        for_each(world, [&](const Act& act, const World& after) { sink.edge(act, after); });
    }
    void representative(World& world) const { world = systems.least(world); }
    ClassMask fixed_classes() const {
        return systems.salt % 3 == 0 ? ClassMask{} : ClassMask::bit(systems.common_class());
    }
    ClassMask classes(const Act& act) const {
        const Rule& rule = systems.rules[act.rule];
        ClassMask mask;
        if (rule.kind >= 0) mask.set(static_cast<std::size_t>(rule.kind) * systems.processes + act.process);
        if (rule.common) mask.set(systems.common_class());
        return mask;
    }
    std::string describe(const Act& act) const { return "rule " + std::to_string(act.rule); }

    const Systems& systems;
};
using Full = Processes<false>;
using Quotient = Processes<true>;
static_assert(SymmetricModel<Quotient>);

using QuotientProperty = LivenessOf<Quotient>;
using QuotientForm = QuotientProperty::Form;

Systems random_systems(std::mt19937& random) {
    Systems systems;
    systems.processes = 2 + random() % 2;
    systems.locals = static_cast<std::uint8_t>(2 + random() % 2);
    systems.salt = random();
    const auto shared = static_cast<std::uint8_t>(1 + random() % 2);
    const auto local = [&] { return static_cast<std::uint8_t>(random() % systems.locals); };
    const std::size_t rules = 1 + random() % 6;
    const int kinds = static_cast<int>(1 + random() % 2);
    const bool names = random() % 2 == 0;
    for (std::size_t r = 0; r < rules; ++r) {
        Rule rule;
        rule.from = local();
        rule.to = local();
        rule.pair = random() % 3 == 0;
        rule.other_from = local();
        rule.other_to = local();
        rule.shared_from = static_cast<std::uint8_t>(random() % shared);
        rule.shared_to = static_cast<std::uint8_t>(random() % shared);
        if (names && random() % 2 == 0) rule.named = static_cast<Rule::Named>(random() % 3);
        if (names && random() % 2 == 0) rule.name = static_cast<Rule::Name>(random() % 4);
        if (random() % 4 != 0) rule.kind = static_cast<int>(random() % static_cast<unsigned>(kinds));
        rule.common = random() % 5 == 0;
        rule.counted = random() % 4 == 0;
        systems.rules.push_back(rule);
    }
    const auto fairness = [&] { return random() % 2 == 0 ? Fairness::weak : Fairness::strong; };
    for (int kind = 0; kind < kinds; ++kind) {
        const Fairness same = fairness();
        for (std::size_t p = 0; p < systems.processes; ++p) systems.classes.push_back({"of a process", same});
    }
    systems.classes.push_back({"common", fairness()});

    std::vector<std::size_t> to(systems.processes);
    std::iota(to.begin(), to.end(), 0U);
    do systems.renamings.push_back(to);
    while (std::next_permutation(to.begin(), to.end()));

    World begin;
    for (std::size_t p = 0; p < systems.processes; ++p)
        begin.local[p] = random() % 3 == 0 ? local() : std::uint8_t{0};
    std::set<World> orbit;
    for (const auto& renaming : systems.renamings) orbit.insert(systems.renamed(begin, renaming));
    systems.initial.assign(orbit.begin(), orbit.end());
    return systems;
}

QuotientProperty property_of(const Systems& systems, QuotientForm form) {
    return {"property", form, [&systems](const World& w) { return systems.holds(w, 1, 2); },
            [&systems](const World& w) { return systems.holds(w, 2, 3); },
            [&systems](const Act& act) { return systems.rules[act.rule].counted; }};
}

struct Edge {
    std::size_t from, to;
    Act act;
};

/// The full graph, and fairness decided from the definitions: the strong classes that are
/// disabled from some point on are guessed, all subsets of them; then the components of what
/// is left, by the transitive closure, must take every other strong class.
class Naive {
public:
    explicit Naive(const Systems& what) : systems(what), model(what) {
        std::map<World, std::size_t> number;
        for (const World& world : systems.initial)
            if (number.emplace(world, worlds.size()).second) worlds.push_back(world);
        initial = worlds.size();
        for (std::size_t at = 0; at < worlds.size(); ++at)
            model.for_each(World(worlds[at]), [&](const Act& act, const World& after) {
                const auto [found, fresh] = number.emplace(after, worlds.size());
                if (fresh) worlds.push_back(after);
                edges.push_back({at, found->second, act});
            });
        enabled.resize(worlds.size());
        for (const Edge& edge : edges) enabled[edge.from] |= model.classes(edge.act);
    }

    bool violated(const QuotientProperty& property) const {
        std::vector<bool> allowed(worlds.size(), true);
        if (property.form == QuotientForm::always_eventually)
            for (std::size_t s = 0; s < worlds.size(); ++s) allowed[s] = !property.goal(worlds[s]);
        if (property.form == QuotientForm::leads_to) {
            for (std::size_t s = 0; s < worlds.size(); ++s)
                allowed[s] = property.premise(worlds[s]) && !property.goal(worlds[s]);
            for (bool more = true; more;) {
                more = false;
                for (const Edge& edge : edges)
                    if (allowed[edge.from] && !allowed[edge.to] && !property.goal(worlds[edge.to]))
                        allowed[edge.to] = more = true;
            }
        }
        if (property.form != QuotientForm::finitely_often)
            for (std::size_t s = 0; s < worlds.size(); ++s)
                if (enabled[s].none() && allowed[s] &&
                    (property.form != QuotientForm::eventually_always || !property.goal(worlds[s])))
                    return true;

        std::vector<std::size_t> strong;
        for (std::size_t c = 0; c < systems.classes.size(); ++c)
            if (systems.classes[c].fairness == Fairness::strong) strong.push_back(c);
        for (std::uint32_t guess = 0; guess < 1U << strong.size(); ++guess) {
            ClassMask off;
            for (std::size_t i = 0; i < strong.size(); ++i)
                if ((guess >> i & 1) != 0) off.set(strong[i]);
            std::vector<bool> inside = allowed;
            for (std::size_t s = 0; s < worlds.size(); ++s)
                if (enabled[s].intersects(off)) inside[s] = false;
            if (cycle(property, inside, off)) return true;
        }
        return false;
    }

    const Systems& systems;
    Full model;
    std::vector<World> worlds;
    std::size_t initial = 0;
    std::vector<Edge> edges;
    std::vector<ClassMask> enabled;

private:
    bool cycle(const QuotientProperty& property, const std::vector<bool>& inside,
               const ClassMask& off) const {
        const std::size_t n = worlds.size();
        std::vector<std::vector<bool>> reach(n, std::vector<bool>(n));
        for (const Edge& edge : edges)
            if (inside[edge.from] && inside[edge.to]) reach[edge.from][edge.to] = true;
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t i = 0; i < n; ++i)
                if (reach[i][k])
                    for (std::size_t j = 0; j < n; ++j)
                        if (reach[k][j]) reach[i][j] = true;
        for (std::size_t root = 0; root < n; ++root) {
            if (!reach[root][root]) continue;
            const auto in = [&](std::size_t s) { return reach[root][s] && reach[s][root]; };
            ClassMask taken, always = ~ClassMask{};
            bool counted = false, all_goals = true;
            for (const Edge& edge : edges)
                if (in(edge.from) && in(edge.to)) {
                    taken |= model.classes(edge.act);
                    counted = counted || property.counted(edge.act);
                }
            for (std::size_t s = 0; s < n; ++s)
                if (in(s)) {
                    always &= enabled[s];
                    all_goals = all_goals && property.goal(worlds[s]);
                }
            bool fair = true;
            for (std::size_t c = 0; c < systems.classes.size(); ++c) {
                if (taken.test(c)) continue;
                const bool strong = systems.classes[c].fairness == Fairness::strong;
                fair = fair && (strong ? off.test(c) : !always.test(c));
            }
            if (!fair) continue;
            if (property.form == QuotientForm::eventually_always && all_goals) continue;
            if (property.form == QuotientForm::finitely_often && !counted) continue;
            return true;
        }
        return false;
    }
};

/// Follows the lasso in the actual system and judges it by the definitions.
void require_witness(const Naive& naive, const QuotientProperty& property, const Lasso<Quotient>& lasso) {
    const auto& systems = naive.systems;
    REQUIRE(std::find(systems.initial.begin(), systems.initial.end(), lasso.stem.initial) !=
            systems.initial.end());
    World world = lasso.stem.initial;
    bool open = property.premise(world) && !property.goal(world);
    const auto follow = [&](const Step<Quotient>& step) {
        bool possible = false;
        naive.model.for_each(world, [&](const Act& act, const World& after) {
            possible = possible || (act == step.action && after == step.state);
        });
        REQUIRE(possible);
        world = step.state;
        open = (open || property.premise(world)) && !property.goal(world);
    };
    const auto enabled = [&] {
        ClassMask mask;
        naive.model.for_each(world, [&](const Act& act, const World&) { mask |= naive.model.classes(act); });
        return mask;
    };
    for (const auto& step : lasso.stem.steps) follow(step);
    const World start = world;
    if (property.form == QuotientForm::leads_to) REQUIRE(open);
    ClassMask taken, always = enabled(), sometimes = always;
    bool all_goals = property.goal(world), some_goal = all_goals, counted = false;
    for (const auto& step : lasso.cycle) {
        follow(step);
        taken |= naive.model.classes(step.action);
        counted = counted || property.counted(step.action);
        always &= enabled();
        sometimes |= enabled();
        all_goals = all_goals && property.goal(world);
        some_goal = some_goal || property.goal(world);
    }
    REQUIRE(world == start);
    if (lasso.cycle.empty()) REQUIRE(enabled().none());
    for (std::size_t c = 0; c < systems.classes.size(); ++c)
        if (!taken.test(c) && !lasso.cycle.empty())
            REQUIRE(!(systems.classes[c].fairness == Fairness::weak ? always : sometimes).test(c));
    switch (property.form) {
        case QuotientForm::eventually_always: REQUIRE(!all_goals); break;
        case QuotientForm::always_eventually:
        case QuotientForm::leads_to: REQUIRE(!some_goal); break;
        case QuotientForm::finitely_often: REQUIRE(counted); break;
    }
}

struct Tally {
    std::array<int, 4> violated{}, with_cycle{}, quotient_wrong{};
};

constexpr std::array forms = {QuotientForm::eventually_always, QuotientForm::always_eventually,
                              QuotientForm::leads_to, QuotientForm::finitely_often};

Tally agree(std::uint32_t seed, int rounds) {
    std::mt19937 random(seed);
    Tally tally;
    for (int round = 0; round < rounds; ++round) {
        const Systems systems = random_systems(random);
        const Naive naive(systems);
        std::vector<QuotientProperty> properties;
        for (const QuotientForm form : forms) properties.push_back(property_of(systems, form));
        const Quotient model(systems);
        ExploreOptions options;
        options.record_graph = true;
        options.seed = random();
        const Exploration explored = explore<Quotient>(model, {}, options, properties);
        LivenessOptions how;
        if (round % 3 == 0) how.batch_states = 1;
        const auto results =
            check_liveness_unfolded<Quotient>(model, explored, systems.classes, properties, how);
        const auto naively = check_liveness<Quotient>(model, explored, systems.classes, properties);
        for (std::size_t i = 0; i < forms.size(); ++i) {
            CAPTURE(seed, round, i, naive.worlds.size());
            const bool expected = naive.violated(properties[i]);
            REQUIRE(results[i].verdict == (expected ? LivenessVerdict::violated : LivenessVerdict::holds));
            REQUIRE(results[i].lasso.has_value() == expected);
            if (naively[i].verdict != results[i].verdict) ++tally.quotient_wrong[i];
            if (!expected) continue;
            require_witness(naive, properties[i], *results[i].lasso);
            ++tally.violated[i];
            if (!results[i].lasso->cycle.empty()) ++tally.with_cycle[i];
        }
    }
    return tally;
}

}  // namespace

TEST_CASE("unfolding the quotient decides what the full graph decides") {
    constexpr int rounds = 3000;
    const Tally tally = agree(random_seed(), rounds);
    for (std::size_t i = 0; i < forms.size(); ++i) {  // the cases are worth something
        CAPTURE(i, tally.violated[i], tally.with_cycle[i], tally.quotient_wrong[i]);
        CHECK(tally.violated[i] > rounds / 10);
        CHECK(rounds - tally.violated[i] > rounds / 10);
        CHECK(tally.with_cycle[i] > rounds / 20);
        // Classes that are moved cannot be decided in the quotient: that shows in some cases.
        CHECK(tally.quotient_wrong[i] > 0);
    }
}

TEST_CASE("unfolding the quotient decides what the full graph decides, many times", "[.slow]") {
    agree(random_seed(), 200'000);
}

namespace {

/// Two processes that take turns at random, each weakly fair: both move again and again, so the
/// shared goal of "somebody is up" is left and reached for ever.
Systems turns() {
    Systems systems;
    systems.rules = {{.from = 0, .to = 1, .kind = 0}, {.from = 1, .to = 0, .kind = 0, .counted = true}};
    systems.classes = {{"a", Fairness::weak}, {"b", Fairness::weak}, {"common", Fairness::weak}};
    systems.initial = {World{}};
    systems.renamings = {{0, 1}, {1, 0}};
    return systems;
}

template <class M>
std::vector<LivenessResult<M>> decide(const M& model, const Systems& systems,
                                      const LivenessOptions& how = {}) {
    const std::vector<LivenessOf<M>> properties = {property_of(systems, QuotientForm::finitely_often)};
    ExploreOptions options;
    options.record_graph = true;
    const Exploration explored = explore<M>(model, {}, options, properties);
    return check_liveness_unfolded<M>(model, explored, systems.classes, properties, how);
}

/// Says of one process that it can do what the other cannot.
struct Biased : Quotient {
    using Quotient::Quotient;
    void successors(const World& world, SuccessorSink<Biased>& sink) const {
        for_each(world, [&](const Act& act, const World& after) { sink.edge(act, systems.least(after)); });
    }
    void concrete_successors(const World& world, SuccessorSink<Biased>& sink) const {
        for_each(world, [&](const Act& act, const World& after) {
            if (act.process == 0) sink.edge(act, after);
        });
    }
};

}  // namespace

TEST_CASE("an unfolding obeys the limits") {
    const Systems systems = turns();
    const Quotient model(systems);
    REQUIRE(decide(model, systems)[0].verdict == LivenessVerdict::violated);
    LivenessOptions how;
    how.states_max = 1;
    const auto results = decide(model, systems, how);
    REQUIRE(results[0].verdict == LivenessVerdict::incomplete);
    REQUIRE(results[0].ended == Ended::states);
}

TEST_CASE("a model that is not symmetric is found out") {
    const Systems systems = turns();
    REQUIRE_THROWS_WITH(decide(Biased(systems), systems),
                        Catch::Contains("an actual state has other transitions than its representative"));
}
