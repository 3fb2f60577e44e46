// The state of the pipeline: what is stored, what the monitors keep, the environment, and what each
// component declares for itself.
//
// The components' actions (one header each) are templates over a step and read the Encoding, which is
// constant while the checker runs.
#pragma once

#include <memory>
#include <ranges>
#include <tuple>
#include <vector>

#include "model/bounds.hpp"
#include "model/component.hpp"
#include "model/configuration.hpp"
#include "model/fairness.hpp"
#include "model/frame/watch.hpp"
#include "model/kinds.hpp"
#include "model/variants.hpp"

namespace kcheck::model {

/// What a client reads of the objects that it watches, by watch and field; see model/footprints.hpp.
struct Footprint {
    std::vector<std::vector<bool>> reads;  // empty: every field of every watch
    bool operator()(int watch, int field) const {
        return reads.empty() || reads[static_cast<std::size_t>(watch)][static_cast<std::size_t>(field)];
    }
};

/// What the exploration leaves out. No action of a component knows of any of it but the watches'
/// projection, which is part of the encoding.
struct Reductions {
    bool watch_projection = true;  // queue only what the watcher reads
    bool symmetry = true;          // pods of one owner, and equal nodes, are interchangeable
    bool idle_faults = true;       // no fault that leaves everything as it would be without it
    bool local_steps = true;       // what a kubelet does for itself happens at once
    bool status_last = true;       // status writes wait until nothing else can make progress
    bool operator==(const Reductions&) const = default;

    /// The steps of the pipeline as they are, for any variant of it: nothing of the last two, whose
    /// soundness rests on what the unbroken components do. Symmetry and idle-faults hold whatever these do.
    Reductions plain() const {
        auto without = *this;
        without.local_steps = without.status_last = false;
        return without;
    }
    /// None but the projection of the watches, which is part of the encoding: it says what a queue holds.
    Reductions projection_alone() const { return {watch_projection, false, false, false, false}; }
    /// Those of them that are sound for the configuration. A rollout goes on with what statuses say, so
    /// they do not come last; where it waits for pods to go, their kubelets' steps are not local.
    Reductions sound_for(const Configuration& configuration) const {
        if (!configuration.variants.empty() || configuration.waits_for_old_pods()) return plain();
        auto sound = *this;
        sound.status_last = sound.status_last && !configuration.rolls_out();
        return sound;
    }
};

/// The objects of a kind in etcd, by slot, and who hears of their changes.
template <class K>
struct Store {
    std::vector<Variables<K>> objects;
    std::vector<const Watch<K>*> watches;
    /// Run at every commit, told the slot: what else becomes different with the object.
    std::vector<TextOf<int>> on_commit;
};

/// Components that crash together, by what they lose then.
struct Process {
    std::string name;
    int node = -1;  // whose process it is, where each node has one
    std::vector<const AnyWatch*> watches = {};
    std::vector<VariableId> memory = {};
    std::vector<Text> on_crash = {};    // the requests under way that it leaves on the network
    std::vector<Text> on_restart = {};  // after the fresh list
};

/// What a component watches.
template <class K>
struct WatchOf {
    std::string client;
    int process = 0;
    int node = -1;  // whose client it is, where each node has one
    int only = -1;  // the one object, by slot, that it looks at
    std::optional<Requirement> filter = {};
    Projection<K> projection = {};
    Condition receives = {};
    TextOf<int, const Variables<K>&> on_event = {};
};

class Encoding {
public:
    /// Throws std::length_error if the configuration needs more variables, or more fairness classes, than
    /// there is room for.
    Encoding(Configuration configuration, Reductions reductions, Bounds bounds, Footprint footprint);

    bool is(Variant variant) const { return variants_[static_cast<std::size_t>(variant)]; }
    int pods() const { return bounds.pods; }
    int replica_sets() const { return static_cast<int>(store<ReplicaSet>().objects.size()); }
    /// There are several pod templates.
    bool rolls_out() const { return replica_sets() > 1; }
    int nodes() const { return static_cast<int>(configuration.nodes.size()); }
    /// Kubelet n may have to refuse a pod.
    bool crowded(int node) const;
    /// The scheduler's choice depends on what is on the nodes already.
    bool counts_pods_on_nodes() const;
    /// Something may crash.
    bool has_crashes() const { return configuration.crashes > 0; }
    /// A request may be on the network whose sender does not wait for it: it timed out, or its sender
    /// crashed.
    bool has_late_requests() const { return has_crashes() || configuration.lost_replies > 0; }

    const Configuration configuration;
    const Reductions reductions;
    const Bounds bounds;
    Layout layout;
    Fairness fairness;

    // etcd
    std::tuple<Store<Deployment>, Store<ReplicaSet>, Store<Pod>> stores;
    template <class K>
    const Store<K>& store() const {
        return std::get<Store<K>>(stores);
    }
    template <class K>
    const Variables<K>& stored(int slot) const {
        return store<K>().objects[static_cast<std::size_t>(slot)];
    }
    const Variables<Pod>& pod(int p) const { return stored<Pod>(p); }
    const Variables<Deployment>& deployment() const { return stored<Deployment>(0); }
    /// The ReplicaSet of pod template t.
    const Variables<ReplicaSet>& replica_set(int t = 0) const { return stored<ReplicaSet>(t); }
    VariableId revision_behind;      // its counter is behind a revision that it has given out
    std::vector<VariableId> number;  // per pod, where a variant numbers UIDs: its number
    VariableId uid_next = nowhere;
    std::vector<Text> on_apiserver_restart;  // what it breaks, of the requests under way

    // what the monitors keep (monitors.hpp)
    VariableId direct_writer, lost_update, name_reused, uid_repeated, revision_repeated, stray_start;
    std::vector<VariableId> bindings;  // per pod: committed bindings, 2 = two or more
    VariableId completed;  // where there are rollouts: the Deployment has had all its replicas available
    VariableId exceeded;   // see bounds.hpp
    std::vector<VariableId> aged;  // per pod: Ready for minReadySeconds

    // user, environment
    VariableId operations_done, crashes_used, replies_lost;

    std::vector<Process> processes;
    const std::vector<std::unique_ptr<AnyWatch>>& watches() const { return watches_; }
    const std::vector<std::unique_ptr<Component>>& components() const { return components_; }
    /// The components of a type, in the order in which they were added.
    template <class T>
    auto all() const {
        return std::views::transform(by_type_[type_number<T>()], [](const Component* one) -> const T& {
            return static_cast<const T&>(*one);
        });
    }
    /// The component of the type; of kubelets, the one of node n, and so on.
    template <class T>
    const T& the(int n = 0) const {
        return static_cast<const T&>(*by_type_[type_number<T>()][static_cast<std::size_t>(n)]);
    }

    /// All variables that belong to a slot, and all that may refer to one.
    const std::vector<VariableId>& variables_of_pod(int p) const {
        return of_pod_[static_cast<std::size_t>(p)];
    }
    const std::vector<VariableId>& references_to_pods() const { return to_pods_; }
    /// Enough of variables_of_pod to tell whether the slot is in use: a copy that does not exist is all 0.
    const std::vector<VariableId>& occupancy_of_pod(int p) const {
        return occupies_[static_cast<std::size_t>(p)];
    }

    // For components, while they are made.

    VariableId add(std::string name, int size, Part part, Values values = Values::plain, int p = -1,
                   int n = -1);
    /// One for each pod: "<name>[p]".
    std::vector<VariableId> add_for_pods(const std::string& name, int size, Part part,
                                         Values values = Values::plain, int n = -1);
    /// The number of the process, which is added if there is none of that name.
    int process(const std::string& name, int node = -1);
    /// What is under way in the process when it crashes, and may arrive after that.
    void on_crash(int process, Text leaves) {
        processes[static_cast<std::size_t>(process)].on_crash.push_back(std::move(leaves));
    }
    /// What a crash of the process clears.
    VariableId memory(int process, std::string name, int size);
    std::vector<VariableId> memory_for_pods(int process, const std::string& name, int size,
                                            Values values = Values::plain);
    template <class K>
    const Watch<K>& watch(WatchOf<K> spec);
    template <class K>
    void on_commit(TextOf<int> text) {
        std::get<Store<K>>(stores).on_commit.push_back(std::move(text));
    }
    template <class T, class... Arguments>
    void add_component(Arguments&&... arguments) {
        components_.push_back(std::make_unique<T>(*this, std::forward<Arguments>(arguments)...));
        const auto type = type_number<T>();
        if (type >= by_type_.size()) by_type_.resize(type + 1);
        by_type_[type].push_back(components_.back().get());
    }

private:
    static std::size_t next_type_number();
    template <class T>
    static std::size_t type_number() {
        static const std::size_t number = next_type_number();
        return number;
    }

    template <class K>
    Variables<K> add_record(const std::string& prefix, Part part, int p, int n, int watch,
                            const std::array<Keep, K::fields>& keep);
    template <class K>
    void add_store(int objects);
    void add_etcd();
    void add_history();
    void add_environment();

    Footprint footprint_;
    std::vector<bool> variants_;
    std::vector<std::unique_ptr<AnyWatch>> watches_;
    std::vector<std::unique_ptr<Component>> components_;
    std::vector<std::vector<const Component*>> by_type_;
    std::vector<std::vector<VariableId>> of_pod_, occupies_;
    std::vector<VariableId> to_pods_;
};

}  // namespace kcheck::model
