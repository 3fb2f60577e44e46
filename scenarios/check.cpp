// From explorations to verdicts.
//
// Levels. What may go wrong is raised step by step (levels.hpp). What is violated at a level is violated
// at every higher one, so a property that has been violated is not asked again, and what holds is said of
// the last exploration, which has all that was asked for. A limit ends the climb.
//
// Bounds. The encoding of a configuration begins small. An exploration that meets a run that leaves it
// ends, and is begun again with more room there; from the size on that is ample for the unbroken
// pipeline it goes on to its end first, since what it finds within the bounds may be all there is.
//
// Reductions. local-steps and status-last leave out steps that nobody can tell the time of, as long
// as nobody breaks the pipeline. status-last admits runs that the pipeline has not. So what is violated
// under them is looked for without them: by a search as far as it is cheap, along the path that
// was found, and at last by a search to the end, whose word counts. Nobody is shown a counterexample
// that has not been executed again, step by step, in the plain pipeline.
#include "scenarios/check.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scenarios/levels.hpp"

namespace kcheck::scenarios {

namespace {

using invariants::Property;
using model::Bounds;
using model::Configuration;
using model::Pipeline;
using model::Reductions;

/// How many states a search for a plain counterexample visits before the path is followed.
constexpr std::uint64_t cheap_states = 100'000;

/// The rows of the result, all of them undecided.
std::vector<PropertyResult> rows(const Configuration& configuration, const CheckOptions& options) {
    std::vector<PropertyResult> results;
    for (const auto& property : invariants::properties()) {
        const bool named = std::ranges::find(options.properties, property.name) != options.properties.end();
        const bool silent = property.speaks_of != nullptr && !property.speaks_of(configuration);
        const bool asked = named || (options.properties.empty() && !silent);
        const bool soft = property.strength == invariants::Strength::soft;
        results.push_back({.property = &property,
                           .verdict = asked ? Verdict::incomplete : Verdict::not_checked,
                           .decides = named || (asked && !soft),
                           .trace = std::nullopt,
                           .note = silent ? std::string(property.silent_because) : std::string()});
    }
    return results;
}

/// "levels 0 and 1 are complete"; empty where none is.
std::string complete_levels(const std::vector<LevelResult>& levels) {
    std::vector<int> numbers;
    for (const auto& level : levels)
        if (level.complete) numbers.push_back(level.number);
    if (numbers.empty()) return {};
    const auto last = numbers.back();
    numbers.pop_back();
    return numbers.empty() ? fmt::format("level {} is complete", last)
                           : fmt::format("levels {} and {} are complete", fmt::join(numbers, ", "), last);
}

class Check {
public:
    Check(const Configuration& configuration, const Reductions& wanted, const CheckOptions& options,
          const Watching& watching)
        : configuration_(configuration),
          wanted_(wanted.sound_for(configuration)),
          options_(options),
          watching_(watching) {
        result_.configuration = configuration_;
        result_.reductions = wanted_;
        result_.properties = rows(configuration, options);
    }

    tl::expected<Result, InternalError> run() && {
        const auto levels = levels_of(configuration_);
        for (const auto& level : levels)
            if (!is_over()) climb(level, &level == &levels.back());
        if (contradiction_) return tl::unexpected(*contradiction_);
        result_.verdict = overall(result_.properties);
        result_.seconds = elapsed_s();
        if (result_.verdict == Verdict::incomplete && result_.reason.empty())
            result_.reason = given_up_because_;
        if (result_.verdict == Verdict::incomplete && !result_.levels.empty()) {
            const auto complete = complete_levels(result_.levels);
            result_.reason += complete.empty()
                                  ? fmt::format("; level {} is not complete", result_.levels.front().number)
                                  : fmt::format("; {}, and what is incomplete holds there", complete);
        }
        if (result_.verdict == Verdict::violated && result_.reason.empty() && result_.covered &&
            result_.covered->frontier > 0)
            result_.reason = "it stopped at the first violation";
        return std::move(result_);
    }

private:
    std::vector<PropertyResult*> open_rows(bool plainly) {
        std::vector<PropertyResult*> open;
        for (auto& row : result_.properties)
            if (row.verdict == Verdict::incomplete && plain_only_.contains(row.property) == plainly &&
                !given_up_.contains(row.property))
                open.push_back(&row);
        return open;
    }

    bool is_over() {
        return contradiction_ || limit_met_ || ended_early_ ||
               (open_rows(false).empty() && open_rows(true).empty());
    }

    void climb(const Level& level, bool last) {
        const double before_s = elapsed_s();
        if (watching_.begins) watching_.begins(level.number);
        auto least = Bounds::least(level.configuration);
        least.cover(bounds_);
        bounds_ = std::move(least);
        const auto budgets = budgets_of(level);
        bool complete = true;
        for (const auto& budget : budgets)
            complete = !is_over() && explore(budget, last && &budget == &budgets.back()) && complete;
        if (!explored_at_ || *explored_at_ != level.number) return;  // nothing has been visited
        result_.levels.push_back({level.number, complete, *result_.covered, elapsed_s() - before_s});
    }

    /// Whether every state was visited and all that was asked is decided.
    bool explore(const Configuration& configuration, bool last) {
        bool complete = explore(configuration, wanted_, false, last);
        // What violates a property under the reductions and not without them has been found by now.
        if (!open_rows(true).empty())
            complete = !is_over() && explore(configuration, wanted_.plain(), true, last) && complete;
        return complete && given_up_.empty();
    }

    bool explore(const Configuration& configuration, const Reductions& reductions, bool plainly, bool last) {
        bool complete = true;
        for (auto open = open_rows(plainly); !open.empty() && !is_over(); open = open_rows(plainly)) {
            std::vector<const Property*> asked;
            for (const auto* row : open) asked.push_back(row->property);
            const auto encoded = encode(configuration, reductions);
            if (!encoded) return false;
            const auto& pipeline = *encoded;
            result_.bounds = bounds_;
            const EndAt end_at{.bounds_left = !is_ample(configuration), .any_violation = options_.fail_fast};
            const auto decided = search(pipeline, asked, end_at, limits());
            states_visited_ += decided.covered.states;
            result_.covered = decided.covered;
            explored_at_ = level_of(configuration);
            result_.reason.clear();
            result_.peak_bytes = std::max(result_.peak_bytes, decided.peak_bytes);
            result_.exploring_s += decided.exploring_s;
            result_.liveness_s += decided.liveness_s;
            const double before_s = elapsed_s();
            if (!decided.contradiction.empty()) contradiction_ = InternalError{decided.contradiction};
            complete = decided.complete;
            for (std::size_t i = 0; i < open.size() && !contradiction_; ++i) {
                const auto& finding = decided.findings[i];
                if (finding.answer == Answer::open) complete = false;
                if (finding.answer == Answer::holds && last) open[i]->verdict = Verdict::holds;
                if (finding.answer == Answer::violated) confirm(*open[i], finding, pipeline);
                ended_early_ = ended_early_ || (options_.fail_fast && open[i]->decides &&
                                                open[i]->verdict == Verdict::violated);
            }
            result_.confirming_s += elapsed_s() - before_s;
            if (!decided.cut_short.empty()) {
                result_.reason = decided.cut_short;
                limit_met_ = true;
                return false;
            }
            if (decided.exceeded == 0) return complete;
            bounds_.grow(decided.exceeded);
        }
        return complete && !is_over();
    }

    /// What the engine has no room for in the middle of a search ends it as any limit does.
    Decided search(const Pipeline& pipeline, std::span<const Property* const> asked, EndAt end_at,
                   const Limits& limit) const {
        try {
            return decide(pipeline, asked, end_at, limit, watching_);
        } catch (const std::length_error& error) {
            Decided nothing;
            for (const auto* property : asked) nothing.findings.push_back({property, Answer::open, {}, {}});
            nothing.cut_short = error.what();
            return nothing;
        }
    }

    /// Nothing where a configuration that fitted at first has grown out of what the encoding can hold.
    std::optional<Pipeline> encode(const Configuration& configuration, const Reductions& reductions) {
        if (!result_.covered) return Pipeline(configuration, reductions, bounds_);
        auto pipeline = encode_if_it_fits(configuration, reductions, bounds_);
        if (!pipeline) {
            result_.reason = no_room_in(bounds_);
            limit_met_ = true;
        }
        return pipeline;
    }

    static std::optional<Pipeline> encode_if_it_fits(const Configuration& configuration,
                                                     const Reductions& reductions, const Bounds& bounds) {
        try {
            return Pipeline(configuration, reductions, bounds);
        } catch (const std::length_error&) {
            return std::nullopt;
        }
    }
    static std::string no_room_in(const Bounds& bounds) {
        return fmt::format("a run needs more room than the encoding has ({})", bounds.text());
    }

    /// The encoding has all the room that the unbroken pipeline needs with any faults, as far as anybody has
    /// seen.
    bool is_ample(const Configuration& explored) const {
        auto with_all = configuration_;
        with_all.staleness = explored.staleness;
        const auto ample = Bounds::ample(with_all);
        return bounds_.pods >= ample.pods && bounds_.generations >= ample.generations &&
               std::ranges::equal(bounds_.events, ample.events, std::ranges::greater_equal{});
    }

    void confirm(PropertyResult& row, const Finding& finding, const Pipeline& pipeline) {
        const auto& on = pipeline.encoding().reductions;
        if (on == on.plain()) {
            accept(row, exactly(pipeline, finding));
            return;
        }
        auto plainly = search_plainly(pipeline, *row.property, cheap_states);
        if (plainly.answer == Answer::open) {
            if (auto trace = along(pipeline, finding)) {
                accept(row, std::move(*trace));
                return;
            }
            plainly = search_plainly(pipeline, *row.property, options_.limits.states_max);
        }
        switch (plainly.answer) {
            case Answer::violated: accept(row, std::move(plainly.trace)); break;
            case Answer::holds: plain_only_.insert(row.property); break;
            case Answer::open:
                given_up_.insert(row.property);
                row.note = fmt::format(
                    "a run under reductions breaks it; the search for one without them was not finished: {}",
                    plainly.why);
                given_up_because_ = fmt::format("{}: {}", row.property->name, row.note);
        }
    }

    void accept(PropertyResult& row, tl::expected<traces::Trace, InternalError> trace) {
        if (!trace) {
            contradiction_ = trace.error();
            return;
        }
        row.verdict = Verdict::violated;
        row.trace = std::move(*trace);
    }

    /// The run of a search that leaves out nothing but names.
    tl::expected<traces::Trace, InternalError> exactly(const Pipeline& pipeline, const Finding& finding) {
        const auto& name = finding.property->name;
        auto trace = traces::follow(pipeline, finding.path, finding.cycle, finding.property);
        if (!trace)
            return tl::unexpected(InternalError{
                fmt::format("the counterexample of {} cannot be followed: {}", name, trace.error())});
        const auto executed = traces::execute(*trace);
        if (executed) return std::move(*trace);
        std::string steps;  // what a report of the defect needs
        for (std::size_t i = 0; i < trace->steps.size(); ++i)
            steps += fmt::format("\n  {:3}{} {}", i + 1, trace->cycle && i >= *trace->cycle ? " (cycle)" : "",
                                 trace->steps[i].name);
        return tl::unexpected(
            InternalError{fmt::format("the counterexample of {} cannot be re-executed: {}; its steps:{}",
                                      name, executed.error(), steps)});
    }

    struct Plainly {
        Answer answer = Answer::open;
        tl::expected<traces::Trace, InternalError> trace;
        std::string why;  // it is open
    };

    Plainly search_plainly(const Pipeline& reduced, const Property& property, std::uint64_t states_max) {
        const auto& k = reduced.encoding();
        auto bounds = k.bounds;
        auto limit = limits();
        limit.states_max = std::min(options_.limits.states_max, states_max);
        const Property* asked[]{&property};
        for (;;) {
            const auto plain = encode_if_it_fits(k.configuration, k.reductions.plain(), bounds);
            if (!plain) return {Answer::open, {}, no_room_in(bounds)};
            const auto decided = search(*plain, asked, {.bounds_left = true, .any_violation = false}, limit);
            const auto& finding = decided.findings.front();
            if (finding.answer == Answer::violated) return {Answer::violated, exactly(*plain, finding), {}};
            if (finding.answer == Answer::holds) return {Answer::holds, {}, {}};
            if (!decided.cut_short.empty()) return {Answer::open, {}, decided.cut_short};
            bounds.grow(decided.exceeded);
        }
    }

    std::optional<traces::Trace> along(const Pipeline& reduced, const Finding& finding) {
        if (finding.cycle && *finding.cycle != finding.path.size()) return std::nullopt;
        const auto& k = reduced.encoding();
        const auto plain = encode_if_it_fits(k.configuration, k.reductions.plain(), k.bounds);
        if (!plain) return std::nullopt;
        auto trace = traces::follow_plainly(reduced, *plain, finding.path, *finding.property);
        if (!trace || !traces::execute(*trace)) return std::nullopt;
        return std::move(*trace);
    }

    double elapsed_s() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }

    Limits limits() const {
        auto left = options_.limits;
        left.timeout_s = std::max(0.0, left.timeout_s - elapsed_s());
        left.states_max -= std::min(left.states_max, states_visited_);
        return left;
    }

    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    const Configuration configuration_;
    const Reductions wanted_;
    const CheckOptions& options_;
    const Watching& watching_;
    Bounds bounds_;
    Result result_;
    std::set<const Property*> plain_only_;  // the reductions are no help for these
    std::set<const Property*> given_up_;
    std::string given_up_because_;
    std::optional<InternalError> contradiction_;
    // Of all explorations; the searches for plain runs have limits of their own.
    std::uint64_t states_visited_ = 0;
    std::optional<int> explored_at_;  // the level of the last exploration
    bool limit_met_ = false, ended_early_ = false;
};

}  // namespace

tl::expected<Result, InternalError> check(const Configuration& configuration, const Reductions& wanted,
                                          const CheckOptions& options, const Watching& watching) {
    return Check(configuration, wanted, options, watching).run();
}

}  // namespace kcheck::scenarios
