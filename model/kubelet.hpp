// The kubelet of a node (pkg/kubelet).
//
// It watches the pods whose spec.nodeName is its node, admits each in the order of arrival
// (kubelet_admission.hpp), runs the admitted ones through the container runtime, and reports to
// kube-apiserver. The status manager reads the pod live before it patches
// (status_manager.go:syncPod), by UID and without resourceVersion; a patch without a reply is
// sent again and changes nothing then.
//
// Refusal: the terminal phase is written, and a container that the pod has from before a
// restart is stopped. Deletion: the container is stopped, the terminal phase is written, and
// only then is the pod removed with grace period 0.
#pragma once

#include "model/kube_apiserver.hpp"

namespace kcheck::model::kubelet {

/// Whether the kubelet has pod p, as far as it has heard.
template <class C>
Bool<C> has(const C& c, const Encoding& k, int n, int p) {
    const auto& copy = k.kubelet[static_cast<std::size_t>(n)].pods.copy[static_cast<std::size_t>(p)];
    auto has = is_admitted(c, k, n, p) && c[copy[pod::exists]] == 1;
    if (k.is(Variant::kubelet_ignores_node_name)) has = has && c[copy[pod::node]] != 0;
    return has;
}

/// ... and may run it.
template <class C>
Bool<C> wants_to_run(const C& c, const Encoding& k, int n, int p) {
    const auto& copy = k.kubelet[static_cast<std::size_t>(n)].pods.copy[static_cast<std::size_t>(p)];
    return has(c, k, n, p) && c[copy[pod::deleting]] == 0;
}

/// The turn of a pod that was listed after a restart.
template <class C>
void admit(C& c, const Encoding& k, int n, int p) {
    if (!c.require(waits_for_admission(c, k, n, p))) return;
    decide(c, k, n, p);
    const auto& watch = k.kubelet[static_cast<std::size_t>(n)].pods;
    if (const int most = watch.room.staleness; most > 0)
        keep_up(c, watch, static_cast<std::size_t>(most),
                [&] { c.when(receives_pods(c, k, n), [&] { receive_pod_by_kubelet(c, k, n); }); });
}

/// EnsureImageExists, with success; a failed pull changes nothing and is retried after a back-off.
template <class C>
void pull(C& c, const Encoding& k, int n) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    if (!c.require(c[here.image] == 0)) return;
    auto needed = c.boolean(false);
    for (int p = 0; p < k.pods(); ++p) needed = needed || wants_to_run(c, k, n, p);
    if (!c.require(needed)) return;
    if (!c.require(!k.is(Variant::image_never_arrives))) return;
    c.set(here.image, c.integer(1));
}

/// kuberuntime: create the sandbox and the container.
template <class C>
void create(C& c, const Encoding& k, int n, int p) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    const auto container = here.container[static_cast<std::size_t>(p)];
    if (!c.require(c[container] == none && c[here.image] == 1 && wants_to_run(c, k, n, p))) return;
    c.set(container, c.integer(created));
}

template <class C>
void start(C& c, const Encoding& k, int n, int p) {
    const auto i = static_cast<std::size_t>(p);
    const auto container = k.kubelet[static_cast<std::size_t>(n)].container[i];
    if (!c.require(c[container] == created && wants_to_run(c, k, n, p))) return;
    c.set(container, c.integer(started));
    monitors::start(c, k, n, p);
}

/// SyncTerminatingPod, and the clean-up of containers whose pod is not in the configuration, or was
/// refused after a restart.
template <class C>
void stop(C& c, const Encoding& k, int n, int p) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    const auto i = static_cast<std::size_t>(p);
    const auto& copy = here.pods.copy[i];
    if (!c.require(c[here.container[i]] != none)) return;
    auto over = c[copy[pod::exists]] == 0 || c[copy[pod::deleting]] == 1;
    if (k.crowded(n)) over = over || c[here.worker[i]] == refused;
    if (!c.require(over)) return;
    c.set(here.container[i], c.integer(none));
}

/// PATCH status: the pod runs and is Ready. One that has been deleted meanwhile is reported too, until
/// its container has stopped (kubelet.go:SyncTerminatingPod).
template <class C>
void report_running(C& c, const Encoding& k, int n, int p, Reply reply) {
    const auto i = static_cast<std::size_t>(p);
    const auto& stored = k.pod[i];
    if (!c.require(c[k.kubelet[static_cast<std::size_t>(n)].container[i]] == started)) return;
    if (!c.require(has(c, k, n, p))) return;
    if (!c.require(c[stored[pod::exists]] == 1 && c[stored[pod::phase]] == pod::pending)) return;
    if (!spend(c, k, reply, nowhere)) return;
    if (reply.commits()) patch_pod_phase(c, k, p, pod::running);
}

/// PATCH status: the pod is terminal, because it was refused or because it was deleted and
/// its containers have stopped.
template <class C>
void report_terminal(C& c, const Encoding& k, int n, int p, Reply reply) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    const auto i = static_cast<std::size_t>(p);
    const auto& copy = here.pods.copy[i];
    auto over = c[copy[pod::exists]] == 1 && c[copy[pod::deleting]] == 1 && c[here.container[i]] == none;
    if (k.crowded(n)) over = over || c[here.worker[i]] == refused;
    if (!c.require(over)) return;
    if (!c.require(c[k.pod[i][pod::exists]] == 1 && c[k.pod[i][pod::phase]] != pod::terminal)) return;
    if (!spend(c, k, reply, nowhere)) return;
    if (reply.commits()) patch_pod_phase(c, k, p, pod::terminal);
}

/// DELETE with grace period 0, once the persisted phase is terminal and nothing runs.
template <class C>
void remove(C& c, const Encoding& k, int n, int p, Reply reply) {
    const auto& here = k.kubelet[static_cast<std::size_t>(n)];
    const auto i = static_cast<std::size_t>(p);
    const auto& copy = here.pods.copy[i];
    const auto& stored = k.pod[i];
    if (!c.require(c[copy[pod::exists]] == 1 && c[copy[pod::deleting]] == 1)) return;
    if (!c.require(c[here.container[i]] == none)) return;
    if (!c.require(c[stored[pod::exists]] == 1 && c[stored[pod::phase]] == pod::terminal)) return;
    if (!spend(c, k, reply, nowhere)) return;
    if (reply.commits()) commit_pod(c, k, Writer::kube_apiserver, p, no_pod(c));
}

}  // namespace kcheck::model::kubelet
