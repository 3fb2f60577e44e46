// That the pipeline goes on while there is something to do, and stops when there is not.
#include "invariants/families.hpp"
#include "invariants/predicate.hpp"

namespace kcheck::invariants {

namespace {

constexpr auto some_pod_is_unbound = [](const auto& c, const Encoding& k) {
    return some_pod(c, k,
                    [&](int p) { return is_active(c, k.pod(p)) && c[k.pod(p)[model::pod::node]] == 0; });
};

}  // namespace

Property pod_gets_bound() {
    Property property;
    property.id = "KC-L-002";
    property.name = "pod-gets-bound";
    property.kind = Kind::liveness;
    property.strength = Strength::assumed;
    property.form = Form::leads_to;
    property.statement = "Every pod is bound some day, or deleted.";
    property.formula = "[] (some active pod is unbound => <> none is)";
    property.rationale =
        "kube-scheduler requeues a pod whose binding failed, and forgets that it assumed it somewhere. "
        "Assumed: a node passes the filters and has room; lost replies and crashes end.";
    property.source =
        "pkg/scheduler/schedule_one.go:handleBindingCycleError, "
        "pkg/scheduler/backend/queue/scheduling_queue.go:AddUnschedulableIfNotPresent";
    property.violated_by = {"bind-failure-is-forgotten"};
    property.premise = on_states(some_pod_is_unbound);
    property.goal = on_states([](const auto& c, const Encoding& k) { return !some_pod_is_unbound(c, k); });
    property.witness = property.premise;
    property.witness_text = "a pod waits for a node";
    return property;
}

Property quiescence() {
    Property property;
    property.id = "KC-L-005";
    property.name = "quiescence";
    property.kind = Kind::liveness;
    property.strength = Strength::assumed;
    property.form = Form::finitely_often;
    property.statement = "Once the user is done, the pipeline stops writing some day.";
    property.formula = "<>[] no commit";
    property.rationale =
        "Each controller writes only what differs from what it sees, and what it writes is a function "
        "of what it sees. Identical content is not written again by kube-apiserver either. Assumed: "
        "the user's operations, the faults and the lost replies end.";
    property.source =
        "pkg/controller/replicaset/replica_set_utils.go:updateReplicaSetStatus, "
        "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go:GuaranteedUpdate";
    property.violated_by = {"status-carries-time"};
    property.counted = [](const model::Pipeline& pipeline, const model::Move& move) {
        return move.action < pipeline.actions().size() && pipeline.actions()[move.action].writes;
    };
    property.witness = on_states([](const auto& c, const Encoding& k) {
        return c[k.operations_done] == static_cast<int>(k.configuration.operations.size());
    });
    property.witness_text = "the user is done";
    return property;
}

}  // namespace kcheck::invariants
