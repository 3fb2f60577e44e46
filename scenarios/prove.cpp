#include "scenarios/prove.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checker/symbolic.hpp"
#include "invariants/system.hpp"
#include "traces/counterexamples/actions.hpp"

namespace kcheck::scenarios {

namespace {

using model::Pipeline;

traces::Trace trace_of(const Pipeline& pipeline, const checker::SymbolicTrace& found,
                       std::string_view property) {
    traces::Trace trace;
    trace.configuration = pipeline.encoding().configuration;
    trace.reductions = pipeline.encoding().reductions;
    trace.bounds = pipeline.encoding().bounds;
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

/// The same system without the steps that leave the bounds of the encoding: what it has are runs of
/// the configuration, as far as the encoding goes.
ir::TransitionSystem within_bounds(const Pipeline& pipeline, std::span<const std::string> names) {
    auto system = invariants::system_with(pipeline, names);
    const auto exceeded = static_cast<ir::VariableId>(pipeline.encoding().exceeded);
    for (auto& action : system.actions)
        for (const auto& [variable, term] : action.assignments)
            if (variable == exceeded) action.guard = action.guard && term == 0;
    return system;
}

/// Decides properties one by one. Each has a solver of its own. Time is shared: in a round
/// everybody who is undecided gets the same slice, and slices grow from round to round, so that what is
/// easy is decided early and the rounds before cost what is hard a third more.
class Proofs {
public:
    Proofs(const Pipeline& pipeline, const ProofOptions& options, const ProofWatching& watching,
           Result& result)
        : pipeline_(pipeline), options_(options), watching_(watching), result_(result) {
        for (const auto& row : result.properties) names_.emplace_back(row.property->name);
        system_ = invariants::system_with(pipeline, names_);
        tasks_.resize(names_.size());
    }

    std::optional<InternalError> run() {
        for (double slice_s = first_slice_s; !error_ && !stopped_; slice_s *= slice_growth) {
            auto waiting = undecided();
            if (waiting.empty() || left_s() <= 0) break;
            for (; !waiting.empty() && !error_ && !stopped_ && left_s() > 0; waiting.pop_back()) {
                const double share_s = left_s() / static_cast<double>(waiting.size());
                ask(waiting.back(), std::min(slice_s, share_s), names_.size() - waiting.size());
            }
        }
        for (auto& row : result_.properties)
            if (row.verdict == Verdict::incomplete && row.note.empty())
                row.note = stopped_ ? "it was interrupted" : "there was no time for it";
        return error_;
    }

private:
    struct Task {
        bool decided = false;
        bool failed = false;      // no induction so far
        std::size_t helpers = 0;  // how many proved properties the last attempt was made with
    };
    static constexpr double first_slice_s = 1;
    static constexpr double slice_growth = 4;

    double left_s() const {
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
        return options_.timeout_s - elapsed.count();
    }

    /// The last of the result is asked first: the order of the call. A property whose induction fails
    /// is asked again once another is proved that it may need.
    std::vector<std::size_t> undecided() const {
        std::vector<std::size_t> waiting;
        for (std::size_t t = tasks_.size(); t-- > 0;)
            if (!tasks_[t].decided && (!tasks_[t].failed || tasks_[t].helpers < proved_.size()))
                waiting.push_back(t);
        return waiting;
    }

    void ask(std::size_t t, double seconds, std::size_t before) {
        watching_.say(
            fmt::format("asking Z3 about {} ({} more undecided) ...", names_[t], names_.size() - before - 1));
        checker::SymbolicOptions symbolic;
        symbolic.timeout_s = seconds;
        symbolic.stop = watching_.stop;
        symbolic.memory_max_bytes = options_.memory_max_bytes;
        if (options_.bmc)
            learn(t, checker::bounded_model_check(system(), {names_[t]}, *options_.bmc, symbolic));
        else {
            std::vector<std::string> together{names_[t]};
            if (tasks_[t].failed) together.insert(together.end(), proved_.begin(), proved_.end());
            tasks_[t].helpers = proved_.size();
            learn(t, checker::prove_by_k_induction(system(), together, options_.k_max, symbolic));
        }
    }

    const ir::TransitionSystem& system() const { return bounded_ ? *bounded_ : system_; }

    template <class Answer>
    void learn(std::size_t t, const Answer& answer) {
        std::visit([&](const auto& alternative) { learn_from(t, alternative); }, answer);
    }

    void learn_from(std::size_t t, const checker::NoViolation& none) {
        decide(t, Verdict::incomplete,
               fmt::format("no violation within {} steps; longer runs were not looked at", none.depth));
    }
    void learn_from(std::size_t t, const checker::Proved& proved) {
        auto note = fmt::format("by {}-induction, for runs of every length within {}", proved.k,
                                pipeline_.encoding().bounds.text());
        if (tasks_[t].failed) note += fmt::format(", together with {}", fmt::join(proved_, ", "));
        proved_.push_back(names_[t]);
        decide(t, Verdict::proved, note);
    }
    void learn_from(std::size_t t, const checker::InductionFailure& failure) {
        tasks_[t].failed = true;
        auto& row = result_.properties[t];
        const bool first = row.note.empty();
        row.note = fmt::format("induction fails up to k = {}", failure.k);
        if (result_.details.empty())
            result_.details = fmt::format("{}: {}", names_[t], explain_failure(system(), failure));
        if (first) watching_.decided(row);
    }
    void learn_from(std::size_t t, const checker::Unknown& unknown) {
        stopped_ = unknown.reason == "stopped";
        result_.properties[t].note =
            fmt::format("{}; no violation within {} steps",
                        unknown.reason == "timeout"   ? "no answer in the time that there was"
                        : unknown.reason == "stopped" ? "it was interrupted"
                        : unknown.reason == "memory"  ? "the limit of memory was reached (--max-memory)"
                                                      : unknown.reason,
                        std::max(unknown.depth, 0));
        // Z3 gives no reason that more time would change.
        if (unknown.reason != "timeout" && !stopped_)
            decide(t, Verdict::incomplete, result_.properties[t].note);
    }
    void learn_from(std::size_t t, const checker::Refutation& violation) {
        if (violation.part == checker::Part::lemma && violation.name == names_[t]) {
            // What helps the proof of the pipeline as it is need not hold of a variant.
            for (auto* system : {&system_, bounded_ ? &*bounded_ : nullptr})
                if (system != nullptr) system->invariants[t].lemma = {};
            return;
        }
        if (violation.part != checker::Part::holds || violation.name != names_[t]) {
            error_ = InternalError{
                fmt::format("a reachable step breaks what the proof of {} rests on", violation.name)};
            return;
        }
        const auto exceeded = pipeline_.encoding().exceeded;
        const auto& steps = violation.trace.steps;
        if (!steps.empty() && steps.back().state[exceeded] != 0 && !bounded_) {
            // Not a run of the configuration. From here on such runs are left out.
            bounded_ = within_bounds(pipeline_, names_);
            for (std::size_t i = 0; i < names_.size(); ++i)
                if (!system_.invariants[i].lemma.is_set()) bounded_->invariants[i].lemma = {};
            return;
        }
        auto trace = trace_of(pipeline_, violation.trace, violation.name);
        if (const auto executed = traces::execute(trace); !executed) {
            error_ = InternalError{fmt::format("the counterexample of {} cannot be re-executed: {}",
                                               violation.name, executed.error())};
            return;
        }
        result_.properties[t].trace = std::move(trace);
        decide(t, Verdict::violated, {});
    }

    void decide(std::size_t t, Verdict verdict, std::string note) {
        tasks_[t].decided = true;
        auto& row = result_.properties[t];
        row.verdict = verdict;
        row.note = std::move(note);
        watching_.decided(row);
    }

    const Pipeline& pipeline_;
    const ProofOptions& options_;
    const ProofWatching& watching_;
    Result& result_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::vector<std::string> names_;  // of the rows of the result
    ir::TransitionSystem system_;
    std::optional<ir::TransitionSystem> bounded_;
    std::vector<Task> tasks_;
    std::vector<std::string> proved_;
    std::optional<InternalError> error_;
    bool stopped_ = false;
};

}  // namespace

tl::expected<Result, InternalError> prove(const Pipeline& pipeline,
                                          const std::vector<const invariants::Property*>& wanted,
                                          const ProofOptions& options, const ProofWatching& watching) {
    const auto began = std::chrono::steady_clock::now();
    Result result;
    for (const auto* property : wanted)
        result.properties.push_back({property, Verdict::incomplete, true, std::nullopt, {}});
    if (const auto error = Proofs(pipeline, options, watching, result).run()) return tl::unexpected(*error);

    std::vector<std::string_view> undecided;
    for (const auto& row : result.properties)
        if (row.verdict == Verdict::incomplete) undecided.push_back(row.property->name);
    if (undecided.size() == 1)
        result.reason = std::ranges::find(result.properties, undecided.front(), [](const PropertyResult& r) {
                            return r.property->name;
                        })->note;
    else if (!undecided.empty())
        result.reason = fmt::format("not decided: {}", fmt::join(undecided, ", "));
    // It is long, and of several properties the one that fails explains nothing about the others.
    if (undecided.empty() || wanted.size() > 1) result.details.clear();
    result.verdict = overall(result.properties);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    result.peak_bytes = static_cast<std::size_t>(usage.ru_maxrss) * 1024;
    return result;
}

}  // namespace kcheck::scenarios
