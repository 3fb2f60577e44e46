// What a kubelet does for one pod in one pass (pkg/kubelet/kubelet.go: SyncPod and its fellows;
// kuberuntime/kuberuntime_manager.go: SyncPod, kuberuntime_container.go; images/image_manager.go).
//
// Every pass begins with what the runtime has: a call whose outcome is unknown needs no other care.
// Containers are started one after the other, after the sidecars (init containers with restartPolicy Always),
// and stopped all at once; then the sidecars are, the last one first. Not there: other init containers and
// ephemeral ones, volumes, hooks, probes, valueFrom.
#pragma once

#include <optional>

#include "reference/client/event_recorder.hpp"
#include "reference/kubelet/back_off.hpp"
#include "reference/kubelet/pod_worker.hpp"
#include "reference/kubelet/status_manager.hpp"
#include "reference/runtime/pod_network.hpp"

namespace kcheck::reference::kubelet {

class RuntimePodSyncer final : public PodSyncer {
public:
    RuntimePodSyncer(Environment& environment, StatusManager& statuses, client::EventRecorder& events,
                     runtime::PodNetwork& network, std::string host_ip);

    Task<Result> sync_pod(PodWorker* worker) override;
    Task<bool> sync_terminating_pod(PodWorker* worker) override;
    void sync_terminated_pod(PodWorker& worker) override;
    Task<bool> clean_up_pod(PodWorker* worker) override;

private:
    using Containers = std::vector<Json>;  // in order of attempts

    /// None: the runtime does not say.
    Task<std::optional<Containers>> list(PodWorker* worker);
    std::string address_of(const PodWorker& worker, bool has_sandbox) const;
    Json status_of(const PodWorker& worker, const Containers& containers, bool is_terminal) const;
    /// False: they do not all run as they should.
    Task<bool> start_sidecars(PodWorker* worker, Containers containers);
    Task<bool> start_regular(PodWorker* worker, Containers containers);
    /// What does not belong to a sidecar at once, and the sidecars after that. False: something still runs.
    Task<bool> stop_all(PodWorker* worker, Containers containers);
    Task<bool> stop_at_once(PodWorker* worker, Containers containers);
    /// False: it does not run as it should.
    Task<bool> sync_container(PodWorker* worker, Json spec, Containers containers);
    Task<bool> start_container(PodWorker* worker, std::string name, Json container);
    Task<bool> ensure_image(PodWorker* worker, Json spec);
    bool is_crash_looping(PodWorker& worker, const std::string& name, const Json& container);
    Task<void> stop_container(PodWorker* worker, Json container, bool* succeeded);
    bool fail(PodWorker& worker, const std::string& container, const std::string& reason,
              const std::string& message);
    void record(const PodWorker& worker, const std::string& type, const std::string& reason,
                const std::string& message);

    Environment& environment_;
    StatusManager& statuses_;
    client::EventRecorder& events_;
    runtime::PodNetwork& network_;
    std::string host_ip_;
    BackOff crashes_, pulls_;
};

}  // namespace kcheck::reference::kubelet
