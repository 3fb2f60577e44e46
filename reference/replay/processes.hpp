// The processes of a replay: each component in its Process, started and crashed.
#pragma once

#include "reference/controllers/controller_manager.hpp"
#include "reference/kubelet/kubelet.hpp"
#include "reference/replay/cluster.hpp"
#include "reference/scheduler/kube_scheduler.hpp"
#include "reference/simulation/machine.hpp"

namespace kcheck::reference::replay {

inline constexpr auto image_of_pods = "app:1";
inline constexpr int min_ready_seconds = 10;  // where the Deployment has any

/// Activities that a trace decides about; all others happen as soon as they can.
bool is_decision(const Activity& activity);
std::optional<std::size_t> index_of(const std::vector<std::string>& candidates, const std::string& wanted);

Json deployment_manifest(const ReplayConfiguration& configuration, int replicas);
/// What an administrator creates: nodes.
std::vector<Request> initial_objects(const ReplayConfiguration& configuration);

bool is_creation_of_pod(const PendingRequest& pending);
/// Throws BadMessage if it is none that there is.
Outcome outcome_of(const Json& step);
bool is_scale(const PendingRequest& pending);  // a PUT of a ReplicaSet's spec

struct Cluster::ControllerManagerProcess {
    ControllerManagerProcess(ReplayWorld& world, const ReplayConfiguration& configuration, std::string name,
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
    SchedulerProcess(ReplayWorld& world, const ReplayConfiguration& configuration);
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
    KubeletProcess(ReplayWorld& world, const ReplayConfiguration& configuration, const ReplayNode& node);
    void start();
    void stop();
    /// Carries out the calls that change nothing that a trace compares.
    void answer_queries();
    void carry_out(std::uint64_t call);
    bool has_image() { return machine.has_image(image_of_pods); }
    /// The UID of the pod that a call is about; empty for PullImage, ImageStatus and ListContainers.
    std::string pod_of(const PendingCall& call);

    Process process;
    simulation::Machine machine;  // outlives the kubelet
    kubelet::KubeletOptions options;
    std::shared_ptr<client::Api> api;
    std::unique_ptr<runtime::ContainerRuntime> connection;
    std::unique_ptr<kubelet::Kubelet> component;
};

}  // namespace kcheck::reference::replay
