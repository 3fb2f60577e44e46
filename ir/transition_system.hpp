// A finite transition system as data: variables with bounded ranges, one
// initial state, guarded actions with simultaneous assignment, and named
// invariants. It names nothing of Kubernetes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ir/term.hpp"

namespace kcheck::ir {

struct Variable {
    std::string name;   // unique, as shown to people: "pod[1].node"
    std::int32_t size;  // values are 0 .. size-1
    std::int32_t initial = 0;
};

/// In a state that satisfies `guard`, every assigned variable takes the value
/// its term has in that state; every other variable keeps its value.
struct Action {
    std::string name;  // unique: "scheduler: POST binding(pod=0, node=1)"
    Term guard;
    std::vector<std::pair<VariableId, Term>> assignments;  // each variable at most once
};

struct Invariant {
    std::string name;
    Term holds;
    /// Strengthens an inductive proof; must itself be an invariant and is proved with it.
    Term lemma;
};

struct TransitionSystem {
    std::shared_ptr<Arena> arena = std::make_shared<Arena>();
    std::vector<Variable> variables;
    std::vector<Action> actions;
    std::vector<Invariant> invariants;
};

}  // namespace kcheck::ir
