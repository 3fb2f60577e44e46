// What a kubelet does for one pod in one pass (pkg/kubelet/kubelet.go: SyncPod and its fellows;
// kuberuntime/kuberuntime_manager.go: SyncPod, kuberuntime_container.go; images/image_manager.go).
//
// Every pass begins with what the runtime has: a call whose outcome is unknown needs no other care.
// Containers are started one after the other and stopped all at once. Not there: init and ephemeral
// containers, volumes, hooks, probes, valueFrom.
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
    Json status_of(const PodWorker& worker, const Containers& containers, bool is_terminal) const;
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
