// The deployment controller (pkg/controller/deployment).
//
// syncDeployment reads the Deployment and its ReplicaSets from the cache, and
// makes at most one of the writes below before the next one needs a newer
// cache: each is decided from the cache at the moment it is committed. There
// are no expectations here; a conflict ends the sync and requeues the key,
// which leaves no trace in memory. A lost reply does the same.
//
// One template means one ReplicaSet. Rolling and Recreate updates between
// several come with the rollout actions, beside `decide_scale`.
#pragma once

#include "model/action.hpp"

namespace kcheck::model {

class DeploymentController : public Component {
public:
    static constexpr const char* name = "deployment-controller";

    explicit DeploymentController(Encoding& k)
        : k_(k),
          progress_(k.fairness.add(name, Fairness::Object::fixed)),
          deployments(k.watch<Deployment>({.client = name, .process = k.process(manager)})),
          replica_sets(k.watch<ReplicaSet>({.client = name, .process = k.process(manager)})) {
        const bool scales = k.configuration.operations.size() > 1;
        late_scale = k.add("network.scale",
                           k.has_crashes() && scales ? k.configuration.replicas_max() + 2 : 1, Part::network);
        if (k.has_crashes() && scales)  // its resourceVersion is no longer the newest
            k.on_commit<ReplicaSet>([this](auto& c, int) { c.set(late_scale, c.integer(0)); });
    }

    void add_actions(Actions& actions) const override {
        actions.of(name, {&deployments, &replica_sets});
        actions.request(
            {Verb::create_replicaset, "POST ReplicaSet", progress_}, [this](auto& c) { decide_creation(c); },
            [this](auto& c) { create_workload<ReplicaSet>(c, k_, 0, c[deployment()[workload::replicas]]); });
        actions.request(
            {Verb::scale_replicaset, "PUT ReplicaSet with the Deployment's replicas", progress_},
            [this](auto& c) { decide_scale(c); },
            [this](auto& c) {
                update_replicas<ReplicaSet>(c, k_, 0, c[deployment()[workload::replicas]], Base::cached,
                                            pending(c, replica_sets));
            });
        actions.request(
            {.verb = Verb::update_status,
             .what = "PUT Deployment status",
             .progress = progress_,
             .status = 4},
            [this](auto& c) { decide_status(c); }, [this](auto& c) { put_status(c); });
    }

    void add_crashes(Actions& actions) const override {
        if (k_.configuration.operations.size() < 2) return;
        actions.crash({manager, "crash and restart, with the PUT of the ReplicaSet under way", -1,
                       [this](const auto& c) {
                           return c[deployment()[workload::exists]] == 1 &&
                                  c[replica_set()[workload::exists]] == 1 &&
                                  c[replica_set()[workload::replicas]] !=
                                      c[deployment()[workload::replicas]] &&
                                  !pending(c, replica_sets);
                       },
                       [this](auto& c) { c.set(late_scale, c[deployment()[workload::replicas]] + 1); }});
    }

    void add_late_requests(Actions& actions) const override {
        if (k_.configuration.operations.size() < 2) return;
        actions.late(Verb::late_scale,
                     "a PUT ReplicaSet from before the crash of kube-controller-manager arrives",
                     [this](auto& c) {
                         if (!c.require(c[late_scale] > 0)) return;
                         const auto replicas = c[late_scale] - 1;
                         c.set(late_scale, c.integer(0));
                         update_replicas<ReplicaSet>(c, k_, 0, replicas, Base::live, c.boolean(false));
                     });
    }

    // ---- syncDeployment, top to bottom

    /// sync.go:getNewReplicaSet. AlreadyExists changes nothing: the key is requeued.
    template <class C>
    void decide_creation(C& c) const {
        if (!c.require(c[deployment()[workload::exists]] == 1)) return;
        if (!c.require(c[replica_set()[workload::exists]] == 0)) return;
        if (!k_.is(Variant::create_without_name_check)) c.require(c[k_.replica_set()[workload::exists]] == 0);
    }

    /// sync.go:scaleReplicaSet: PUT with the resourceVersion of the cached ReplicaSet.
    template <class C>
    void decide_scale(C& c) const {
        if (!c.require(c[deployment()[workload::exists]] == 1)) return;
        if (!c.require(c[replica_set()[workload::exists]] == 1)) return;
        if (!c.require(c[replica_set()[workload::replicas]] != c[deployment()[workload::replicas]])) return;
        require_newest(c, k_, replica_sets);
    }

    /// progress.go:syncRolloutStatus, sync.go:calculateStatus: PUT status with the
    /// resourceVersion of the cached Deployment, from the cached ReplicaSet's status.
    template <class C>
    void decide_status(C& c) const {
        if (!c.require(c[deployment()[workload::exists]] == 1)) return;
        if (!c.require(c[replica_set()[workload::exists]] == 1)) return;
        if (!c.require(c[replica_set()[workload::replicas]] == c[deployment()[workload::replicas]])) return;
        if (!c.require(
                c[deployment()[workload::observed]] != c[deployment()[workload::generation]] ||
                c[deployment()[workload::status_replicas]] != c[replica_set()[workload::status_replicas]] ||
                c[deployment()[workload::status_available]] != c[replica_set()[workload::status_available]]))
            return;
        require_newest(c, k_, deployments);
    }

    /// The controller's own status write is in its cache at once. It would see it with the
    /// next event anyway, and until then could only write the same status again and be
    /// refused: nothing else that it does reads what the write changed.
    template <class C>
    void put_status(C& c) const {
        const auto before = read(c, k_.deployment());
        const auto after = with_status<C>(before, c[deployment()[workload::generation]],
                                          c[replica_set()[workload::status_replicas]],
                                          c[replica_set()[workload::status_available]]);
        c.when(differ(c, k_.deployment(), before, after), [&] {
            monitors::update(c, k_, Base::cached, pending(c, deployments));
            commit(c, k_, Writer::kube_apiserver, 0, after);
            if (!k_.is(Variant::update_without_resource_version)) receive(c, deployments);
        });
    }

private:
    static constexpr const char* manager = "kube-controller-manager";
    const Variables<Deployment>& deployment() const { return deployments.copy_of(0); }
    const Variables<ReplicaSet>& replica_set() const { return replica_sets.copy_of(0); }

    const Encoding& k_;
    ir::ClassMask progress_;

public:
    const Watch<Deployment>& deployments;
    const Watch<ReplicaSet>& replica_sets;
    VariableId late_scale = nowhere;  // outlived a crash: 0 none, r+1: PUT of the ReplicaSet with r replicas
};

}  // namespace kcheck::model
