// The pipeline as a transition system: every action of every component, over
// the variables of an Encoding.
//
// `successors` is the explicit-state form that the engines explore; it knows the
// reductions. `transition_system` is the same actions as terms, with every receipt
// of a watch event and every step of the pod garbage collector as a step of its own, and no reduction but
// the watches' projection: what the solver proves about, and what traces are re-executed in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ir/transition_system.hpp"
#include "model/action.hpp"
#include "model/encoding.hpp"
#include "model/footprints.hpp"
#include "model/symmetry.hpp"

namespace kcheck::model {

/// A transition: an action; at or past the number of actions, the receipt of an event of a watch; past
/// these, in actual states, a step of the pod garbage collector.
struct Move {
    std::uint16_t action = 0;
    bool operator==(const Move&) const = default;
};

class DeploymentController;
class KubeScheduler;
class Kubelet;
class ReplicaSetController;

class Pipeline {
public:
    using State = Valuation;
    using Action = Move;

    /// Throws std::length_error if the configuration needs more variables than there is room for.
    /// Reductions that are not sound for the configuration are off whatever `reductions` says.
    explicit Pipeline(const Configuration& configuration, Reductions reductions = {});
    Pipeline(const Configuration& configuration, Reductions reductions, const Bounds& bounds);

    const Encoding& encoding() const { return *encoding_; }
    const Layout& layout() const { return encoding_->layout; }
    const std::vector<ActionInfo>& actions() const { return actions_; }

    struct Watch {
        std::string client;  // whose cache it feeds
        std::string type;    // "pods"
        int node = -1;       // the kubelet's
        std::function<bool(const Valuation&)> pending;
        std::function<int(const Valuation&)> queued;
        ir::ClassMask progress;
        Text text;
    };
    const std::vector<Watch>& watches() const { return watches_; }

    /// The steps of the pod garbage collector, by pod. `successors` takes them as soon as they are
    /// possible, and none is one of `actions`.
    const std::vector<ActionInfo>& collections() const { return collections_; }

    const Fairness& fairness() const { return encoding_->fairness; }
    /// By fairness class.
    std::vector<std::string> progress_names() const;

    // The model concept of the checker.
    std::size_t state_bytes() const { return layout().packed_bytes(); }
    void pack(const Valuation& state, std::span<std::byte> bytes) const { layout().pack(state, bytes); }
    void unpack(std::span<const std::byte> bytes, Valuation& state) const { layout().unpack(bytes, state); }
    void initial(const std::function<void(const Valuation&)>& each) const { each(Valuation{}); }
    ir::ClassMask classes(const Move& move) const;
    std::string describe(const Move& move) const;
    template <class Sink>
    void successors(const Valuation& state, Sink& sink) const;

    // The symmetry, for checker/liveness_unfold.hpp.
    void representative(Valuation& state) const {
        if (encoding_->reductions.symmetry) symmetry_->canonicalize(state);
    }
    ir::ClassMask fixed_classes() const { return encoding_->fairness.fixed(); }
    /// The same as `successors`, but no state is exchanged for one that differs in names alone.
    template <class Sink>
    void concrete_successors(const Valuation& state, Sink& sink) const {
        expand(state, sink, false);
    }

    /// Every move from a state as it stands, with the state that it leads to before any
    /// reduction: for following a path of representatives in actual states.
    template <class F>
    void moves(const Valuation& state, F&& each) const;

    /// Runs the local steps that are possible. A kubelet hears of its pods, pulls, creates, starts
    /// and stops, and takes down what was deleted: while its node has room for every pod, nobody
    /// else can tell when, and none of it keeps anybody from doing anything. `taken` is told each
    /// step: an action, or the number of actions plus a watch for the receipt of an event.
    void settle(Valuation& state, const std::function<void(int)>& taken = {}) const;

    /// Under status-last no sync of the ReplicaSet controller ends with a status: a later one, that has
    /// nothing else to do, writes it.
    void forget_status(Valuation& state) const;
    /// Takes the local steps that are possible, and forgets what nobody will ask for again.
    void reduce(Valuation& state) const;
    /// The representative of a state under all reductions.
    void canonicalize(Valuation& state) const;

    ir::TransitionSystem transition_system() const;

private:
    friend Footprint footprint_of(const Configuration& configuration, const Reductions& reductions,
                                  Bounds bounds);
    Pipeline(const Configuration& configuration, Reductions reductions, Bounds bounds, Footprint footprint);

    struct Scratch;

    void add_actions();
    void add_watches();
    void add_collections();
    /// What an action sends is received as the end of the action.
    void keep_fresh();
    void order_actions();

    template <class Sink>
    void expand(const Valuation& state, Sink& sink, bool up_to_renaming) const;
    /// Of the actions of the plain form, those that the reductions do without.
    bool is_left_out(const ActionInfo& action) const;
    bool is_idle_fault(const ActionInfo& action, const Valuation& before, const Valuation& after,
                       Scratch& scratch) const;
    /// Returns how many events were received.
    std::uint8_t receive_all(const std::vector<int>& watches, Valuation& state) const;
    void assign(Valuation& to, const Valuation& from) const {
        __builtin_memcpy(to.value.data(), from.value.data(), used_bytes_);
    }
    bool same(const Valuation& a, const Valuation& b) const {
        return __builtin_memcmp(a.value.data(), b.value.data(), used_bytes_) == 0;
    }

    std::unique_ptr<Encoding> encoding_;
    std::vector<ActionInfo> actions_;
    std::vector<Watch> watches_;
    std::vector<ActionInfo> collections_;
    // What the reductions look at.
    const DeploymentController* deployment_controller_ = nullptr;
    const ReplicaSetController* replicaset_controller_ = nullptr;
    const KubeScheduler* scheduler_ = nullptr;
    std::vector<const Kubelet*> kubelets_;
    std::vector<int> order_;                       // of the actions: by the level of status
    std::vector<std::vector<int>> local_actions_;  // of each kubelet
    std::unique_ptr<Symmetry> symmetry_;
    std::size_t used_bytes_ = 0;
};

}  // namespace kcheck::model

#include "model/successors.hpp"
