// Transition systems in the languages of other checkers: the text of a small one.
#include <catch2/catch.hpp>

#include "ir/export/definitions.hpp"
#include "ir/export/names.hpp"
#include "ir/export/promela.hpp"
#include "ir/export/tla.hpp"

using namespace kcheck::ir;

namespace {

/// Swaps x and y, which needs simultaneous assignment, and counts to 2.
TransitionSystem swapping() {
    TransitionSystem system;
    auto& arena = *system.arena;
    const Term x = arena.variable(0), y = arena.variable(1);
    system.variables = {{"x[0]", 3, 1}, {"x.0", 300}};
    system.actions = {{"swap", x != y, {{0, y}, {1, x}}}, {"count", x < 2, {{0, x + 1}}}};
    system.invariants = {{"x is small", x < 2, {}}};
    return system;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an exported name is an identifier, and nobody else's") {
    Identifiers names;
    CHECK(names.make("v_", "pod[1].node") == "v_pod_1_node");
    CHECK(names.make("v_", "pod.1.node") == "v_pod_1_node_2");
    CHECK(names.make("v_", "pod-1-node") == "v_pod_1_node_3");
    CHECK(comment("a */ b\n\\* c") == "a  / b    c");
}

TEST_CASE("a system in Promela assigns at once, in hidden variables") {
    const auto text = to_promela(swapping(), "a title\n");
    CHECK(text.starts_with("/*\na title\n\nFor SPIN, "));
    CHECK(has(text, "\n  1 x is small\n*/\n"));
    CHECK(has(text, "byte v_x_0 = 1;  /* x[0] */\nshort v_x_0_2 = 0;"));
    CHECK(has(text, "hidden int n0;\nhidden int n1;\n"));
    CHECK(has(text,
              "(!(v_x_0 == v_x_0_2)) ->\n"
              "      n0 = v_x_0_2;\n"
              "      n1 = v_x_0;\n"
              "      v_x_0 = n0;\n"
              "      v_x_0_2 = n1;\n"));
    CHECK(has(text,
              "#ifdef ASSERT_1\n  /* x is small */\n  :: d_step {\n      if\n"
              "      :: (!(v_x_0 < 2)) ->\n      assert(false);\n"));
    CHECK(has(text, "  :: (false && v_x_0 + v_x_0_2 < 0) -> skip\n  od\n"));
}

TEST_CASE("a system in TLA+ says what every variable becomes") {
    const auto text = to_tla(swapping(), "Swap", "a title\n");
    CHECK(text.starts_with("---- MODULE Swap ----\n(*\na title\n\nFor TLC, this text in Swap.tla, "));
    CHECK(has(text, "\n  INVARIANTS TypeOK p_x_is_small\n"));
    CHECK(has(text, "tlc2.TLC Swap\n*)\nEXTENDS Integers\n"));
    CHECK(has(text, "VARIABLES v_x_0, v_x_0_2\n"));
    CHECK(has(text, "\nTypeOK ==\n    /\\ v_x_0 \\in 0 .. 2\n    /\\ v_x_0_2 \\in 0 .. 299\n"));
    CHECK(has(text, "\nInit ==\n    /\\ v_x_0 = 1\n    /\\ v_x_0_2 = 0\n"));
    CHECK(has(text,
              "\na_swap ==\n    /\\ (~(v_x_0 = v_x_0_2)) = TRUE\n    /\\ v_x_0' = v_x_0_2\n"
              "    /\\ v_x_0_2' = v_x_0\n\n"));
    CHECK(has(text,
              "\na_count ==\n    /\\ (v_x_0 < 2) = TRUE\n    /\\ v_x_0' = (v_x_0 + 1)\n"
              "    /\\ UNCHANGED <<v_x_0_2>>\n"));
    CHECK(has(text, "\nNext ==\n    \\/ a_swap\n    \\/ a_count\n"));
    CHECK(has(text, "\np_x_is_small ==\n    (v_x_0 < 2)\n"));
    CHECK(text.ends_with("\n====\n"));
}

TEST_CASE("shared and long terms get a name, and the text stays linear") {
    Arena arena;
    Term term = arena.variable(0);
    for (int i = 0; i < 10'000; ++i) term = term + term;
    const Notation notation{
        [](const Node&) { return std::string("x"); },
        [](Op, const std::string& a, const std::string& b, const std::string&) { return a + "+" + b; }};
    const Definitions named(arena, notation, {term, term + term});
    REQUIRE(named.all().size() == 10'000);
    CHECK(named.of_first() == 10'000);
    CHECK(Definitions(arena, notation, {arena.variable(0), term}).of_first() == 0);
    CHECK(named.all().front().value == "x+x");
    CHECK(named[term] == "t9999");
    CHECK(named[term + term] == "t9999+t9999");
}
