// What the gates compare: the one function through which they ask for verdicts.
//
// An Answer has the verdict of every property, and the quiescent outcomes: what is stored and what
// runs in the states where a run may stay for ever, up to the names of pods and of equal nodes. Two
// searches of one configuration that differ in reductions alone must give equal Answers.
#pragma once

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "checker/reach.hpp"
#include "tests/invariants_support.hpp"
#include "traces/trace.hpp"

namespace kcheck::tests {

/// Numbers that describe what is stored and what runs.
using Outcome = std::vector<int>;
using Outcomes = std::set<Outcome>;

struct Answer {
    std::vector<Verdict> of;  // in the order of all_properties()
    std::uint64_t states = 0;
    bool complete = false;              // every state within the bounds of the encoding was visited
    bool exceeded = false;              // a run left those bounds
    Outcomes quiescent;                 // if complete
    std::vector<std::string> problems;  // kcheck contradicts itself
};

/// The nodes by kind, those that are open first: numbers that do not depend on the order in which a
/// configuration lists them.
inline std::vector<std::size_t> nodes_by_kind(const model::Configuration& configuration) {
    std::vector<std::size_t> order(configuration.nodes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto kind = [&](std::size_t n) {
        const auto& node = configuration.nodes[n];
        return std::tuple(!node.schedulable, node.capacity, node.score);
    };
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return kind(a) < kind(b); });
    std::vector<std::size_t> number(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) number[order[i]] = i;
    return number;
}

/// What is stored of the workloads and the pods, and their containers. Budgets, requests that may
/// never arrive, images and caches are left out; so are pods that are over and wait for the garbage
/// collector. Of all orders of equal nodes it is the least description.
inline Outcome outcome_of(const model::Cluster& k, const Valuation& state) {
    namespace pod = model::pod;
    const auto& nodes = k.configuration.nodes;
    const auto number = nodes_by_kind(k.configuration);
    std::vector<std::size_t> order(nodes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Outcome least;
    do {
        bool keeps_kinds = true;
        for (std::size_t n = 0; n < nodes.size(); ++n)
            keeps_kinds = keeps_kinds && nodes[n].same_kind(nodes[order[n]]);
        if (!keeps_kinds) continue;
        const auto number_of = [&](std::size_t n) { return static_cast<int>(number[order[n]]) + 1; };
        std::vector<Outcome> pods;
        for (std::size_t p = 0; p < k.pod.size(); ++p) {
            const auto& stored = k.pod[p];
            const int node = state[stored[pod::node]];
            Outcome one{state[stored[pod::exists]], state[stored[pod::deleting]], state[stored[pod::phase]],
                        node == 0 ? 0 : number_of(static_cast<std::size_t>(node) - 1)};
            std::vector<std::pair<int, int>> containers;
            for (std::size_t n = 0; n < nodes.size(); ++n)
                if (const int container = state[k.kubelet[n].container[p]]; container != 0)
                    containers.emplace_back(number_of(n), container);
            const bool over = one[1] == 0 && one[2] == pod::terminal;
            if (containers.empty() && (one[0] == 0 || over)) continue;
            std::ranges::sort(containers);
            for (const auto& [where, container] : containers) {
                one.push_back(where);
                one.push_back(container);
            }
            pods.push_back(std::move(one));
        }
        std::ranges::sort(pods);
        Outcome outcome{state[k.operations_done]};
        for (const auto* workload : {&k.deployment, &k.replica_set})
            for (const auto slot : workload->field) outcome.push_back(state[slot]);
        for (const auto& one : pods) {
            outcome.push_back(static_cast<int>(one.size()));
            outcome.insert(outcome.end(), one.begin(), one.end());
        }
        if (least.empty() || outcome < least) least = std::move(outcome);
    } while (std::ranges::next_permutation(order).found);
    return least;
}

struct AnswerOptions {
    std::uint64_t states_max = 20'000;
    bool confirms = true;  // executes every counterexample again
};

namespace detail {

inline void append(std::vector<traces::Edge>& path, const std::vector<checker::Step<Pipeline>>& steps) {
    for (const auto& step : steps) path.push_back({step.action, step.state});
}

/// What is wrong with a counterexample of the pipeline itself; empty if it is one.
inline std::string refuted(const Pipeline& pipeline, const Property& property,
                           const std::vector<traces::Edge>& path, std::optional<std::size_t> cycle) {
    const auto trace = traces::follow(pipeline, path, cycle, &property);
    if (!trace)
        return fmt::format("{}: the counterexample cannot be followed: {}", property.name, trace.error());
    if (const auto executed = traces::execute(*trace); !executed)
        return fmt::format("{}: the counterexample cannot be executed: {}", property.name, executed.error());
    return {};
}

}  // namespace detail

/// `model` is the pipeline, or one that wraps it.
template <class M>
Answer answer_of(const M& model, const Pipeline& pipeline, const AnswerOptions& options = {}) {
    const auto properties = all_properties();
    const auto& k = pipeline.cluster();
    std::vector<checker::SafetyOf<M>> safety;
    std::vector<checker::LivenessOf<M>> liveness;
    for (const auto* property : properties) {
        if (property->kind == Kind::safety)
            safety.push_back(safety_of(pipeline, *property));
        else
            liveness.push_back(liveness_of(pipeline, *property));
    }
    safety.push_back({"within-bounds", [&](const Valuation& state) { return state[k.exceeded] == 0; }});
    checker::ExploreOptions search;
    search.states_max = options.states_max;
    search.record_graph = true;
    const auto found = checker::explore<M>(model, safety, search, liveness);
    const auto fair = checker::check_liveness<M>(model, found, fairness_of(pipeline), liveness);

    Answer answer;
    answer.states = found.states;
    answer.exceeded = found.violations.back().has_value();
    answer.complete = found.complete() && !answer.exceeded;
    std::size_t s = 0, l = 0;
    for (const auto* property : properties) {
        bool violated = false;
        std::string problem;
        if (property->kind == Kind::safety) {
            const auto& violation = found.violations[s++];
            violated = violation.has_value();
            if constexpr (std::is_same_v<M, Pipeline>)
                if (violated && options.confirms) {
                    std::vector<traces::Edge> path;
                    detail::append(path, checker::trace_to(model, found.store, violation->state).steps);
                    problem = detail::refuted(pipeline, *property, path, std::nullopt);
                }
        } else {
            const auto& question = liveness[l];
            const auto& result = fair[l++];
            violated = result.verdict == checker::LivenessVerdict::violated;
            if constexpr (std::is_same_v<M, Pipeline>)
                if (violated && options.confirms) {
                    std::vector<traces::Edge> path;
                    detail::append(path, result.lasso->stem.steps);
                    const auto cycle = path.size();
                    detail::append(path, result.lasso->cycle);
                    problem = detail::refuted(pipeline, *property, path, cycle);
                }
            using Form = typename checker::LivenessOf<M>::Form;
            if (!violated && answer.complete && question.form == Form::eventually_always &&
                checker::goal_stays_reachable(*found.graph, found.store, [&](checker::StateId id) {
                    return question.goal(checker::state_of(model, found.store, id));
                }))
                problem = fmt::format("{}: said to hold, but its goal gets out of reach", property->name);
        }
        answer.of.push_back(violated          ? Verdict::violated
                            : answer.complete ? Verdict::holds
                                              : Verdict::unknown);
        if (!problem.empty()) answer.problems.push_back(std::move(problem));
    }
    if (answer.complete)
        found.graph->for_each_expanded([&](checker::StateId id) {
            if (found.graph->quiescent(id))
                answer.quiescent.insert(outcome_of(k, checker::state_of(model, found.store, id)));
        });
    return answer;
}

/// The verdicts of kcheck. The reductions are forced: none is switched off for the configuration's sake.
inline Answer answer_of(const model::Configuration& configuration, const model::Reductions& reductions,
                        const AnswerOptions& options = {}) {
    const Pipeline pipeline(configuration, reductions);
    return answer_of(pipeline, pipeline, options);
}

}  // namespace kcheck::tests
