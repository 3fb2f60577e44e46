// Random small systems of the kind that distributed systems are made of: processes with a few
// local states, shared flags, queues as shift registers, counters, and crashes within a budget.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "checker/reductions/reduced_search.hpp"
#include "tests/symbolic_systems.hpp"

namespace kcheck::tests {

namespace reductions = checker::reductions;

struct RandomSystem {
    ir::TransitionSystem system;
    reductions::Goals goals;
    std::vector<reductions::Budget> budgets;
};

class SystemGenerator {
public:
    explicit SystemGenerator(unsigned seed) : random_(seed) {}

    RandomSystem make() {
        const int processes = 2 + below(2);
        for (int p = 0; p < processes; ++p)
            locals_.push_back(b_.variable("pc" + std::to_string(p), 3 + below(2)));
        for (int f = 0, flags = 1 + below(3); f < flags; ++f) {
            shared_.push_back(b_.variable("flag" + std::to_string(f), 2 + below(2)));
        }
        for (int q = 0, queues = 1 + below(2); q < queues; ++q) {
            Queue queue;
            for (int i = 0; i < 2; ++i) {
                queue.push_back(b_.variable("queue" + std::to_string(q) + "[" + std::to_string(i) + "]", 3));
            }
            queues_.push_back(queue);
        }
        const bool has_budget = below(3) > 0;
        if (has_budget) budget_ = b_.variable("crashes", 2 + below(2));
        for (std::size_t p = 0; p < locals_.size(); ++p) {
            for (int i = 0, steps = 2 + below(3); i < steps; ++i) add_step(p);
            if (has_budget) add_crash(p);
        }
        RandomSystem result{b_.system, {}, {}};
        result.goals.allowed = faults_;
        for (int i = 0; i < 2; ++i) result.goals.bad.push_back(literal() && literal());
        if (has_budget) result.budgets.push_back({static_cast<ir::VariableId>(budget_.node().value), true});
        return result;
    }

private:
    using Queue = std::vector<ir::Term>;
    using Assignments = std::vector<std::pair<ir::Term, ir::Term>>;

    int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
    template <class T>
    const T& any(const std::vector<T>& some) {
        return some[random_() % some.size()];
    }
    int size(ir::Term variable) const {
        return b_.system.variables[static_cast<std::size_t>(variable.node().value)].size;
    }
    ir::Term literal() {
        const ir::Term variable = below(2) == 0   ? any(locals_)
                                  : below(2) == 0 ? any(shared_)
                                                  : any(any(queues_));
        const ir::Term is = variable == below(size(variable));
        return below(4) == 0 ? !is : is;
    }
    void add(const std::string& name, ir::Term guard, const Assignments& assignments, bool fault) {
        b_.action(name + std::to_string(faults_.size()), guard, assignments);
        faults_.push_back(fault);
    }

    /// A process goes from one local state to another, and meets the others in one thing or two.
    void add_step(std::size_t p) {
        const ir::Term pc = locals_[p];
        ir::Term guard = pc == below(size(pc));
        Assignments assignments;
        if (below(8) > 0) assignments.emplace_back(pc, b_.number(below(size(pc))));
        switch (below(7)) {
            case 0: break;
            case 1: {
                const ir::Term flag = any(shared_);
                assignments.emplace_back(flag, b_.number(below(size(flag))));
                if (below(2) == 0) guard = guard && flag == below(size(flag));
                break;
            }
            case 2: {
                const ir::Term counter = any(shared_);
                guard = guard && counter < size(counter) - 1;
                assignments.emplace_back(counter, counter + 1);
                break;
            }
            case 3: {  // push
                const Queue& queue = any(queues_);
                const ir::Term value = b_.number(1 + below(2));
                guard = guard && queue[1] == 0;
                assignments.emplace_back(queue[0], select(queue[0] == 0, value, queue[0]));
                assignments.emplace_back(queue[1], select(queue[0] == 0, b_.number(0), value));
                break;
            }
            case 4:
            case 5: {  // take, and perhaps look at what it is
                const Queue& queue = any(queues_);
                guard = guard && queue[0] != 0;
                if (below(3) == 0) guard = guard && queue[0] == 1 + below(2);
                assignments.emplace_back(queue[0], queue[1]);
                assignments.emplace_back(queue[1], b_.number(0));
                break;
            }
            default: guard = guard && (literal() || literal()); break;
        }
        add("step", guard, assignments, false);
    }

    /// Loses what is local, and what is on its way to it.
    void add_crash(std::size_t p) {
        const ir::Term most = b_.number(size(budget_) - 1);
        Assignments assignments{{budget_, budget_ + 1}, {locals_[p], b_.number(0)}};
        if (below(2) == 0) {
            for (const ir::Term place : any(queues_)) assignments.emplace_back(place, b_.number(0));
        }
        if (below(3) == 0) assignments.emplace_back(shared_[0], b_.number(0));
        add("crash", budget_ < most, assignments, true);
    }

    std::mt19937 random_;
    SystemBuilder b_;
    std::vector<ir::Term> locals_, shared_;
    std::vector<Queue> queues_;
    ir::Term budget_;
    std::vector<bool> faults_;
};

inline RandomSystem random_system(unsigned seed) { return SystemGenerator(seed).make(); }

/// Everything that the plain search of all actions finds, with 0 for each budget.
inline reductions::ReducedSearchResult plain_search(const RandomSystem& random) {
    reductions::ReducedSearchResult result = reductions::search(random.system, random.goals);
    for (State& state : result.quiescent) {
        for (const reductions::Budget& budget : random.budgets) state[budget.variable] = 0;
    }
    std::ranges::sort(result.quiescent);
    result.quiescent.erase(std::unique(result.quiescent.begin(), result.quiescent.end()),
                           result.quiescent.end());
    return result;
}

}  // namespace kcheck::tests
