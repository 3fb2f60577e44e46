// Fair cycles: the part of liveness checking that does not depend on the types of a model.
//
// Each form of property (model.hpp) is violated by a fair run that ends in a certain
// kind of cycle, and liveness.hpp says which; here such a cycle is found.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "checker/explicit_graph.hpp"
#include "checker/liveness_components.hpp"
#include "checker/model.hpp"
#include "checker/store.hpp"

namespace kcheck::checker {

struct FairnessMasks {
    ClassMask weak;
    ClassMask strong;
};

/// Throws std::invalid_argument beyond ClassMask::capacity.
FairnessMasks masks_of(std::span<const FairnessClass> classes);

/// Throws std::invalid_argument that names the classes of `graph` beyond `classes`, if there are any.
void require_declared(const TransitionGraph& graph, std::span<const FairnessClass> classes);

/// Which cycles violate a property. An empty function asks nothing.
struct CyclePattern {
    std::function<bool(StateId)> everywhere = {};  // true of all states of the cycle
    std::function<bool(StateId)> somewhere = {};   // true of one
    std::uint64_t counted = 0;  // some transition has one of these bits in EdgeLabel::counted
};

/// A strongly connected set of states. A walk through all of its transitions, again and
/// again, is fair and matches the pattern.
struct FairComponent {
    std::vector<StateId> states;
    ClassMask taken;  // the classes of the transitions inside
};

class FairCycleFinder {
public:
    /// The classes that are enabled in a state.
    using Enabled = std::function<ClassMask(StateId)>;

    /// `enabled` is asked only if the graph does not know (enabled_reported). Throws
    /// LimitReached, here and everywhere, when `watch` does.
    FairCycleFinder(const TransitionGraph& graph, const StateStore& store, FairnessMasks fairness,
                    Enabled enabled, LimitWatch& watch);

    /// The nearest state to stay in for ever: no class is enabled, and it is a cycle of
    /// the pattern on its own.
    std::optional<StateId> find_stutter(const CyclePattern& pattern) const;

    /// Hands out every largest set of states that is fair and matches the pattern, the nearest
    /// component of the graph first, until one is accepted; whether one was.
    bool find(const CyclePattern& pattern, const std::function<bool(FairComponent)>& accept);

    /// A closed walk in `component`, from `entry`, that is fair and matches the pattern;
    /// at least one transition. Short, but not the shortest.
    std::vector<EdgeRef> walk(const FairComponent& component, const CyclePattern& pattern, StateId entry);

private:
    bool find_within(std::vector<StateId> component, const CyclePattern& pattern,
                     const std::function<bool(FairComponent)>& accept);
    ClassMask enabled_in(StateId state) const;
    /// Breadth-first, inside inside_: a shortest path whose last transition satisfies `last`.
    std::vector<EdgeRef> path(StateId from, const std::function<bool(EdgeRef)>& last);

    const TransitionGraph& graph_;
    const StateStore& store_;
    FairnessMasks fairness_;
    Enabled enabled_;
    LimitWatch& watch_;
    CycleFinder cycles_;
    StateSet inside_;
    // Of path(), by id; allocated when a first walk needs it.
    std::optional<StateSet> seen_;
    std::unique_ptr<EdgeRef[]> reached_by_;
    std::optional<Components> components_;  // of the whole graph, the nearest first in order_
    std::vector<std::uint32_t> order_;
};

}  // namespace kcheck::checker
