// When two actions can be exchanged: claims about pairs of actions, proved by Z3.
//
// A claim is about a first and a second action, u and t, and about the states x of a box (see
// value_set.hpp) in which the given invariants hold:
//
//   moves_left   where u;t is possible, t is possible, and t;u or t alone leads to the same state
//   accords      where u and t are enabled, both u;t and t;u are possible and lead to the same state
//   absorbs      where u and t are enabled, t;u is possible and leads to where u alone leads
//   keeps_false  where u is enabled and a condition is false, the condition is false after u
//   excludes     where u is enabled, t is not
//   leaves_enabled  where u and t are enabled, t is enabled after u
//   dominated    where u is enabled, t is enabled and leads to the same state but for budgets, of which no
//   less
//                is left; t may be a sequence of two actions, of one, or of none
//   overwritten  where u;t;v is possible, t;v is possible and leads to the same state
//
// What follows from the last two. Dominated: with every budget proved to be one (budgets.hpp), a search may
// leave out u, since what t leads to simulates what u leads to. Overwritten, of a write u and a later one v
// of the same writer: a run u;t;v can do without u, so where every t that may come between is such, u may
// wait until nothing else can be done (weak confluence with priority; S. Blom, J. van de Pol, "State space
// reduction by proving confluence", CAV 2002). Both say nothing of predicates that are true only between.
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
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checker/reductions/budgets.hpp"
#include "checker/reductions/value_set.hpp"
#include "ir/transition_system.hpp"

namespace kcheck::checker::reductions {

enum class Claim : std::uint8_t {
    moves_left,
    accords,
    absorbs,
    keeps_false,
    excludes,
    leaves_enabled,
    dominated,
    overwritten,
};

/// No action.
inline constexpr std::size_t no_action = std::numeric_limits<std::size_t>::max();

/// What a claim is about.
struct Question {
    Claim claim = Claim::accords;
    std::size_t first = 0;          // u, an index into system.actions
    std::size_t second = 0;         // t, likewise; of keeps_false, the id of the node of the condition
    std::size_t third = no_action;  // v of overwritten; what follows t in a sequence that dominates
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
    /// with prove_by_k_induction). `budgets` are those that domination looks past. The system must outlive
    /// this. Throws std::invalid_argument for a variable without values or an action that assigns one twice.
    Independence(const ir::TransitionSystem& system, const std::vector<ir::Term>& invariants,
                 std::vector<Budget> budgets = {});
    ~Independence() override;

    bool holds(const Question& question, const Box& box) override;

    const std::vector<ActionFootprint>& footprints() const { return footprints_; }
    /// Where footprints alone decide: true in every state, whatever the invariants.
    bool holds_by_footprints(const Question& question) const;
    /// The variables that the claim speaks about.
    std::set<ir::VariableId> support_of(const Question& question) const;
    /// Whether the claim fails in this state, by evaluation. Invariants are not looked at.
    bool fails_in(const Question& question, const State& state);
    /// Whether the state is one that the claim is about, by evaluation: those of which it says nothing make
    /// it true for nothing.
    bool applies_in(const Question& question, const State& state);

    /// A weak condition under which the claim holds, and that the state is in: what the proof for the state
    /// alone needs, with every part of it left out or widened that can be. Requires that the claim does not
    /// fail in the state. One of more than `most` variables is not made weaker.
    Condition condition_around(const Question& question, const State& state, std::size_t most);
    /// A state in which the claim was refused; the one found last.
    std::optional<State> refuted_in(const Question& question) const;

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
    /// Of the terms, the ranges, the invariants and the budgets: equal for the same of these in any process.
    std::string digest() const;

private:
    /// The condition under which the claim is known to hold, if it holds in the box.
    std::optional<Condition> ask(const Question& question, const Box& box);

    struct Implementation;
    std::vector<ActionFootprint> footprints_;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace kcheck::checker::reductions
