// Terms: what folds, what a term evaluates to, how it prints.
#include "ir/term.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>

#include "ir/interval.hpp"
#include "ir/substitution.hpp"

using namespace kcheck::ir;

namespace {

std::string text(Term term) {
    return to_string(term, [](VariableId v) { return std::string(1, static_cast<char>('x' + v)); });
}

bool same(Term a, Term b) { return a.id() == b.id(); }

struct Fixture {
    Arena arena;
    Term x = arena.variable(0), y = arena.variable(1), z = arena.variable(2);
    Term p = x == 1, q = y < z, t = arena.boolean(true), f = arena.boolean(false);
    Term number(int value) { return arena.integer(value); }
};

}  // namespace

TEST_CASE("equal terms are one node") {
    Fixture s;
    CHECK(same(s.x + s.y, s.y + s.x));
    CHECK(same(s.p && s.q, s.q && s.p));
    CHECK(same(s.x == s.y, s.y == s.x));
    CHECK_FALSE(same(s.x - s.y, s.y - s.x));
    CHECK_FALSE(same(s.x < s.y, s.y < s.x));
    CHECK_FALSE(same(s.number(1), s.t));
}

TEST_CASE("constants fold") {
    Fixture s;
    CHECK((s.number(2) + 3).is_constant(5));
    CHECK((s.number(2) - 3).is_constant(-1));
    CHECK((s.x - s.x).is_constant(0));
    CHECK(same(s.x + 0, s.x));
    CHECK(same(s.x + 2 - 2, s.x));
    CHECK(same(s.x + 1 + 2, s.x + 3));
    CHECK(same(s.number(2) < s.number(3), s.t));
    CHECK(same(s.number(3) <= s.number(2), s.f));
    CHECK(same(s.x == s.x, s.t));
    CHECK(same(s.x < s.x, s.f));
    CHECK(same(s.number(2) == s.number(3), s.f));
}

TEST_CASE("junctions simplify") {
    Fixture s;
    CHECK(same(s.p && s.t, s.p));
    CHECK(same(s.p && s.f, s.f));
    CHECK(same(s.p || s.f, s.p));
    CHECK(same(s.p || true, s.t));
    CHECK(same(s.p && s.p, s.p));
    CHECK(same(s.p && !s.p, s.f));
    CHECK(same(s.p || !s.p, s.t));
    CHECK(same(!!s.p, s.p));
    CHECK(same(s.p && (s.p || s.q), s.p));
    CHECK(same(s.p || (s.q && s.p), s.p));
    CHECK(same(s.p && (!s.p || s.q), s.p && s.q));
    CHECK(same((s.p && s.q) && !s.q, s.f));
}

TEST_CASE("selects simplify") {
    Fixture s;
    CHECK(same(select(s.t, s.x, s.y), s.x));
    CHECK(same(select(s.f, s.x, s.y), s.y));
    CHECK(same(select(s.p, s.x, s.x), s.x));
    CHECK(same(select(!s.p, s.x, s.y), select(s.p, s.y, s.x)));
    CHECK(same(select(s.p, s.t, s.q), s.p || s.q));
    CHECK(same(select(s.p, select(s.p, s.x, s.y), s.z), select(s.p, s.x, s.z)));
    CHECK(same(select(s.p, s.x, select(s.q, s.x, s.y)), select(s.p || s.q, s.x, s.y)));

    const Term pick = select(s.p, s.number(1), s.number(2));
    CHECK(same(pick == 1, s.p));
    CHECK(same(pick == 2, !s.p));
    CHECK(same(pick == 3, s.f));
    CHECK(same(pick < 3, s.t));
    CHECK(same(pick > 1, !s.p));
    const Term nested = select(s.q, s.number(5), select(s.p, s.number(1), s.z));
    CHECK(same(nested == 5, s.q || (!s.p && s.z == 5)));
}

TEST_CASE("misuse is reported") {
    Fixture s;
    CHECK_THROWS_AS(s.x + s.p, std::invalid_argument);
    CHECK_THROWS_AS(s.p && s.x, std::invalid_argument);
    CHECK_THROWS_AS(select(s.p, s.x, s.q), std::invalid_argument);
    CHECK_THROWS_AS(s.arena.make(Op::add, s.x), std::invalid_argument);
    CHECK_THROWS_AS(s.number(INT32_MAX) + 1, std::overflow_error);
}

TEST_CASE("terms print with the parentheses they need") {
    Fixture s;
    CHECK(text((s.x + s.y) - 1 == s.z) == "z == x + y - 1");
    CHECK(text(s.x - (s.y - s.z)) == "x - (y - z)");
    CHECK(text(s.p && (s.q || s.x == 2)) == "x == 1 && (y < z || x == 2)");
    CHECK(text(!(s.p && s.q)) == "!(x == 1 && y < z)");
    CHECK(text(s.x != s.y) == "x != y");
    CHECK(text(s.x >= s.y) == "x >= y");
    CHECK(text(select(s.p, s.x, s.y) + s.z) == "z + (x == 1 ? x : y)");
    CHECK(text(s.t) == "true");
}

TEST_CASE("variables_of lists each variable once, in order") {
    Fixture s;
    CHECK(variables_of(s.arena, {s.z + s.x, s.x == s.z}) == std::vector<VariableId>{0, 2});
    CHECK(variables_of(s.arena, {s.t}).empty());
}

TEST_CASE("deep terms overflow no stack") {
    Fixture s;
    Term deep = s.x;
    for (int i = 0; i < 300'000; ++i) deep = select(s.y == i, s.z, deep) + 1 - s.z;
    Evaluator evaluate(s.arena);
    const std::vector<std::int32_t> values{7, -1, 1};
    evaluate.reset(values);
    CHECK(evaluate(deep) == 7);
    CHECK(variables_of(s.arena, {deep}) == std::vector<VariableId>{0, 1, 2});
    Substitution keep(s.arena, s.arena, [&](VariableId v) { return s.arena.variable(v); });
    CHECK(same(keep(deep), deep));
}

TEST_CASE("a reset evaluator forgets the last state") {
    Fixture s;
    Evaluator evaluate(s.arena);
    std::vector<std::int32_t> values{1, 2, 3};
    evaluate.reset(values);
    CHECK(evaluate(s.x + s.y) == 3);
    values = {4, 5, 6};
    evaluate.reset(values);
    CHECK(evaluate(s.x + s.y) == 9);
    CHECK(evaluate(s.x + s.y + s.z) == 15);  // built after the reset
}

TEST_CASE("simplified terms mean what unsimplified ones do") {
    // Random expressions are built twice: as terms, and as plain integers in one
    // state, with the variables substituted by that state as a third opinion.
    std::mt19937 random(20240601);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    struct Pair {
        Term term;
        int value;
    };
    for (int round = 0; round < 2000; ++round) {
        Arena arena;
        const std::vector<std::int32_t> state{below(3), below(3), below(3)};
        std::vector<Pair> integers, booleans{{arena.boolean(true), 1}, {arena.boolean(false), 0}};
        for (VariableId v = 0; v < 3; ++v) integers.push_back({arena.variable(v), state[v]});
        for (int k = -1; k < 3; ++k) integers.push_back({arena.integer(k), k});
        const auto integer = [&] { return integers[random() % integers.size()]; };
        const auto boolean = [&] { return booleans[random() % booleans.size()]; };
        for (int i = 0; i < 60; ++i) {
            const Pair a = integer(), b = integer(), c = boolean(), d = boolean(), e = boolean();
            switch (below(9)) {
                case 0: integers.push_back({a.term + b.term, a.value + b.value}); break;
                case 1: integers.push_back({a.term - b.term, a.value - b.value}); break;
                case 2: booleans.push_back({a.term == b.term, a.value == b.value}); break;
                case 3: booleans.push_back({a.term < b.term, a.value < b.value}); break;
                case 4: booleans.push_back({c.term && d.term, c.value & d.value}); break;
                case 5: booleans.push_back({c.term || d.term, c.value | d.value}); break;
                case 6: booleans.push_back({!c.term, 1 - c.value}); break;
                case 7:
                    integers.push_back({select(c.term, a.term, b.term), c.value ? a.value : b.value});
                    break;
                default:
                    booleans.push_back({select(c.term, d.term, e.term), c.value ? d.value : e.value});
                    break;
            }
        }
        Evaluator evaluate(arena);
        evaluate.reset(state);
        Substitution concrete(arena, arena, [&](VariableId v) { return arena.integer(state[v]); });
        for (const auto* pool : {&integers, &booleans}) {
            for (const Pair& pair : *pool) {
                REQUIRE(evaluate(pair.term) == pair.value);
                REQUIRE(concrete(pair.term).is_constant(pair.value));
            }
        }
        const std::vector<Interval> interval = intervals(arena, {3, 3, 3});
        for (const Pair& pair : integers) {
            REQUIRE(interval[pair.term.id()].low <= pair.value);
            REQUIRE(interval[pair.term.id()].high >= pair.value);
        }
    }
}
