// The action of the model that comes nearest to a write that the model does not make, and what keeps it
// from making it.
//
// Actions are looked at as terms: what an action would write is known also where its guard is false, and
// a guard is the conjunction of parts, each true or false.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "traces/counterexamples/actions.hpp"

namespace kcheck::traces::recordings {

/// What objects are called: pods by slot, nodes by index.
struct Called {
    std::map<int, std::string> pods;
    std::vector<std::string> nodes;
};

struct Nearest {
    std::string action;                    // "kube-scheduler: POST binding of pods/app-x7k2p"
    std::vector<std::string> false_parts;  // of its guard, in words; empty: it is possible
    std::vector<std::string> differences;  // of what it would write, from the write
};

class NearestAction {
public:
    /// `pipeline` must outlive it.
    explicit NearestAction(const model::Pipeline& pipeline);

    /// What `after` shows that is not the write; none if it shows no write of the same object.
    using Differences = std::function<std::optional<std::vector<std::string>>(const model::Valuation& after)>;
    /// Looks at `actions` in one more state, and keeps the nearest so far. `objects`: the variables of each
    /// that the write may be of.
    void look(const model::Valuation& state, const std::vector<int>& actions,
              const std::vector<std::vector<model::VariableId>>& objects, const Differences& differences,
              const std::function<Called()>& called);
    /// None if no action that was looked at writes the object.
    const std::optional<Nearest>& found() const { return found_; }

private:
    using Parts = std::vector<ir::Term>;
    void take(const model::Valuation& after, int action, const Parts& parts, const std::vector<int>& before,
              const Differences& differences, const std::function<Called()>& called);

    const model::Pipeline& pipeline_;
    const ir::TransitionSystem system_;
    ir::Evaluator evaluator_;
    std::vector<Parts> guards_;  // by action
    std::optional<Nearest> found_;
    std::size_t distance_ = 0;
};

}  // namespace kcheck::traces::recordings
