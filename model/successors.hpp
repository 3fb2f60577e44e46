// The explicit-state successors of a state, under the reductions.
//
// Refresh at observation. Receiving a watch event is visible to nobody but the
// receiver, so it can wait until just before the receiver's next step (Lipton,
// "Reduction", 1975). A transition is "receive so many events, then act". Of the
// numbers of events that enable the same action, one is left out if it leads
// where a smaller one leads after receiving the rest: acting and receiving
// commute there, which is tested on the two states at hand, not assumed. For fairness, a
// reader that can act on a stale view has a transition that only receives: a run in
// which it acts on the stale view for ever is not fair.
//
// Idle faults. A fault that leaves the state as it would be without the fault,
// but for its budget, is left out: the state it leads to can do nothing that the
// one without it cannot.
//
// Status last. A status is read only by the writer of the next status, and in the
// end by people. Writing one enables nothing else; it can only delay its writer.
// So every run can be rearranged so that it writes a status only where nothing
// else can make progress: an earlier one moves later, or is overwritten by a later
// one. It is switched off where a property can see a status write (cluster.cpp:
// sound_for).
#pragma once

#include <bitset>

#include "model/pipeline.hpp"

namespace kcheck::model {

inline constexpr std::size_t viewpoints_noted = 64;

struct Pipeline::Viewpoint {
    std::array<std::uint8_t, 2> received{};
    bool complete = false;  // nothing is left to receive
    Valuation state;
    Valuation step;  // where actions run; equal to `state` between them
};

struct Pipeline::Scratch {
    std::size_t used_bytes = 0;
    std::vector<Viewpoint> views;
    std::size_t count = 0;
    std::vector<std::pair<std::array<std::uint8_t, 2>, Valuation>> results;  // of one action
    std::size_t result_count = 0;
    Valuation work, probe;
    std::vector<bool> acts_for;                             // by pod
    std::vector<std::bitset<viewpoints_noted>> enabled_in;  // by action: the viewpoints

    Viewpoint& next_view() {
        if (count == views.size()) views.emplace_back();
        return views[count++];
    }
    Valuation& next_result(std::array<std::uint8_t, 2> received) {
        if (result_count == results.size()) results.emplace_back();
        results[result_count].first = received;
        return results[result_count++].second;
    }
};

template <class Sink>
void Pipeline::successors(const Valuation& state, Sink& sink) const {
    thread_local Scratch scratch;
    // Another pipeline may have used it: what is beyond the variables of this one must be 0.
    if (scratch.used_bytes > used_bytes_) scratch = {};
    scratch.used_bytes = used_bytes_;
    const auto& k = *cluster_;
    // A run that left the bounds of the encoding ends; the verdict cannot be "holds" then. It is no
    // run that stays there for ever: something could go on.
    if (state[k.exceeded] == 1) {
        sink.enabled(ir::ClassMask::bit(0));
        return;
    }
    const auto emit = [&](const Move& move, Valuation& target) {
        canonicalize(target);
        sink.edge(move, target);
    };

    // A pod that is the equal of the one before it has the same successors, up to renaming.
    scratch.acts_for.resize(static_cast<std::size_t>(k.pods()));
    for (int p = 0; p < k.pods(); ++p)
        scratch.acts_for[static_cast<std::size_t>(p)] =
            symmetry_->is_used(state, p) &&
            !(k.reductions.symmetry && p > 0 && symmetry_->are_equal(state, p - 1, p));

    ir::ClassMask enabled;
    ir::ClassMask receipts;  // fairness classes of the watches that a reader must not ignore for ever
    if (!k.reductions.lazy_refresh)
        for (std::size_t w = 0; w < watches_.size(); ++w) {
            if (!watches_[w].pending(state)) continue;
            assign(scratch.work, state);
            NativeStep step(scratch.work);
            watches_[w].native(step);
            if (!step.enabled()) continue;
            const Move move{static_cast<std::uint16_t>(actions_.size() + w), {1, 0}};
            enabled |= classes(move);
            emit(move, scratch.work);
        }

    scratch.enabled_in.resize(actions_.size());
    int level = 0;
    for (const auto& group : groups_) {
        // Status writes come last: first everything else, then, if that can make no progress, they.
        if (group.status > level && k.reductions.status_last && enabled.any()) break;
        level = group.status;
        expand(group, state, scratch);
        for (std::size_t v = 0; v < scratch.count; ++v) assign(scratch.views[v].step, scratch.views[v].state);
        bool stale = false;
        for (const auto a : group.actions) {
            const auto& action = actions_[static_cast<std::size_t>(a)];
            if (action.pod >= 0 && !scratch.acts_for[static_cast<std::size_t>(action.pod)]) continue;
            auto& enabled_in = scratch.enabled_in[static_cast<std::size_t>(a)];
            enabled_in.reset();
            scratch.result_count = 0;
            for (std::size_t v = 0; v < scratch.count; ++v) {
                auto& view = scratch.views[v];
                if (action.known >= 0 && v < viewpoints_noted &&
                    !scratch.enabled_in[static_cast<std::size_t>(action.known)][v])
                    continue;
                NativeStep step(view.step);
                action.native(step);
                if (!step.enabled()) continue;
                if (v < viewpoints_noted) enabled_in.set(v);
                assign(scratch.work, view.step);
                assign(view.step, view.state);
                if (same(scratch.work, view.state)) continue;  // it changes nothing
                if (view.complete) enabled |= action.progress;
                if (action.fault && k.reductions.idle_faults &&
                    is_idle_fault(action, view.state, scratch.work, scratch))
                    continue;
                if (is_reached_later(group, view, scratch)) continue;
                if (scratch.count > 1) assign(scratch.next_result(view.received), scratch.work);
                stale = stale || (!view.complete && action.progress.any());
                emit({static_cast<std::uint16_t>(a), view.received}, scratch.work);
            }
        }
        if (stale)
            for (const auto w : group.watches) {
                const auto receipt = receipt_class(w);
                assign(scratch.work, state);
                const auto received = receive_all({w}, scratch.work);
                if (receipts.intersects(receipt) || received == 0) continue;
                receipts |= receipt;
                emit({static_cast<std::uint16_t>(static_cast<int>(actions_.size()) + w), {received, 0}},
                     scratch.work);
            }
    }
    sink.enabled(enabled | receipts);
}

/// Whether `scratch.work`, the result of an action in `view`, is where a result of the same action
/// in an earlier view leads by receiving the events between the two.
inline bool Pipeline::is_reached_later(const Group& group, const Viewpoint& view, Scratch& scratch) const {
    for (std::size_t r = 0; r < scratch.result_count; ++r) {
        const auto& [received, result] = scratch.results[r];
        if (received[0] > view.received[0] || received[1] > view.received[1]) continue;
        assign(scratch.probe, result);
        bool possible = true;
        for (std::size_t i = 0; i < group.watches.size() && possible; ++i)
            for (int n = received[i]; n < view.received[i] && possible; ++n) {
                NativeStep receipt(scratch.probe);
                watches_[static_cast<std::size_t>(group.watches[i])].native(receipt);
                possible = receipt.enabled();
            }
        if (possible && same(scratch.probe, scratch.work)) return true;
    }
    return false;
}

template <class F>
void Pipeline::moves(const Valuation& state, F&& each) const {
    Scratch scratch;
    for (const auto& group : groups_) {
        expand(group, state, scratch);
        for (std::size_t v = 0; v < scratch.count; ++v)
            for (const auto a : group.actions) {
                auto after = scratch.views[v].state;
                NativeStep step(after);
                actions_[static_cast<std::size_t>(a)].native(step);
                if (step.enabled())
                    each(Move{static_cast<std::uint16_t>(a), scratch.views[v].received}, after);
            }
    }
    for (std::size_t w = 0; w < watches_.size(); ++w) {
        auto after = state;
        for (std::uint8_t received = 1;; ++received) {
            NativeStep step(after);
            watches_[w].native(step);
            if (!step.enabled()) break;
            each(Move{static_cast<std::uint16_t>(actions_.size() + w), {received, 0}}, after);
        }
    }
}

}  // namespace kcheck::model
