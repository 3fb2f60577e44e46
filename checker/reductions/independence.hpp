// When two actions can be exchanged: claims about pairs of actions, proved by Z3.
//
// A claim is about a first and a second action, u and t, and about the states x of a box (see
// value_set.hpp) in which the given invariants hold:
//
//   moves_left   where u;t is possible, t is possible, and t;u or t alone leads to the same state
//   accords      where u and t are enabled, both u;t and t;u are possible and lead to the same state
//   absorbs      where u and t are enabled, t;u is possible and leads to where u alone leads
//   keeps_false  where u is enabled and a condition is false, the condition is false after u
//
// A box is the condition of a conditional independence relation: S. Katz, D. Peled, "Defining
// conditional independence using collapses", TCS 101, 1992; P. Godefroid, "Partial-Order Methods
// for the Verification of Concurrent Systems", LNCS 1032, 1996. It is not guessed: whoever asks gives the box
// he has, and the unsatisfiable core of the proof says which variables of it were needed. That
// weaker condition is what is remembered, so that most questions are answered by inclusion.
//
// A claim that is false is refused with a state, which has been checked with ir::Evaluator, without
// Z3. It refuses the same claim for every box that the state is in.
//
// Cost: one query for each claim that footprints do not decide, of the size of the two actions; then a
// comparison with what is remembered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checker/reductions/value_set.hpp"
#include "ir/transition_system.hpp"

namespace kcheck::checker::reductions {

enum class Claim : std::uint8_t { moves_left, accords, absorbs, keeps_false };

/// What a claim is about.
struct Question {
    Claim claim = Claim::accords;
    std::size_t first = 0;   // u, an index into system.actions
    std::size_t second = 0;  // t, likewise; of keeps_false, the id of the node of the condition
    auto operator<=>(const Question&) const = default;
};

using State = std::vector<std::int32_t>;

/// "The values of these variables are in these sets", ascending; empty: always.
using Condition = std::vector<std::pair<ir::VariableId, ValueSet>>;

/// What is known of one question.
struct Knowledge {
    std::vector<Condition> proved;  // under each of them
    std::vector<State> refuted;     // in each of them
};

/// Answers questions; the reductions rely on nothing else, so that a test can lie to them.
class Oracle {
public:
    virtual ~Oracle() = default;
    /// True only if the claim holds in every reachable state of the box.
    virtual bool holds(const Question& question, const Box& box) = 0;
};

/// Which variables an action reads and writes. An assignment of a variable to itself is none.
struct ActionFootprint {
    std::vector<ir::VariableId> guard;   // read by the guard
    std::vector<ir::VariableId> reads;   // by the guard or an assigned term
    std::vector<ir::VariableId> writes;  // all ascending
    std::vector<ir::Term> conjuncts;     // of the guard
};
/// The operands of nested conjunctions, each once.
std::vector<ir::Term> conjuncts_of(ir::Term root);
std::vector<ActionFootprint> footprints_of(const ir::TransitionSystem& system);

class Independence : public Oracle {
public:
    /// Each of `invariants` must hold in every reachable state: the caller has proved it (for instance
    /// with prove_by_k_induction). The system must outlive this. Throws
    /// std::invalid_argument for a variable without values or an action that assigns one twice.
    Independence(const ir::TransitionSystem& system, const std::vector<ir::Term>& invariants);
    ~Independence() override;

    bool holds(const Question& question, const Box& box) override;

    const std::vector<ActionFootprint>& footprints() const { return footprints_; }
    /// Where footprints alone decide: true in every state, whatever the invariants.
    bool holds_by_footprints(const Question& question) const;
    /// Whether the claim fails in this state, by evaluation. Invariants are not looked at.
    bool fails_in(const Question& question, const State& state);

    struct Statistics {
        std::size_t queries = 0;  // of the solver
        std::size_t proved = 0;
        double seconds = 0;  // in the solver
    };
    const Statistics& statistics() const;

    /// All that was learnt, in the order of questions.
    std::vector<std::pair<Question, Knowledge>> learnt() const;
    /// What another run learnt about the same terms and invariants.
    void remember(const std::vector<std::pair<Question, Knowledge>>& learnt);
    /// Of the terms, the ranges and the invariants: equal for the same of these in any process.
    std::string digest() const;

private:
    /// The variables that the claim speaks about.
    std::set<ir::VariableId> support_of(const Question& question) const;

    struct Implementation;
    std::vector<ActionFootprint> footprints_;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace kcheck::checker::reductions
