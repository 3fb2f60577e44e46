// Which question a property is: an invariant, asked of every reachable state; liveness, asked of
// every infinite fair run; reachability, asked of the graph whatever is fair.
//
// The engines know no property and no pipeline. Here, and nowhere else, the one becomes a question
// about the other.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checker/model.hpp"
#include "invariants/property.hpp"

namespace kcheck::invariants {

using StatePredicate = std::function<bool(const model::Valuation&)>;

/// From every reachable state a state that satisfies `goal` can be reached. Follows from <>[] goal under
/// any fairness, and is decided by another algorithm: the two check each other.
struct Reachability {
    std::size_t liveness = 0;  // the question that it follows from, as an index into Questions::liveness
    StatePredicate goal;
};

struct Questions {
    /// One for each safety property, in their order; then that no run leaves the bounds of the encoding.
    std::vector<checker::Safety<model::Valuation>> invariants;
    std::vector<checker::Liveness<model::Valuation, model::Move>> liveness;
    std::vector<Reachability> reachability;
    /// Of which property each question is, as an index into those that were asked about.
    std::vector<std::size_t> of_invariant, of_liveness;

    /// Beyond the bounds of the encoding nothing is known: where this is violated, nothing can be said to
    /// hold.
    std::size_t within_bounds() const { return invariants.size() - 1; }
};

/// A run that leaves the bounds of the encoding ends there, and what it left behind says nothing: every
/// predicate is true of it. The pipeline and the properties must outlive the questions.
Questions questions_of(const model::Pipeline& pipeline, std::span<const Property* const> properties);

/// What is promised to go on, as the liveness engines take it: the classes of model/fairness.hpp.
std::vector<checker::FairnessClass> fairness_of(const model::Pipeline& pipeline);

/// Violated by a state that shows that the property speaks of something (Property::witness).
checker::Safety<model::Valuation> never_witnessed(const model::Pipeline& pipeline, const Property& property);

}  // namespace kcheck::invariants
