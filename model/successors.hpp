// The explicit-state successors of a state, under the reductions.
//
// Idle faults. A fault that leaves the state as it would be without the fault, but for its budget,
// is left out: the state that it leads to can do nothing that the one without it cannot.
//
// Status last. A status is read only by the writer of the next status, and in the end by people.
// Writing one enables nothing else; it can only delay its writer. So every run can be rearranged so
// that it writes a status only where nothing else can make progress: an earlier one moves later, or
// is overwritten by a later one. The other way round is not true: a run that postpones its statuses
// may be none of the plain pipeline's, so a counterexample is looked for there
// (traces/counterexamples/follow.cpp, scenarios/check.cpp).
#pragma once

#include "model/pipeline.hpp"

namespace kcheck::model {

struct Pipeline::Scratch {
    std::size_t used_bytes = 0;
    Valuation step;  // where actions run; equal to the state between them
    Valuation work, probe;
    std::vector<bool> acts_for;  // by pod
    std::vector<bool> possible;  // by action: its guard holds
};

template <class Sink>
void Pipeline::expand(const Valuation& state, Sink& sink, bool up_to_renaming) const {
    thread_local Scratch scratch;
    // Another pipeline may have used it: what is beyond the variables of this one must be 0.
    if (scratch.used_bytes > used_bytes_) scratch = {};
    scratch.used_bytes = used_bytes_;
    const auto& k = *encoding_;
    // A run that left the bounds of the encoding ends; the verdict cannot be "holds" then. It is no
    // run that stays there for ever: something could go on.
    if (state[k.exceeded] != 0) {
        sink.enabled(Fairness::some());
        return;
    }
    const auto emit = [&](int action, Valuation& target) {
        reduce(target);
        if (up_to_renaming) symmetry_->canonicalize(target);
        sink.edge(Move{static_cast<std::uint16_t>(action)}, target);
    };

    // A pod that is the equal of the one before it has the same successors, up to renaming.
    scratch.acts_for.resize(static_cast<std::size_t>(k.pods()));
    for (int p = 0; p < k.pods(); ++p)
        scratch.acts_for[static_cast<std::size_t>(p)] =
            symmetry_->is_used(state, p) &&
            !(up_to_renaming && p > 0 && symmetry_->are_equal(state, p - 1, p));

    ir::ClassMask enabled;
    for (std::size_t w = 0; w < watches_.size(); ++w) {
        if (!watches_[w].pending(state)) continue;
        assign(scratch.work, state);
        NativeStep step(scratch.work);
        watches_[w].text(step);
        if (!step.enabled()) continue;
        enabled |= watches_[w].progress;
        emit(static_cast<int>(actions_.size() + w), scratch.work);
    }

    scratch.possible.assign(actions_.size(), false);
    assign(scratch.step, state);
    int level = 0;
    for (const auto a : order_) {
        const auto& action = actions_[static_cast<std::size_t>(a)];
        // Status writes come last: first everything else, then, if that can make no progress, they.
        if (action.status > level && k.reductions.status_last && enabled.any()) break;
        level = action.status;
        if (is_left_out(action)) continue;
        if (action.pod >= 0 && !scratch.acts_for[static_cast<std::size_t>(action.pod)]) continue;
        if (action.known >= 0 && !scratch.possible[static_cast<std::size_t>(action.known)]) continue;
        NativeStep step(scratch.step);
        action.text(step);
        if (!step.enabled()) continue;
        scratch.possible[static_cast<std::size_t>(a)] = true;
        assign(scratch.work, scratch.step);
        assign(scratch.step, state);
        if (k.reductions.status_last) forget_status(scratch.work);
        if (same(scratch.work, state)) continue;  // it changes nothing
        enabled |= action.progress;
        if (action.fault && k.reductions.idle_faults && is_idle_fault(action, state, scratch.work, scratch))
            continue;
        emit(a, scratch.work);
    }
    sink.enabled(enabled);
}

template <class Sink>
void Pipeline::successors(const Valuation& state, Sink& sink) const {
    expand(state, sink, encoding_->reductions.symmetry);
}

template <class F>
void Pipeline::moves(const Valuation& state, F&& each) const {
    const auto try_one = [&](int action, const Text& text) {
        auto after = state;
        NativeStep step(after);
        text(step);
        if (step.enabled()) each(Move{static_cast<std::uint16_t>(action)}, after);
    };
    for (std::size_t a = 0; a < actions_.size(); ++a) try_one(static_cast<int>(a), actions_[a].text);
    for (std::size_t w = 0; w < watches_.size(); ++w)
        try_one(static_cast<int>(actions_.size() + w), watches_[w].text);
}

}  // namespace kcheck::model
