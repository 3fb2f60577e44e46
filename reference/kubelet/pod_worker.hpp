// One worker for each pod of a kubelet (pkg/kubelet/pod_workers.go).
//
// A worker makes passes: sync while the pod shall run, then terminating until nothing of it runs,
// then terminated, which hands it to the status manager for good. There is no way back. Only the
// newest update waits while a pass is under way. What fails is tried again after 10 s; a pod that
// runs is looked at every minute.
//
// A pass begins as an activity "sync" with the UID.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "reference/base/environment.hpp"
#include "reference/client/indexer.hpp"
#include "reference/kubelet/pod_status.hpp"
#include "reference/kubelet/runtime_calls.hpp"

namespace kcheck::reference::kubelet {

struct PodWorker {
    PodWorker(std::string id, runtime::ContainerRuntime& runtime) : uid(std::move(id)), calls(runtime) {}

    const std::string uid;
    Object pod;  // the newest; null: containers whose pod nobody knows
    bool is_in_configuration = true;
    bool is_terminating = false;     // it shall not run any more
    bool is_stopped = false;         // nothing of it runs, nor will
    bool is_finished = false;        // its last status has been set
    std::int64_t grace_seconds = 0;  // of the termination; may get shorter
    std::map<std::string, WaitingReason> waiting;
    RuntimeCalls calls;

    // Of PodWorkers.
    bool is_working = false, is_posted = false, has_update = false, must_cancel = false;
    std::uint64_t retry = 0;  // a timer
};

/// What a pass does: kubelet.go:SyncPod, SyncTerminatingPod, SyncTerminatedPod. The worker outlives it.
class PodSyncer {
public:
    struct Result {
        bool succeeded = true;
        bool is_terminal = false;  // all containers have ended, and none is to be started again
    };

    virtual ~PodSyncer() = default;
    virtual Task<Result> sync_pod(PodWorker* worker) = 0;
    virtual Task<bool> sync_terminating_pod(PodWorker* worker) = 0;
    virtual void sync_terminated_pod(PodWorker& worker) = 0;
    /// The pod is gone from kube-apiserver: what is left of it in the runtime goes too.
    virtual Task<bool> clean_up_pod(PodWorker* worker) = 0;
};

class PodWorkers {
public:
    PodWorkers(Environment& environment, runtime::ContainerRuntime& runtime, PodSyncer& syncer,
               std::string component);
    PodWorkers(const PodWorkers&) = delete;
    PodWorkers& operator=(const PodWorkers&) = delete;

    /// The pod is new, or has changed.
    void update(const Object& pod);
    /// Only its status has changed: the next pass will see it. If somebody has made it terminal, the pod
    /// ends, now.
    void refresh(const Object& pod);
    /// Something has happened to its containers.
    void look_at(const std::string& uid);
    /// The pod is not in the configuration any more: it terminates, and then the worker goes.
    void remove(const std::string& uid);
    /// Containers of an unknown pod: they are killed.
    void kill_orphan(const std::string& uid);

    const PodWorker* find(const std::string& uid) const;  // null: there is none
    bool could_have_running_containers(const std::string& uid) const;

private:
    enum class Pass : std::uint8_t { none, sync, terminating, terminated, clean_up };
    static Pass next_pass(const PodWorker& worker);

    PodWorker& worker_of(const std::string& uid);
    void terminate(PodWorker& worker, std::int64_t grace_seconds);
    void poke(PodWorker& worker);
    void post(PodWorker& worker);
    void take_turn(const std::string& uid);
    Task<> run(std::string uid);
    void complete(PodWorker& worker, Pass pass, bool succeeded);

    Environment& environment_;
    runtime::ContainerRuntime& runtime_;
    PodSyncer& syncer_;
    std::string component_;
    std::map<std::string, std::unique_ptr<PodWorker>> workers_;
};

}  // namespace kcheck::reference::kubelet
