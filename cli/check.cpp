#include "cli/check.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "checker/explicit.hpp"
#include "checker/liveness.hpp"
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
    const auto strong = pipeline.strong_progress();
    for (auto& name : pipeline.progress_names()) {
        const bool is_strong = strong.test(classes.size());
        classes.push_back({std::move(name), is_strong ? checker::Fairness::strong : checker::Fairness::weak});
    }
    return classes;
}

/// The properties as the engines take them, with the rows of the result that they decide.
class Questions {
public:
    Questions(const Pipeline& pipeline, std::vector<PropertyResult>& results) {
        const auto bind =
            [&pipeline](const Property::Predicate& predicate) -> std::function<bool(const Valuation&)> {
            if (!predicate) return {};
            return [&pipeline, &predicate](const Valuation& state) {
                return predicate(pipeline.cluster(), state);
            };
        };
        for (auto& result : results) {
            if (result.verdict == Verdict::not_checked) continue;
            const Property& property = *result.property;
            const std::string name(property.name);
            if (property.kind == invariants::Kind::safety) {
                if (!result.decides) never_stop.insert(safety.size());
                safety.push_back({name, bind(property.holds)});
                safety_results.push_back(&result);
                continue;
            }
            Liveness question{name, form_of(property.form), bind(property.goal), bind(property.premise), {}};
            if (property.counted)
                question.counted = [&pipeline, &property](const model::Move& move) {
                    return property.counted(pipeline, move);
                };
            liveness.push_back(std::move(question));
            liveness_results.push_back(&result);
        }
        // Beyond the bounds of the encoding nothing is known, so nothing can be said to hold.
        const auto exceeded = pipeline.cluster().exceeded;
        never_stop.insert(safety.size());
        safety.push_back(
            {"within-bounds", [exceeded](const Valuation& state) { return state[exceeded] == 0; }});
    }
    std::size_t within_bounds() const { return safety.size() - 1; }

    std::vector<Safety> safety;
    std::vector<Liveness> liveness;
    std::vector<PropertyResult*> safety_results, liveness_results;
    std::set<std::size_t> never_stop;
};

void append(std::vector<traces::Edge>& path, const std::vector<checker::Step<Pipeline>>& steps) {
    for (const auto& step : steps) path.push_back({step.action, step.state});
}

/// The path in actual states, executed again: nobody is shown a counterexample that is not one.
tl::expected<traces::Trace, InternalError> confirm(const Pipeline& pipeline,
                                                   const std::vector<traces::Edge>& path,
                                                   std::optional<std::size_t> cycle,
                                                   const Property& property) {
    auto trace = traces::follow(pipeline, path, cycle, &property);
    if (!trace)
        return tl::unexpected(InternalError{
            fmt::format("the counterexample of {} cannot be followed: {}", property.name, trace.error())});
    if (const auto executed = traces::execute(*trace); !executed) {
        std::string steps;  // what a report of the defect needs
        for (std::size_t i = 0; i < trace->steps.size(); ++i)
            steps += fmt::format("\n  {:3}{} {}", i + 1, trace->cycle && i >= *trace->cycle ? " (cycle)" : "",
                                 trace->steps[i].name);
        return tl::unexpected(
            InternalError{fmt::format("the counterexample of {} cannot be re-executed: {}; its steps:{}",
                                      property.name, executed.error(), steps)});
    }
    return std::move(*trace);
}

std::string reason_of(checker::Ended ended) {
    switch (ended) {
        case checker::Ended::complete: return {};
        case checker::Ended::violation: return "it stopped at the first violation";
        case checker::Ended::states: return "the limit of states was reached (--max-states)";
        case checker::Ended::memory: return "the limit of memory was reached (--max-memory)";
        case checker::Ended::timeout: return "the limit of time was reached (--timeout)";
        case checker::Ended::stopped: return "it was interrupted";
    }
    return {};
}

/// The rows of the result, all of them undecided.
std::vector<PropertyResult> rows(const Options& options) {
    std::vector<PropertyResult> results;
    for (const auto& property : invariants::properties()) {
        const bool named = std::ranges::find(options.properties, property.name) != options.properties.end();
        const bool asked = named || options.properties.empty();
        const bool soft = property.clazz == invariants::Class::soft;
        results.push_back({.property = &property,
                           .verdict = asked ? Verdict::incomplete : Verdict::not_checked,
                           .decides = named || (asked && !soft),
                           .trace = std::nullopt,
                           .note = {}});
    }
    return results;
}

/// The goal of <>[] goal must stay reachable, whatever is fair. Found out of reach without a
/// fair cycle that shows why, one of the two algorithms is wrong.
tl::expected<void, InternalError> cross_check(const Pipeline& pipeline, const checker::Exploration& explored,
                                              const Liveness& question, const PropertyResult& result) {
    if (question.form != Liveness::Form::eventually_always || !explored.complete()) return {};
    // Runs end where they leave the bounds of the encoding; the goal may be beyond.
    const auto exceeded = pipeline.cluster().exceeded;
    const auto trap = checker::goal_stays_reachable(*explored.graph, explored.store, [&](StateId id) {
        const auto state = checker::state_of(pipeline, explored.store, id);
        return state[exceeded] == 1 || question.goal(state);
    });
    if (!trap || result.verdict == Verdict::violated) return {};
    return tl::unexpected(
        InternalError{fmt::format("{} is said to hold, but after {} steps its goal is out of reach",
                                  question.name, explored.store.depth(*trap))});
}

}  // namespace

tl::expected<Result, InternalError> check(const Pipeline& pipeline, const Options& options,
                                          const Watching& watching) {
    const auto began = std::chrono::steady_clock::now();
    const auto elapsed_s = [began] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    };
    Result result;
    result.properties = rows(options);
    const Questions questions(pipeline, result.properties);

    checker::ExploreOptions search;
    search.threads = static_cast<unsigned>(
        options.threads.value_or(static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))));
    // Of a single safety property the first violation is all there is to find.
    search.stop_at_violation =
        options.fail_fast || (questions.safety.size() == 2 && questions.liveness.empty());
    search.never_stop = questions.never_stop;
    search.record_graph = !questions.liveness.empty();
    search.states_max = options.max_states.value_or(search.states_max);
    search.memory_max_bytes = options.max_memory_bytes.value_or(default_memory_max_bytes());
    search.timeout_s = options.timeout_s.value_or(search.timeout_s);
    search.stop = watching.stop;
    search.progress = watching.progress;
    search.progress_interval_s = 0.2;
    const auto explored = checker::explore<Pipeline>(pipeline, questions.safety, search, questions.liveness);

    const bool within_bounds = !explored.violations[questions.within_bounds()];
    const bool conclusive = explored.complete() && within_bounds;
    result.reason = reason_of(explored.ended);
    if (!within_bounds) result.reason = "a run left the bounds of the encoding (docs/limits.md)";

    for (std::size_t i = 0; i < questions.safety_results.size(); ++i) {
        auto& row = *questions.safety_results[i];
        row.verdict = conclusive ? Verdict::holds : Verdict::incomplete;
        if (!explored.violations[i]) continue;
        std::vector<traces::Edge> path;
        append(path, checker::trace_to(pipeline, explored.store, explored.violations[i]->state).steps);
        auto trace = confirm(pipeline, path, std::nullopt, *row.property);
        if (!trace) return tl::unexpected(trace.error());
        row.verdict = Verdict::violated;
        row.trace = std::move(*trace);
    }
    if (!questions.liveness.empty()) {
        checker::LivenessOptions decide;
        decide.limits = {search.memory_max_bytes, std::max(0.0, search.timeout_s - elapsed_s()), search.stop};
        const auto found = checker::check_liveness<Pipeline>(pipeline, explored, fairness_of(pipeline),
                                                             questions.liveness, decide);
        for (std::size_t i = 0; i < found.size(); ++i) {
            auto& row = *questions.liveness_results[i];
            if (result.reason.empty() && found[i].ended) result.reason = reason_of(*found[i].ended);
            const bool decided = conclusive && found[i].verdict != checker::LivenessVerdict::incomplete;
            row.verdict = decided ? Verdict::holds : Verdict::incomplete;
            if (found[i].lasso) {
                std::vector<traces::Edge> path;
                append(path, found[i].lasso->stem.steps);
                const auto cycle = path.size();
                append(path, found[i].lasso->cycle);
                auto trace = confirm(pipeline, path, cycle, *row.property);
                if (!trace) return tl::unexpected(trace.error());
                row.verdict = Verdict::violated;
                row.trace = std::move(*trace);
            }
            if (!decided) continue;
            if (const auto agreed = cross_check(pipeline, explored, questions.liveness[i], row); !agreed)
                return tl::unexpected(agreed.error());
        }
    }
    result.verdict = overall(result.properties);
    result.covered =
        Covered{explored.states, explored.transitions, explored.frontier, explored.quiescent, explored.depth};
    result.seconds = explored.seconds;
    result.peak_bytes = explored.peak_bytes;
    return result;
}

}  // namespace kcheck::cli
