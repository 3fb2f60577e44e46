// The pipeline as a transition system: every action of every component, over
// the variables of an Encoding.
//
// `successors` is the explicit-state form that the engines explore; it knows the
// reductions. `transition_system` is the same actions as terms, with every receipt
// of a watch event as a step of its own and no reduction but the watches'
// projection: what the solver proves about, and what traces are re-executed in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ir/transition_system.hpp"
#include "model/encoding.hpp"
#include "model/fairness.hpp"
#include "model/footprints.hpp"
#include "model/kube_apiserver.hpp"
#include "model/symmetry.hpp"

namespace kcheck::model {

/// Whose caches an action reads.
enum class Reader : std::uint8_t { nobody, deployment_controller, replicaset_controller, scheduler, kubelet };

/// Order of Pipeline::watches(); kubelet n is at first_kubelet_watch + n.
inline constexpr int dc_deployments_watch = 0, dc_replica_sets_watch = 1, rsc_replica_sets_watch = 2,
                     rsc_pods_watch = 3, scheduler_watch = 4, first_kubelet_watch = 5;

/// Statuses flow upwards: pods (1), their availability (2), the ReplicaSet (3), the Deployment (4).
inline constexpr int last_status = 4;

struct ActionInfo {
    std::string component;  // "kube-scheduler", "kubelet[1]"
    std::string verb;       // "bind": unique together with component, for lists of actions
    std::string what;       // "POST binding of pod[0]; the reply is lost"
    Reader reader = Reader::nobody;
    int node = -1;           // the kubelet's
    int pod = -1;            // the pod that it is about: it needs one in this slot
    ir::ClassMask progress;  // fairness class
    bool writes = false;     // a request that may commit a write
    bool fault = false;      // spends a budget
    bool local = false;      // see Pipeline::settle
    int status = 0;     // > 0: writes a status that only the writer of the next, of a higher number, reads
    bool idle = false;  // a fault whose sender keeps nothing that depends on it (see idle-faults)
    bool ends_sync = false;  // the conflict of a status at the end of a sync: there is none under status-last
    int twin = -1;           // of a fault: the action that has the same effect without it, if any
    std::vector<int> watches;  // those that its reader's caches hang on, as indices into Pipeline::watches()
    std::vector<int> refreshes;  // of a crash: the watches that begin again with a fresh list
    bool request = false;        // to kube-apiserver, by a process that waits for the reply
    Reply reply;                 // what becomes of its reply
    int known = -1;  // of a request whose reply is lost: the one with a reply, enabled wherever this is
    std::function<void(NativeStep&)> native;
    std::function<void(SymbolicStep&)> symbolic;
};

/// A transition: an action; at or past the number of actions, the receipt of an event of a watch; past
/// these, in actual states, a step of the pod garbage collector.
struct Move {
    std::uint16_t action = 0;
    bool operator==(const Move&) const = default;
};

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
        std::function<bool(const Valuation&)> pending;
        std::function<int(const Valuation&)> queued;
        std::function<void(NativeStep&)> native;
        std::function<void(SymbolicStep&)> symbolic;
        /// Receives all that waits, as far as the client receives anything; always enabled.
        std::function<void(NativeStep&)> catch_up_native;
        std::function<void(SymbolicStep&)> catch_up_symbolic;
    };
    const std::vector<Watch>& watches() const { return watches_; }

    /// The steps of the pod garbage collector, by pod. `successors` takes them as soon as they are
    /// possible, and none is one of `actions`.
    const std::vector<ActionInfo>& collections() const { return collections_; }

    const Fairness& fairness() const { return fairness_; }
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
    ir::ClassMask fixed_classes() const { return fairness_.unmoved(first_kubelet_watch); }
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
    template <class F>
    ActionInfo& add(std::string component, std::string verb, std::string what, Reader reader, F body);
    template <class F>
    void add_request(std::string component, std::string verb, std::string what, Reader reader,
                     const ir::ClassMask& progress, bool reply_matters, bool breakable, int node, F body);
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
    Fairness fairness_;
    std::vector<ActionInfo> actions_;
    std::vector<Watch> watches_;
    std::vector<ActionInfo> collections_;
    std::vector<int> order_;                       // of the actions: by the level of status
    std::vector<std::vector<int>> local_actions_;  // of each kubelet
    std::unique_ptr<Symmetry> symmetry_;
    std::size_t used_bytes_ = 0;
};

}  // namespace kcheck::model

#include "model/successors.hpp"
