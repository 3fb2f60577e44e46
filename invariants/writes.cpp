// How etcd is written: by whom, on which version, and with which revision.
#include "invariants/counters.hpp"
#include "invariants/families.hpp"
#include "invariants/predicate.hpp"
#include "model/deployment_controller.hpp"

namespace kcheck::invariants {

Property etcd_single_writer() {
    Property property;
    property.id = "KC-S-002";
    property.name = "etcd-single-writer";
    property.kind = Kind::safety;
    property.strength = Strength::guaranteed;
    property.statement = "Nobody but kube-apiserver writes into etcd.";
    property.formula = "[] forall commits w: writer(w) = kube-apiserver";
    property.rationale =
        "Every check that the other properties rest on is made by kube-apiserver on the way to etcd. "
        "etcd takes a write from whoever has its certificate; only kube-apiserver is given one.";
    property.source = "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go:Create, GuaranteedUpdate";
    property.violated_by = {"scheduler-writes-etcd"};
    define(property, [](const auto& c, const Encoding& k) { return c[k.direct_writer] == 0; });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        return some_pod(c, k, [&](int p) { return c[k.pod(p)[model::pod::node]] != 0; });
    });
    property.witness_text = "the scheduler's decision is in etcd";
    return property;
}

Property optimistic_concurrency() {
    Property property;
    property.id = "KC-S-003";
    property.name = "optimistic-concurrency";
    property.kind = Kind::safety;
    property.strength = Strength::guaranteed;
    property.statement =
        "An update that was decided on one version of an object never commits on a later one.";
    property.formula = "[] forall updates u with a resourceVersion: base(u) = stored version at commit";
    property.rationale =
        "A PUT carries the resourceVersion that it was decided on, and etcd commits it only if the "
        "key's ModRevision is still that one. Patches, and the ReplicaSet controller's second attempt "
        "on a live GET, name no older version and are not meant.";
    property.source =
        "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go:GuaranteedUpdate (OptimisticPut)";
    property.violated_by = {"update-without-resource-version"};
    define(property, [](const auto& c, const Encoding& k) { return c[k.lost_update] == 0; });
    property.lemma = as_term([](const auto& c, const Encoding& k) { return counters_are_bounded(c, k); });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        const auto& deployments = k.the<model::DeploymentController>().deployments;
        return c[deployments.copy_of(0)[model::workload::exists]] == 1 && pending(c, deployments);
    });
    property.witness_text = "the deployment controller's copy of the Deployment is not the newest version";
    return property;
}

Property revisions_increase() {
    Property property;
    property.id = "KC-S-004";
    property.name = "revisions-increase";
    property.kind = Kind::safety;
    property.strength = Strength::guaranteed;
    property.statement = "No two commits get the same revision, restarts included.";
    property.formula = "[] forall commits v before w: revision(v) < revision(w)";
    property.rationale =
        "etcd's revision counter is recovered from its log before it serves again. A restore from a "
        "backup breaks this, which is why one has to raise the revision on restore. resourceVersion, "
        "and with it every watch and every conditional update, relies on it.";
    property.source = "etcd server/storage/mvcc/kvstore.go:restore; etcdctl snapshot restore --bump-revision";
    property.violated_by = {"revisions-repeat-after-restart"};
    define(property, [](const auto& c, const Encoding& k) { return c[k.revision_repeated] == 0; });
    property.lemma = as_term([](const auto& c, const Encoding& k) {
        return counters_are_bounded(c, k) && c[k.revision_behind] == 0;
    });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        return c[k.crashes_used] > 0 && c[k.deployment()[model::workload::exists]] == 1;
    });
    property.witness_text = "a process has restarted, and something is stored";
    return property;
}

}  // namespace kcheck::invariants
