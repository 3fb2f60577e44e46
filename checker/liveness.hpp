// Liveness of a model under fairness, on the graph that an exploration has recorded.
//
// A run is fair if it takes each weak class infinitely often unless the class is
// disabled infinitely often, and each strong class infinitely often unless it is
// disabled from some point on. A run that is in a state where no class is enabled may
// stay there for ever. A property is violated iff there is a lasso: a stem to a cycle
// that is fair, or to a state where the run stays, of a kind that contradicts the form:
//
//     <>[] goal               some state of the cycle is not a goal
//     []<> goal               no state of the cycle is a goal
//     [] (premise => <> goal) the same, and the stem meets no goal since a premise
//     <>[] no counted         some transition of the cycle is counted
//
// The algorithms are in liveness_fair.cpp, liveness_components.cpp, liveness_pending.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checker/explicit.hpp"
#include "checker/liveness_fair.hpp"
#include "checker/liveness_pending.hpp"

namespace kcheck::checker {

enum class LivenessVerdict : std::uint8_t {
    holds,
    violated,
    incomplete,  // nothing found, but the exploration did not visit everything
};

template <Model M>
struct Lasso {
    Trace<M> stem;               // as short as can be, to where the cycle begins
    std::vector<Step<M>> cycle;  // back to the last state of the stem; empty: the run stays there
};

template <Model M>
struct LivenessResult {
    LivenessVerdict verdict = LivenessVerdict::holds;
    std::optional<Lasso<M>> lasso;  // if violated
};

namespace detail {

template <Model M>
class LivenessChecker {
public:
    LivenessChecker(const M& model, const Exploration& explored, FairnessMasks fairness)
        : model_(model),
          explored_(explored),
          graph_(*explored.graph),
          finder_(graph_, explored.store, fairness, [this](StateId id) {
              return Successors<M>(model_, state_of(model_, explored_.store, id)).enabled_classes(model_);
          }) {}

    LivenessResult<M> check(const LivenessOf<M>& property, std::uint64_t counted_bit) {
        using Form = typename LivenessOf<M>::Form;
        const auto goal = [&](StateId id) { return property.goal(unpacked(id)); };
        const auto not_goal = [&](StateId id) { return !property.goal(unpacked(id)); };
        switch (property.form) {
            case Form::eventually_always: return conclude({.somewhere = not_goal}, nullptr);
            case Form::always_eventually: return conclude({.everywhere = not_goal}, nullptr);
            case Form::finitely_often: return conclude({.counted = counted_bit}, nullptr);
            case Form::leads_to: break;
        }
        const auto premise = [&](StateId id) { return property.premise(unpacked(id)); };
        const PendingStates pending(graph_, explored_.store, premise, goal);
        return conclude({.everywhere = [&](StateId id) { return pending.contains(id); }}, &pending);
    }

private:
    const typename M::State& unpacked(StateId id) {
        model_.unpack(explored_.store.state(id), scratch_);
        return scratch_;
    }

    LivenessResult<M> conclude(const CyclePattern& pattern, const PendingStates* pending) {
        const auto stem_to = [&](StateId id) {
            return trace_along(model_, explored_.store,
                               pending ? pending->path_to(id) : explored_.store.path_to(id));
        };
        if (const auto state = finder_.find_stutter(pattern))
            return {LivenessVerdict::violated, Lasso<M>{stem_to(*state), {}}};
        const auto component = finder_.find(pattern);
        if (!component)
            return {explored_.complete() ? LivenessVerdict::holds : LivenessVerdict::incomplete,
                    std::nullopt};

        const auto distance = [&](StateId id) {
            const std::uint32_t length = pending ? pending->distance(id) : explored_.store.depth(id);
            return std::pair{length, raw(id)};
        };
        const StateId entry =
            *std::min_element(component->states.begin(), component->states.end(),
                              [&](StateId a, StateId b) { return distance(a) < distance(b); });
        Lasso<M> lasso{stem_to(entry), {}};
        for (const EdgeRef edge : finder_.walk(*component, pattern, entry)) {
            const Successors<M> successors(model_, state_of(model_, explored_.store, edge.source));
            lasso.cycle.push_back(successors.steps.at(edge.position - graph_.edges(edge.source).first));
        }
        return {LivenessVerdict::violated, std::move(lasso)};
    }

    const M& model_;
    const Exploration& explored_;
    const TransitionGraph& graph_;
    FairCycleFinder finder_;
    typename M::State scratch_{};
};

}  // namespace detail

/// A result for each property. A violation is real even if the exploration is incomplete.
///
/// Requires: `explored` comes from explore(model, ...) with record_graph and with the
/// same `properties`; bit i of a ClassMask is classes[i], and no transition and no
/// enabled set of the graph has a bit beyond them. Otherwise std::invalid_argument.
///
/// `stop` is asked before each property; those that it comes too early for are incomplete.
template <Model M>
std::vector<LivenessResult<M>> check_liveness(const M& model, const Exploration& explored,
                                              std::span<const FairnessClass> classes,
                                              std::span<const LivenessOf<M>> properties,
                                              const std::function<bool()>& stop = {}) {
    if (!explored.graph) throw std::invalid_argument("liveness needs a recorded graph");
    require_declared(*explored.graph, classes);
    detail::LivenessChecker<M> checker(model, explored, masks_of(classes));
    std::vector<LivenessResult<M>> results;
    for (std::size_t i = 0; i < properties.size(); ++i) {
        if (stop && stop()) {
            results.resize(properties.size(), {LivenessVerdict::incomplete, std::nullopt});
            break;
        }
        const std::uint64_t bit = std::uint64_t{1} << i;
        if (properties[i].form == LivenessOf<M>::Form::finitely_often &&
            (explored.graph->counting() & bit) == 0)
            throw std::invalid_argument("the graph was recorded without the property " + properties[i].name);
        results.push_back(checker.check(properties[i], bit));
    }
    return results;
}

}  // namespace kcheck::checker
