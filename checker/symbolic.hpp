// Symbolic checking of an ir::TransitionSystem with Z3.
//
// Two questions: is there a violation within so many steps (bounded model
// checking), and is an invariant proved for runs of every length (k-induction)?
// No state is enumerated, so ranges may be large.
//
// What is checked: the named invariants, and that no enabled action assigns a
// value outside the range of a variable. The second is not assumed: a proof
// includes it, a counterexample may be one.
//
// Every trace that is returned has been re-executed with ir::Evaluator on the
// whole system, without Z3: guards hold, values agree, the last state violates
// what it is said to violate. A disagreement is a defect of this engine and
// throws std::logic_error.
//
// Requires, of every function: names of existing invariants, at least one; for
// each variable 0 <= initial < size; each action assigns a variable at most once.
// Otherwise std::invalid_argument.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "ir/transition_system.hpp"

namespace kcheck::checker {

struct SymbolicOptions {
    double timeout_s = std::numeric_limits<double>::infinity();  // wall time of the call
    const std::atomic<bool>* stop = nullptr;                     // set by another thread to give up early
    /// Of the whole process, its resident set.
    std::size_t memory_max_bytes = std::numeric_limits<std::size_t>::max();
    /// Translate only what can influence the properties. Sound and complete: the
    /// verdicts are the same either way, except that ranges are then checked only
    /// for the variables in the cone.
    bool cone_of_influence = true;
    /// From k = 2 on, the states of an induction step are pairwise different. It
    /// makes k-induction complete for finite systems.
    bool simple_path = true;
};

/// A state is the values of system.variables, in that order.
using SymbolicState = std::vector<std::int32_t>;

struct SymbolicStep {
    std::size_t action;   // index into system.actions
    SymbolicState state;  // after it
};

struct SymbolicTrace {
    SymbolicState initial;
    std::vector<SymbolicStep> steps;
};

/// Which part of what is checked fails in the last state of a trace. For
/// `range`, the last action assigned a value outside the range of a variable.
enum class Part : std::uint8_t { holds, lemma, range };

struct Refutation {
    Part part = Part::holds;
    std::string name;     // of the invariant; of the variable if part is range
    SymbolicTrace trace;  // from the initial state, of minimal length
};

struct NoViolation {
    int depth;  // no run of at most this many steps violates
};

struct Unknown {
    std::string reason;  // "timeout", "stopped", "memory", or what Z3 says
    int depth;           // no run of at most this many steps violates; -1 if not even that is known
};

using BoundedResult = std::variant<NoViolation, Refutation, Unknown>;

/// Proved for runs of every length, jointly with the lemmas.
struct Proved {
    int k;
};

/// k consecutive states, not necessarily reachable, satisfy every property and
/// lemma; the step into state k+1 breaks one. Variables outside `cone` do not
/// matter: they start at their initial value and are carried along.
struct InductionFailure {
    int k;
    Part part = Part::holds;
    std::string name;
    SymbolicTrace trace;               // k steps; `initial` is any state
    std::vector<ir::VariableId> cone;  // the variables that matter, ascending
};

using InductionResult = std::variant<Proved, Refutation, InductionFailure, Unknown>;

/// Searches for a run of at most `depth` steps that violates `holds` of one of
/// `invariants`, shortest first. Requires depth >= 0.
BoundedResult bounded_model_check(const ir::TransitionSystem& system,
                                  const std::vector<std::string>& invariants, int depth,
                                  const SymbolicOptions& options = {});

/// Tries to prove `holds` and `lemma` of all of `invariants` jointly by
/// k-induction for k = 1 .. k_max. Requires k_max >= 1.
InductionResult prove_by_k_induction(const ir::TransitionSystem& system,
                                     const std::vector<std::string>& invariants, int k_max,
                                     const SymbolicOptions& options = {});

}  // namespace kcheck::checker
