// Admission by a kubelet (kubelet.go:HandlePodAdditions, lifecycle/predicate.go:Admit): once for each
// pod, one after the other in the order in which they arrive. So it is part of the receipt of the
// event that adds the pod.
//
// After a restart the kubelet lists its pods and admits the oldest first. The model keeps no ages: those
// that it had admitted before come first, the others in any order, and no later event before them.
//
// A pod's worker: 0 not admitted yet, 1 admitted, 2 refused. On a node with room for every pod that
// can exist, admission decides nothing and has no variable.
#pragma once

#include "model/encoding.hpp"

namespace kcheck::model::kubelet {

enum Worker : std::uint8_t { unseen, admitted, refused };
enum Container : std::uint8_t { none, created, started };

template <class C>
Bool<C> is_admitted(const C& c, const Encoding& k, int n, int p) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    const auto i = static_cast<std::size_t>(p);
    if (!k.crowded(n)) return c[here.pods.copy[i][pod::exists]] == 1;
    return c[here.worker[i]] == admitted;
}

/// What admission counts: admitted pods, terminating ones included until their containers have
/// stopped (kubelet_pods.go:filterOutInactivePods).
template <class C>
Int<C> admitted_pods(const C& c, const Encoding& k, int n) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    auto pods = c.integer(0);
    for (int p = 0; p < k.pods(); ++p) {
        const auto i = static_cast<std::size_t>(p);
        const auto over = c[here.pods.copy[i][pod::deleting]] == 1 && c[here.container[i]] == none;
        pods = pods + c.count(is_admitted(c, k, n, p) && !over);
    }
    return pods;
}

/// A pod is admitted if it fits beside those that are.
template <class C>
void decide(C& c, const Encoding& k, int n, int p) {
    const auto fits = admitted_pods(c, k, n) < k.configuration.nodes[static_cast<std::size_t>(n)].capacity;
    c.set(k.kubelet[static_cast<std::size_t>(n)].worker[static_cast<std::size_t>(p)],
          c.choose(fits, admitted, refused));
}

/// Pod p was listed after a restart, and its turn has not come.
template <class C>
Bool<C> waits_for_admission(const C& c, const Encoding& k, int n, int p) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    const auto i = static_cast<std::size_t>(p);
    auto waits = c[here.pods.copy[i][pod::exists]] == 1 && c[here.worker[i]] == unseen;
    if (k.is(Variant::kubelet_ignores_node_name)) waits = waits && c[here.pods.copy[i][pod::node]] != 0;
    return waits;
}

}  // namespace kcheck::model::kubelet
