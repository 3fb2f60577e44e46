// The pod garbage collector of kube-controller-manager: removes pods that have terminated
// (pkg/controller/podgc/gc_controller.go:gcTerminated).
//
// The real one keeps as many as --terminated-pod-gc-threshold says and reads a cache of its own. Here it
// takes a pod that nobody reads again: every client has heard that it has terminated, its containers
// are gone, and no request to delete it is on its way. When it does so nobody can tell, so a search takes
// the step at once (reductions.hpp), and nobody is promised that it is taken (fairness.hpp): in actual
// states it is a step like any other, of an execution, a trace and an implementation.
#pragma once

#include "model/encoding.hpp"

namespace kcheck::model::pod_garbage_collector {

inline constexpr const char* name = "pod-garbage-collector";

/// Terminal, and not being deleted.
template <class C>
Bool<C> has_terminated(const C& c, const Variables<Pod>& pod) {
    return c[pod[pod::exists]] == 1 && c[pod[pod::phase]] == pod::terminal && c[pod[pod::deleting]] == 0;
}

/// No event, request or container is about pod p.
template <class C>
Bool<C> is_forgotten(const C& c, const Encoding& k, int p) {
    auto forgotten = c.boolean(true);
    for (const auto variable : k.variables_of_pod(p)) {
        const auto& info = k.layout[variable];
        const bool matters = info.part == Part::network || (info.part == Part::runtime && info.size > 1);
        if (matters) forgotten = forgotten && c[variable] == 0;
        if (c.surely_not(forgotten)) return forgotten;
    }
    for (const auto variable : k.references_to_pods()) forgotten = forgotten && c[variable] != p + 1;
    return forgotten;
}

/// The pod is gone at once, from etcd and from every cache: its clients do not look at a terminal pod,
/// so no event tells them.
template <class C>
void collect(C& c, const Encoding& k, int p) {
    if (!c.require(has_terminated(c, k.pod(p)))) return;
    if (!c.require(is_forgotten(c, k, p))) return;
    for (const auto variable : k.variables_of_pod(p))
        if (k.layout[variable].size > 1) c.set(variable, c.integer(0));
}

}  // namespace kcheck::model::pod_garbage_collector
