// The part of a transition system that can influence a set of properties, as a
// self-contained problem for the symbolic engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checker/symbolic.hpp"
#include "ir/transition_system.hpp"

namespace kcheck::checker {

/// Terms live in the problem's own arena, so that a system can be checked by
/// several threads at once, and speak of variables by their position in `variables`.
struct Problem {
    struct Action {
        std::size_t original;  // index into system.actions
        ir::Term guard;
        /// All assigned values are in range; folded to true where intervals show it.
        ir::Term in_range;
        std::vector<std::pair<ir::VariableId, ir::Term>> assignments;  // only those that can change a value
    };
    /// One conjunct of what is to be checked.
    struct Property {
        std::size_t invariant;  // index into system.invariants
        Part part;              // holds or lemma
        ir::Term term;
    };

    std::unique_ptr<ir::Arena> arena = std::make_unique<ir::Arena>();
    std::vector<ir::VariableId> variables;  // ascending ids of the system
    std::vector<std::int32_t> sizes;        // by position
    std::vector<std::int32_t> initial;      // by position
    std::vector<Action> actions;            // actions that change nothing in the cone are left out
    std::vector<Property> properties;
};

/// Throws std::invalid_argument if the system or a name is not as symbolic.hpp requires.
Problem reduce(const ir::TransitionSystem& system, const std::vector<std::string>& invariants,
               bool with_lemmas, bool cone_of_influence);

}  // namespace kcheck::checker
