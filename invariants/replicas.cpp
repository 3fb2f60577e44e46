// How many pods there are, and how many there will be.
#include "invariants/families.hpp"
#include "invariants/predicate.hpp"

namespace kcheck::invariants {

namespace {

template <class C>
Int<C> active_pods(const C& c, const Encoding& k) {
    auto active = c.integer(0);
    for (const auto& pod : k.store<model::Pod>().objects) active = active + c.count(is_active(c, pod));
    return active;
}

/// The most replicas that the user has asked for so far; where templates change, with maxSurge more.
template <class C>
Int<C> asked_for(const C& c, const Encoding& k) {
    auto most = c.integer(0);
    int so_far = 0;
    const auto& configuration = k.configuration;
    for (std::size_t i = 0; i < configuration.operations.size(); ++i) {
        const int replicas = configuration.operations[i].replicas;
        const int surge = configuration.rolls_out() ? configuration.strategy.surge(replicas) : 0;
        so_far = std::max(so_far, replicas + surge);
        most = c.choose(c[k.operations_done] > static_cast<int>(i), c.integer(so_far), most);
    }
    return most;
}

/// The Deployment says that it is complete, and it is.
template <class C>
Bool<C> is_complete(const C& c, const Encoding& k) {
    namespace workload = model::workload;
    const auto deployment = read(c, k.deployment());
    auto running = c.integer(0);
    for (const auto& pod : k.store<model::Pod>().objects)
        running = running + c.count(is_active(c, pod) && c[pod[model::pod::phase]] == model::pod::running &&
                                    c[pod[model::pod::owner]] == deployment[model::deployment::pod_template]);
    auto updated = c.boolean(true);
    if (k.configuration.rolls_out())
        updated = deployment[model::deployment::status_updated] == deployment[workload::replicas];
    return updated && deployment[workload::exists] == 1 &&
           deployment[workload::observed] == deployment[workload::generation] &&
           deployment[workload::status_replicas] == deployment[workload::replicas] &&
           deployment[workload::status_available] == deployment[workload::replicas] &&
           running == deployment[workload::replicas] && active_pods(c, k) == running;
}

}  // namespace

Property replicas_bounded() {
    Property property;
    property.id = "KC-S-010";
    property.name = "replicas-bounded";
    property.kind = Kind::safety;
    property.strength = Strength::soft;
    property.statement =
        "There are never more active pods than the most replicas that were asked for so far, and in "
        "rollouts maxSurge more.";
    property.formula = "[] #{p: active(p)} <= max {replicas(u) + maxSurge: operation u is done}";
    property.rationale =
        "Expectations, and the record of its own writes, keep the ReplicaSet controller from creating "
        "a pod twice because its cache does not show it yet. Both live in memory, and neither knows of "
        "a creation that committed without a reply: a lost reply or a crash makes one pod too many, "
        "which is deleted again. Kubernetes promises no more than that.";
    property.source =
        "pkg/controller/controller_utils.go:ControllerExpectations, pkg/controller/replicaset/"
        "replica_set.go:manageReplicas";
    property.violated_by = {"no-expectations"};
    define(property, [](const auto& c, const Encoding& k) { return active_pods(c, k) <= asked_for(c, k); });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        return active_pods(c, k) == asked_for(c, k) && asked_for(c, k) > 0;
    });
    property.witness_text = "there are as many active pods as were asked for";
    return property;
}

Property availability_kept() {
    Property property;
    property.id = "KC-S-011";
    property.name = "availability-kept";
    property.kind = Kind::safety;
    property.strength = Strength::soft;
    property.statement =
        "Once all replicas have been available, no rolling update leaves fewer Running than replicas less "
        "maxUnavailable.";
    property.formula = "[] (once complete => #{p: active(p), running(p)} >= replicas - maxUnavailable)";
    property.rationale =
        "The deployment controller counts what the statuses of the ReplicaSets call available, and scales "
        "old ones down by no more than is left over. A status may be older than the pods: what it counted "
        "may be gone. Kubernetes promises no more than that the arithmetic is right.";
    property.source =
        "pkg/controller/deployment/rolling.go:reconcileOldReplicaSets, "
        "scaleDownOldReplicaSetsForRollingUpdate";
    property.violated_by = {"rollout-ignores-availability"};
    property.speaks_of = [](const model::Configuration& configuration) { return configuration.rolls_out(); };
    property.silent_because = "there is no rollout";
    define(property, [](const auto& c, const Encoding& k) {
        if (!k.configuration.rolls_out()) return c.boolean(true);
        const auto& strategy = k.configuration.strategy;
        const int replicas = k.configuration.operations.front().replicas;
        const int least = strategy.recreate ? 0 : replicas - strategy.unavailable(replicas);
        auto running = c.integer(0);
        for (const auto& pod : k.store<model::Pod>().objects)
            running =
                running + c.count(is_active(c, pod) && c[pod[model::pod::phase]] == model::pod::running);
        return c[k.completed] == 0 || running >= least;
    });
    property.witness = on_states([](const auto& c, const Encoding& k) { return c[k.completed] == 1; });
    property.witness_text = "all replicas have been available";
    return property;
}

Property replica_convergence() {
    Property property;
    property.id = "KC-L-001";
    property.name = "replica-convergence";
    property.kind = Kind::liveness;
    property.strength = Strength::assumed;
    property.form = Form::eventually_always;
    property.statement =
        "Once the user is done, the Deployment some day has exactly its replicas, Running and of its "
        "template, and says so for ever.";
    property.formula =
        "<>[] (no Deployment, or observedGeneration = generation and spec.replicas = status.replicas = "
        "status.updatedReplicas = status.availableReplicas = #active = #{p: running(p), template(p) = "
        "spec.template})";
    property.rationale =
        "Each controller acts on the difference between what is asked for and what it sees, and retries "
        "without limit. Assumed: the user's operations, the faults and the lost replies end; watches and "
        "workers are fair; images arrive; the schedulable nodes have room for all replicas.";
    property.source =
        "pkg/controller/replicaset/replica_set.go:syncReplicaSet, "
        "pkg/controller/deployment/util/deployment_util.go:DeploymentComplete";
    property.violated_by = {"create-timeout-is-success"};
    property.goal = on_states([](const auto& c, const Encoding& k) {
        return c[k.deployment()[model::workload::exists]] == 0 || is_complete(c, k);
    });
    property.witness = on_states([](const auto& c, const Encoding& k) { return is_complete(c, k); });
    property.witness_text = "the Deployment is complete";
    return property;
}

}  // namespace kcheck::invariants
