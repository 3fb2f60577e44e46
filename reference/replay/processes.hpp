// The processes of a replay: each component in its Process, started and crashed.
#pragma once

#include "reference/controllers/controller_manager.hpp"
#include "reference/kubelet/kubelet.hpp"
#include "reference/replay/cluster.hpp"
#include "reference/scheduler/kube_scheduler.hpp"

namespace kcheck::reference::replay {

inline constexpr int min_ready_seconds = 10;  // where the Deployment has any

/// Activities that a trace decides about; all others happen as soon as they can.
bool is_decision(const Activity& activity);
std::optional<std::size_t> index_of(const std::vector<std::string>& candidates, const std::string& wanted);

Json deployment_manifest(const ReplayConfiguration& configuration, int replicas);
/// What an administrator creates: namespaces and nodes.
std::vector<Request> initial_objects(const ReplayConfiguration& configuration);

bool is_creation_of_pod(const PendingRequest& pending);
bool is_scale(const PendingRequest& pending);  // a PUT of a ReplicaSet's spec

struct Cluster::ControllerManagerProcess {
    ControllerManagerProcess(World& world, const ReplayConfiguration& configuration, std::string name,
                             std::set<std::string> controllers);
    void start();
    void stop();
    /// Begins a sync of the key; false if one is in progress already.
    bool sync(const std::string& controller, const std::string& key);
    /// Begins a pass of the pod garbage collector.
    bool collect_garbage();

    Process process;
    controllers::ControllerManagerOptions options;
    std::unique_ptr<controllers::ControllerManager> component;
};

struct Cluster::SchedulerProcess {
    SchedulerProcess(World& world, const ReplayConfiguration& configuration);
    void start();
    void stop();
    /// A scheduling cycle of this pod, whatever it waits for.
    void schedule(const std::string& key);

    Process process;
    scheduler::SchedulerOptions options;
    std::shared_ptr<client::Api> api;
    std::unique_ptr<client::Informer> pods, nodes;
    std::unique_ptr<scheduler::KubeScheduler> component;
};

struct Cluster::KubeletProcess {
    KubeletProcess(World& world, const ReplayConfiguration& configuration, const ReplayNode& node);
    void start();
    void stop();
    /// Carries out the calls that change nothing that a trace compares.
    void answer_queries(Time now);
    void carry_out(std::uint64_t call, Time now);

    Process process;
    NodeRuntime runtime;  // outlives the kubelet
    kubelet::KubeletOptions options;
    std::shared_ptr<client::Api> api;
    std::unique_ptr<runtime::ContainerRuntime> connection;
    std::unique_ptr<kubelet::Kubelet> component;
};

}  // namespace kcheck::reference::replay
