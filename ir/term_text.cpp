// Infix text of terms, with the parentheses of C++ precedence.
#include <fmt/format.h>

#include "ir/term.hpp"

namespace kcheck::ir {
namespace {

enum Precedence { conditional, disjunction, conjunction, equality, relation, sum, prefix };

struct Printer {
    const Arena& arena;
    const std::function<std::string(VariableId)>& name;

    std::string binary(const Node& node, const char* op, Precedence own, Precedence outer) const {
        // + - && || read left to right; the right operand of - needs its parentheses.
        const Precedence right = own == conjunction || own == disjunction ? own : Precedence(own + 1);
        return wrap(fmt::format("{} {} {}", print(node.a, own), op, print(node.b, right)), own, outer);
    }

    static std::string wrap(std::string text, Precedence own, Precedence outer) {
        return own < outer ? "(" + std::move(text) + ")" : text;
    }

    std::string negation(NodeId operand, Precedence outer) const {
        const Node& node = arena.node(operand);
        if (node.op == Op::equal) return binary(node, "!=", equality, outer);
        if (node.op == Op::less) return binary(node, ">=", relation, outer);
        return "!" + print(operand, prefix);
    }

    std::string print(NodeId id, Precedence outer) const {
        const Node& node = arena.node(id);
        switch (node.op) {
            case Op::constant:
                if (node.sort == Sort::boolean) return node.value != 0 ? "true" : "false";
                return std::to_string(node.value);
            case Op::variable: return name(static_cast<VariableId>(node.value));
            case Op::add: {
                const Node& right = arena.node(node.b);
                if (right.op == Op::constant && right.value < 0) {
                    return wrap(fmt::format("{} - {}", print(node.a, sum), -std::int64_t{right.value}), sum,
                                outer);
                }
                return binary(node, "+", sum, outer);
            }
            case Op::subtract: return binary(node, "-", sum, outer);
            case Op::equal: return binary(node, "==", equality, outer);
            case Op::less: return binary(node, "<", relation, outer);
            case Op::both: return binary(node, "&&", conjunction, outer);
            case Op::either: return binary(node, "||", disjunction, outer);
            case Op::negate: return negation(node.a, outer);
            case Op::select:
                return wrap(fmt::format("{} ? {} : {}", print(node.a, disjunction),
                                        print(node.b, conditional), print(node.c, conditional)),
                            conditional, outer);
        }
        return {};
    }
};

}  // namespace

std::string to_string(Term term, const std::function<std::string(VariableId)>& name) {
    return Printer{term.arena(), name}.print(term.id(), conditional);
}

}  // namespace kcheck::ir
