// What the cluster shows, and whether it rests.
#include <algorithm>

#include <fmt/core.h>

#include "reference/replay/processes.hpp"

namespace kcheck::reference::replay {

namespace {

Json state_of(const std::optional<WorkloadState>& workload) {
    if (!workload) return nullptr;
    return {{"replicas", workload->replicas},
            {"generation", workload->generation},
            {"observedGeneration", workload->observed},
            {"statusReplicas", workload->status_replicas},
            {"statusAvailable", workload->status_available}};
}

/// "running", or with the node where that is not the pod's, or all of them where there are several.
void add_container(Json& containers, const Json& pods, int slot, std::size_t node, const std::string& state) {
    const auto name = std::to_string(slot);
    const Json here = {{"node", node}, {"state", state}};
    auto& entry = containers[name];
    if (entry.is_null()) {
        const bool is_its_node = pods.contains(name) && pods.at(name).at("node") == Json(node);
        entry = is_its_node ? Json(state) : here;
    } else if (entry.is_array()) {
        entry.push_back(here);
    } else {
        const auto first =
            entry.is_object() ? entry : Json{{"node", pods.at(name).at("node")}, {"state", entry}};
        entry = Json::array({first, here});
    }
}

}  // namespace

Json Cluster::state() const {
    const auto& projection = world_.projection();
    const auto index_of_node = [&](const std::string& name) -> Json {
        for (std::size_t n = 0; n < configuration_.nodes.size(); ++n)
            if (configuration_.nodes[n].name == name) return n;
        return nullptr;
    };
    Json pods = Json::object(), containers = Json::object(), images = Json::array();
    for (const auto& [slot, id] : pods_) {
        const auto found = projection.pods().find(id.name);
        const bool exists = found != projection.pods().end() && found->second.uid == id.uid;
        if (exists)
            pods[std::to_string(slot)] = {{"deleting", found->second.deleting},
                                          {"phase", found->second.phase},
                                          {"node", index_of_node(found->second.node)}};
    }
    for (std::size_t n = 0; n < kubelets_.size(); ++n) {
        if (kubelets_[n]->runtime.has_images()) images.push_back(n);
        for (const auto& [uid, state] : kubelets_[n]->runtime.containers())
            for (const auto& [slot, id] : pods_)
                if (id.uid == uid) add_container(containers, pods, slot, n, state);
    }
    return {{"deployment", state_of(projection.deployment())},
            {"replicaset", state_of(projection.replica_set())},
            {"pods", std::move(pods)},
            {"containers", std::move(containers)},
            {"images", std::move(images)}};
}

std::vector<std::string> Cluster::allowed() const {
    std::vector<std::string> all;
    for (const auto* process : world_.processes()) {
        for (const auto& work : process->works)
            all.push_back(fmt::format("{}: {} {}{}", work.activity.component, work.activity.verb,
                                      work.activity.object, work.due ? ", when its time has come" : ""));
        for (const auto& pending : process->requests)
            all.push_back(
                fmt::format("{}: {} {}", pending.user.name, pending.request.method, pending.request.path));
        for (const auto& call : process->calls)
            all.push_back(fmt::format("container runtime of {}: {}", process->node, call.method));
        for (const auto& watch : process->watches)
            if (const auto events = std::count_if(watch.queue.begin(), watch.queue.end(),
                                                  [](const Delivery& each) { return each.counts; });
                events > 0)
                all.push_back(fmt::format("{}: receive {} of {}", process->name, events, watch.resource));
    }
    return all;
}

/// Everything that waits is let happen, and every back-off ends, until nothing shows any more. Retries
/// of what cannot succeed go on for ever: so many rounds without a change are rest. Expectations and
/// resyncs, which last for 5 minutes and hours, do not end.
void Cluster::rest() {
    constexpr int rounds = 24;
    const auto until = world_.now + std::chrono::minutes(4);
    const auto before = state();
    for (int round = 0; round < rounds; ++round) {
        for (auto* process : world_.processes()) let_everything_happen(*process, until);
        if (state() != before) throw Refused("the implementation goes on by itself");
    }
}

void Cluster::let_everything_happen(Process& process, Time until) {
    constexpr int activities_max =
        100;  // of one round: what repeats itself at once does not hold up the rest
    for (auto& watch : process.watches)
        while (!watch.queue.empty()) deliver_front(watch);
    for (int i = 0; i < activities_max; ++i)
        if (!process.run([&](const Work& work) { return !work.due || *work.due <= until; })) break;
    for (int i = 0; i < activities_max && !process.requests.empty(); ++i)
        carry_out(process, process.requests.front().id, Outcome::replied, {});
    for (auto& kubelet : kubelets_)
        if (&kubelet->process == &process)
            for (int i = 0; i < activities_max && !process.calls.empty(); ++i)
                kubelet->carry_out(process.calls.front().id, world_.now);
}

}  // namespace kcheck::reference::replay
