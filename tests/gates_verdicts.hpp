// What the gates compare: the verdict of every property, and the quiescent outcomes: what is stored and
// what runs in the states where a run may stay for ever, up to the names of pods and of equal nodes. Two
// searches of one configuration that differ in what they leave out must give equal Answers.
//
// `kcheck_answer` is the one function that asks kcheck itself, as a user does.
#pragma once

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "model/kubelet.hpp"
#include "scenarios/check.hpp"
#include "scenarios/decide_on.hpp"
#include "tests/invariants_support.hpp"

namespace kcheck::tests {

/// Numbers that describe what is stored and what runs.
using Outcome = std::vector<int>;
using Outcomes = std::set<Outcome>;

struct Answer {
    std::vector<Verdict> of;  // in the order of all_properties()
    std::uint64_t states = 0;
    bool complete = false;              // every state within the bounds of the encoding was visited
    int exceeded = 0;                   // those that a run left (model/bounds.hpp); 0: none did
    Outcomes quiescent;                 // if complete
    model::Bounds bounds;               // that kcheck came to
    std::vector<std::string> problems;  // kcheck contradicts itself
};

inline Answer unknown_answer() {
    Answer answer;
    answer.of.assign(all_properties().size(), Verdict::unknown);
    return answer;
}

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
inline Outcome outcome_of(const model::Encoding& k, const Valuation& state) {
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
        for (int p = 0; p < k.pods(); ++p) {
            const auto& stored = k.pod(p);
            const int node = state[stored[pod::node]];
            Outcome one{state[stored[pod::exists]], state[stored[pod::deleting]], state[stored[pod::phase]],
                        node == 0 ? 0 : number_of(static_cast<std::size_t>(node) - 1),
                        state[stored[pod::owner]]};
            std::vector<std::pair<int, int>> containers;
            for (const auto& kubelet : k.all<model::Kubelet>())
                if (const int container = state[kubelet.container_of(p)]; container != 0)
                    containers.emplace_back(number_of(static_cast<std::size_t>(kubelet.node)), container);
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
        for (const auto variable : k.deployment().field) outcome.push_back(state[variable]);
        for (const auto& stored : k.store<model::ReplicaSet>().objects)
            for (const auto variable : stored.field) outcome.push_back(state[variable]);
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
    bool ends_at_bounds = false;  // what is beyond them needs more room anyhow
};

/// One search of `model`, which is the pipeline or wraps it, decided as kcheck decides one. Its
/// counterexamples are those of the model: nobody has executed them again.
template <class M>
Answer answer_of(const M& model, const Pipeline& pipeline, const AnswerOptions& options = {}) {
    Answer answer;
    const auto& k = pipeline.encoding();
    const auto see = [&](const checker::Exploration& explored) {
        if (!explored.complete()) return;
        explored.graph->for_each_expanded([&](checker::StateId id) {
            if (explored.graph->quiescent(id))
                answer.quiescent.insert(outcome_of(k, checker::state_of(model, explored.store, id)));
        });
    };
    const auto decided = scenarios::decide_on(model, pipeline, all_properties(),
                                              {.bounds_left = options.ends_at_bounds, .any_violation = false},
                                              {.states_max = options.states_max}, {}, see);
    answer.states = decided.covered.states;
    answer.exceeded = decided.exceeded;
    answer.complete = decided.complete;
    if (!answer.complete) answer.quiescent.clear();
    if (!decided.contradiction.empty()) answer.problems.push_back(decided.contradiction);
    for (const auto& finding : decided.findings) answer.of.push_back(verdict_of(finding.answer));
    return answer;
}

/// A search in an encoding that grows until no run leaves it. `search` takes the bounds and options.
template <class F>
Answer growing(const model::Configuration& configuration, AnswerOptions options, F&& search) {
    auto bounds = model::Bounds::least(configuration);
    constexpr int rounds = 12;
    options.ends_at_bounds = true;
    for (int round = 1;; ++round) {
        if (round == rounds) options.ends_at_bounds = false;
        auto answer = search(bounds, options);
        if (answer.exceeded == 0 || round == rounds) return answer;
        bounds.grow(answer.exceeded);
    }
}

/// What kcheck says. `reductions`: those that it may use, where they are sound.
inline Answer kcheck_answer(const model::Configuration& configuration, const model::Reductions& reductions,
                            const AnswerOptions& options = {}) {
    const scenarios::CheckOptions call{.properties = {}, .limits = {.states_max = options.states_max}};
    auto answer = unknown_answer();
    tl::expected<scenarios::Result, scenarios::InternalError> result;
    try {
        result = scenarios::check(configuration, reductions, call, {});
    } catch (const std::exception& error) {
        answer.problems.push_back(fmt::format("an exception: {}", error.what()));
        return answer;
    }
    if (!result) {
        answer.problems.push_back(result.error().message);
        return answer;
    }
    answer.of.clear();
    for (const auto& row : result->properties)
        answer.of.push_back(row.verdict == scenarios::Verdict::violated ? Verdict::violated
                            : row.verdict == scenarios::Verdict::holds  ? Verdict::holds
                                                                        : Verdict::unknown);
    if (result->covered) answer.states = result->covered->states;
    // That the verdicts are there does not say that everything was visited.
    try {
        const Pipeline pipeline(configuration, reductions, result->bounds);
        auto whole = answer_of(pipeline, pipeline, options);
        answer.complete = whole.complete;
        answer.exceeded = whole.exceeded;
        answer.quiescent = std::move(whole.quiescent);
        answer.bounds = result->bounds;
    } catch (const std::length_error&) {  // the bounds had grown once more, for nothing
        answer.complete = false;
    }
    return answer;
}

}  // namespace kcheck::tests
