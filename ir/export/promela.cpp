#include "ir/export/promela.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ir/export/definitions.hpp"
#include "ir/export/names.hpp"

namespace kcheck::ir {

namespace {

constexpr std::size_t definitions_most = 500;  // SPIN refuses a d_step of more than 2048 statements

std::string number(std::int32_t value) {
    return value < 0 ? fmt::format("(0 - {})", -std::int64_t{value}) : std::to_string(value);
}

std::string compound(Op op, const std::string& a, const std::string& b, const std::string& c) {
    switch (op) {
        case Op::add: return fmt::format("({} + {})", a, b);
        case Op::subtract: return fmt::format("({} - {})", a, b);
        case Op::equal: return fmt::format("({} == {})", a, b);
        case Op::less: return fmt::format("({} < {})", a, b);
        case Op::both: return fmt::format("({} && {})", a, b);
        case Op::either: return fmt::format("({} || {})", a, b);
        case Op::negate: return fmt::format("(!{})", a);
        case Op::select: return fmt::format("({} -> {} : {})", a, b, c);
        case Op::constant:
        case Op::variable: break;
    }
    return {};
}

std::string_view type_for(std::int32_t size) {
    return size <= 2 ? "bit" : size <= 256 ? "byte" : size <= 32768 ? "short" : "int";
}

class Printer {
public:
    explicit Printer(const TransitionSystem& system) : system_(system) {
        Identifiers identifiers;
        for (const auto& variable : system.variables) names_.push_back(identifiers.make("v_", variable.name));
        notation_.leaf = [this](const Node& node) {
            return node.op == Op::variable ? names_[static_cast<VariableId>(node.value)] : number(node.value);
        };
        notation_.compound = compound;
    }

    std::string print(const std::string& title) {
        std::string body;
        for (const auto& action : system_.actions) body += option(action);
        for (std::size_t i = 0; i < system_.invariants.size(); ++i) body += assertion(i);
        body += reads();
        std::string text = fmt::format("/*\n{}{}*/\n", title, opening());
        for (std::size_t v = 0; v < names_.size(); ++v) {
            const auto& variable = system_.variables[v];
            text += fmt::format("{} {} = {};  /* {} */\n", type_for(variable.size), names_[v],
                                variable.initial, comment(variable.name));
        }
        for (std::size_t i = 0; i < scratch_; ++i) text += fmt::format("hidden int t{};\n", i);
        for (std::size_t i = 0; i < next_; ++i) text += fmt::format("hidden int n{};\n", i);
        if (!system_.invariants.empty()) text += which_invariants();
        return text + "\nactive proctype system() {\n  do\n" + body + "  od\n}\n";
    }

private:
    /// Of the comment at the top: how to run it, and the numbers of the invariants.
    std::string opening() const {
        std::string text =
            "\n"
            "For SPIN, this text in pipeline.pml:\n"
            "  spin -a pipeline.pml\n"
            "  gcc -O1 -w -DSAFETY -DNOREDUCE -DVECTORSZ=8192 -o pan pan.c\n"
            "  ./pan -m1000000\n"
            "pan stops at the first invariant that fails, and says which by its line; of spin,\n"
            "-DINVARIANT_2 checks but the second. These are, by number:\n";
        for (std::size_t i = 0; i < system_.invariants.size(); ++i)
            text += fmt::format("  {} {}\n", i + 1, comment(system_.invariants[i].name));
        return text;
    }

    /// An option of the loop: the definitions that the guard needs, then, where it holds, the others and
    /// `last`. In one d_step if it fits; else in several in an atomic sequence, inside which pan stores
    /// no state, and which nothing can interrupt.
    std::string step(const Definitions& terms, const std::string& guard, const std::string& last) {
        const auto& all = terms.all();
        scratch_ = std::max(scratch_, all.size());
        const auto lines = [&](std::size_t from, std::size_t to) {
            std::string text;
            for (std::size_t i = from; i < std::min(to, all.size()); ++i)
                text += fmt::format("      {} = {};\n", all[i].name, all[i].value);
            return text;
        };
        const auto where_it_holds = [&](const std::string& text) {
            return fmt::format(
                "      if\n      :: {} ->\n{}           skip\n      :: else -> skip\n      fi\n", guard,
                text);
        };
        const auto of_guard = terms.of_first();
        if (all.size() <= definitions_most)
            return fmt::format("  :: d_step {{\n{}{}    }}\n", lines(0, of_guard),
                               where_it_holds(lines(of_guard, all.size()) + last));
        std::vector<std::string> parts;
        for (std::size_t i = 0; i < of_guard; i += definitions_most)
            parts.push_back(lines(i, std::min(i + definitions_most, of_guard)));
        for (std::size_t i = of_guard; i < all.size(); i += definitions_most)
            parts.push_back(where_it_holds(lines(i, i + definitions_most)));
        parts.push_back(where_it_holds(last));
        return fmt::format("  :: atomic {{ d_step {{\n{}    }} }}\n", fmt::join(parts, "    }; d_step {\n"));
    }

    std::string option(const Action& action) {
        std::vector<Term> terms{action.guard};
        for (const auto& [variable, term] : action.assignments) terms.push_back(term);
        const Definitions named(*system_.arena, notation_, terms);
        next_ = std::max(next_, action.assignments.size());
        // All values are computed before the first is assigned.
        std::string computed, assigned;
        for (std::size_t i = 0; i < action.assignments.size(); ++i) {
            const auto& [variable, term] = action.assignments[i];
            computed += fmt::format("      n{} = {};\n", i, named[term]);
            assigned += fmt::format("      {} = n{};\n", names_[variable], i);
        }
        return fmt::format("  /* {} */\n{}", comment(action.name),
                           step(named, named[action.guard], computed + assigned));
    }

    std::string assertion(std::size_t i) {
        const auto& invariant = system_.invariants[i];
        const Definitions named(*system_.arena, notation_, {invariant.holds});
        return fmt::format(
            "#ifdef ASSERT_{}\n  /* {} */\n{}#endif\n", i + 1, comment(invariant.name),
            step(named, fmt::format("(!{})", named[invariant.holds]), "      assert(false);\n"));
    }

    /// Options that nothing enables. Without them spin (unless it is told -o2) leaves a variable that is
    /// only written out of the state, and states that differ in it would be counted once.
    std::string reads() const {
        std::string text;
        constexpr std::size_t together = 50;
        for (std::size_t v = 0; v < names_.size(); v += together) {
            std::string sum = names_[v];
            for (std::size_t i = v + 1; i < std::min(v + together, names_.size()); ++i)
                sum += " + " + names_[i];
            text += fmt::format("  :: (false && {} < 0) -> skip\n", sum);
        }
        return text;
    }

    std::string which_invariants() const {
        std::string text, any;
        for (std::size_t i = 1; i <= system_.invariants.size(); ++i) {
            text += fmt::format("#ifdef INVARIANT_{0}\n#define ASSERT_{0}\n#define CHOSEN\n#endif\n", i);
            any += fmt::format("#define ASSERT_{}\n", i);
        }
        return text + "#ifndef CHOSEN\n" + any + "#endif\n";
    }

    const TransitionSystem& system_;
    std::vector<std::string> names_;
    Notation notation_;
    std::size_t scratch_ = 0, next_ = 0;  // how many hidden variables the largest step needs
};

}  // namespace

std::string to_promela(const TransitionSystem& system, const std::string& title) {
    return Printer(system).print(title);
}

}  // namespace kcheck::ir
