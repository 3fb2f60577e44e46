// What runs on a node: only what is bound to it, no more than fits, and some day all of it.
#include "invariants/counters.hpp"
#include "invariants/families.hpp"
#include "invariants/predicate.hpp"
#include "model/kubelet.hpp"

namespace kcheck::invariants {

namespace {

template <class C>
Int<C> containers_on(const C& c, const model::Kubelet& here) {
    auto containers = c.integer(0);
    for (const auto variable : here.container)
        containers = containers + c.count(c[variable] != model::Kubelet::none);
    return containers;
}

/// A pod is bound and meant to run, and its container has not been started on its node.
constexpr auto some_bound_pod_waits = [](const auto& c, const Encoding& k) {
    return some_pod(c, k, [&](int p) {
        auto waits = c.boolean(false);
        for (const auto& kubelet : k.all<model::Kubelet>())
            waits = waits || (c[k.pod(p)[model::pod::node]] == kubelet.node + 1 &&
                              c[kubelet.container_of(p)] != model::Kubelet::started);
        return is_active(c, k.pod(p)) && waits;
    });
};

}  // namespace

Property no_start_elsewhere() {
    Property property;
    property.id = "KC-S-008";
    property.name = "no-start-elsewhere";
    property.kind = Kind::safety;
    property.strength = Strength::assumed;
    property.statement =
        "A container is started only for a stored pod, and only on the node that the pod is bound to.";
    property.formula = "[] forall starts (n, p): stored(p) and node(p) = n";
    property.rationale =
        "The kubelet watches pods with spec.nodeName = its own name, and nodeName never changes. The "
        "pod is still stored, because only this kubelet removes a bound pod, after its containers have "
        "stopped. Assumed: no forced deletion, no pod garbage collection of a node that is alive, and no "
        "binding between kube-apiserver's look at an unbound pod that is deleted and its removal: "
        "Kubernetes 1.36 does not rule that out, in a window of milliseconds (the variant "
        "deletion-decides-early).";
    property.source =
        "pkg/kubelet/config/apiserver.go:NewSourceApiserver, "
        "pkg/kubelet/status/status_manager.go:canBeDeleted, "
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go:Delete";
    property.violated_by = {"kubelet-ignores-node-name", "scheduler-writes-etcd",
                            "binding-without-precondition", "deletion-decides-early"};
    define(property, [](const auto& c, const Encoding& k) { return c[k.stray_start] == 0; });
    property.lemma = as_term([](const auto& c, const Encoding& k) { return counters_are_bounded(c, k); });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        return some_pod(c, k, [&](int p) {
            return c[k.the<model::Kubelet>().container_of(p)] == model::Kubelet::started;
        });
    });
    property.witness_text = "a container has been started";
    return property;
}

Property capacity() {
    Property property;
    property.id = "KC-S-009";
    property.name = "capacity";
    property.kind = Kind::safety;
    property.strength = Strength::assumed;
    property.statement = "A node never runs more pods than fit, and its kubelet never admits more.";
    property.formula = "[] forall n: containers(n) <= capacity(n) and admitted(n) <= capacity(n)";
    property.rationale =
        "kube-scheduler may overcommit a node (a lost reply to a binding makes it forget the pod until "
        "the event comes), but the kubelet checks each pod against those that it has admitted, one "
        "after the other. Assumed: allocatable does not shrink under running pods.";
    property.source = "pkg/kubelet/lifecycle/predicate.go:Admit, pkg/kubelet/kubelet.go:HandlePodAdditions";
    property.violated_by = {"kubelet-admits-everything"};
    define(property, [](const auto& c, const Encoding& k) {
        auto fits = c.boolean(true);
        for (const auto& kubelet : k.all<model::Kubelet>())
            fits = fits && containers_on(c, kubelet) <= kubelet.capacity() &&
                   kubelet.admitted_pods(c) <= kubelet.capacity();
        return fits;
    });
    property.witness = on_states([](const auto& c, const Encoding& k) {
        const auto& kubelet = k.the<model::Kubelet>();
        return containers_on(c, kubelet) == kubelet.capacity();
    });
    property.witness_text = "a node is full";
    return property;
}

Property bound_pod_starts() {
    Property property;
    property.id = "KC-L-003";
    property.name = "bound-pod-starts";
    property.kind = Kind::liveness;
    property.strength = Strength::assumed;
    property.form = Form::leads_to;
    property.statement = "Every bound pod that is not deleted or refused has its container started some day.";
    property.formula = "[] (some bound active pod is not started => <> none is)";
    property.rationale =
        "The kubelet retries a pull after a back-off, without limit. Assumed: the kubelet is alive "
        "again and again, and a pull that is tried for ever succeeds some day.";
    property.source =
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go:SyncPod, "
        "pkg/kubelet/images/image_manager.go:EnsureImageExists";
    property.violated_by = {"image-never-arrives"};
    property.premise = on_states(some_bound_pod_waits);
    property.goal = on_states([](const auto& c, const Encoding& k) { return !some_bound_pod_waits(c, k); });
    property.witness = property.premise;
    property.witness_text = "a bound pod waits for its container";
    return property;
}

}  // namespace kcheck::invariants
