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
    incomplete,  // nothing found, but not everything was looked at
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
    /// Why it is incomplete, if a limit ended the decision and not the exploration before.
    std::optional<Ended> ended;
};

struct LivenessOptions {
    Limits limits = {};
    // Of the states that liveness_unfold.hpp explores:
    std::uint64_t states_max = StateStore::states_max;  // each time
    unsigned threads = 1;
    /// Candidates are explored together until they have so many states: most are small, and an
    /// exploration has a price of its own.
    std::size_t batch_states = 20'000;
};

namespace detail {

/// The part of the decision that is the same for every way to look at a component: which cycles
/// violate a property, and in which states a run may stay.
template <Model M>
class LivenessChecker {
public:
    /// Where the cycle of a lasso is: makes one out of a set of states that can be a fair cycle of
    /// the pattern, or nothing if a closer look finds that they cannot.
    using Look = std::function<std::optional<Lasso<M>>(const FairComponent&, const CyclePattern&,
                                                       const PendingStates*)>;

    LivenessChecker(const M& model, const Exploration& explored, FairnessMasks fairness, LimitWatch& watch)
        : model_(model),
          explored_(explored),
          watch_(watch),
          finder_(
              *explored.graph, explored.store, fairness,
              [this](StateId id) {
                  return in_state(explored_.store, id, [&] {
                      return Successors<M>(model_, unpacked(id)).enabled_classes(model_);
                  });
              },
              watch) {}

    /// `stay`: the lasso of a run that stays in the last state of a path.
    LivenessResult<M> check(const LivenessOf<M>& property, std::uint64_t counted_bit, const Look& look,
                            const std::function<Trace<M>(std::span<const StateId>)>& along) {
        using Form = typename LivenessOf<M>::Form;
        const auto holds = [this](const auto& predicate, StateId id) {
            return in_state(explored_.store, id, [&] { return predicate(unpacked(id)); });
        };
        const auto goal = [&](StateId id) { return holds(property.goal, id); };
        const auto not_goal = [&](StateId id) { return !holds(property.goal, id); };
        switch (property.form) {
            case Form::eventually_always: return conclude({.somewhere = not_goal}, nullptr, look, along);
            case Form::always_eventually: return conclude({.everywhere = not_goal}, nullptr, look, along);
            case Form::finitely_often: return conclude({.counted = counted_bit}, nullptr, look, along);
            case Form::leads_to: break;
        }
        const auto premise = [&](StateId id) { return holds(property.premise, id); };
        const PendingStates pending(*explored_.graph, explored_.store, premise, goal, watch_);
        return conclude({.everywhere = [&](StateId id) { return pending.contains(id); }}, &pending, look,
                        along);
    }

    FairCycleFinder& finder() { return finder_; }

    std::vector<StateId> path_to(StateId id, const PendingStates* pending) const {
        return pending != nullptr ? pending->path_to(id) : explored_.store.path_to(id);
    }

    /// The state of a component that the shortest stem leads to.
    StateId entry_of(const FairComponent& component, const PendingStates* pending) const {
        const auto distance = [&](StateId id) {
            const std::uint32_t length = pending ? pending->distance(id) : explored_.store.depth(id);
            return std::pair{length, raw(id)};
        };
        return *std::min_element(component.states.begin(), component.states.end(),
                                 [&](StateId a, StateId b) { return distance(a) < distance(b); });
    }

private:
    const typename M::State& unpacked(StateId id) {
        model_.unpack(explored_.store.state(id), scratch_);
        return scratch_;
    }

    LivenessResult<M> conclude(const CyclePattern& pattern, const PendingStates* pending, const Look& look,
                               const std::function<Trace<M>(std::span<const StateId>)>& along) {
        if (const auto state = finder_.find_stutter(pattern))
            return {LivenessVerdict::violated, Lasso<M>{along(path_to(*state, pending)), {}}, {}};
        LivenessResult<M> result;
        finder_.find(pattern, [&](const FairComponent& component) {
            result.lasso = look(component, pattern, pending);
            return result.lasso.has_value();
        });
        if (result.lasso)
            result.verdict = LivenessVerdict::violated;
        else if (!explored_.complete())
            result.verdict = LivenessVerdict::incomplete;
        return result;
    }

    const M& model_;
    const Exploration& explored_;
    LimitWatch& watch_;
    FairCycleFinder finder_;
    typename M::State scratch_{};
};

/// Asks `decide` for each property; after a limit was reached all that is left is incomplete.
template <Model M>
std::vector<LivenessResult<M>> decide_each(
    const Exploration& explored, std::span<const LivenessOf<M>> properties,
    const std::function<LivenessResult<M>(const LivenessOf<M>&, std::uint64_t)>& decide) {
    std::vector<LivenessResult<M>> results;
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const std::uint64_t bit = std::uint64_t{1} << i;
        if (properties[i].form == LivenessOf<M>::Form::finitely_often &&
            (explored.graph->counting() & bit) == 0)
            throw std::invalid_argument("the graph was recorded without the property " + properties[i].name);
        try {
            results.push_back(decide(properties[i], bit));
        } catch (const LimitReached& limit) {
            results.resize(properties.size(), {LivenessVerdict::incomplete, std::nullopt, limit.ended()});
            break;
        }
    }
    return results;
}

}  // namespace detail

/// A result for each property. A violation is real even if the exploration is incomplete.
///
/// Requires: `explored` comes from explore(model, ...) with record_graph and with the
/// same `properties`; bit i of a ClassMask is classes[i], and no transition and no
/// enabled set of the graph has a bit beyond them. Otherwise std::invalid_argument.
///
/// A limit that is reached leaves the properties incomplete that are not decided by then.
template <Model M>
std::vector<LivenessResult<M>> check_liveness(const M& model, const Exploration& explored,
                                              std::span<const FairnessClass> classes,
                                              std::span<const LivenessOf<M>> properties,
                                              const LivenessOptions& options = {}) {
    if (!explored.graph) throw std::invalid_argument("liveness needs a recorded graph");
    require_declared(*explored.graph, classes);
    LimitWatch watch(options.limits);
    std::optional<detail::LivenessChecker<M>> checker;
    const auto along = [&](std::span<const StateId> path) {
        return trace_along(model, explored.store, path);
    };
    const auto look = [&](const FairComponent& component, const CyclePattern& pattern,
                          const PendingStates* pending) -> std::optional<Lasso<M>> {
        const StateId entry = checker->entry_of(component, pending);
        Lasso<M> lasso{along(checker->path_to(entry, pending)), {}};
        for (const EdgeRef edge : checker->finder().walk(component, pattern, entry)) {
            const detail::Successors<M> successors(model, state_of(model, explored.store, edge.source));
            const std::uint32_t first = explored.graph->edges(edge.source).first;
            lasso.cycle.push_back(successors.steps.at(edge.position - first));
        }
        return lasso;
    };
    return detail::decide_each<M>(explored, properties,
                                  [&](const LivenessOf<M>& property, std::uint64_t bit) {
                                      watch.look();
                                      if (!checker)
                                          checker.emplace(model, explored, masks_of(classes), watch);
                                      return checker->check(property, bit, look, along);
                                  });
}

}  // namespace kcheck::checker
