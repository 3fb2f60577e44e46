// The pipeline without any reduction, written anew: every action and every receipt of one event is
// a step, and states are as they are. Shares the actions with Pipeline, and nothing of its search.
#pragma once

#include "model/pipeline.hpp"
#include "tests/gates_random.hpp"
#include "traces/counterexamples/actions.hpp"

namespace kcheck::tests {

class Plain {
public:
    using State = model::Valuation;
    using Action = model::Move;

    Plain(const model::Configuration& configuration, const model::Bounds& bounds)
        : pipeline_(configuration, no_reductions(), bounds), actions_(pipeline_) {}

    const model::Pipeline& pipeline() const { return pipeline_; }

    std::size_t state_bytes() const { return pipeline_.state_bytes(); }
    void pack(const State& state, std::span<std::byte> bytes) const { pipeline_.pack(state, bytes); }
    void unpack(std::span<const std::byte> bytes, State& state) const { pipeline_.unpack(bytes, state); }
    void initial(const std::function<void(const State&)>& each) const { each(State{}); }
    std::string describe(const Action& action) const { return actions_.name(action.action); }
    ir::ClassMask classes(const Action& action) const { return pipeline_.classes(action); }

    template <class Sink>
    void successors(const State& state, Sink& sink) const {
        if (state[pipeline_.encoding().exceeded] != 0) {  // as Pipeline: the run ends, and says nothing
            sink.enabled(model::Fairness::some());
            return;
        }
        State after = state;
        for (int a = 0; a < actions_.size(); ++a) {
            if (!actions_.run(a, after)) continue;
            if (after == state) continue;
            sink.edge(Action{static_cast<std::uint16_t>(a)}, after);
            after = state;
        }
    }

private:
    model::Pipeline pipeline_;
    traces::Actions actions_;
};

}  // namespace kcheck::tests
