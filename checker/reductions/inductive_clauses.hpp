// Invariants that nobody has to write: clauses of one or two literals "a variable is, or is not, a value".
//
// Candidates are the clauses that hold in a sample of reachable states. Of these, Z3 finds the greatest set
// that is inductive: it holds initially, and every action preserves all of it. So each clause holds in every
// reachable state, whatever the sample was; a poor sample only costs time.
// Literature: C. Flanagan, K. R. M. Leino, "Houdini, an annotation assistant for ESC/Java", FME 2001.
//
// Cost: quadratic in the number of literals and linear in the sample for the candidates; then one query for
// each counterexample to induction, and one for each action in each round without.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checker/reductions/value_set.hpp"
#include "ir/transition_system.hpp"

namespace kcheck::checker::reductions {

struct Literal {
    ir::VariableId variable = 0;
    std::int32_t value = 0;
    bool equal = true;  // false: the variable has another value
    bool operator==(const Literal&) const = default;
};

/// One of the two is true; they are the same in a clause of one literal.
struct Clause {
    Literal a, b;
    bool operator==(const Clause&) const = default;
};

/// Up to `count` reachable states, each once: the nearest quarter of them, then random runs. The same for the
/// same system and seed.
std::vector<std::vector<std::int32_t>> sample_states(const ir::TransitionSystem& system, std::size_t count,
                                                     unsigned seed);

/// The greatest inductive set of clauses that hold in all of `samples`, relative to `given`: terms that hold
/// in every reachable state (somebody has proved it). Throws std::runtime_error if Z3 gives no answer.
std::vector<Clause> inductive_clauses(const ir::TransitionSystem& system,
                                      const std::vector<std::vector<std::int32_t>>& samples,
                                      const std::vector<ir::Term>& given = {});

/// The greatest inductive subset of `candidates`, which somebody has other reasons to believe. Likewise.
std::vector<Clause> inductive_subset(const ir::TransitionSystem& system, std::vector<Clause> candidates,
                                     const std::vector<ir::Term>& given = {});
/// "The variable has another value", for every value that it has in none of `samples`.
std::vector<Clause> values_not_in(const ir::TransitionSystem& system,
                                  const std::vector<std::vector<std::int32_t>>& samples);

/// The clauses as terms of the system, which grows its arena by them.
std::vector<ir::Term> terms_of(const ir::TransitionSystem& system, const std::vector<Clause>& clauses);
/// The ranges without the values that clauses of one literal exclude.
Box domain_of(const ir::TransitionSystem& system, const std::vector<Clause>& clauses);

}  // namespace kcheck::checker::reductions
