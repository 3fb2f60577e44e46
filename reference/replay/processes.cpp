#include "reference/replay/processes.hpp"

#include <algorithm>

namespace kcheck::reference::replay {

namespace {

constexpr int tries_max = 16;

}  // namespace

bool is_decision(const Activity& activity) {
    return activity.verb == "sync" || activity.verb == "schedule" || activity.verb == "admit" ||
           activity.verb == "status";
}

std::optional<std::size_t> index_of(const std::vector<std::string>& candidates, const std::string& wanted) {
    const auto found = std::find(candidates.begin(), candidates.end(), wanted);
    if (found == candidates.end()) return std::nullopt;
    return static_cast<std::size_t>(found - candidates.begin());
}

// ---- kube-controller-manager

Cluster::ControllerManagerProcess::ControllerManagerProcess(World& world,
                                                            const ReplayConfiguration& configuration,
                                                            std::string name,
                                                            std::set<std::string> controllers)
    : process(world, std::move(name)) {
    options.controllers = std::move(controllers);
    options.switches = configuration.switches;
    options.events = false;
    options.pod_gc.terminated_threshold = 0;
    // The deployment controller looks at pods where a Deployment asks for Recreate. No trace has that.
    if (!options.controllers.contains("replicaset-controller")) process.unobserved = {"pods"};
}

void Cluster::ControllerManagerProcess::start() {
    component = std::make_unique<controllers::ControllerManager>(
        process, [this](const std::string& user) { return process.api(user_of(user)); }, options);
    component->start();
}

void Cluster::ControllerManagerProcess::stop() {
    process.drop_everything();
    component.reset();
}

bool Cluster::ControllerManagerProcess::sync(const std::string& controller, const std::string& key) {
    auto* queue = component->queue(controller);
    // A resync, or whatever else the key has waited for.
    queue->add(key);
    return process.run([&](const Work& work) {
        return !work.due && work.activity.verb == "sync" && work.activity.component == controller &&
               work.activity.object == key;
    });
}

bool Cluster::ControllerManagerProcess::collect_garbage() {
    return process.run([](const Work& work) {
        return work.activity.component == "pod-garbage-collector" && work.activity.verb == "collect";
    });
}

// ---- kube-scheduler

Cluster::SchedulerProcess::SchedulerProcess(World& world, const ReplayConfiguration& configuration)
    : process(world, "kube-scheduler") {
    options.scores = false;
    options.reports_failures = false;
    options.records_events = false;
    options.switches = configuration.switches;
    for (const auto& node : configuration.nodes)
        if (!node.score.empty())
            options.score_tables[node.name] = std::vector<std::int64_t>(node.score.begin(), node.score.end());
    if (!configuration.switches.contains(Switch::scheduler_writes_etcd)) return;
    options.write_binding = [this, &world](Request request, std::function<void(Response)> done) {
        process.requests.push_back({world.next_id(), user_of("system:kube-scheduler"), std::move(request),
                                    std::move(done), /*direct=*/true});
    };
}

void Cluster::SchedulerProcess::start() {
    api = process.api(user_of("system:kube-scheduler"));
    pods =
        std::make_unique<client::Informer>(process, *api, scheduler::KubeScheduler::pod_informer_options());
    nodes =
        std::make_unique<client::Informer>(process, *api, scheduler::KubeScheduler::node_informer_options());
    component = std::make_unique<scheduler::KubeScheduler>(process, *api, *pods, *nodes, options);
    component->start();
    pods->start();
    nodes->start();
}

void Cluster::SchedulerProcess::stop() {
    process.drop_everything();
    component.reset();
    pods.reset();
    nodes.reset();
}

void Cluster::SchedulerProcess::schedule(const std::string& key) {
    for (int i = 0; i < tries_max; ++i) {
        bool found = false;
        const auto chooser = process.chooser;
        process.chooser = [&](const Activity& activity, const std::vector<std::string>& candidates) {
            const auto chosen = chooser(activity, candidates);
            found = found || (activity.verb == "pop" && chosen);
            return chosen;
        };
        // Its back-off may end now, or something may help it that had not before.
        process.run([&](const Work& work) { return work.due && work.activity.object == key; });
        const bool ran = process.run([](const Work& work) { return work.activity.verb == "schedule"; });
        process.chooser = chooser;
        if (found || !ran) return;
    }
}

// ---- kubelets

Cluster::KubeletProcess::KubeletProcess(World& world, const ReplayConfiguration& configuration,
                                        const ReplayNode& node)
    : process(world, "kubelet/" + node.name, node.name),
      runtime(!configuration.switches.contains(Switch::image_never_arrives)) {
    options.node.name = node.name;
    options.node.cpu = "64";
    options.node.memory = "256Gi";
    options.node.pods = node.capacity;
    options.switches = configuration.switches;
    options.registers_node = options.sends_heartbeats = options.relists = options.records_events = false;
}

void Cluster::KubeletProcess::start() {
    api = process.api(user_of("system:node:" + process.node));
    connection = process.runtime();
    component = std::make_unique<kubelet::Kubelet>(process, *api, *connection, options);
    component->start();
}

void Cluster::KubeletProcess::stop() {
    process.drop_everything();
    component.reset();
    connection.reset();
}

void Cluster::KubeletProcess::answer_queries(Time now) {
    const auto is_query = [&](const PendingCall& call) {
        return call.method == "ImageStatus" || call.method == "ListContainers" ||
               call.method == "RemoveContainer" || (call.method == "PullImage" && runtime.has_images());
    };
    while (const auto* call = process.find_call(is_query)) carry_out(call->id, now);
}

void Cluster::KubeletProcess::carry_out(std::uint64_t id, Time now) {
    auto call = process.take_call(id);
    auto result = runtime.carry_out(call.method, call.parameters, to_rfc3339(now));
    call.done(std::move(result));
}

}  // namespace kcheck::reference::replay
