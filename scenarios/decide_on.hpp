// How one exploration is decided, over any model whose states are those of a pipeline: the pipeline
// itself, or one that wraps it to leave out more, or less.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>

#include <fmt/format.h>

#include "checker/explicit.hpp"
#include "checker/liveness_unfold.hpp"
#include "checker/reach.hpp"
#include "invariants/questions.hpp"
#include "scenarios/decide.hpp"

namespace kcheck::scenarios {

/// Told of the states that were visited, before they are gone. Requires a recorded graph.
using OnExplored = std::function<void(const checker::Exploration&)>;

namespace detail {

std::string reason_of(checker::Ended ended);
checker::ExploreOptions search_of(const invariants::Questions& questions, EndAt end_at, const Limits& limits,
                                  const Watching& watching);
std::vector<Finding> open_findings(std::span<const invariants::Property* const> properties);

template <class Steps>
void append(std::vector<traces::Edge>& path, const Steps& steps) {
    for (const auto& step : steps) path.push_back({step.action, step.state});
}

/// Found out of reach without a fair cycle that shows why, one of two algorithms is wrong.
template <class M>
std::string cross_check(const M& model, const checker::Exploration& explored,
                        const invariants::Reachability& question, std::string_view name,
                        const checker::Limits& limits) {
    const auto trap = checker::goal_stays_reachable(
        *explored.graph, explored.store,
        [&](checker::StateId id) { return question.goal(checker::state_of(model, explored.store, id)); },
        limits);
    if (!trap) return {};
    return fmt::format("{} is said to hold, but after {} steps its goal is out of reach", name,
                       explored.store.depth(*trap));
}

template <class M>
std::vector<checker::LivenessResult<M>> decide_liveness(const M& model, const checker::Exploration& explored,
                                                        const model::Pipeline& pipeline,
                                                        const invariants::Questions& questions,
                                                        const checker::LivenessOptions& options) {
    const auto classes = invariants::fairness_of(pipeline);
    if constexpr (checker::SymmetricModel<M>)
        return checker::check_liveness_unfolded<M>(model, explored, classes, questions.liveness, options);
    else
        return checker::check_liveness<M>(model, explored, classes, questions.liveness, options);
}

template <class M>
Decided explore(const M& model, const model::Pipeline& pipeline,
                std::span<const invariants::Property* const> properties, EndAt end_at, const Limits& limits,
                const Watching& watching, const OnExplored& on_explored) {
    const auto began = std::chrono::steady_clock::now();
    const auto elapsed_s = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    };
    Decided decided;
    decided.findings = open_findings(properties);
    const auto questions = invariants::questions_of(pipeline, properties);
    auto search = search_of(questions, end_at, limits, watching);
    search.record_graph = search.record_graph || on_explored;
    const auto explored = checker::explore<M>(model, questions.invariants, search, questions.liveness);

    decided.covered =
        Covered{explored.states, explored.transitions, explored.frontier, explored.quiescent, explored.depth};
    decided.exploring_s = elapsed_s();
    decided.peak_bytes = explored.peak_bytes;
    decided.cut_short = reason_of(explored.ended);
    if (const auto& left = explored.violations[questions.within_bounds()])
        decided.exceeded =
            checker::state_of(model, explored.store, left->state)[pipeline.encoding().exceeded];
    decided.complete = explored.complete() && decided.exceeded == 0;
    if (on_explored) on_explored(explored);

    for (std::size_t i = 0; i < questions.of_invariant.size(); ++i) {
        auto& finding = decided.findings[questions.of_invariant[i]];
        if (decided.complete) finding.answer = Answer::holds;
        if (!explored.violations[i]) continue;
        finding.answer = Answer::violated;
        append(finding.path, checker::trace_to(model, explored.store, explored.violations[i]->state).steps);
    }
    // Where more room is to be given, liveness waits for it.
    if (questions.liveness.empty() || explored.ended == checker::Ended::violation) return decided;
    checker::LivenessOptions rest;
    rest.limits = {limits.memory_max_bytes, std::max(0.0, limits.timeout_s - elapsed_s()), watching.stop};
    rest.states_max = limits.states_max;
    rest.threads = limits.threads;
    const auto found = decide_liveness(model, explored, pipeline, questions, rest);
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto& finding = decided.findings[questions.of_liveness[i]];
        if (found[i].ended && decided.cut_short.empty()) decided.cut_short = reason_of(*found[i].ended);
        if (decided.complete && found[i].verdict == checker::LivenessVerdict::holds)
            finding.answer = Answer::holds;
        if (!found[i].lasso) continue;
        append(finding.path, found[i].lasso->stem.steps);
        finding.cycle = finding.path.size();
        append(finding.path, found[i].lasso->cycle);
        finding.answer = Answer::violated;
    }
    for (const auto& question : questions.reachability) {
        auto& finding = decided.findings[questions.of_liveness[question.liveness]];
        if (!decided.contradiction.empty() || finding.answer != Answer::holds) continue;
        try {
            decided.contradiction =
                cross_check(model, explored, question, finding.property->name, rest.limits);
        } catch (const checker::LimitReached& limit) {
            finding.answer = Answer::open;
            if (decided.cut_short.empty()) decided.cut_short = reason_of(limit.ended());
        }
    }
    decided.liveness_s = elapsed_s() - decided.exploring_s;
    return decided;
}

}  // namespace detail

/// As `decide`, with the steps of `model`, whose states and moves are those of `pipeline`.
template <class M>
Decided decide_on(const M& model, const model::Pipeline& pipeline,
                  std::span<const invariants::Property* const> properties, EndAt end_at, const Limits& limits,
                  const Watching& watching, const OnExplored& on_explored = {}) {
    try {
        return detail::explore(model, pipeline, properties, end_at, limits, watching, on_explored);
    } catch (const checker::ModelError& error) {
        Decided broken;
        broken.findings = detail::open_findings(properties);
        broken.contradiction = fmt::format("the model contradicts itself: {}", error.what());
        if (const auto way = checker::trace_to(model, error)) {
            broken.contradiction += "; the way there:";
            for (const auto& step : way->steps)
                broken.contradiction += "\n  " + pipeline.describe(step.action);
        }
        return broken;
    }
}

}  // namespace kcheck::scenarios
