// Whether the end of a lasso is a fair run that contradicts a liveness property, by
// evaluating the terms of the model in the recorded states.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "traces/counterexamples/actions.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

/// Requires: the steps of the trace have been executed, and its cycle closes.
class LassoCheck {
public:
    LassoCheck(const model::Pipeline& pipeline, const Actions& actions, const ir::TransitionSystem& system,
               const Trace& trace)
        : pipeline_(pipeline), actions_(actions), system_(system), trace_(trace) {}

    /// Fails with a sentence that says which class is treated unfairly.
    tl::expected<void, std::string> fair() const;
    /// Fails with a sentence that says why the property is not violated.
    tl::expected<void, std::string> contradicts(const invariants::Property& property) const;

private:
    ir::ClassMask enabled(const std::vector<int>& state, ir::Evaluator& evaluator) const;
    bool run(int action, std::vector<int>& state, ir::Evaluator& evaluator) const;

    const model::Pipeline& pipeline_;
    const Actions& actions_;
    const ir::TransitionSystem& system_;
    const Trace& trace_;
};

}  // namespace kcheck::traces
