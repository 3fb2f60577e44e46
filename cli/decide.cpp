#include "cli/decide.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "checker/explicit.hpp"
#include "checker/liveness_unfold.hpp"
#include "checker/reach.hpp"

namespace kcheck::cli {

namespace {

using checker::StateId;
using invariants::Property;
using model::Pipeline;
using model::Valuation;

using Safety = checker::SafetyOf<Pipeline>;
using Liveness = checker::LivenessOf<Pipeline>;

Liveness::Form form_of(invariants::Form form) {
    switch (form) {
        case invariants::Form::eventually_always: return Liveness::Form::eventually_always;
        case invariants::Form::always_eventually: return Liveness::Form::always_eventually;
        case invariants::Form::leads_to: return Liveness::Form::leads_to;
        case invariants::Form::finitely_often: break;
    }
    return Liveness::Form::finitely_often;
}

std::vector<checker::FairnessClass> fairness_of(const Pipeline& pipeline) {
    std::vector<checker::FairnessClass> classes;
    for (auto& name : pipeline.progress_names()) {
        const bool strong = pipeline.fairness().is_strong(static_cast<int>(classes.size()));
        classes.push_back({std::move(name), strong ? checker::Fairness::strong : checker::Fairness::weak});
    }
    return classes;
}

/// The properties as the engines take them, with the findings that they decide.
class Questions {
public:
    Questions(const Pipeline& pipeline, std::vector<Finding>& findings) {
        const auto exceeded = pipeline.cluster().exceeded;
        // A run that leaves the bounds of the encoding ends there, and what it left behind says nothing.
        const auto within =
            [&pipeline,
             exceeded](const Property::Predicate& predicate) -> std::function<bool(const Valuation&)> {
            if (!predicate) return {};
            return [&pipeline, &predicate, exceeded](const Valuation& state) {
                return state[exceeded] != 0 || predicate(pipeline.cluster(), state);
            };
        };
        for (auto& finding : findings) {
            const Property& property = *finding.property;
            const std::string name(property.name);
            if (property.kind == invariants::Kind::safety) {
                safety.push_back({name, within(property.holds)});
                of_safety.push_back(&finding);
                continue;
            }
            Liveness question{
                name, form_of(property.form), within(property.goal), within(property.premise), {}};
            if (property.counted)
                question.counted = [&pipeline, &property](const model::Move& move) {
                    return property.counted(pipeline, move);
                };
            liveness.push_back(std::move(question));
            of_liveness.push_back(&finding);
        }
        // Beyond the bounds of the encoding nothing is known, so nothing can be said to hold.
        safety.push_back(
            {"within-bounds", [exceeded](const Valuation& state) { return state[exceeded] == 0; }});
    }
    std::size_t within_bounds() const { return safety.size() - 1; }

    std::vector<Safety> safety;
    std::vector<Liveness> liveness;
    std::vector<Finding*> of_safety, of_liveness;
};

void append(std::vector<traces::Edge>& path, const std::vector<checker::Step<Pipeline>>& steps) {
    for (const auto& step : steps) path.push_back({step.action, step.state});
}

std::string reason_of(checker::Ended ended) {
    switch (ended) {
        case checker::Ended::complete:
        case checker::Ended::violation: return {};
        case checker::Ended::states: return "the limit of states was reached (--max-states)";
        case checker::Ended::memory: return "the limit of memory was reached (--max-memory)";
        case checker::Ended::timeout: return "the limit of time was reached (--timeout)";
        case checker::Ended::stopped: return "it was interrupted";
    }
    return {};
}

/// The goal of <>[] goal must stay reachable, whatever is fair. Found out of reach without a
/// fair cycle that shows why, one of the two algorithms is wrong.
std::string cross_check(const Pipeline& pipeline, const checker::Exploration& explored,
                        const Liveness& question, const Finding& finding) {
    if (question.form != Liveness::Form::eventually_always || finding.answer == Answer::violated) return {};
    const auto trap = checker::goal_stays_reachable(*explored.graph, explored.store, [&](StateId id) {
        return question.goal(checker::state_of(pipeline, explored.store, id));
    });
    if (!trap) return {};
    return fmt::format("{} is said to hold, but after {} steps its goal is out of reach", question.name,
                       explored.store.depth(*trap));
}

}  // namespace

Decided decide(const Pipeline& pipeline, std::span<const Property* const> properties, EndAt end_at,
               const Limits& limits, const Watching& watching) {
    const auto began = std::chrono::steady_clock::now();
    Decided decided;
    for (const auto* property : properties) decided.findings.push_back({property, Answer::open, {}, {}});
    const Questions questions(pipeline, decided.findings);

    checker::ExploreOptions search;
    search.threads = limits.threads;
    // Of a single safety property the first violation is all there is to find.
    const bool first_is_all = questions.safety.size() == 2 && questions.liveness.empty();
    search.stop_at_violation = end_at.bounds_left || end_at.any_violation || first_is_all;
    if (!end_at.bounds_left) search.never_stop.insert(questions.within_bounds());
    if (!end_at.any_violation && !first_is_all)
        for (std::size_t i = 0; i < questions.within_bounds(); ++i) search.never_stop.insert(i);
    search.record_graph = !questions.liveness.empty();
    search.states_max = limits.states_max;
    search.memory_max_bytes = limits.memory_max_bytes;
    search.timeout_s = limits.timeout_s;
    search.stop = watching.stop;
    search.progress = watching.progress;
    search.progress_interval_s = 0.2;
    const auto explored = checker::explore<Pipeline>(pipeline, questions.safety, search, questions.liveness);

    decided.covered =
        Covered{explored.states, explored.transitions, explored.frontier, explored.quiescent, explored.depth};
    const auto elapsed_s = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    };
    decided.exploring_s = elapsed_s();
    decided.peak_bytes = explored.peak_bytes;
    decided.cut_short = reason_of(explored.ended);
    decided.by_states = explored.ended == checker::Ended::states;
    if (const auto& left = explored.violations[questions.within_bounds()])
        decided.exceeded =
            checker::state_of(pipeline, explored.store, left->state)[pipeline.cluster().exceeded];
    const bool conclusive = explored.complete() && decided.exceeded == 0;

    for (std::size_t i = 0; i < questions.of_safety.size(); ++i) {
        auto& finding = *questions.of_safety[i];
        if (conclusive) finding.answer = Answer::holds;
        if (!explored.violations[i]) continue;
        finding.answer = Answer::violated;
        append(finding.path,
               checker::trace_to(pipeline, explored.store, explored.violations[i]->state).steps);
    }
    // Where more room is to be given, liveness waits for it.
    if (questions.liveness.empty() || (explored.ended == checker::Ended::violation)) return decided;
    checker::LivenessOptions rest;
    rest.limits = {limits.memory_max_bytes, std::max(0.0, limits.timeout_s - elapsed_s()), watching.stop};
    rest.states_max = limits.states_max;
    rest.threads = limits.threads;
    const auto found = checker::check_liveness_unfolded<Pipeline>(pipeline, explored, fairness_of(pipeline),
                                                                  questions.liveness, rest);
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto& finding = *questions.of_liveness[i];
        if (found[i].ended && decided.cut_short.empty()) {
            decided.cut_short = reason_of(*found[i].ended);
            decided.by_states = *found[i].ended == checker::Ended::states;
        }
        if (conclusive && found[i].verdict == checker::LivenessVerdict::holds) finding.answer = Answer::holds;
        if (found[i].lasso) {
            append(finding.path, found[i].lasso->stem.steps);
            finding.cycle = finding.path.size();
            append(finding.path, found[i].lasso->cycle);
            finding.answer = Answer::violated;
        }
        if (conclusive && decided.contradiction.empty() && finding.answer == Answer::holds)
            decided.contradiction = cross_check(pipeline, explored, questions.liveness[i], finding);
    }
    decided.liveness_s = elapsed_s() - decided.exploring_s;
    return decided;
}

}  // namespace kcheck::cli
