#include "ir/export/tla.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ir/export/definitions.hpp"
#include "ir/export/names.hpp"

namespace kcheck::ir {

namespace {

std::string leaf(const Node& node, const std::vector<std::string>& names) {
    if (node.op == Op::variable) return names[static_cast<VariableId>(node.value)];
    if (node.sort == Sort::boolean) return node.value != 0 ? "TRUE" : "FALSE";
    return node.value < 0 ? fmt::format("(0 - {})", -std::int64_t{node.value}) : std::to_string(node.value);
}

std::string compound(Op op, const std::string& a, const std::string& b, const std::string& c) {
    switch (op) {
        case Op::add: return fmt::format("({} + {})", a, b);
        case Op::subtract: return fmt::format("({} - {})", a, b);
        case Op::equal: return fmt::format("({} = {})", a, b);
        case Op::less: return fmt::format("({} < {})", a, b);
        case Op::both: return fmt::format("({} /\\ {})", a, b);
        case Op::either: return fmt::format("({} \\/ {})", a, b);
        case Op::negate: return fmt::format("(~{})", a);
        case Op::select: return fmt::format("(IF {} THEN {} ELSE {})", a, b, c);
        case Op::constant:
        case Op::variable: break;
    }
    return {};
}

/// "LET ... IN", or nothing where there is nothing to define.
std::string let(const Definitions& terms) {
    if (terms.all().empty()) return {};
    std::string text = "  LET\n";
    for (const auto& [name, value] : terms.all()) text += fmt::format("    {} == {}\n", name, value);
    return text + "  IN\n";
}

std::string action_text(const TransitionSystem& system, const Action& action, const std::string& name,
                        const std::vector<std::string>& variables, const Notation& notation) {
    std::vector<Term> terms{action.guard};
    std::vector<bool> assigned(variables.size());
    for (const auto& [variable, term] : action.assignments) {
        terms.push_back(term);
        assigned[variable] = true;
    }
    const Definitions named(*system.arena, notation, terms);
    // TLC takes a disjunction in a conjunct for a choice of successors, but not below an equality.
    auto text = fmt::format("\n\\* {}\n{} ==\n{}    /\\ {} = TRUE\n", comment(action.name), name, let(named),
                            named[action.guard]);
    for (const auto& [variable, term] : action.assignments)
        text += fmt::format("    /\\ {}' = {}\n", variables[variable], named[term]);
    std::vector<std::string> kept;
    for (std::size_t v = 0; v < variables.size(); ++v)
        if (!assigned[v]) kept.push_back(variables[v]);
    if (!kept.empty()) text += fmt::format("    /\\ UNCHANGED <<{}>>\n", fmt::join(kept, ", "));
    return text;
}

/// Of the comment at the top: how to run it.
std::string opening(const std::string& module, const std::vector<std::string>& invariants) {
    return fmt::format(
        "\nFor TLC, this text in {0}.tla, and in {0}.cfg:\n"
        "  SPECIFICATION Spec\n"
        "  INVARIANTS TypeOK {1}\n"
        "  CHECK_DEADLOCK FALSE\n"
        "and then:\n"
        "  java -cp tla2tools.jar tlc2.TLC {0}\n",
        module, fmt::join(invariants, " "));
}

}  // namespace

std::string to_tla(const TransitionSystem& system, const std::string& module, const std::string& title) {
    Identifiers identifiers;
    std::vector<std::string> variables;
    for (const auto& variable : system.variables) variables.push_back(identifiers.make("v_", variable.name));
    std::vector<std::string> properties;
    for (const auto& invariant : system.invariants)
        properties.push_back(identifiers.make("p_", invariant.name));
    const Notation notation{[&](const Node& node) { return leaf(node, variables); }, compound};

    auto text = fmt::format(
        "---- MODULE {} ----\n(*\n{}{}*)\nEXTENDS Integers\n\nVARIABLES {}\n\nvars == <<{}>>\n", module,
        title, opening(module, properties), fmt::join(variables, ", "), fmt::join(variables, ", "));
    text += "\nTypeOK ==\n";
    for (std::size_t v = 0; v < variables.size(); ++v)
        text += fmt::format("    /\\ {} \\in 0 .. {}\n", variables[v], system.variables[v].size - 1);
    text += "\nInit ==\n";
    for (std::size_t v = 0; v < variables.size(); ++v)
        text += fmt::format("    /\\ {} = {}\n", variables[v], system.variables[v].initial);
    std::string next;
    for (const auto& action : system.actions) {
        const auto name = identifiers.make("a_", action.name);
        text += action_text(system, action, name, variables, notation);
        next += fmt::format("    \\/ {}\n", name);
    }
    text +=
        fmt::format("\nNext ==\n{}\nSpec == Init /\\ [][Next]_vars\n", next.empty() ? "    FALSE\n" : next);
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const auto& invariant = system.invariants[i];
        const Definitions named(*system.arena, notation, {invariant.holds});
        text += fmt::format("\n\\* {}\n{} ==\n{}    {}\n", comment(invariant.name), properties[i], let(named),
                            named[invariant.holds]);
    }
    return text + "\n====\n";
}

}  // namespace kcheck::ir
