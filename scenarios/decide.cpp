#include "scenarios/decide.hpp"

#include "scenarios/decide_on.hpp"

namespace kcheck::scenarios {

namespace detail {

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

checker::ExploreOptions search_of(const invariants::Questions& questions, EndAt end_at, const Limits& limits,
                                  const Watching& watching) {
    checker::ExploreOptions search;
    search.threads = limits.threads;
    // Of a single safety property the first violation is all there is to find.
    const bool first_is_all = questions.invariants.size() == 2 && questions.liveness.empty();
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
    return search;
}

std::vector<Finding> open_findings(std::span<const invariants::Property* const> properties) {
    std::vector<Finding> findings;
    for (const auto* property : properties) findings.push_back({property, Answer::open, {}, {}});
    return findings;
}

}  // namespace detail

Decided decide(const model::Pipeline& pipeline, std::span<const invariants::Property* const> properties,
               EndAt end_at, const Limits& limits, const Watching& watching) {
    return decide_on(pipeline, pipeline, properties, end_at, limits, watching);
}

}  // namespace kcheck::scenarios
