// Two-phase commit, after the TLA+ module TwoPhase.
//
// A transaction manager (TM) asks N resource managers (RM) to commit one
// transaction. An RM prepares, or aborts on its own; the TM commits once all have
// prepared, or aborts at any time before. Messages are never lost and never
// consumed: a second delivery changes nothing, but is a transition.
//
// Source: J. Gray, L. Lamport, "Consensus on Transaction Commit", ACM TODS 31(1),
// 2006, section 3; TwoPhase.tla in the paper's appendix. 288 states with 3 RMs,
// 8,832 with 5.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "checker/model.hpp"

namespace kcheck::examples {

struct TwoPhaseCommitState {
    enum class Rm : std::uint8_t { working, prepared, committed, aborted };
    enum class Tm : std::uint8_t { init, committed, aborted };
    using RmSet = std::uint8_t;  // one bit for each RM
    static constexpr int rm_max = 8;

    std::array<Rm, rm_max> rm{};
    Tm tm = Tm::init;
    RmSet tm_prepared = 0;    // the RMs that the TM has heard "Prepared" from
    RmSet prepared_sent = 0;  // the RMs that have sent "Prepared"
    bool commit_sent = false;
    bool abort_sent = false;

    bool operator==(const TwoPhaseCommitState&) const = default;
};

class TwoPhaseCommit : public checker::PlainState<TwoPhaseCommitState> {
public:
    using Rm = State::Rm;
    using Tm = State::Tm;
    using RmSet = State::RmSet;

    struct Action {
        // The names of the actions in TwoPhase.tla.
        enum class Kind : std::uint8_t {
            tm_commit,
            tm_abort,
            tm_receive_prepared,
            rm_prepare,
            rm_choose_to_abort,
            rm_receive_commit,
            rm_receive_abort,
        };
        Kind kind = Kind::tm_commit;
        std::uint8_t rm = 0;  // not of the first two

        bool operator==(const Action&) const = default;
    };

    /// Requires: 1 <= rm_count <= 8.
    explicit TwoPhaseCommit(int rm_count) : rm_count_(rm_count) {
        assert(1 <= rm_count && rm_count <= State::rm_max);
    }

    void initial(const std::function<void(const State&)>& each) const { each(State{}); }

    void successors(const State& now, checker::SuccessorSink<TwoPhaseCommit>& sink) const {
        const auto step = [&](Action action, auto change) {
            State next = now;
            change(next);
            sink.edge(action, next);
        };
        using Kind = Action::Kind;

        if (now.tm == Tm::init && std::popcount(now.tm_prepared) == rm_count_) {
            step({Kind::tm_commit}, [](State& s) {
                s.tm = Tm::committed;
                s.commit_sent = true;
            });
        }
        if (now.tm == Tm::init) {
            step({Kind::tm_abort}, [](State& s) {
                s.tm = Tm::aborted;
                s.abort_sent = true;
            });
        }
        for (std::uint8_t i = 0; i < rm_count_; ++i) {
            const auto self = static_cast<RmSet>(1U << i);
            if (now.tm == Tm::init && (now.prepared_sent & self) != 0) {
                step({Kind::tm_receive_prepared, i}, [&](State& s) { s.tm_prepared |= self; });
            }
            if (now.rm[i] == Rm::working) {
                step({Kind::rm_prepare, i}, [&](State& s) {
                    s.rm[i] = Rm::prepared;
                    s.prepared_sent |= self;
                });
                step({Kind::rm_choose_to_abort, i}, [&](State& s) { s.rm[i] = Rm::aborted; });
            }
            if (now.commit_sent) {
                step({Kind::rm_receive_commit, i}, [&](State& s) { s.rm[i] = Rm::committed; });
            }
            if (now.abort_sent) {
                step({Kind::rm_receive_abort, i}, [&](State& s) { s.rm[i] = Rm::aborted; });
            }
        }
    }

    /// The example has safety properties only: nothing has to happen.
    checker::ClassMask classes(const Action&) const { return {}; }

    std::string describe(const Action& action) const {
        const std::string rm = "RM " + std::to_string(action.rm);
        switch (action.kind) {
            case Action::Kind::tm_commit: return "TM commits";
            case Action::Kind::tm_abort: return "TM aborts";
            case Action::Kind::tm_receive_prepared: return "TM receives Prepared from " + rm;
            case Action::Kind::rm_prepare: return rm + " prepares";
            case Action::Kind::rm_choose_to_abort: return rm + " chooses to abort";
            case Action::Kind::rm_receive_commit: return rm + " receives Commit";
            case Action::Kind::rm_receive_abort: return rm + " receives Abort";
        }
        return {};
    }

    /// TCConsistent of the paper: no two RMs disagree for good.
    std::vector<checker::Safety<State>> safety() const {
        return {{"no RM commits while another aborts", [](const State& s) {
                     const auto some = [&](Rm value) {
                         return std::find(s.rm.begin(), s.rm.end(), value) != s.rm.end();
                     };
                     return !(some(Rm::committed) && some(Rm::aborted));
                 }}};
    }

private:
    int rm_count_;
};

static_assert(checker::Model<TwoPhaseCommit>);

}  // namespace kcheck::examples
