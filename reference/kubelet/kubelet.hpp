// The kubelet of a node (pkg/kubelet/kubelet.go).
//
// It hears of the pods that are bound to its node, admits each once, when it first hears of it, and
// gives the admitted ones a worker each. Everything that happens is an activity of the component
// "kubelet/<node>", or the reply to a request or a call:
//
//   "admit" namespace/name   admission of one pod; serial, as an activity is
//   "sync" UID               a pass of a pod's worker begins, or is cancelled (pod_worker.hpp)
//   "status" UID             a pass of the status manager begins (status_manager.hpp)
//
// and the timers "resync", "requeue", "status-tick", "relist", "node-status", "lease", "register".
// All state is in memory. After a restart, pods are admitted anew unless they are terminal, their
// containers are kept, and containers whose pod is not in the configuration are killed.
//
// Not there: static and mirror pods, probes (what runs is ready), evictions, init containers but sidecars.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "reference/client/event_recorder.hpp"
#include "reference/client/informer.hpp"
#include "reference/kubelet/node_status.hpp"
#include "reference/kubelet/pod_syncer.hpp"
#include "reference/kubelet/pod_worker.hpp"
#include "reference/kubelet/status_manager.hpp"
#include "reference/runtime/container_runtime.hpp"
#include "reference/runtime/pod_network.hpp"
#include "reference/scheduler/node_info.hpp"

namespace kcheck::reference::kubelet {

struct KubeletOptions {
    NodeOptions node = {};
    int pod_subnet = 0;  // pods have addresses 10.244.<pod_subnet>.x
    Switches switches = {};
    // What a replay, in which the driver makes the Nodes and nothing ends by itself, does without:
    bool registers_node = true;
    bool sends_heartbeats = true;
    bool relists = true;  // asks the runtime every second what has changed (PLEG)
    bool records_events = true;
};

class Kubelet {
public:
    /// Everything given has to outlive the kubelet.
    Kubelet(Environment& environment, client::Api& api, runtime::ContainerRuntime& runtime,
            KubeletOptions options);
    Kubelet(const Kubelet&) = delete;
    Kubelet& operator=(const Kubelet&) = delete;
    void start();

private:
    client::InformerOptions informer_options() const;
    bool is_ours(const Json& pod) const;
    void add_pod(const Object& pod);
    void update_pod(const Object& pod);
    void remove_pod(const std::string& uid);
    void pods_synced();

    void request_admission(const Object& pod);
    void admit(const std::string& uid);
    std::vector<Object> active_pods() const;
    bool is_active(const Object& pod) const;

    Task<> relist();
    void clean_up(const std::map<std::string, Json>& containers_by_pod);

    Environment& environment_;
    KubeletOptions options_;
    std::string component_;
    scheduler::Resources allocatable_;
    client::EventRecorder events_;
    runtime::PodNetwork network_;
    StatusManager statuses_;
    RuntimePodSyncer syncer_;
    PodWorkers workers_;
    NodeStatus node_;
    client::Informer informer_;
    RuntimeCalls runtime_;

    std::map<std::string, Object> pods_;       // the configuration, by UID
    std::set<std::string> admitted_;           // UIDs; the others wait for it, or were rejected
    std::map<std::string, Json> last_relist_;  // containers by pod UID
    bool has_synced_ = false;
};

}  // namespace kcheck::reference::kubelet
