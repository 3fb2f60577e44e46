// Fairness of a lasso and the form of its property.
//
// Technique: the definition. A weak class must be taken in the cycle or disabled in a
// state of it; a strong one must be taken or disabled in all of them (checker/liveness.hpp;
// Lamport, "Fairness and hyperfairness", 2000). An action counts as enabled if its guard holds
// and it would change something; each watch must deliver what it has. A run that stays where it
// is is a cycle without steps.
//
// Complexity: states of the cycle times the size of the term form.
#include "traces/counterexamples/lasso.hpp"

#include <fmt/core.h>

namespace kcheck::traces {

namespace {

using model::Valuation;

std::string range(const Trace& trace) {
    if (*trace.cycle == trace.steps.size()) return "the last state";
    return fmt::format("the cycle of steps {} to {}", *trace.cycle + 1, trace.steps.size());
}

}  // namespace

bool LassoCheck::run(int action, std::vector<int>& state, ir::Evaluator& evaluator) const {
    const auto& taken = system_.actions[static_cast<std::size_t>(action)];
    evaluator.reset(state);
    if (evaluator(taken.guard) == 0) return false;
    auto after = state;
    for (const auto& [variable, term] : taken.assignments) after[variable] = evaluator(term);
    const bool changes = after != state;
    state = std::move(after);
    return changes;
}

ir::ClassMask LassoCheck::enabled(const std::vector<int>& state, ir::Evaluator& evaluator) const {
    ir::ClassMask classes;
    for (int action = 0; action < actions_.size(); ++action) {
        const auto own = pipeline_.classes({static_cast<std::uint16_t>(action)});
        if (classes.contains(own)) continue;
        auto after = state;
        if (run(action, after, evaluator)) classes |= own;
    }
    return classes;
}

tl::expected<void, std::string> LassoCheck::fair() const {
    ir::Evaluator evaluator(*system_.arena);
    const auto& fairness = pipeline_.fairness();
    ir::ClassMask taken, sometimes;
    auto always = ir::ClassMask::first(static_cast<std::size_t>(fairness.size()));
    for (auto i = *trace_.cycle; i <= trace_.steps.size(); ++i) {
        const auto classes = enabled(trace_.state(i), evaluator);
        always &= classes;
        sometimes |= classes;
        if (i == trace_.steps.size()) continue;
        const auto action = trace_.steps[i].action;
        taken |= pipeline_.classes({static_cast<std::uint16_t>(action)});
    }
    for (int i = 0; i < fairness.size(); ++i) {
        const auto bit = static_cast<std::size_t>(i);
        if (!(fairness.is_strong(i) ? sometimes : always).test(bit) || taken.test(bit)) continue;
        return tl::unexpected(fmt::format("{} could go on and never does in {}",
                                          pipeline_.progress_names()[bit], range(trace_)));
    }
    return {};
}

tl::expected<void, std::string> LassoCheck::contradicts(const invariants::Property& property) const {
    const auto& k = pipeline_.encoding();
    const auto is_goal = [&](std::size_t i) { return property.goal(k, valuation_of(trace_.state(i))); };
    const auto begin = *trace_.cycle, end = trace_.steps.size();
    const auto refuse = [&](const char* why) {
        return tl::unexpected(fmt::format("{}: {}", range(trace_), why));
    };
    bool every = true, some = false;
    if (property.form != invariants::Form::finitely_often)
        for (auto i = begin; i <= end; ++i) {
            every = every && !is_goal(i);
            some = some || !is_goal(i);
        }
    switch (property.form) {
        case invariants::Form::eventually_always:
            if (!some) return refuse("the goal always holds");
            return {};
        case invariants::Form::always_eventually:
            if (!every) return refuse("the goal is reached");
            return {};
        case invariants::Form::leads_to: {
            if (!every) return refuse("the goal is reached");
            // The last premise with no goal since.
            for (auto i = end + 1; i-- > 0 && !is_goal(i);)
                if (property.premise(k, valuation_of(trace_.state(i)))) return {};
            return refuse("nothing is pending: the premise has not held since the goal");
        }
        case invariants::Form::finitely_often:
            for (auto i = begin; i < end; ++i)
                if (property.counted(pipeline_, {static_cast<std::uint16_t>(trace_.steps[i].action)}))
                    return {};
            return refuse("no step of it is one that the property counts");
    }
    return {};
}

}  // namespace kcheck::traces
