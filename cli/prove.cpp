#include "cli/prove.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "checker/symbolic.hpp"
#include "cli/values.hpp"
#include "invariants/system.hpp"
#include "traces/actions.hpp"

namespace kcheck::cli {

namespace {

using model::Pipeline;

traces::Trace trace_of(const Pipeline& pipeline, const checker::SymbolicTrace& found,
                       std::string_view property) {
    traces::Trace trace;
    trace.configuration = pipeline.cluster().configuration;
    trace.reductions = pipeline.cluster().reductions;
    trace.property = property;
    trace.steps.reserve(found.steps.size());  // `before` points into it
    trace.initial.assign(found.initial.begin(), found.initial.end());
    const traces::Actions actions(pipeline);
    const auto* before = &trace.initial;
    for (const auto& step : found.steps) {
        const auto action = static_cast<int>(step.action);
        trace.steps.push_back({.action = action,
                               .component = actions.component(action),
                               .name = actions.name(action),
                               .lag = actions.lag(action, traces::valuation_of(*before)),
                               .receipt = actions.is_receipt(action),
                               .state = {step.state.begin(), step.state.end()}});
        before = &trace.steps.back().state;
    }
    return trace;
}

/// The variables of the cone that are not 0, one a line.
std::string state_text(const ir::TransitionSystem& system, const checker::SymbolicState& state,
                       const std::vector<ir::VariableId>& cone) {
    std::string text;
    for (const auto variable : cone)
        if (state[variable] != 0)
            text += fmt::format("    {} = {}\n", system.variables[variable].name, state[variable]);
    return text.empty() ? "    every variable is 0\n" : text;
}

/// What changed from one state to the next.
std::string change_text(const ir::TransitionSystem& system, const checker::SymbolicState& before,
                        const checker::SymbolicState& after) {
    std::string text;
    for (std::size_t v = 0; v < after.size(); ++v)
        if (before[v] != after[v])
            text += fmt::format("    {}: {} -> {}\n", system.variables[v].name, before[v], after[v]);
    return text;
}

std::string explain_failure(const ir::TransitionSystem& system, const checker::InductionFailure& failure) {
    const auto* broken = failure.part == checker::Part::range   ? "leaves the range of"
                         : failure.part == checker::Part::lemma ? "breaks the lemma of"
                                                                : "breaks";
    std::string text = fmt::format(
        "The induction step fails with k = {}: the last step below {} {}.\n"
        "It begins in a state that satisfies everything but need not be reachable:\n{}",
        failure.k, broken, failure.name, state_text(system, failure.trace.initial, failure.cone));
    const auto* before = &failure.trace.initial;
    for (const auto& step : failure.trace.steps) {
        text += fmt::format("  {}\n{}", system.actions[step.action].name,
                            change_text(system, *before, step.state));
        before = &step.state;
    }
    return text;
}

}  // namespace

tl::expected<std::vector<const invariants::Property*>, UsageError> provable(
    const std::vector<std::string>& names) {
    std::vector<std::string_view> known;
    for (const auto& property : invariants::properties())
        if (property.kind == invariants::Kind::safety) known.push_back(property.name);
    std::vector<const invariants::Property*> wanted;
    for (const auto& name : names) {
        const auto* property = invariants::find_property(name);
        if (property != nullptr && property->kind != invariants::Kind::safety)
            return tl::unexpected(UsageError{fmt::format(
                "{} is about infinite runs, which induction does not reach (kcheck --property {})", name,
                name)});
        if (property == nullptr) {
            const auto read = read_name(name, "safety property", known);
            return tl::unexpected(UsageError{read.error()});
        }
        if (std::ranges::find(wanted, property) == wanted.end()) wanted.push_back(property);
    }
    return wanted;
}

tl::expected<Result, InternalError> prove(const Pipeline& pipeline,
                                          const std::vector<const invariants::Property*>& wanted,
                                          const Options& options, const std::atomic<bool>& stop) {
    const auto began = std::chrono::steady_clock::now();
    std::vector<std::string> names;
    Result result;
    for (const auto* property : wanted) {
        names.emplace_back(property->name);
        result.properties.push_back({property, Verdict::incomplete, true, std::nullopt, {}});
    }
    const auto system = invariants::system_with(pipeline, names);
    checker::SymbolicOptions symbolic;
    if (options.timeout_s) symbolic.timeout_s = *options.timeout_s;
    symbolic.stop = &stop;

    std::optional<InternalError> broken;
    const auto violated = [&](const checker::Refutation& violation) {
        if (violation.part != checker::Part::holds) {
            broken = InternalError{
                fmt::format("a reachable step breaks what the proof of {} rests on", violation.name)};
            return;
        }
        auto trace = trace_of(pipeline, violation.trace, violation.name);
        if (const auto executed = traces::execute(trace); !executed) {
            broken = InternalError{fmt::format("the counterexample of {} cannot be re-executed: {}",
                                               violation.name, executed.error())};
            return;
        }
        auto& row = *std::ranges::find(result.properties, violation.name,
                                       [](const PropertyResult& r) { return r.property->name; });
        row.verdict = Verdict::violated;
        row.trace = std::move(trace);
        result.reason = "it stopped at the first violation";
    };
    const auto note_all = [&](Verdict verdict, const std::string& note) {
        for (auto& row : result.properties) {
            row.verdict = verdict;
            row.note = note;
        }
    };
    const auto unknown = [&](const checker::Unknown& answer) {
        result.reason =
            fmt::format("{}; no violation within {} steps", answer.reason, std::max(answer.depth, 0));
    };
    if (options.bmc) {
        const auto answer = checker::bounded_model_check(system, names, *options.bmc, symbolic);
        if (const auto* found = std::get_if<checker::Refutation>(&answer))
            violated(*found);
        else if (const auto* gave_up = std::get_if<checker::Unknown>(&answer))
            unknown(*gave_up);
        else
            result.reason =
                fmt::format("no violation within {} steps; longer runs were not looked at", *options.bmc);
    } else {
        const auto answer = checker::prove_by_k_induction(system, names, options.k_max, symbolic);
        if (const auto* found = std::get_if<checker::Refutation>(&answer)) {
            violated(*found);
        } else if (const auto* proved = std::get_if<checker::Proved>(&answer)) {
            note_all(Verdict::proved, fmt::format("by {}-induction, for runs of every length", proved->k));
        } else if (const auto* failed = std::get_if<checker::InductionFailure>(&answer)) {
            result.reason = fmt::format("induction fails up to k = {}", failed->k);
            result.details = explain_failure(system, *failed);
        } else {
            unknown(std::get<checker::Unknown>(answer));
        }
    }
    if (broken) return tl::unexpected(*broken);
    result.verdict = overall(result.properties);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    result.peak_bytes = static_cast<std::size_t>(usage.ru_maxrss) * 1024;
    return result;
}

}  // namespace kcheck::cli
