// What tells objects apart: UIDs and names.
#include "invariants/counters.hpp"
#include "invariants/families.hpp"
#include "invariants/predicate.hpp"
#include "model/deployment_controller.hpp"

namespace kcheck::invariants {

Property uids_are_unique() {
    Property property;
    property.id = "KC-S-005";
    property.name = "uids-are-unique";
    property.kind = Kind::safety;
    property.strength = Strength::guaranteed;
    property.statement = "No pod is created with the UID of another that is stored.";
    property.formula = "[] forall creations of a pod p: no stored pod q has uid(q) = uid(p)";
    property.rationale =
        "A UID is a random number of 122 bits that kube-apiserver draws at creation; it keeps no "
        "counter that a restart could reset.";
    property.source = "staging/src/k8s.io/apiserver/pkg/registry/rest/meta.go:FillObjectMetaSystemFields";
    property.violated_by = {"uids-repeat-after-restart"};
    define(property, [](const auto& c, const Encoding& k) { return c[k.uid_repeated] == 0; });
    property.lemma = as_term([](const auto& c, const Encoding& k) { return counters_are_bounded(c, k); });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        auto pods = c.integer(0);
        for (const auto& pod : k.store<model::Pod>().objects)
            pods = pods + c.count(c[pod[model::pod::exists]] == 1);
        return pods >= 2;
    });
    property.witness_text = "two pods exist at once";
    return property;
}

Property names_are_unique() {
    Property property;
    property.id = "KC-S-006";
    property.name = "names-are-unique";
    property.kind = Kind::safety;
    property.strength = Strength::guaranteed;
    property.statement = "No object is created under a name that another object of its type has.";
    property.formula = "[] forall creations w: no object of type(w) and name(w) is stored before w";
    property.rationale =
        "A POST commits only if the key has no revision; otherwise it fails with AlreadyExists. The "
        "deployment controller relies on it: it creates the ReplicaSet under a name derived from the "
        "template, and may do so with a cache that does not show the one it created before.";
    property.source = "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go:Create";
    property.violated_by = {"create-without-name-check"};
    define(property, [](const auto& c, const Encoding& k) { return c[k.name_reused] == 0; });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        return c[k.replica_set()[model::workload::exists]] == 1 &&
               c[k.the<model::DeploymentController>().replica_sets.copy_of(0)[model::workload::exists]] == 0;
    });
    property.witness_text = "the ReplicaSet is stored, and the cache of its creator does not show it";
    return property;
}

}  // namespace kcheck::invariants
