// The reduced search against the plain one, on random systems; and lies that this must find.
#include <catch2/catch.hpp>

#include <array>

#include "tests/independence_systems.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using namespace kcheck::checker::reductions;

namespace {

struct Sums {
    std::size_t plain = 0, reduced = 0, quiescent = 0, bad = 0, not_bad = 0, cycles = 0, longer = 0;
};

bool same_verdicts(const ReducedSearchResult& plain, const ReducedSearchResult& reduced) {
    if (!reduced.complete || plain.quiescent != reduced.quiescent) return false;
    for (std::size_t b = 0; b < plain.bad.size(); ++b) {
        if (plain.bad[b].has_value() != reduced.bad[b].has_value()) return false;
    }
    return true;
}

void compare(unsigned seed, Sums& sums) {
    const RandomSystem random = random_system(seed);
    const ReducedSearchResult plain = plain_search(random);
    Independence independence(random.system, {});
    sums.plain += plain.states;
    sums.quiescent += plain.quiescent.size();
    for (const Budget& budget : random.budgets) REQUIRE_FALSE(refute_budget(random.system, budget));
    for (const bool absorb : {false, true}) {
        for (const bool dominance : {false, true}) {
            ReducedSearchOptions options{.oracle = &independence,
                                         .stubborn = {.absorb = absorb, .domain = {}}};
            if (dominance) options.budgets = random.budgets;
            ReducedSearchResult reduced = search(random.system, random.goals, options);
            for (State& state : reduced.quiescent) {
                for (const Budget& budget : random.budgets) state[budget.variable] = 0;
            }
            std::ranges::sort(reduced.quiescent);
            reduced.quiescent.erase(std::unique(reduced.quiescent.begin(), reduced.quiescent.end()),
                                    reduced.quiescent.end());
            INFO("seed " << seed << ", absorb " << absorb << ", dominance " << dominance);
            REQUIRE(same_verdicts(plain, reduced));
            for (std::size_t b = 0; b < plain.bad.size(); ++b) {
                ++(plain.bad[b] ? sums.bad : sums.not_bad);
                if (!absorb) REQUIRE(plain.bad[b] == reduced.bad[b]);  // nearest ones are kept
                if (plain.bad[b] != reduced.bad[b]) ++sums.longer;
            }
            sums.cycles += reduced.cycles_broken;
            if (absorb && dominance) sums.reduced += reduced.states;
        }
    }
    // One predicate alone, and no quiescent state to preserve: sets without a key.
    const Goals one{.quiescent = false, .allowed = {}, .bad = {random.goals.bad[0]}};
    const ReducedSearchResult reduced = search(random.system, one, {.oracle = &independence});
    REQUIRE(reduced.bad[0].has_value() == plain.bad[0].has_value());
}

void compare_many(unsigned from, unsigned to, Sums& sums) {
    for (unsigned seed = from; seed < to; ++seed) compare(seed, sums);
}

/// Says once what is not so.
class Liar : public Oracle {
public:
    Liar(Oracle& honest, Claim claim, std::size_t skip) : honest_(honest), claim_(claim), skip_(skip) {}
    bool holds(const Question& question, const Box& box) override {
        if (lie_ && *lie_ == question) return true;
        const bool holds = honest_.holds(question, box);
        if (!holds && !lie_ && question.claim == claim_ && skip_-- == 0) {
            lie_ = question;
            return true;
        }
        return holds;
    }
    bool has_lied() const { return lie_.has_value(); }

private:
    Oracle& honest_;
    Claim claim_;
    std::size_t skip_;
    std::optional<Question> lie_;
};

}  // namespace

TEST_CASE("stubborn sets preserve quiescent states, bad predicates and the nearest bad states") {
    Sums sums;
    compare_many(0, 150, sums);
    // The sample contains what it is meant to exercise.
    CHECK(sums.reduced * 2 < sums.plain);
    CHECK(sums.quiescent > 150);
    CHECK(sums.bad > 100);
    CHECK(sums.not_bad > 100);
    CHECK(sums.cycles > 0);
    CHECK(sums.longer > 0);
}

TEST_CASE("stubborn sets, thousands of systems", "[.slow]") {
    Sums sums;
    compare_many(1000, 6000, sums);
    CHECK(sums.reduced * 2 < sums.plain);
}

TEST_CASE("one false entry of the relation is found") {
    // By claim: how many of these lies change a verdict. Those of moves_left are rare: it is asked of what
    // is in a set with a key beside it.
    std::array<int, 4> found{}, told{};
    for (std::size_t claim = 0; claim < found.size(); ++claim) {
        const unsigned from = claim == 0 ? 1850 : 0;
        for (unsigned seed = from; seed < from + 70; ++seed) {
            const RandomSystem random = random_system(seed);
            const ReducedSearchResult plain = plain_search(random);
            Independence independence(random.system, {});
            Liar liar(independence, static_cast<Claim>(claim), seed % 3);
            ReducedSearchOptions options{.oracle = &liar, .budgets = random.budgets};
            const ReducedSearchResult reduced = search(random.system, random.goals, options);
            told[claim] += liar.has_lied();
            if (!same_verdicts(plain, reduced)) {
                CHECK(liar.has_lied());
                ++found[claim];
            }
        }
    }
    CAPTURE(found, told);
    for (const int lies : found) CHECK(lies >= 1);
}

TEST_CASE("a step that is absorbed later cannot put that off for ever") {
    // `spin` goes round for ever, `stop` undoes it: exploring `spin` first, stop would never be seen.
    SystemBuilder b;
    const ir::Term x = b.variable("x", 2), stopped = b.variable("stopped", 2);
    b.action("spin", stopped == 0, {{x, b.number(1) - x}});
    b.action("stop", stopped == 0, {{x, b.number(0)}, {stopped, b.number(1)}});
    Independence independence(b.system, {});
    const ReducedSearchResult result = search(b.system, {}, {.oracle = &independence});
    CHECK(result.quiescent == std::vector<State>{{0, 1}});
    CHECK(result.cycles_broken == 1);
}

TEST_CASE("what must not depend on a budget is refused if it reads one") {
    SystemBuilder b;
    const ir::Term left = b.variable("left", 3, 2), x = b.variable("x", 2);
    b.action("spend", left > 0, {{left, left - 1}});
    b.action("work", x == 0, {{x, b.number(1)}});
    const std::vector<Budget> budgets{{0, false}};
    CHECK_FALSE(refute_budget(b.system, budgets[0]));
    CHECK(refute_budget(b.system, {0, true}));
    CHECK(refute_budget(b.system, {1, false}));
    CHECK_THROWS_WITH(search(b.system, {}, {.budgets = budgets}),
                      "reductions: the guard of spend reads the budget left");
    const Goals goals{.quiescent = true, .allowed = {true, false}, .bad = {left == 0}};
    CHECK_THROWS_WITH(search(b.system, goals, {.budgets = budgets}),
                      "reductions: a bad predicate reads the budget left");
    const ReducedSearchResult result =
        search(b.system, {.quiescent = true, .allowed = {true, false}, .bad = {}}, {.budgets = budgets});
    CHECK(result.states == 2);  // with 2 left; what is spent is dominated
    CHECK(result.quiescent == std::vector<State>{{0, 1}});
}

TEST_CASE("a system that leaves its ranges is refused") {
    SystemBuilder b;
    const ir::Term x = b.variable("x", 2);
    b.action("grow", b.truth(true), {{x, x + 1}});
    CHECK_THROWS_WITH(search(b.system, {}), "reductions: grow gives x the value 2");
}
