#include "traces/recordings/nearest.hpp"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kcheck::traces::recordings {

namespace {

using ir::Op;
using ir::Term;

constexpr std::size_t words_most = 300;  // of a part; beyond it only its variables are named

Term operand(Term term, ir::NodeId id) { return {term.arena(), id}; }

/// The parts that all have to be true.
void split(Term guard, bool wanted, std::vector<Term>& parts) {
    const auto& node = guard.node();
    if (node.op == (wanted ? Op::both : Op::either)) {
        split(operand(guard, node.a), wanted, parts);
        split(operand(guard, node.b), wanted, parts);
    } else if (node.op == Op::negate) {
        split(operand(guard, node.a), !wanted, parts);
    } else {
        parts.push_back(wanted ? guard : !guard);
    }
}

/// What `variable` is assigned if it is assigned anything; adds what has to be true for that.
Term assigned(ir::VariableId variable, Term term, ir::Evaluator& evaluator, std::vector<Term>& parts) {
    const auto keeps = [&](Term branch) {
        return branch.node().op == Op::variable && branch.node().value == static_cast<int>(variable);
    };
    while (term.node().op == Op::select) {
        const auto condition = operand(term, term.node().a);
        const auto then = operand(term, term.node().b), otherwise = operand(term, term.node().c);
        const bool if_true = keeps(otherwise) || (!keeps(then) && evaluator(condition) != 0);
        if (keeps(then) || keeps(otherwise)) split(condition, if_true, parts);
        term = if_true ? then : otherwise;
    }
    return term;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// Says what is the case where something else has to be.
class Words {
public:
    Words(const model::Layout& layout, const Called& called, ir::Evaluator& evaluator,
          const std::vector<int>& state)
        : layout_(layout), called_(called), evaluator_(evaluator), state_(state) {}

    /// `term` has not the value `wanted`.
    std::string why_not(Term term, bool wanted) {
        const auto& node = term.node();
        const auto a = [&] { return operand(term, node.a); };
        const auto b = [&] { return operand(term, node.b); };
        switch (node.op) {
            case Op::negate: return why_not(a(), !wanted);
            case Op::either:
            case Op::both: {
                // Of a conjunction that is to be true, what is false; to make it false, either would do.
                const bool any = (node.op == Op::both) == wanted;
                std::vector<std::string> all;
                for (const auto& part : {a(), b()})
                    if (!any || (evaluator_(part) != 0) != wanted) all.push_back(why_not(part, wanted));
                return fmt::format("{}", fmt::join(all, any ? ", and " : ", or "));
            }
            case Op::equal:
                if (b().is_constant() && a().node().op == Op::variable)
                    return fmt::format("{} is {}{}", text_of(a()), value_of(a(), evaluator_(a())),
                                       wanted ? ", and must be " + value_of(a(), b().node().value)
                                              : ", which it must not be");
                if (a().is_constant() && b().node().op == Op::variable)
                    return fmt::format("{} is {}{}", text_of(b()), value_of(b(), evaluator_(b())),
                                       wanted ? ", and must be " + value_of(b(), a().node().value)
                                              : ", which it must not be");
                break;
            case Op::less:
                if (b().is_constant() && a().node().op == Op::variable)
                    return fmt::format("{} is {}, and must be {} {}", text_of(a()), evaluator_(a()),
                                       wanted ? "less than" : "at least", b().node().value);
                if (a().is_constant() && b().node().op == Op::variable)
                    return fmt::format("{} is {}, and must be {} {}", text_of(b()), evaluator_(b()),
                                       wanted ? "more than" : "at most", a().node().value);
                break;
            default: break;
        }
        return in_full(wanted ? term : !term);
    }

    std::string named(std::string text) const {
        for (const auto& [slot, name] : called_.pods) replace_all(text, fmt::format("pod[{}]", slot), name);
        for (std::size_t n = 0; n < called_.nodes.size(); ++n)
            for (const auto* of : {"kubelet", "runtime"})
                replace_all(text, fmt::format("{}[{}]", of, n), fmt::format("{}/{}", of, called_.nodes[n]));
        return text;
    }

private:
    std::string name_of(ir::VariableId id) const {
        const auto& variable = layout_[static_cast<model::VariableId>(id)];
        auto name = named(variable.name);
        const auto found = called_.pods.find(variable.pod);
        if (const auto index = fmt::format("[{}]", variable.pod);
            found != called_.pods.end() && name.ends_with(index))
            name.replace(name.size() - index.size(), index.size(), fmt::format("[{}]", found->second));
        return name;
    }
    std::string text_of(Term term) const {
        return ir::to_string(term, [&](ir::VariableId id) { return name_of(id); });
    }

    /// As people call a value of the variable.
    std::string value_of(Term variable, int value) const {
        static constexpr std::array phases{"Pending", "Running", "terminal"};
        const auto& described = layout_[static_cast<model::VariableId>(variable.node().value)];
        const auto index = static_cast<std::size_t>(value);
        if (described.values != model::Values::plain && value == 0) return "none";
        if (described.values == model::Values::node && index <= called_.nodes.size())
            return called_.nodes[index - 1];
        if (const auto found = called_.pods.find(value - 1);
            described.values == model::Values::pod && found != called_.pods.end())
            return found->second;
        if (described.name.ends_with(".phase") && index < phases.size()) return phases[index];
        return std::to_string(value);
    }

    std::string in_full(Term term) const {
        std::vector<std::string> values;
        for (const auto id : ir::variables_of(term.arena(), {term})) {
            if (values.size() == 8) {
                values.emplace_back("...");
                break;
            }
            values.push_back(fmt::format("{} = {}", name_of(id), state_[id]));
        }
        const auto where = fmt::format("{}", fmt::join(values, ", "));
        const bool large = ir::variables_of(term.arena(), {term}).size() > 8;
        const auto text = large ? std::string() : text_of(term);
        return text.empty() || text.size() > words_most ? fmt::format("it is not possible where {}", where)
                                                        : fmt::format("{} is false where {}", text, where);
    }

    const model::Layout& layout_;
    const Called& called_;
    ir::Evaluator& evaluator_;
    const std::vector<int>& state_;
};

}  // namespace

NearestAction::NearestAction(const model::Pipeline& pipeline)
    : pipeline_(pipeline), system_(pipeline.transition_system()), evaluator_(*system_.arena) {
    for (const auto& action : system_.actions) split(action.guard, true, guards_.emplace_back());
}

void NearestAction::look(const model::Valuation& state, const std::vector<int>& actions,
                         const std::vector<std::vector<model::VariableId>>& objects,
                         const Differences& differences, const std::function<Called()>& called) {
    const auto before = values_of(pipeline_.layout(), state);
    evaluator_.reset(before);
    for (const int a : actions) {
        const auto& action = system_.actions[static_cast<std::size_t>(a)];
        const auto& guard = guards_[static_cast<std::size_t>(a)];
        auto after = state;
        for (const auto& [variable, term] : action.assignments)
            after.value[variable] = static_cast<std::uint8_t>(evaluator_(term));
        take(after, a, guard, before, differences, called);
        // A request may commit under a condition that is no part of its guard: what is refused is known to
        // its sender as well. For each object, as if that were true.
        for (const auto& object : objects) {
            auto parts = guard;
            auto forced = state;
            for (const auto& [variable, term] : action.assignments)
                if (std::ranges::find(object, variable) != object.end())
                    forced.value[variable] =
                        static_cast<std::uint8_t>(evaluator_(assigned(variable, term, evaluator_, parts)));
            if (parts.size() > guard.size()) take(forced, a, parts, before, differences, called);
        }
    }
}

void NearestAction::take(const model::Valuation& after, int action, const Parts& parts,
                         const std::vector<int>& before, const Differences& differences,
                         const std::function<Called()>& called) {
    const auto differs = differences(after);
    if (!differs) return;
    std::vector<Term> wrong;
    for (const auto part : parts)
        if (evaluator_(part) == 0 && std::ranges::find(wrong, part.id(), &Term::id) == wrong.end())
            wrong.push_back(part);
    // Of two that are as near, the one that would write just this.
    const auto distance = 2 * wrong.size() + 3 * differs->size();
    if (found_ && distance >= distance_) return;
    distance_ = distance;
    const auto names = called();
    Words words(pipeline_.layout(), names, evaluator_, before);
    found_ = Nearest{words.named(system_.actions[static_cast<std::size_t>(action)].name), {}, *differs};
    for (const auto part : wrong) found_->false_parts.push_back(words.why_not(part, true));
}

}  // namespace kcheck::traces::recordings
