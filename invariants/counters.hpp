// Why what only grows stays within the range of its variable: a lemma, since a proof
// includes that no step leaves the ranges.
//
// metadata.generation: every operation of the user makes at most one generation of the
// Deployment; each that the deployment controller sees makes at most one of the
// ReplicaSet; a request to scale that outlives a crash makes one more, and its repair
// another. Creations that nobody waits for: one for each lost reply, those of one batch for each crash.
#pragma once

#include "invariants/predicate.hpp"
#include "model/deployment_controller.hpp"
#include "model/replicaset_controller.hpp"

namespace kcheck::invariants {

/// The versions of the Deployment from the cached to the stored one never go back, and
/// a change of spec.replicas comes with a new generation.
template <class C>
Bool<C> deployment_versions_increase(const C& c, const Encoding& k) {
    namespace workload = model::workload;
    const auto& watch = k.the<model::DeploymentController>().deployments;
    auto version = read(c, watch.copy_of(0));
    auto increase = (version[workload::exists] == 1 && version[workload::generation] >= 1) ||
                    (version[workload::exists] == 0 && version[workload::generation] == 0 &&
                     version[workload::replicas] == 0);
    auto queued = c.integer(0);
    auto present = c.boolean(true);
    for (const auto& event : watch.queue) {
        const auto here = c[event.key] == 1;
        const auto next = read(c, event.record);
        increase = increase && (present || !here) &&
                   (!here || (next[workload::exists] == 1 && next[workload::generation] >= 1 &&
                              (next[workload::generation] > version[workload::generation] ||
                               (next[workload::generation] == version[workload::generation] &&
                                next[workload::replicas] == version[workload::replicas]))));
        for (int f = 0; f < model::Deployment::fields; ++f) version[f] = c.choose(here, next[f], version[f]);
        queued = queued + c.count(here);
        present = here;
    }
    const auto stored = read(c, k.deployment());
    return increase && queued <= c[k.operations_done] &&
           stored[workload::generation] <= c[k.operations_done] &&
           (stored[workload::exists] == 1 || c[k.operations_done] == 0) &&
           version[workload::exists] == stored[workload::exists] &&
           version[workload::generation] == stored[workload::generation] &&
           version[workload::replicas] == stored[workload::replicas];
}

template <class C>
Bool<C> generations_are_bounded(const C& c, const Encoding& k) {
    namespace workload = model::workload;
    const auto& controller = k.the<model::DeploymentController>();
    const auto& seen = controller.deployments.copy_of(0);
    const auto& stored = k.replica_set();
    const auto to_scale = c[stored[workload::replicas]] != c[seen[workload::replicas]];
    return deployment_versions_increase(c, k) &&
           c[stored[workload::generation]] + c.count(to_scale) +
                   c.choose(c[controller.late_scale.front()] > 0, 2, 0) <=
               c[seen[workload::generation]] + c[k.crashes_used] + c[k.crashes_used];
}

template <class C>
Bool<C> late_creations_are_bounded(const C& c, const Encoding& k) {
    Int<C> most = c[k.replies_lost];
    for (int i = 0; i < k.configuration.replicas_max(); ++i) most = most + c[k.crashes_used];
    return c[k.the<model::ReplicaSetController>().late_creations] <= most;
}

template <class C>
Bool<C> counters_are_bounded(const C& c, const Encoding& k) {
    return generations_are_bounded(c, k) && late_creations_are_bounded(c, k);
}

}  // namespace kcheck::invariants
