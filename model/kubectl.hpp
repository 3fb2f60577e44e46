// kubectl: the user's operations, in order, each at any time.
//
// apply is GET, then POST or a PATCH of what changed, without resourceVersion
// (kubectl/cmd/apply/patcher.go); scale is a PATCH of spec.replicas. A user who
// sees an error repeats the command, and a repeated command that has taken
// effect changes nothing: so a lost reply leaves no state of its own.
#pragma once

#include "model/kube_apiserver.hpp"

namespace kcheck::model::kubectl {

template <class C>
void operate(C& c, const Encoding& k, int operation, Reply reply) {
    if (!c.require(c[k.operations_done] == operation)) return;
    if (!spend(c, k, reply, nowhere)) return;
    if (!reply.commits()) return;
    const auto replicas = c.integer(k.configuration.operations[static_cast<std::size_t>(operation)].replicas);
    c.set(k.operations_done, c.integer(operation + 1));
    const auto commit = [&](const WorkloadRecord<C>& after) {
        commit_deployment(c, k, Writer::kube_apiserver, after);
    };
    if (operation == 0)
        create_workload(c, k, k.deployment, replicas, commit);
    else
        update_replicas(c, k, k.deployment, replicas, commit);
}

}  // namespace kcheck::model::kubectl
