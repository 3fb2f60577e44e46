// The deployment controller (pkg/controller/deployment).
//
// syncDeployment reads the Deployment and its ReplicaSets from the cache, and
// makes at most one of the writes below before the next one needs a newer
// cache: each is decided from the cache at the moment it is committed. There
// are no expectations here; a conflict ends the sync and requeues the key,
// which leaves no trace in memory. A lost reply does the same.
//
// A sync that scales several ReplicaSets, or one twice, is as many syncs here: the second decides on the
// first one's write and on what was stored before it.
#pragma once

#include <fmt/core.h>

#include "model/action.hpp"
#include "model/rollout.hpp"

namespace kcheck::model {

class DeploymentController : public Component {
public:
    static constexpr const char* name = "deployment-controller";

    explicit DeploymentController(Encoding& k)
        : k_(k),
          fenceposts_(k.configuration),
          progress_(k.fairness.add(name, Fairness::Object::fixed)),
          deployments(k.watch<Deployment>({.client = name, .process = k.process(manager)})),
          replica_sets(k.watch<ReplicaSet>({.client = name, .process = k.process(manager)})) {
        if (k.configuration.waits_for_old_pods())
            pods = &k.watch<Pod>({.client = name,
                                  .process = k.process(manager),
                                  .projection = {.visible = {{pod::phase, false, pod::terminal}},
                                                 .keep = {Keep::whole, Keep::nothing, Keep::nothing,
                                                          Keep::nothing, Keep::whole}}});
        const bool scales = scales_after_crash();
        for (int t = 0; t < k.replica_sets(); ++t)
            late_scale.push_back(k.add(k.rolls_out() ? fmt::format("network.scale[{}]", t) : "network.scale",
                                       scales ? k.configuration.replicas_max() + 2 : 1, Part::network));
        if (!scales) return;
        k.on_crash(k.process(manager), [this](auto& c) { leave_scales(c); });
        // its resourceVersion is no longer the newest
        k.on_commit<ReplicaSet>([this](auto& c, int t) { c.set(late_scale[at(t)], c.integer(0)); });
    }

    void add_actions(Actions& actions) const override {
        actions.of(name, {&deployments, &replica_sets});
        for (int t = 0; t < k_.replica_sets(); ++t) add_writes_of_replica_set(actions, t);
        actions.request(
            {.verb = Verb::update_status,
             .what = "PUT Deployment status",
             .progress = progress_,
             .status = 4},
            [this](auto& c) { decide_status(c); }, [this](auto& c) { put_status(c); });
    }

    void add_late_requests(Actions& actions) const override {
        if (!scales_after_crash()) return;
        for (int t = 0; t < k_.replica_sets(); ++t)
            actions.late(Verb::late_scale,
                         fmt::format("a PUT of {} from before the crash of kube-controller-manager arrives",
                                     object(t)),
                         [this, t](auto& c) {
                             if (!c.require(c[late_scale[at(t)]] > 0)) return;
                             const auto replicas = c[late_scale[at(t)]] - 1;
                             c.set(late_scale[at(t)], c.integer(0));
                             update_replicas<ReplicaSet>(c, k_, t, replicas, Base::live, c.boolean(false));
                         });
    }

    /// The PUTs under way when the process crashes.
    template <class C>
    void leave_scales(C& c) const {
        for (int t = 0; t < k_.replica_sets(); ++t)
            c.when(scales(c, t) && !pending(c, replica_sets, t),
                   [&] { c.set(late_scale[at(t)], view(c).target(t) + 1); });
    }

    // ---- syncDeployment, top to bottom

    /// What the cache shows: the beginning of a sync.
    template <class C>
    Rollout<C> view(const C& c) const {
        return Rollout<C>(c, fenceposts_, deployment(), replica_sets.copy, pods,
                          k_.is(Variant::rollout_ignores_availability));
    }

    /// sync.go:getNewReplicaSet. AlreadyExists changes nothing: the key is requeued.
    template <class C>
    void decide_creation(C& c, int t) const {
        if (!c.require(c[deployment()[workload::exists]] == 1)) return;
        if (!c.require(c[deployment()[deployment::pod_template]] == t)) return;
        if (!c.require(c[replica_set(t)[workload::exists]] == 0)) return;
        if (!c.require(view(c).may_create())) return;
        if (!k_.is(Variant::create_without_name_check))
            c.require(c[k_.replica_set(t)[workload::exists]] == 0);
    }

    /// The next write of the rollout is to ReplicaSet t.
    template <class C>
    Bool<C> scales(const C& c, int t) const {
        return c[deployment()[workload::exists]] == 1 && c[replica_set(t)[workload::exists]] == 1 &&
               view(c).scales(t);
    }

    /// sync.go:scaleReplicaSet: PUT with the resourceVersion of the cached ReplicaSet.
    template <class C>
    void decide_scale(C& c, int t) const {
        if (!c.require(scales(c, t))) return;
        require_newest(c, k_, replica_sets, t);
    }

    /// progress.go:syncRolloutStatus, sync.go:calculateStatus: PUT status with the resourceVersion of the
    /// cached Deployment, from the cached ReplicaSets' statuses. A sync that scales writes it too, which is
    /// not modelled: here only one that scales nothing does.
    template <class C>
    void decide_status(C& c) const {
        if (!c.require(c[deployment()[workload::exists]] == 1)) return;
        const auto rollout = view(c);
        if (!c.require(rollout.rests())) return;
        const auto status = rollout.status();
        auto differs = c[deployment()[workload::observed]] != c[deployment()[workload::generation]] ||
                       c[deployment()[workload::status_replicas]] != status.replicas ||
                       c[deployment()[workload::status_available]] != status.available;
        if (k_.rolls_out())
            differs = differs || c[deployment()[deployment::status_updated]] != status.updated;
        if (!c.require(differs)) return;
        require_newest(c, k_, deployments, 0);
    }

    /// The controller's own status write is in its cache at once. It would see it with the
    /// next event anyway, and until then could only write the same status again and be
    /// refused: nothing else that it does reads what the write changed.
    template <class C>
    void put_status(C& c) const {
        const auto before = read(c, k_.deployment());
        const auto status = view(c).status();
        auto after =
            with_status<C>(before, c[deployment()[workload::generation]], status.replicas, status.available);
        if (k_.rolls_out()) after[deployment::status_updated] = status.updated;
        c.when(differ(c, k_.deployment(), before, after), [&] {
            monitors::update(c, k_, Base::cached, pending(c, deployments));
            monitors::status(c, k_, after);
            commit(c, k_, Writer::kube_apiserver, 0, after);
            if (!k_.is(Variant::update_without_resource_version)) receive(c, deployments);
        });
    }

private:
    static constexpr const char* manager = "kube-controller-manager";
    static std::size_t at(int t) { return static_cast<std::size_t>(t); }
    bool scales_after_crash() const { return k_.has_crashes() && k_.configuration.operations.size() > 1; }
    const Variables<Deployment>& deployment() const { return deployments.copy_of(0); }
    const Variables<ReplicaSet>& replica_set(int t) const { return replica_sets.copy_of(t); }

    std::string object(int t) const {
        return k_.rolls_out() ? fmt::format("replicaset[{}]", t) : "the ReplicaSet";
    }

    void add_writes_of_replica_set(Actions& actions, int t) const {
        const bool several = k_.rolls_out();
        actions.request(
            {Verb::create_replicaset, several ? "POST " + object(t) : "POST ReplicaSet", progress_},
            [this, t](auto& c) { decide_creation(c, t); },
            [this, t](auto& c) {
                auto created = nothing<ReplicaSet>(c);
                created[workload::replicas] = view(c).replicas_of_new();
                create_workload(c, k_, t, created);
            });
        actions.request(
            {Verb::scale_replicaset,
             several ? fmt::format("PUT {} with other replicas", object(t))
                     : "PUT ReplicaSet with the Deployment's replicas",
             progress_},
            [this, t](auto& c) { decide_scale(c, t); },
            [this, t](auto& c) {
                update_replicas<ReplicaSet>(c, k_, t, view(c).target(t), Base::cached,
                                            pending(c, replica_sets, t));
            });
    }

    const Encoding& k_;
    const Fenceposts fenceposts_;
    ir::ClassMask progress_;

public:
    const Watch<Deployment>& deployments;
    const Watch<ReplicaSet>& replica_sets;
    const Watch<Pod>* pods = nullptr;  // where it waits for old pods
    // Per template, of a PUT that outlived a crash: 0 none, r+1: PUT of the ReplicaSet with r replicas.
    std::vector<VariableId> late_scale;
};

}  // namespace kcheck::model
