// Deployments, ReplicaSets and pods in the simulated world, under the deployment and the ReplicaSet
// controller: what tests of both say in one line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reference/base/objects.hpp"
#include "reference/controllers/deployment_controller.hpp"
#include "reference/controllers/deployment_util.hpp"
#include "reference/controllers/replicaset_controller.hpp"
#include "reference/simulation/world.hpp"

namespace kcheck::reference::testing {

using simulation::Outcome;

inline const std::string pods_path = "/api/v1/namespaces/default/pods";
inline const std::string replica_sets_path = "/apis/apps/v1/namespaces/default/replicasets";
inline const std::string deployments_path = "/apis/apps/v1/namespaces/default/deployments";
inline const std::string all_pods = "/api/v1/pods";
inline const std::string all_replica_sets = "/apis/apps/v1/replicasets";
inline const std::string all_deployments = "/apis/apps/v1/deployments";
inline const std::string service_account = "system:serviceaccount:kube-system:";

inline Json pod_template(const std::string& image) {
    return {{"metadata", {{"labels", {{"app", "web"}}}}},
            {"spec", {{"containers", Json::array({{{"name", "web"}, {"image", image}}})}}}};
}

inline Json deployment(int replicas, const std::string& image, Json strategy = {}) {
    if (strategy.is_null())
        strategy = {{"type", "RollingUpdate"},
                    {"rollingUpdate", {{"maxSurge", "25%"}, {"maxUnavailable", "25%"}}}};
    return {{"apiVersion", "apps/v1"},
            {"kind", "Deployment"},
            {"metadata", {{"name", "web"}, {"labels", {{"app", "web"}}}}},
            {"spec",
             {{"replicas", replicas},
              {"selector", {{"matchLabels", {{"app", "web"}}}}},
              {"strategy", strategy},
              {"revisionHistoryLimit", 10},
              {"progressDeadlineSeconds", 600},
              {"template", pod_template(image)}}}};
}

inline Json replica_set(const std::string& name, int replicas) {
    return {{"apiVersion", "apps/v1"},
            {"kind", "ReplicaSet"},
            {"metadata", {{"name", name}, {"labels", {{"app", "web"}}}}},
            {"spec",
             {{"replicas", replicas},
              {"selector", {{"matchLabels", {{"app", "web"}}}}},
              {"template", pod_template("web:1")}}}};
}

/// kube-controller-manager with the two: gone at a crash.
struct AppsControllers {
    std::shared_ptr<client::Api> informers_api, deployment_api, replica_set_api;
    client::Informer deployments, replica_sets, pods;
    std::unique_ptr<controllers::DeploymentController> deployment_controller;
    controllers::ReplicaSetController replica_set_controller;

    AppsControllers(simulation::Process& process, const Switches& switches, bool with_deployments)
        : informers_api(process.api(simulation::user_of("system:kube-controller-manager"))),
          deployment_api(process.api(simulation::user_of(service_account + "deployment-controller"))),
          replica_set_api(process.api(simulation::user_of(service_account + "replicaset-controller"))),
          deployments(process, *informers_api, {.component = "manager", .path = all_deployments}),
          replica_sets(process, *informers_api, {.component = "manager", .path = all_replica_sets}),
          pods(process, *informers_api, {.component = "manager", .path = all_pods}),
          replica_set_controller(process, *replica_set_api, replica_sets, pods,
                                 {.switches = switches, .events = false}) {
        if (with_deployments) {
            deployment_controller = std::make_unique<controllers::DeploymentController>(
                process, *deployment_api, deployments, replica_sets, pods,
                controllers::ControllerOptions{.switches = switches, .events = false});
            client::when_synced({&deployments, &replica_sets, &pods},
                                [this] { deployment_controller->start(); });
            deployments.start();
        }
        client::when_synced({&replica_sets, &pods}, [this] { replica_set_controller.start(); });
        replica_sets.start();
        pods.start();
    }
};

struct AppsWorld : simulation::World {
    simulation::Process process{*this, "kube-controller-manager"};
    std::unique_ptr<AppsControllers> controllers;

    using World::World;
    ~AppsWorld() override { stop(); }
    void start(bool with_deployments = true) {
        controllers = std::make_unique<AppsControllers>(process, switches(), with_deployments);
    }
    void stop() {
        process.crash();
        controllers.reset();
    }

    std::size_t active_pods() {
        std::size_t count = 0;
        for (const auto& path : paths(all_pods))
            if (is_pod_active(object(path))) ++count;
        return count;
    }
    /// As kubelets would: bound and ready at once; terminating pods go.
    void run_kubelets() {
        for (const auto& path : paths(all_pods)) {
            const auto& pod = object(path);
            if (is_deleting(pod)) {
                remove(path);
            } else if (!is_pod_ready(pod)) {
                make_ready(path);
            }
        }
    }
    void make_ready(const std::string& path) {
        edit(path, [&](Json& pod) {
            pod["spec"]["nodeName"] = "node-0";
            pod["status"]["phase"] = "Running";
            pod["status"]["conditions"] = Json::array(
                {{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", to_rfc3339(now)}}});
        });
    }
    /// Controllers and kubelets in turns, until nothing changes any more.
    void converge(int rounds = 50) {
        for (int round = 0; round < rounds; ++round) {
            const auto before = revision();
            settle_for(std::chrono::seconds(5));
            run_kubelets();
            if (before == revision()) return;
        }
        throw std::runtime_error("it does not converge");
    }
    std::size_t pending(const std::string& method, const std::string& part = {}) const {
        std::size_t count = 0;
        for (const auto& waiting : process.requests)
            if (waiting.request.method == method && waiting.request.path.find(part) != std::string::npos)
                ++count;
        return count;
    }
    /// Everything but requests: activities, and watch events.
    void think() {
        for (;;)
            if (!process.run_one() && !process.deliver_event()) return;
    }
    /// "POST pod 201" of every write of this controller, without the names.
    std::vector<std::string> kinds_of_writes(const std::string& controller, std::size_t from = 0) const {
        std::vector<std::string> lines;
        for (std::size_t i = from; i < log.size(); ++i) {
            const auto& [user, request, status] = log[i];
            if (user != service_account + controller || request.method == "GET") continue;
            std::string what = request.path.find("/pods") != std::string::npos          ? "pod"
                               : request.path.find("/replicasets") != std::string::npos ? "replicaset"
                                                                                        : "deployment";
            if (request.path.ends_with("/status")) what += "/status";
            lines.push_back(request.method + " " + what + " " + std::to_string(status));
        }
        return lines;
    }
};

/// For World::fault: a creation of a pod, or whatever `concerns` says, is answered so and not carried out.
inline auto refusal(std::function<bool(const Request&)> concerns, Response reply) {
    return [concerns = std::move(concerns), reply = std::move(reply)](
               const User&, const Request& request) -> std::optional<simulation::Fault> {
        if (!concerns(request)) return std::nullopt;
        return simulation::Fault{.reply = reply};
    };
}

}  // namespace kcheck::reference::testing
