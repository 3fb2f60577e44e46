#include "checker/reductions/reduced_search.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <unordered_map>

namespace kcheck::checker::reductions {
namespace {

using Index = std::size_t;
constexpr Index none = std::numeric_limits<Index>::max();

struct Hash {
    std::size_t operator()(const State& state) const {
        std::uint64_t sum = 0;
        for (const std::int32_t value : state) {
            sum = (sum ^ static_cast<std::uint32_t>(value)) * 0x9E3779B97F4A7C15U;
            sum ^= sum >> 29;
        }
        return sum;
    }
};

void require_insensitive(const ir::TransitionSystem& system, const Goals& goals,
                         const std::vector<Budget>& budgets) {
    const auto require = [&](ir::Term term, const std::string& what) {
        const std::vector<ir::VariableId> reads = ir::variables_of(*system.arena, {term});
        for (const Budget& budget : budgets) {
            if (std::ranges::binary_search(reads, budget.variable)) {
                throw std::invalid_argument("reductions: " + what + " reads the budget " +
                                            system.variables[budget.variable].name);
            }
        }
    };
    for (const ir::Term bad : goals.bad) require(bad, "a bad predicate");
    for (std::size_t a = 0; goals.quiescent && a < system.actions.size(); ++a) {
        if (goals.allowed.empty() || !goals.allowed[a]) {
            require(system.actions[a].guard, "the guard of " + system.actions[a].name);
        }
    }
}

class Search {
public:
    Search(const ir::TransitionSystem& system, const Goals& goals, const ReducedSearchOptions& options)
        : system_(system), goals_(goals), options_(options), evaluate_(*system.arena) {
        require_insensitive(system, goals, options.budgets);
        if (options.oracle != nullptr) {
            sets_.emplace(system, *options.oracle, goals, options.stubborn);
        }
        result_.bad.resize(goals.bad.size());
    }

    ReducedSearchResult run() {
        State initial;
        for (const ir::Variable& variable : system_.variables) initial.push_back(variable.initial);
        visit(initial, 0);
        Index next = 0;
        do {
            for (; next < states_.size(); ++next) {
                if (states_.size() > options_.states_max) return finish(false);
                expand(next, true);
            }
        } while (break_cycles());
        return finish(true);
    }

private:
    State without_budgets(State state) const {
        for (const Budget& budget : options_.budgets) state[budget.variable] = 0;
        return state;
    }

    bool has_no_less(const State& a, const State& b) const {
        return std::ranges::all_of(options_.budgets, [&](const Budget& budget) {
            const auto left = [&](const State& s) {
                return budget.counts_up ? -s[budget.variable] : s[budget.variable];
            };
            return left(a) >= left(b);
        });
    }

    /// The state, or one that can do all that it can.
    Index visit(const State& state, int depth) {
        std::vector<Index>& alike = seen_[without_budgets(state)];
        for (const Index i : alike) {
            if (has_no_less(states_[i], state)) return i;
        }
        alike.push_back(states_.size());
        states_.push_back(state);
        depth_.push_back(depth);
        postponing_.push_back(none);
        evaluate_.reset(states_.back());
        for (std::size_t b = 0; b < goals_.bad.size(); ++b) {
            if (!result_.bad[b] && evaluate_(goals_.bad[b]) != 0) result_.bad[b] = depth;
        }
        return states_.size() - 1;
    }

    State after(const State& state, std::size_t action) {
        evaluate_.reset(state);
        State next = state;
        for (const auto& [variable, term] : system_.actions[action].assignments) {
            next[variable] = evaluate_(term);
            if (next[variable] < 0 || next[variable] >= system_.variables[variable].size) {
                throw std::range_error("reductions: " + system_.actions[action].name + " gives " +
                                       system_.variables[variable].name + " the value " +
                                       std::to_string(next[variable]));
            }
        }
        return next;
    }

    void expand(Index index, bool absorb) {
        const State state = states_[index];
        evaluate_.reset(state);
        std::vector<std::size_t> enabled;
        for (std::size_t a = 0; a < system_.actions.size(); ++a) {
            if (evaluate_(system_.actions[a].guard) != 0) enabled.push_back(a);
        }
        const bool quiescent = std::ranges::all_of(
            enabled, [this](std::size_t a) { return !goals_.allowed.empty() && goals_.allowed[a]; });
        if (goals_.quiescent && quiescent) quiescent_.insert(without_budgets(state));
        Chosen chosen{enabled, std::nullopt};
        if (sets_) chosen = sets_->choose(state, enabled, absorb);
        if (chosen.actions.size() > 1) ++result_.branching;
        postponing_[index] = none;
        for (const std::size_t a : chosen.actions) {
            ++result_.transitions;
            const Index target = visit(after(state, a), depth_[index] + 1);
            if (chosen.postpones == a) postponing_[index] = target;
        }
    }

    bool break_cycles() {
        std::vector<Index> on_cycles;
        std::vector<Index> walk_of(states_.size(), none);  // the walk that came by
        for (Index start = 0; start < states_.size(); ++start) {
            Index at = start;
            while (at != none && walk_of[at] == none) {
                walk_of[at] = start;
                at = postponing_[at];
            }
            if (at != none && walk_of[at] == start) on_cycles.push_back(at);
        }
        for (const Index index : on_cycles) expand(index, false);
        result_.cycles_broken += on_cycles.size();
        return !on_cycles.empty();
    }

    ReducedSearchResult finish(bool complete) {
        result_.complete = complete;
        result_.states = states_.size();
        result_.quiescent.assign(quiescent_.begin(), quiescent_.end());
        return result_;
    }

    const ir::TransitionSystem& system_;
    const Goals& goals_;
    const ReducedSearchOptions& options_;
    ir::Evaluator evaluate_;
    std::optional<StubbornSets> sets_;
    std::vector<State> states_;
    std::vector<int> depth_;
    std::vector<Index> postponing_;  // where the step of Chosen::postpones leads, by state
    std::unordered_map<State, std::vector<Index>, Hash> seen_;
    std::set<State> quiescent_;
    ReducedSearchResult result_;
};

}  // namespace

ReducedSearchResult search(const ir::TransitionSystem& system, const Goals& goals,
                           const ReducedSearchOptions& options) {
    return Search(system, goals, options).run();
}

}  // namespace kcheck::checker::reductions
