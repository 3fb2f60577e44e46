// A kubelet in the simulated world, with its machine: what its tests say in one line.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "reference/base/objects.hpp"
#include "reference/kubelet/kubelet.hpp"
#include "reference/simulation/machine.hpp"
#include "reference/simulation/world.hpp"

namespace kcheck::reference::testing {

inline const std::string pods_path = "/api/v1/namespaces/default/pods";

enum class Fate : std::uint8_t { carried_out, reply_lost, lost };

class Cluster {
public:
    explicit Cluster(kubelet::KubeletOptions kubelet_options = {},
                     runtime::ImageRegistry registry = runtime::ImageRegistry({.delay = {}}))
        : options(std::move(kubelet_options)),
          world(options.switches),
          process(world, "kubelet/node-0", "node-0"),
          machine(world, process, std::move(registry), {.switches = options.switches}),
          api(process.api(simulation::user_of("system:node:node-0"))) {
        options.node.name = "node-0";
        options.registers_node = options.sends_heartbeats = options.records_events = false;
        process.carries_out_calls = [this](simulation::PendingCall call) {
            calls.push_back(call.method);
            if (!lost_calls.contains(call.method)) machine.carry_out(std::move(call));
        };
        world.fault = [this](const User&, const Request& request) -> std::optional<simulation::Fault> {
            const Fate fate = fates ? fates(request) : Fate::carried_out;
            if (fate == Fate::carried_out) return std::nullopt;
            return simulation::Fault{.is_carried_out = fate == Fate::reply_lost};
        };
    }
    ~Cluster() { crash(); }

    void start() {
        connection = process.runtime();
        kubelet = std::make_unique<kubelet::Kubelet>(process, *api, *connection, options);
        kubelet->start();
        run();
    }
    /// kill -9: what the kubelet knew and what it waited for is gone.
    void crash() {
        process.crash();
        kubelet.reset();
        connection.reset();
        lost_calls.clear();
    }
    void run() { world.settle(); }
    void advance(std::chrono::seconds duration) { world.settle_for(duration); }

    /// A pod that the scheduler has bound; whoever binds it again moves it there. Tests call its UID `uid`.
    void bind(const std::string& name, const std::string& uid, Json spec = Json::object()) {
        const auto path = pods_path + "/" + name;
        if (uids_.contains(uid) && uid_of(pod(name)) == uids_[uid]) {
            world.edit(path, [&](Json& bound) { bound["spec"].update(spec); });
            return;
        }
        Json pod = {
            {"apiVersion", "v1"},
            {"kind", "Pod"},
            {"metadata", {{"name", name}}},
            {"spec", {{"nodeName", "node-0"}, {"containers", {{{"name", "main"}, {"image", "web:1"}}}}}},
            {"status",
             {{"phase", "Pending"},
              {"conditions",
               {{{"type", "PodScheduled"},
                 {"status", "True"},
                 {"lastTransitionTime", "2025-12-31T23:59:59Z"}}}}}}};
        pod["spec"].update(spec);
        if (string_at(pod, "/spec/nodeName").empty()) pod["spec"].erase("nodeName");
        world.put(pods_path, pod);
        uids_[uid] = uid_of(world.object(path));
    }
    /// What kube-apiserver calls the pod that a test calls so.
    const std::string& uid(const std::string& known_as) const { return uids_.at(known_as); }
    void remove(const std::string& name) { world.remove(pods_path + "/" + name); }
    void mark_deleted(const std::string& name) {
        REQUIRE(world.act("DELETE", pods_path + "/" + name).is_success());
    }
    const Json& pod(const std::string& name) { return world.object(pods_path + "/" + name); }
    std::string phase(const std::string& name) { return string_at(pod(name), "/status/phase"); }
    std::string waiting_reason(const std::string& name) {
        return string_at(pod(name), "/status/containerStatuses/0/state/waiting/reason");
    }
    /// "uid/name/attempt state", in the order of the tests' names.
    std::vector<std::string> containers() {
        std::vector<std::string> result;
        for (const auto& container : machine.containers()) {
            auto id = container["id"].get<std::string>();
            for (const auto& [known_as, uid] : uids_)
                if (id.starts_with(uid)) id.replace(0, uid.size(), known_as);
            result.push_back(id + " " + container["state"].get<std::string>());
        }
        std::sort(result.begin(), result.end());
        return result;
    }

    /// Requests of the kubelet that have arrived: "METHOD path", the path ending so.
    std::size_t count(const std::string& method, const std::string& suffix) const {
        return static_cast<std::size_t>(
            std::count_if(world.log.begin(), world.log.end(), [&](const simulation::Arrival& arrival) {
                return arrival.request.method == method && arrival.request.path.ends_with(suffix);
            }));
    }
    /// The bodies of its patches that were accepted.
    std::vector<Json> patches() const {
        std::vector<Json> found;
        for (const auto& [user, request, status] : world.log)
            if (request.method == "PATCH" && status == 200) found.push_back(request.body);
        return found;
    }

    kubelet::KubeletOptions options;
    simulation::World world;
    simulation::Process process;  // of the kubelet
    simulation::Machine machine;
    std::shared_ptr<client::Api> api;
    std::unique_ptr<runtime::ContainerRuntime> connection;
    std::unique_ptr<kubelet::Kubelet> kubelet;
    std::function<Fate(const Request&)> fates;  // of the kubelet's requests
    std::vector<std::string> calls;             // methods of the container runtime
    std::set<std::string> lost_calls;           // methods that are never carried out

private:
    std::map<std::string, std::string> uids_;  // what the tests call them, and what kube-apiserver does
};

}  // namespace kcheck::reference::testing
