// Stubborn sets: in a state, a subset of the enabled actions that is enough to explore.
//
// Theorem. Let a goal be "quiescent" (no action is enabled but those that are allowed to be) or "bad" (a
// state predicate). Let T be a set of actions, k in T enabled and not allowed in a quiescent state (the key),
// and A a set of actions outside T (the absorbers). Call the rest outsiders, and let B be a box that holds
// every state that outsiders lead to from s. If, in B,
//   (1) every outsider accords with k, and every absorber absorbs k,
//   (2) every outsider moves left of every other enabled action of T,
//   (3) outsiders keep false a conjunct of the guard of every disabled action of T, and one of every bad
//       predicate that does not hold in s,
// then for each path from s to a goal the enabled actions of T have one whose successor has a path to the
// same goal that is shorter; or k has one that is as long, and the path has an absorber. Proof. Take the
// first action on the path that is in T or A. In T: by (3) it is enabled in s, and by (1) and (2) it moves
// left step by step to the front; what was in front of it stays or is absorbed. In A: k can be put in
// front, moves right by (1) and is absorbed. There is one: otherwise, by (1), k is enabled in the last
// state, which is then not quiescent, and by (3) it is not bad. []
//
// By induction on the length of the path a search of enabled actions of T alone reaches the same quiescent
// states and the same bad predicates, on paths that are no longer where no absorber was used. There is no
// ignoring problem, hence no cycle proviso, but for steps that rest on an absorber: a cycle of these alone
// would put an absorber off for ever, so reduced_search.cpp expands a state of each such cycle without
// absorbers. In a quiescent state everything is explored.
//
// Nothing is said of paths, only of states: a property of sequences of states needs more (A. Valmari, "Stop
// it, and be stubborn!", TECS 16, 2017), and stubborn sets for these have been wrong in print (T. Neele, A.
// Valmari, T. Willemse, "The inconsistent labelling problem of stutter-preserving partial-order reduction",
// FoSSaCS 2020; S. Siegel, "What's wrong with on-the-fly partial order reduction", CAV 2019).
//
// Literature: A. Valmari, "Stubborn sets for reduced state space generation", LNCS 483, 1990; L. Kristensen,
// K. Schmidt, A. Valmari, "Question-guided stubborn set methods for state properties", FMSD 29, 2006 (goals,
// and why no proviso is needed); A. Laarman, E. Pater, J. van de Pol, H. Hansen, "Guard-based partial-order
// reduction", STTT 18, 2016 (necessary enabling sets from conjuncts of guards). What outsiders can do is
// bounded by a box instead of a fixed relation, so that what a fault would make possible counts only where
// the fault is an outsider.
//
// Obligations: every claim is asked of an Oracle, and used only where it holds in the box. The system keeps
// its ranges: no action that is enabled in a reachable state assigns a value outside (to be proved, for
// instance with prove_by_k_induction; what is explored is checked). Cost, in each state: for each key some
// passes over all terms, and some questions for each pair of outsider and member.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "checker/reductions/independence.hpp"

namespace kcheck::checker::reductions {

struct Goals {
    /// Preserve every state in which no action is enabled but those that `allowed` marks.
    bool quiescent = true;
    /// By action: may be enabled in a quiescent state (a fault that need not happen). Empty: none may.
    std::vector<bool> allowed = {};
    /// For each of these, preserve whether it is reachable.
    std::vector<ir::Term> bad = {};
};

struct StubbornOptions {
    bool absorb = true;
    /// Holds every reachable state (proved by somebody); empty: the ranges.
    Box domain = {};
};

struct Chosen {
    std::vector<std::size_t> actions;  // the enabled actions to explore, ascending
    /// The key, if its step may put off an absorber: the path to a goal need not become shorter by it.
    std::optional<std::size_t> postpones;
};

class StubbornSets {
public:
    /// All are read while this lives.
    StubbornSets(const ir::TransitionSystem& system, Oracle& oracle, Goals goals,
                 StubbornOptions options = {});

    /// `enabled`: all actions that are enabled in the state, ascending.
    Chosen choose(const State& state, const std::vector<std::size_t>& enabled, bool absorb = true);

private:
    struct Attempt;

    Attempt grow(const State& state, const std::vector<std::size_t>& enabled, std::optional<std::size_t> key,
                 bool absorb, std::size_t fewer_than);
    void reach(const State& state, Attempt& attempt);
    bool block(const std::vector<ir::Term>& conjuncts, Attempt& attempt);
    bool allowed(std::size_t action) const { return !goals_.allowed.empty() && goals_.allowed[action]; }

    const ir::TransitionSystem& system_;
    Oracle& oracle_;
    Goals goals_;
    StubbornOptions options_;
    std::vector<ActionFootprint> footprints_;
    std::vector<std::vector<ir::Term>> bad_conjuncts_;
    ir::Evaluator evaluate_;
    BoxEvaluator evaluate_box_;
};

}  // namespace kcheck::checker::reductions
