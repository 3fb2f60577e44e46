// What tells objects apart: UIDs and names.
#include "invariants/families.hpp"
#include "invariants/predicate.hpp"

namespace kcheck::invariants {

Property uids_are_unique() {
    Property property;
    property.id = "KC-S-005";
    property.name = "uids-are-unique";
    property.kind = Kind::safety;
    property.clazz = Class::guaranteed;
    property.statement = "No two pods have the same UID.";
    property.formula = "[] forall p != q stored: uid(p) != uid(q)";
    property.rationale =
        "A UID is a random number of 122 bits that kube-apiserver draws at creation; it keeps no "
        "counter that a restart could reset. Of the UIDs a monitor keeps which pods have one in common.";
    property.source = "staging/src/k8s.io/apiserver/pkg/registry/rest/meta.go:FillObjectMetaSystemFields";
    property.violated_by = {"uids-repeat-after-restart"};
    define(property, [](const auto& c, const Cluster& k) {
        auto unique = c.boolean(true);
        const auto uid = [&](std::size_t p) {
            return c.choose(c[k.uid[p]] != 0, c[k.uid[p]], c.integer(static_cast<int>(p) + 1));
        };
        for (std::size_t q = 0; q < k.uid.size(); ++q)
            for (std::size_t p = 0; p < q; ++p)
                unique = unique && (c[k.pod[p][model::pod::exists]] == 0 ||
                                    c[k.pod[q][model::pod::exists]] == 0 || uid(p) != uid(q));
        return unique;
    });
    property.witness = on_states([](const auto& c, const Cluster& k) {
        auto pods = c.integer(0);
        for (const auto& pod : k.pod) pods = pods + c.count(c[pod[model::pod::exists]] == 1);
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
    property.clazz = Class::guaranteed;
    property.statement = "No object is created under a name that another object of its type has.";
    property.formula = "[] forall creations w: no object of type(w) and name(w) is stored before w";
    property.rationale =
        "A POST commits only if the key has no revision; otherwise it fails with AlreadyExists. The "
        "deployment controller relies on it: it creates the ReplicaSet under a name derived from the "
        "template, and may do so with a cache that does not show the one it created before.";
    property.source = "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go:Create";
    property.violated_by = {"create-without-name-check"};
    define(property, [](const auto& c, const Cluster& k) { return c[k.name_reused] == 0; });
    property.witness = on_states([](const auto& c, const Cluster& k) {
        return c[k.replica_set[model::workload::exists]] == 1 &&
               c[k.dc.replica_sets.copy[model::workload::exists]] == 0;
    });
    property.witness_text = "the ReplicaSet is stored, and the cache of its creator does not show it";
    return property;
}

}  // namespace kcheck::invariants
