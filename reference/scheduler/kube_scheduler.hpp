// kube-scheduler: decides which node each pod runs on (pkg/scheduler: schedule_one.go,
// eventhandlers.go).
//
// Scheduling cycles run one after the other, each an activity {"kube-scheduler", "schedule", ""}: pop
// a pod, filter the nodes, rank them, assume the pod on the best. A binding cycle runs beside them for
// each assumed pod: POST binding with the pod's UID. If that fails, or no reply arrives, the pod is
// forgotten and, unless the informer shows it gone or bound, scheduled again after a back-off. A reply
// that was lost may belong to a binding that was carried out; until the informer shows it, the
// node looks free (kubernetes#100140).
//
// Not there: preemption (a pod that fits nowhere waits until something happens), sampling of nodes
// in large clusters, several profiles, extenders, permit plugins, scheduling gates; see filters.hpp
// and scores.hpp for plugins.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "reference/client/api.hpp"
#include "reference/client/event_recorder.hpp"
#include "reference/client/informer.hpp"
#include "reference/scheduler/scheduler_cache.hpp"
#include "reference/scheduler/scheduling_queue.hpp"

namespace kcheck::reference::scheduler {

struct SchedulerOptions {
    /// Off: all nodes that pass the filters rank equally.
    bool scores = true;
    /// In place of the score plugins, where it is not empty: by name of the node, its score with k
    /// pods on it at [k]; the last entry stands for all higher counts, no table for 0.
    std::map<std::string, std::vector<std::int64_t>> score_tables = {};
    /// PATCH the condition PodScheduled=False of pods that could not be scheduled.
    bool reports_failures = true;
    bool records_events = true;
    Switches switches = {};
    /// Switch scheduler-writes-etcd: carries out a request for a binding past kube-apiserver, and
    /// calls back later, as Api::send does.
    std::function<void(Request, std::function<void(Response)>)> write_binding = {};
};

class KubeScheduler {
public:
    /// `pods` must be an informer as of pod_informer_options(), `nodes` one of all nodes.
    KubeScheduler(Environment& environment, client::Api& api, client::Informer& pods, client::Informer& nodes,
                  SchedulerOptions options);
    KubeScheduler(const KubeScheduler&) = delete;
    KubeScheduler& operator=(const KubeScheduler&) = delete;

    /// Pods that have not come to an end: Succeeded and Failed ones arrive as deleted, and free
    /// their room (scheduler.go:newPodInformer).
    static client::InformerOptions pod_informer_options();
    static client::InformerOptions node_informer_options();

    /// Before the informers are started. Begins once both have synced.
    void start();

    const SchedulerCache& cache() const { return cache_; }

private:
    void pod_added(const Object& pod);
    void pod_updated(const Object& old, const Object& current);
    void pod_deleted(const Object& pod);
    void node_updated(const Object& old, const Object& current);

    void request_cycle();
    void schedule_one();
    void schedule(QueuedPod queued);
    std::string select_node(const PodInfo& pod, const std::vector<const NodeInfo*>& feasible);
    std::vector<std::int64_t> rank(const PodInfo& pod, const std::vector<const NodeInfo*>& feasible) const;
    Task<> bind(QueuedPod queued, std::string node);
    void fail(QueuedPod queued, const std::string& reason, const std::string& message);
    void report_failure(const Json& pod, const std::string& reason, const std::string& message);
    void move_all();

    Environment& environment_;
    client::Api& api_;
    client::Informer& pods_;
    client::Informer& nodes_;
    SchedulerOptions options_;
    client::EventRecorder events_;
    SchedulerCache cache_;
    SchedulingQueue queue_;
    bool started_ = false;
    bool cycle_requested_ = false;
};

}  // namespace kcheck::reference::scheduler
