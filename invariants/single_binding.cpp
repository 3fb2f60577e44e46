// A pod is bound to a node at most once.
#include "invariants/counters.hpp"
#include "invariants/families.hpp"

namespace kcheck::invariants {

Property single_binding() {
    Property property;
    property.id = "KC-S-001";
    property.name = "single-binding";
    property.kind = Kind::safety;
    property.strength = Strength::guaranteed;
    property.statement = "At most one binding of a pod is ever committed.";
    property.formula = "[] forall p: bindings(p) <= 1";
    property.rationale =
        "kube-apiserver sets spec.nodeName in one transaction that fails unless it is empty, and "
        "validation refuses to change it afterwards. It holds whatever kube-scheduler believes: two "
        "bindings of one pod, one of them late or repeated, cannot both commit.";
    property.source =
        "pkg/registry/core/pod/storage/storage.go:setPodNodeAndMetadata, "
        "pkg/apis/core/validation/validation.go:ValidatePodUpdate";
    property.violated_by = {"scheduler-writes-etcd", "binding-without-precondition"};
    define(property, [](const auto& c, const Encoding& k) {
        return every_pod(c, k, [&](std::size_t p) { return c[k.bindings[p]] <= 1; });
    });
    // The history agrees with the store: a pod has been bound iff it has a node, and a
    // slot without a pod has neither.
    property.lemma = as_term([](const auto& c, const Encoding& k) {
        return counters_are_bounded(c, k) && every_pod(c, k, [&](std::size_t p) {
                   const auto unbound = c[k.pod(p)[model::pod::node]] == 0;
                   return (unbound || c[k.bindings[p]] != 0) && (!unbound || c[k.bindings[p]] == 0) &&
                          (unbound || c[k.pod(p)[model::pod::exists]] == 1);
               });
    });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        return some_pod(c, k, [&](std::size_t p) { return c[k.bindings[p]] == 1; });
    });
    property.witness_text = "a pod is bound";
    return property;
}

}  // namespace kcheck::invariants
