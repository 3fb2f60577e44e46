#include "reference/replay/cluster.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/replay/processes.hpp"

namespace kcheck::reference::replay {

namespace {

/// The N of "kubelet[N]".
std::size_t index_in(const std::string& component) {
    const auto open = component.find('[');
    std::size_t index = 0;
    if (open != std::string::npos) {
        const auto* end = component.data() + component.size() - 1;
        const auto [rest, error] = std::from_chars(component.data() + open + 1, end, index);
        if (error == std::errc() && rest == end && *end == ']') return index;
    }
    throw BadMessage("/step/component: \"" + component + "\" has no index, as kubelet[0] has");
}

}  // namespace

Cluster::Cluster(ReplayConfiguration configuration, Controllers controllers)
    : configuration_(std::move(configuration)), world_(configuration_.switches) {
    const auto admin = user_of("kubernetes-admin");
    for (const auto& object : initial_objects(configuration_)) {
        const auto response = world_.carry_out(admin, object);
        if (!response.is_success())
            throw Refused("the cluster cannot be set up: " + client::error_message(response));
    }
    start_everything(controllers);
}

Cluster::~Cluster() = default;

void Cluster::start_everything(Controllers controllers) {
    const std::string deployment = "deployment-controller", replica_set = "replicaset-controller",
                      collector = "pod-garbage-collector";
    const auto add = [&](const std::string& name, std::set<std::string> of_it) {
        managers_.push_back(
            std::make_unique<ControllerManagerProcess>(world_, configuration_, name, std::move(of_it)));
    };
    if (controllers == Controllers::together) {
        add("kube-controller-manager", {deployment, replica_set, collector});
    } else {
        add(deployment, {deployment});
        add(replica_set, {replica_set, collector});
    }
    scheduler_ = std::make_unique<SchedulerProcess>(world_, configuration_);
    for (const auto& node : configuration_.nodes)
        kubelets_.push_back(std::make_unique<KubeletProcess>(world_, configuration_, node));
    for (auto& manager : managers_) {
        manager->start();
        boot(manager->process);
    }
    scheduler_->start();
    boot(scheduler_->process);
    for (auto& kubelet : kubelets_) {
        kubelet->start();
        boot(*kubelet);
    }
}

Cluster::ControllerManagerProcess& Cluster::process_of(const std::string& controller) {
    return **std::find_if(managers_.begin(), managers_.end(), [&](const auto& manager) {
        return manager->options.controllers.contains(controller);
    });
}

void Cluster::boot(Process& process) {
    for (bool more = true; more;) {
        more = false;
        while (!process.requests.empty()) {
            carry_out(process, process.requests.front().id, Outcome::replied, {});
            more = true;
        }
        while (process.run([](const Work& work) { return !work.due && !is_decision(work.activity); }))
            more = true;
    }
    deliver_uncounted();
}

void Cluster::boot(KubeletProcess& kubelet) {
    boot(kubelet.process);
    kubelet.answer_queries();
    boot(kubelet.process);
}

void Cluster::crash_controller_manager(const Json& step) {
    const auto under_way = step.value("underWay", Json::object());
    // A request is under way once its sync has begun; the crash may be what comes next.
    const auto creates = under_way.value("creates", 0);
    const auto keep = [&](const Fits& fits) {
        for (auto& manager : managers_)
            if (const auto* pending = manager->process.find(fits)) {
                network_.push_back(manager->process.take(pending->id));
                return true;
            }
        return false;
    };
    if (creates > 0) {
        bring_replica_set_controller(is_creation_of_pod);
        for (int i = 0; i < creates; ++i)
            if (!keep(is_creation_of_pod))
                throw Refused(fmt::format("{} creations are not under way", creates));
    }
    std::vector<std::string> victims;
    for (const auto& slot : under_way.value("deletes", Json::array()))
        victims.push_back(pod_at(slot.get<int>()).name);
    for (const auto& slot : under_way.value("deletes", Json::array())) {
        const auto id = bring_deletion(pod_at(slot.get<int>()), victims).id;
        keep([&](const PendingRequest& pending) { return pending.id == id; });
    }
    if (under_way.value("scale", false)) {
        bring_deployment_controller(is_scale);
        keep(is_scale);
    }
    for (auto& manager : managers_) manager->stop();
    for (auto& pending : network_) pending.done = nullptr;
    for (auto& manager : managers_) {
        manager->start();
        boot(manager->process);
    }
}

void Cluster::crash_scheduler(const Json& step) {
    auto& process = scheduler_->process;
    for (const auto& slot : step.value("underWay", Json::object()).value("bind", Json::array())) {
        const auto& pod = pod_at(slot.get<int>());
        const auto* pending = process.find([&](const PendingRequest& each) {
            return each.request.method == "POST" && each.request.path == pod.path() + "/binding";
        });
        if (pending == nullptr) throw Refused("no binding of pod " + pod.name + " is under way");
        network_.push_back(process.take(pending->id));
    }
    scheduler_->stop();
    for (auto& pending : network_) pending.done = nullptr;
    scheduler_->start();
    boot(process);
}

void Cluster::crash_kubelet(KubeletProcess& kubelet) {
    kubelet.stop();
    kubelet.start();
    boot(kubelet);
}

void Cluster::receive(Process& process, const std::string& resource, int events) {
    auto* watch = process.watch_of(resource);
    if (watch == nullptr) throw BadMessage(process.name + " has no watch of " + resource);
    for (int i = 0; i < events; ++i) {
        bool counted = false;
        while (!counted && !watch->queue.empty()) {
            counted = watch->queue.front().counts;
            process.deliver_event(*watch);
        }
        if (!counted)
            throw Refused(
                fmt::format("{}: only {} events of {} are on their way", process.name, i, resource));
    }
}

void Cluster::deliver_uncounted() {
    for (auto* process : world_.processes())
        for (auto& watch : process->watches)
            while (!watch.queue.empty() && !watch.queue.front().counts) process->deliver_event(watch);
}

Cluster::KubeletProcess& Cluster::kubelet_of(const Json& step) {
    const auto index = index_in(step.at("component").get<std::string>());
    if (index >= kubelets_.size()) throw BadMessage(fmt::format("there is no node {}", index));
    return *kubelets_[index];
}

const Cluster::PodId& Cluster::pod_at(int slot) const {
    const auto found = pods_.find(slot);
    if (found == pods_.end()) throw BadMessage(fmt::format("no pod was called {}", slot));
    return found->second;
}

const Cluster::PodId& Cluster::pod_of(const Json& step) const {
    if (!step.contains("pod")) throw BadMessage("/step/pod is missing");
    return pod_at(step.at("pod").get<int>());
}

void Cluster::bind_slot(const Json& step, const Response& created) {
    if (!step.contains("pod")) return;
    if (!created.is_success()) throw Refused("no pod was created: " + client::error_message(created));
    const PodId pod{name_of(created.body), uid_of(created.body)};
    if (step.contains("uidOf") && pod_at(step.at("uidOf").get<int>()).uid != pod.uid)
        throw Refused("the created pod has a UID of its own");
    pods_[step.at("pod").get<int>()] = pod;
}

void Cluster::step(const Json& step) {
    const auto component = step.at("component").get<std::string>();
    const auto verb = step.at("verb").get<std::string>();
    const auto is_kubelet = component.starts_with("kubelet[");
    world_.now += std::chrono::milliseconds(1);
    newest_ = std::max(newest_, world_.store().revision());
    Process* process = component == "kube-scheduler" ? &scheduler_->process
                       : is_kubelet                  ? &kubelet_of(step).process
                                                     : nullptr;
    for (auto& manager : managers_)
        if (component == manager->process.name) process = &manager->process;
    if (verb == "receive" && process != nullptr)
        receive(*process, step.at("type").get<std::string>(), step.value("events", 1));
    else if (component == "kube-controller-manager" && verb == "crash")
        crash_controller_manager(step);
    else if (component == "kube-scheduler" && verb == "crash")
        crash_scheduler(step);
    else if (is_kubelet && verb == "crash")
        crash_kubelet(kubelet_of(step));
    else if (component == "kube-apiserver" && verb == "crash")
        world_.restart_api_server();
    else if (component == "kube-apiserver" && verb == "drop-event")
        drop_event();
    else if (component == "kubectl")
        step_user(verb, step);
    else if (component == "deployment-controller")
        step_deployment_controller(verb, step);
    else if (component == "replicaset-controller")
        step_replica_set_controller(verb, step);
    else if (component == "kube-scheduler")
        step_scheduler(verb, step);
    else if (is_kubelet)
        step_kubelet(verb, step);
    else if (component.starts_with("container-runtime["))
        step_runtime(verb, step);
    else if (component == "network")
        step_network(verb, step);
    else if (component == "pod-garbage-collector")
        collect(step);
    else if (component == "time")
        pass(step);
    else
        throw BadMessage(fmt::format("there is no step \"{}\" of \"{}\"", verb, component));
    if (step.value("repeatsRevision", false) && world_.store().revision() > newest_)
        throw Refused("the commit has a revision of its own");
    deliver_uncounted();
}

}  // namespace kcheck::reference::replay
