// The variables of the pipeline, grouped by the component that they belong to.
//
// The components' actions (one header each) are templates over a step and take
// the Encoding, which is constant while the checker runs.
#pragma once

#include <vector>

#include "model/bounds.hpp"
#include "model/configuration.hpp"
#include "model/layout.hpp"
#include "model/records.hpp"
#include "model/variants.hpp"
#include "model/watch.hpp"

namespace kcheck::model {

/// What a client reads of the objects that it watches; see model/footprints.hpp.
struct Footprint {
    std::array<bool, workload::fields>
        deployment_controller{};  // of the ReplicaSet; it reads all of the Deployment
    std::array<bool, pod::fields> replica_set_controller{};
    std::array<bool, pod::fields> scheduler{};
    std::array<bool, pod::fields> kubelet{};

    /// Every field: what a watch delivers before anybody asks what is read.
    static Footprint everything() {
        Footprint all;
        all.deployment_controller.fill(true);
        all.replica_set_controller.fill(true);
        all.scheduler.fill(true);
        all.kubelet.fill(true);
        return all;
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
    /// Those of them that are sound for the configuration.
    Reductions sound_for(const Configuration& configuration) const {
        return configuration.variants.empty() ? *this : plain();
    }
};

/// The controllers of kube-controller-manager: each has caches of its own. In one process they share
/// informers, but a sync decides its requests on what it saw when it began, and while they are on
/// their way events reach the informers and the other controller goes on.
struct DeploymentController {
    WorkloadWatch deployments;
    WorkloadWatch replica_sets;
};

struct ReplicaSetController {
    WorkloadWatch replica_sets;
    PodWatch pods;

    // The sync in progress: manageReplicas, then status.
    VariableId left;           // POSTs or DELETEs of the current batch without a reply
    VariableId batch;          // size of the current batch of POSTs
    VariableId rest;           // creations after the current batch
    VariableId failed;         // a POST of this batch failed: no further batch
    VariableId deletes;        // DELETEs of this sync that are still to be sent
    VariableId broken;         // the connection broke under the current batch
    VariableId update_status;  // the sync ends with a status update of these numbers:
    VariableId status_replicas, status_available, status_observed;

    std::vector<VariableId> expects_deletion;  // per pod: expectations of deletions are names
    VariableId expects_creations;              // expectations of creations are a count
    std::vector<VariableId> awaits_pod;        // per pod: created by this process, not yet in its cache
    VariableId awaits_status;                  // ReplicaSet events up to this process's own last status write
};

struct Scheduler {
    PodWatch pods;
    std::vector<VariableId> assumed;  // per pod: the node it is assumed on
    std::vector<VariableId> binding;  // per pod: its binding cycle has no reply yet
    std::vector<VariableId> broken;   // per pod: the connection broke under it
};

struct Kubelet {
    PodWatch pods;
    std::vector<VariableId> worker;  // per pod: see kubelet.hpp; nowhere where every pod is admitted
    // The container runtime of the node.
    VariableId image;
    std::vector<VariableId> container;  // per pod: 0 none, 1 created, 2 running
};

class Encoding {
public:
    Encoding(Configuration configuration, Reductions reductions, Bounds bounds, Footprint footprint);

    bool is(Variant variant) const { return variants_[static_cast<std::size_t>(variant)]; }
    int pods() const { return static_cast<int>(pod.size()); }
    int nodes() const { return static_cast<int>(kubelet.size()); }
    /// Kubelet n may have to refuse a pod.
    bool crowded(int node) const;
    /// The kubelet of the node, or the scheduler, hears of every pod event at once (Pipeline::settle).
    bool scheduler_hears_at_once() const {
        return reductions.local_steps && confirms_by_reply() && !counts_pods_on_nodes() &&
               !is(Variant::watch_drops_event);
    }
    /// The scheduler's choice depends on what is on the nodes already.
    bool counts_pods_on_nodes() const;
    /// Whether expectations of creations decide anything; with the record of its own
    /// writes a controller never gets to them.
    bool counts_creations() const { return expects_creations_; }

    /// A reply that says the pod is bound stands in for the event of the binding.
    bool confirms_by_reply() const {
        return reductions.watch_projection && !is(Variant::binding_without_precondition) &&
               !is(Variant::scheduler_writes_etcd);
    }

    const Configuration configuration;
    const Reductions reductions;
    const Bounds bounds;
    Layout layout;

    // etcd
    WorkloadVariables deployment, replica_set;
    std::vector<PodVariables> pod;
    VariableId revision_behind;      // its counter is behind a revision that it has given out
    std::vector<VariableId> number;  // per pod, where a variant numbers UIDs: its number
    VariableId uid_next = nowhere;

    // what the monitors keep (monitors.hpp)
    VariableId direct_writer, lost_update, name_reused, uid_repeated, revision_repeated, stray_start;
    std::vector<VariableId> bindings;  // per pod: committed bindings, 2 = two or more
    VariableId exceeded;               // see bounds.hpp
    std::vector<VariableId> aged;      // per pod: Ready for minReadySeconds

    // user, environment
    VariableId operations_done, crashes_used, replies_lost, dropped;
    VariableId late_creates;               // POSTs of pods whose sender crashed
    VariableId late_scale;                 // 0 none, r+1: PUT of the ReplicaSet with r replicas
    std::vector<VariableId> late_binding;  // per pod: the node
    std::vector<VariableId> late_deletion;

    DeploymentController dc;
    ReplicaSetController rsc;
    Scheduler scheduler;
    std::vector<Kubelet> kubelet;

    /// All variables that belong to a slot, and all that may refer to one.
    const std::vector<VariableId>& variables_of_pod(int p) const {
        return of_pod_[static_cast<std::size_t>(p)];
    }
    const std::vector<VariableId>& references_to_pods() const { return to_pods_; }
    /// Enough of variables_of_pod to tell whether the slot is in use: a copy that does not exist is all 0.
    const std::vector<VariableId>& occupancy_of_pod(int p) const {
        return occupies_[static_cast<std::size_t>(p)];
    }

private:
    VariableId add(std::string name, int size, Part part, Values values = Values::plain, int p = -1,
                   int n = -1);
    PodVariables add_pod_record(const std::string& prefix, Part part, int p, int n,
                                const std::array<bool, pod::fields>& reads, View view);
    WorkloadVariables add_workload_record(const std::string& prefix, Part part,
                                          const std::array<bool, workload::fields>& reads);
    Room add_room();
    PodWatch add_pod_watch(const std::string& client, int node, const std::array<bool, pod::fields>& reads,
                           View view);
    WorkloadWatch add_workload_watch(const std::string& client, const std::string& type,
                                     const std::array<bool, workload::fields>& reads);

    void add_etcd();
    void add_history();
    void add_environment();
    void add_deployment_controller(const Footprint& footprint);
    void add_replica_set_controller(const Footprint& footprint);
    void add_scheduler(const Footprint& footprint);
    void add_kubelet(int n, const Footprint& footprint);

    std::vector<bool> variants_;
    bool expects_creations_ = false;
    int watches_ = 0;  // added so far
    std::vector<std::vector<VariableId>> of_pod_, occupies_;
    std::vector<VariableId> to_pods_;
};

}  // namespace kcheck::model
