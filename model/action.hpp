// The actions of the pipeline, and how components list theirs.
//
// A request to kube-apiserver is three functions:
//
//   decide(c)            states the guard on the component's caches and memory, and writes memory at most:
//                        what a sync keeps from its beginning
//   commit(c)            what it does in etcd, through kube-apiserver's own guards; gives the answer
//                        (`commit(c, reply)` where it matters to a watch whether the sender gets it)
//   learn(c, answer)     what the sender does with the answer; where none came, `learn_nothing(c)`
//
// Everything that may become of a request and its reply follows from these, the same for every
// component: see `Actions::request`.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "model/kube_apiserver.hpp"
#include "model/verb.hpp"

namespace kcheck::model {

struct ActionInfo {
    std::string component;  // "kube-scheduler", "kubelet[1]"
    Verb verb = Verb::apply;
    std::string what;        // "POST binding of pod[0]; the reply is lost"
    int node = -1;           // the kubelet's
    int goes_to = -1;        // the node that it chooses for its pod
    int pod = -1;            // the pod that it is about: it needs one in this slot
    ir::ClassMask progress;  // fairness class
    bool writes = false;     // a request that may commit a write
    bool fault = false;      // spends a budget
    bool local = false;      // see Pipeline::settle
    /// > 0: it writes a status that only the writer of the next, of a higher number, reads: of pods (1),
    /// their availability (2), the ReplicaSet (3), the Deployment (4).
    int status = 0;
    bool idle = false;       // a fault whose sender keeps nothing that depends on it (see idle-faults)
    bool ends_sync = false;  // the conflict of a status at the end of a sync: there is none under status-last
    int twin = -1;           // of a fault: the action that has the same effect without it, if any
    std::vector<int>
        watches;  // those that its component's caches hang on, as indices into Pipeline::watches()
    std::vector<int> refreshes;  // of a crash: the watches that begin again with a fresh list
    bool request = false;        // to kube-apiserver, by a process that waits for the reply
    Reply reply;                 // what becomes of its reply
    int known = -1;  // of a request whose reply is lost: the one with a reply, enabled wherever this is
    Text text;
};

/// A request, in words and for the search.
struct RequestOf {
    Verb verb = Verb::apply;
    std::string what;
    ir::ClassMask progress = {};
    /// The sender keeps something that depends on the reply. Where it does not, a lost reply is what it is
    /// without the loss: an idle fault.
    bool reply_matters = false;
    /// Set while the connection is broken on which the request was sent; nowhere: it is never one of
    /// several that are under way at once.
    VariableId broken = nowhere;
    /// Where the loss of a reply differs from a refusal.
    Condition losable = {};
    /// Notes that it is under way, for a sender that does not wait for it any more. Without it a request that
    /// timed out does not commit any more.
    Text leaves = {};
    int status = 0;      // of ActionInfo
    bool local = false;  // of ActionInfo: while it is answered
};

class Actions {
public:
    explicit Actions(const Encoding& encoding, std::vector<ActionInfo>& into)
        : encoding_(encoding), actions_(into) {}

    /// The actions that follow are of this component, which reads these watches.
    void of(std::string component, std::vector<const AnyWatch*> watches, int node = -1);

    /// Calls `add_for(p)` for every pod; the actions that it adds are about it.
    template <class F>
    void for_each_pod(F&& add_for) {
        for (int p = 0; p < encoding_.pods(); ++p) {
            const auto first = actions_.size();
            add_for(p);
            for (auto a = first; a < actions_.size(); ++a) actions_[a].pod = p;
        }
    }

    /// A step that is no request. `name`: of a component that acts for this one, such as its runtime.
    ActionInfo& step(Verb verb, std::string what, ir::ClassMask progress, Text text, std::string name = {});

    /// A request with every way that it may go: answered; committed or not, with the reply lost on the
    /// network, by a restart of kube-apiserver, or on a connection that such a restart has broken.
    template <class Decide, class Commit, class Learn, class LearnNothing>
    void request(const RequestOf& of, Decide decide, Commit commit, Learn learn, LearnNothing learn_nothing);
    /// One whose sender keeps nothing of the answer.
    template <class Decide, class Commit>
    void request(const RequestOf& of, Decide decide, Commit commit) {
        request(
            of, decide, [commit](auto& c) { return commit(c), 0; }, [](auto&, int) {}, [](auto&) {});
    }

    /// A process crashes, and leaves what it has under way.
    void crash(const Process& process);
    /// A request arrives that nobody waits for.
    void late(Verb verb, std::string what, Text text) {
        network();
        step(verb, std::move(what), {}, std::move(text)).writes = true;
    }

private:
    void network() { of("network", {}); }
    /// Adds the instances of a request; `text(reply)` makes the text of each.
    template <class MakeText>
    void instances(const RequestOf& of, MakeText text);

    const Encoding& encoding_;
    std::vector<ActionInfo>& actions_;
    std::string component_;
    std::vector<int> watches_;
    int node_ = -1;
};

/// Spends a crash; false if there is none left.
template <class C>
bool use_crash(C& c, const Encoding& k) {
    if (!c.require(c[k.crashes_used] < k.configuration.crashes)) return false;
    c.set(k.crashes_used, c[k.crashes_used] + 1);
    return true;
}

/// The process comes back: its memory is lost, its watches begin with a fresh list
/// (reflector.go: watch-list at the most recent revision).
template <class C>
void restart(C& c, const Process& process) {
    for (const auto* watch : process.watches) watch->relist(c);
    for (const auto& text : process.on_restart) text(c);
    for (const auto variable : process.memory) c.set(variable, c.integer(0));
}

template <class MakeText>
void Actions::instances(const RequestOf& of, MakeText text) {
    const auto known = static_cast<int>(actions_.size());
    const auto instance = [&](Reply reply, const char* suffix) -> ActionInfo& {
        auto& info = step(of.verb, of.what + suffix, {}, text(reply));
        info.writes = reply.commits();
        info.request = true;
        info.reply = reply;
        info.status = of.status;
        return info;
    };
    auto& answered = instance({}, "");
    answered.progress = of.progress;
    answered.local = of.local;
    const auto lost = [&](Outcome outcome, Cause cause, const char* suffix) {
        auto& info = instance({outcome, cause}, suffix);
        info.fault = cause != Cause::broken_connection;
        info.known = known;
        info.idle = !of.reply_matters && outcome != Outcome::late;
        if (outcome == Outcome::lost_committed) info.twin = known;
    };
    if (encoding_.configuration.lost_replies > 0) {
        lost(Outcome::lost_committed, Cause::lost_reply, "; it is committed, but the reply is lost");
        if (of.leaves)
            lost(Outcome::late, Cause::lost_reply, "; it times out, and may be committed later");
        else
            lost(Outcome::lost_uncommitted, Cause::lost_reply, "; it times out and is not committed");
    }
    if (!encoding_.has_crashes()) return;
    lost(Outcome::lost_committed, Cause::restart,
         "; it is committed, then kube-apiserver restarts before it replies");
    lost(Outcome::lost_uncommitted, Cause::restart, "; kube-apiserver restarts before it is committed");
    if (of.broken == nowhere) return;
    lost(Outcome::lost_committed, Cause::broken_connection,
         "; it was committed, but its connection broke in the restart");
    lost(Outcome::lost_uncommitted, Cause::broken_connection,
         "; its connection broke in the restart and it was not committed");
}

template <class Decide, class Commit, class Learn, class LearnNothing>
void Actions::request(const RequestOf& of, Decide decide, Commit commit, Learn learn,
                      LearnNothing learn_nothing) {
    instances(of, [&](Reply reply) -> Text {
        return [&k = encoding_, broken = of.broken, losable = of.losable, leaves = of.leaves, reply, decide,
                commit, learn, learn_nothing](auto& c) {
            if (!may_be_lost(c, k, reply, broken)) return;
            if (!reply.is_known() && !c.require(losable(std::as_const(c)))) return;
            decide(c);
            if (c.is_out()) return;
            pay(c, k, reply);
            const auto committed = [&] {
                if constexpr (std::invocable<const Commit&, decltype(c), Reply>)
                    return commit(c, reply);
                else
                    return commit(c);
            };
            if (reply.is_known()) {
                learn(c, committed());
            } else {
                if (reply.commits()) committed();
                if (reply.outcome == Outcome::late) leaves(c);
                learn_nothing(c);
            }
            if (reply.cause == Cause::restart) restart_apiserver(c, k);
        };
    });
}

}  // namespace kcheck::model
