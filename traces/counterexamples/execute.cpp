// Running a trace again in the term form of the model.
//
// Technique: evaluate, do not search. Each step's guard and assignments are evaluated
// in the state before it and compared with what is recorded; then the property.
// Nothing here calls the explicit-state form of the model, so that a mistake in it, in
// a reduction or in the search shows as a refusal (Namjoshi, "Certifying model
// checkers", CAV 2001).
//
// Complexity: steps times the size of the terms of one action.
#include <fmt/core.h>

#include "traces/counterexamples/actions.hpp"
#include "traces/counterexamples/lasso.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

namespace {

using Result = tl::expected<void, std::string>;

tl::unexpected<std::string> failure(std::string why) { return tl::unexpected<std::string>(std::move(why)); }

class Execution {
public:
    Execution(const Trace& trace, const invariants::Property* property)
        : trace_(trace),
          property_(property),
          pipeline_(pipeline_of(trace)),
          actions_(pipeline_),
          system_(pipeline_.transition_system()),
          evaluator_(*system_.arena) {
        if (property_ == nullptr || property_->kind != invariants::Kind::safety) return;
        model::SymbolicStep step(*system_.arena, pipeline_.layout());
        holds_ = property_->term(pipeline_.encoding(), step);
    }

    Result run(const OnStep& on_step) {
        std::vector<int> start;
        for (const auto& variable : system_.variables) start.push_back(variable.initial);
        if (const auto same = compare(trace_.initial, start); !same)
            return failure("the initial state: " + same.error());
        if (const auto fits = check_property(0); !fits) return fits;
        for (std::size_t i = 0; i < trace_.steps.size(); ++i) {
            auto confirmed = check_step(i);
            if (confirmed) confirmed = check_property(i + 1);
            if (!confirmed)
                return failure(
                    fmt::format("step {} ({}): {}", i + 1, trace_.steps[i].name, confirmed.error()));
            if (on_step) on_step(i);
        }
        return check_cycle();
    }

private:
    Result compare(const std::vector<int>& recorded, const std::vector<int>& computed) const {
        if (recorded.size() != computed.size())
            return failure(
                fmt::format("{} variables are recorded, the model has {}", recorded.size(), computed.size()));
        for (std::size_t v = 0; v < computed.size(); ++v)
            if (recorded[v] != computed[v])
                return failure(fmt::format("{} is {}, and {} is recorded", system_.variables[v].name,
                                           computed[v], recorded[v]));
        return {};
    }

    Result check_step(std::size_t i) {
        const auto& step = trace_.steps[i];
        if (step.action < 0 || step.action >= actions_.size())
            return failure(fmt::format("there is no action {}", step.action));
        const auto& action = system_.actions[static_cast<std::size_t>(step.action)];
        if (action.name != step.name || actions_.component(step.action) != step.component ||
            actions_.is_receipt(step.action) != step.receipt)
            return failure(fmt::format("the action of this number is \"{}\"", action.name));
        const auto& before = trace_.state(i);
        const int lag = actions_.lag(step.action, valuation_of(before));
        if (lag != step.lag)
            return failure(fmt::format("its cache lags {} events, and {} is recorded", lag, step.lag));
        evaluator_.reset(before);
        if (evaluator_(action.guard) == 0) return failure("it is not possible in the state before it");
        auto after = before;
        for (const auto& [variable, term] : action.assignments) after[variable] = evaluator_(term);
        if (auto same = compare(step.state, after); !same) return same;
        if (after[pipeline_.encoding().exceeded] != 0) return failure("it leaves the bounds of the model");
        return {};
    }

    /// Safety: the property is violated after the last step and not before.
    Result check_property(std::size_t steps_done) {
        if (!holds_.is_set()) return {};
        evaluator_.reset(trace_.state(steps_done));
        const bool last = steps_done == trace_.steps.size();
        const bool holds = evaluator_(holds_) != 0;
        if (last && holds) return failure(fmt::format("{} holds in the last state", property_->name));
        if (!last && !holds) return failure(fmt::format("{} is violated already", property_->name));
        return {};
    }

    Result check_cycle() const {
        const bool liveness = property_ != nullptr && property_->kind == invariants::Kind::liveness;
        if (!trace_.cycle) {
            if (liveness) return failure("the trace of a liveness property has no cycle");
            return {};
        }
        if (*trace_.cycle > trace_.steps.size())
            return failure(
                fmt::format("the cycle begins at step {} of {}", *trace_.cycle + 1, trace_.steps.size()));
        const auto end = trace_.steps.size();
        if (const auto closes = compare(trace_.state(end), trace_.state(*trace_.cycle)); !closes)
            return failure(fmt::format("step {}: the cycle does not close: {}", end, closes.error()));
        const LassoCheck lasso(pipeline_, actions_, system_, trace_);
        if (auto fair = lasso.fair(); !fair) return fair;
        if (liveness) return lasso.contradicts(*property_);
        return {};
    }

    const Trace& trace_;
    const invariants::Property* property_;
    const model::Pipeline pipeline_;
    const Actions actions_;
    const ir::TransitionSystem system_;
    ir::Evaluator evaluator_;
    ir::Term holds_;  // not set: no safety property
};

}  // namespace

Result replay(const Trace& trace, const invariants::Property* property, const OnStep& on_step) {
    const std::string_view name = property != nullptr ? property->name : "";
    if (name != trace.property)
        return failure(fmt::format("the trace is of \"{}\", not of \"{}\"", trace.property, name));
    try {
        return Execution(trace, property).run(on_step);
    } catch (const std::length_error&) {
        return failure("its configuration is too large for kcheck");
    }
}

Result replay(const Trace& trace, const OnStep& on_step) {
    if (trace.property.empty()) return replay(trace, nullptr, on_step);
    const auto* property = invariants::find_property(trace.property);
    if (property == nullptr) return failure(fmt::format("there is no property \"{}\"", trace.property));
    return replay(trace, property, on_step);
}

Result execute(const Trace& trace) { return replay(trace, OnStep{}); }

}  // namespace kcheck::traces
