// Bounded model checking and k-induction.
//
// Bounded: the path from the initial state grows by one step at a time and is
// checked only at its end, so the first violation is a shortest one. What has been
// refuted is asserted and helps the later depths.
//
// k-induction: if no run of length k-1 violates, and k good consecutive states are
// never followed by a bad one, then no run of any length violates. For k = 1 the
// step is one query for each action, "inv and guard imply inv after the
// assignments", with the assignments substituted into the invariant: conjuncts
// that an action does not write are untouched and drop out, so that each query is
// as small as the action. For larger k it is a query over the unrolled relation,
// with pairwise different states; a finite system has no infinite simple path, so
// some k always decides.
//
// A. Biere, A. Cimatti, E. Clarke, Y. Zhu, "Symbolic model checking without BDDs",
// TACAS 1999. M. Sheeran, S. Singh, G. Stalmarck, "Checking safety properties using
// induction and a SAT-solver", FMCAD 2000. N. Een, N. Sorensson, "Temporal induction
// by incremental SAT solving", BMC 2003.
#include "checker/symbolic.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "checker/cone.hpp"
#include "checker/symbolic_trace.hpp"
#include "checker/z3_encoding.hpp"
#include "checker/z3_session.hpp"
#include "ir/substitution.hpp"

namespace kcheck::checker {
namespace {

Path path_of(const Unrolling& unrolling, const z3::model& model) {
    Path path;
    for (std::size_t i = 0; i <= unrolling.length(); ++i) path.states.push_back(unrolling.state(model, i));
    for (std::size_t i = 0; i < unrolling.length(); ++i) path.actions.push_back(unrolling.action(model, i));
    return path;
}

/// Extends an unrolling by one step and looks for one that ends badly. If there is
/// none, all of its steps and states are good from then on.
std::optional<Path> bad_step(Session& session, z3::solver& solver, Unrolling& unrolling) {
    unrolling.extend();
    session.poll();
    const std::size_t end = unrolling.length();
    const z3::expr good = unrolling.in_range(end - 1) && unrolling.good(end);
    if (const auto model = session.find_model(solver, !good)) return path_of(unrolling, *model);
    solver.add(good);
    return std::nullopt;
}

/// Bounded model checking, one depth at a time.
class BoundedSearch {
public:
    BoundedSearch(const Problem& problem, Session& session)
        : problem_(problem),
          session_(session),
          solver_(session.new_solver()),
          unrolling_(problem, solver_, Unrolling::Start::initial) {}

    /// Requires the depths in order from 0, and no violation so far.
    std::optional<Path> violation_at(int depth) {
        std::optional<Path> found;
        if (depth > 0) {
            found = bad_step(session_, solver_, unrolling_);
        } else if (session_.find_model(solver_, !unrolling_.good(0))) {
            found = Path{{problem_.initial}, {}};
        }
        if (!found) clear_ = depth;
        return found;
    }
    /// The greatest depth without a violation; -1 at first.
    int clear() const { return clear_; }

private:
    const Problem& problem_;
    Session& session_;
    z3::solver solver_;
    Unrolling unrolling_;
    int clear_ = -1;
};

/// The step for k = 1, action by action.
class ActionwiseStep {
public:
    ActionwiseStep(Problem& problem, Session& session) : problem_(problem), session_(session) {
        for (const Problem::Property& property : problem.properties) {
            reads_.push_back(ir::variables_of(*problem.arena, {property.term}));
        }
    }

    std::optional<Path> failure() {
        // All queries are built first: the encoding is as wide as the widest of them.
        std::vector<ir::Term> broken;
        for (const Problem::Action& action : problem_.actions) {
            broken.push_back(broken_by(action));
            session_.poll();
        }
        z3::solver solver = session_.new_solver();
        Unrolling unrolling(problem_, solver, Unrolling::Start::anywhere);
        solver.add(unrolling.good(0));
        for (std::size_t a = 0; a < broken.size(); ++a) {
            if (broken[a].is_constant(0)) continue;
            if (const auto model = session_.find_model(solver, unrolling.truth(0, broken[a]))) {
                return Path{{unrolling.state(*model, 0)}, {problem_.actions[a].original}};
            }
        }
        return std::nullopt;
    }

private:
    /// The action is enabled and leads out of its ranges or out of a property.
    ir::Term broken_by(const Problem::Action& action) {
        ir::Arena& arena = *problem_.arena;
        const auto assigned = [&](ir::VariableId v) {
            return std::ranges::find(action.assignments, v, &std::pair<ir::VariableId, ir::Term>::first);
        };
        ir::Substitution after(arena, arena, [&](ir::VariableId v) {
            const auto found = assigned(v);
            return found == action.assignments.end() ? arena.variable(v) : found->second;
        });
        ir::Term preserved = action.in_range;
        for (std::size_t p = 0; p < problem_.properties.size(); ++p) {
            const bool touched = std::ranges::any_of(
                reads_[p], [&](ir::VariableId v) { return assigned(v) != action.assignments.end(); });
            if (touched) preserved = preserved && after(problem_.properties[p].term);
        }
        return action.guard && !preserved;
    }

    Problem& problem_;
    Session& session_;
    std::vector<std::vector<ir::VariableId>> reads_;  // by property
};

/// The step for k >= 2, over an unrolling that grows with k.
class UnrolledStep {
public:
    UnrolledStep(const Problem& problem, Session& session, bool simple_path)
        : session_(session),
          solver_(session.new_solver()),
          unrolling_(problem, solver_, Unrolling::Start::anywhere),
          simple_path_(simple_path) {
        solver_.add(unrolling_.good(0));
        unrolling_.extend();
    }

    /// The first call is for k = 2, the next for k = 3, and so on.
    std::optional<Path> failure() {
        const std::size_t last = unrolling_.length();
        solver_.add(unrolling_.in_range(last - 1) && unrolling_.good(last));
        for (std::size_t i = 0; simple_path_ && i < last; ++i) solver_.add(unrolling_.different(i, last));
        return bad_step(session_, solver_, unrolling_);
    }

private:
    Session& session_;
    z3::solver solver_;
    Unrolling unrolling_;
    bool simple_path_;
};

Refutation violation(const ir::TransitionSystem& system, const Problem& problem, const Path& path) {
    CheckedTrace checked = execute(system, problem, path);
    return {checked.part, std::move(checked.name), std::move(checked.trace)};
}

InductionFailure induction_failure(const ir::TransitionSystem& system, const Problem& problem, int k,
                                   const Path& path) {
    CheckedTrace checked = execute(system, problem, path);
    return {k, checked.part, std::move(checked.name), std::move(checked.trace), problem.variables};
}

/// What `search` says, or how far it got when there is no answer.
template <class Result, class Search>
Result or_unknown(const BoundedSearch& base, const Search& search) {
    try {
        return search();
    } catch (const Interrupted& interrupted) {
        return Unknown{interrupted.what(), base.clear()};
    } catch (const z3::exception& error) {
        return Unknown{std::string("z3: ") + error.msg(), base.clear()};
    }
}

}  // namespace

BoundedResult bounded_model_check(const ir::TransitionSystem& system,
                                  const std::vector<std::string>& invariants, int depth,
                                  const SymbolicOptions& options) {
    if (depth < 0) throw std::invalid_argument("symbolic: the depth is negative");
    Session session(options);  // first: the clock runs
    const Problem problem = reduce(system, invariants, false, options.cone_of_influence);
    BoundedSearch search(problem, session);
    return or_unknown<BoundedResult>(search, [&]() -> BoundedResult {
        for (int d = 0; d <= depth; ++d) {
            if (const auto path = search.violation_at(d)) return violation(system, problem, *path);
        }
        return NoViolation{depth};
    });
}

InductionResult prove_by_k_induction(const ir::TransitionSystem& system,
                                     const std::vector<std::string>& invariants, int k_max,
                                     const SymbolicOptions& options) {
    if (k_max < 1) throw std::invalid_argument("symbolic: k is less than 1");
    Session session(options);  // first: the clock runs
    Problem problem = reduce(system, invariants, true, options.cone_of_influence);
    BoundedSearch base(problem, session);
    return or_unknown<InductionResult>(base, [&]() -> InductionResult {
        std::optional<UnrolledStep> unrolled;
        std::optional<Path> failure;
        for (int k = 1; k <= k_max; ++k) {
            if (const auto path = base.violation_at(k - 1)) return violation(system, problem, *path);
            if (k == 1) {
                failure = ActionwiseStep(problem, session).failure();
            } else {
                if (!unrolled) unrolled.emplace(problem, session, options.simple_path);
                failure = unrolled->failure();
            }
            if (!failure) return Proved{k};
        }
        return induction_failure(system, problem, k_max, *failure);
    });
}

}  // namespace kcheck::checker
