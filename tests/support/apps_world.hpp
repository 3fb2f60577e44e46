// Deployments, ReplicaSets and pods in a FakeWorld, under the deployment and the ReplicaSet
// controller: what tests of both say in one line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reference/controllers/deployment_controller.hpp"
#include "reference/controllers/deployment_util.hpp"
#include "reference/controllers/replicaset_controller.hpp"
#include "tests/support/fake_world.hpp"

namespace kcheck::reference::testing {

inline const std::string pods_path = "/api/v1/namespaces/default/pods";
inline const std::string replica_sets_path = "/apis/apps/v1/namespaces/default/replicasets";
inline const std::string deployments_path = "/apis/apps/v1/namespaces/default/deployments";
inline const std::string all_pods = "/api/v1/pods";
inline const std::string all_replica_sets = "/apis/apps/v1/replicasets";
inline const std::string all_deployments = "/apis/apps/v1/deployments";

inline Json pod_template(const std::string& image) {
    return {{"metadata", {{"labels", {{"app", "web"}}}}},
            {"spec", {{"containers", Json::array({{{"name", "web"}, {"image", image}}})}}}};
}

inline Json deployment(int replicas, const std::string& image, Json strategy = {}) {
    if (strategy.is_null())
        strategy = {{"type", "RollingUpdate"},
                    {"rollingUpdate", {{"maxSurge", "25%"}, {"maxUnavailable", "25%"}}}};
    return {{"metadata", {{"name", "web"}, {"labels", {{"app", "web"}}}}},
            {"spec",
             {{"replicas", replicas},
              {"selector", {{"matchLabels", {{"app", "web"}}}}},
              {"strategy", strategy},
              {"revisionHistoryLimit", 10},
              {"progressDeadlineSeconds", 600},
              {"template", pod_template(image)}}}};
}

inline Json replica_set(const std::string& name, int replicas) {
    return {{"metadata", {{"name", name}, {"labels", {{"app", "web"}}}}},
            {"spec",
             {{"replicas", replicas},
              {"selector", {{"matchLabels", {{"app", "web"}}}}},
              {"template", pod_template("web:1")}}}};
}

/// The processes of kube-controller-manager that hold state: gone at a crash.
struct AppsControllers {
    std::shared_ptr<client::Api> informers_api, deployment_api, replica_set_api;
    client::Informer deployments, replica_sets, pods;
    std::unique_ptr<controllers::DeploymentController> deployment_controller;
    controllers::ReplicaSetController replica_set_controller;

    AppsControllers(FakeWorld& world, const Switches& switches, bool with_deployments)
        : informers_api(world.api("manager")),
          deployment_api(world.api("deployment-controller")),
          replica_set_api(world.api("replicaset-controller")),
          deployments(world.environment, *informers_api, {.component = "manager", .path = all_deployments}),
          replica_sets(world.environment, *informers_api, {.component = "manager", .path = all_replica_sets}),
          pods(world.environment, *informers_api, {.component = "manager", .path = all_pods}),
          replica_set_controller(world.environment, *replica_set_api, replica_sets, pods,
                                 {.switches = switches, .events = false}) {
        if (with_deployments) {
            deployment_controller = std::make_unique<controllers::DeploymentController>(
                world.environment, *deployment_api, deployments, replica_sets, pods,
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

struct AppsWorld : FakeWorld {
    Switches switches;
    std::unique_ptr<AppsControllers> controllers;

    explicit AppsWorld(Switches with = {}) : switches(std::move(with)) {}
    ~AppsWorld() { stop(); }
    void start(bool with_deployments = true) {
        controllers = std::make_unique<AppsControllers>(*this, switches, with_deployments);
    }
    void stop() {
        crash();
        controllers.reset();
    }

    std::size_t active_pods() const {
        std::size_t count = 0;
        for (const auto& path : paths(all_pods))
            if (is_pod_active(object(path))) ++count;
        return count;
    }
    /// As kubelets would: bound and ready at once; terminating pods go.
    void run_kubelets() {
        for (const auto& path : paths(all_pods)) {
            if (is_deleting(object(path))) {
                remove(path);
            } else if (!is_pod_ready(object(path))) {
                make_ready(path);
            }
        }
    }
    void make_ready(const std::string& path) {
        edit(path, [&](Json& pod) {
            pod["spec"]["nodeName"] = "node-0";
            pod["status"]["phase"] = "Running";
            pod["status"]["conditions"] =
                Json::array({{{"type", "Ready"},
                              {"status", "True"},
                              {"lastTransitionTime", to_rfc3339(environment.now())}}});
        });
    }
    /// Controllers and kubelets in turns, until nothing changes any more.
    void converge(int rounds = 50) {
        for (int round = 0; round < rounds; ++round) {
            const auto before = revision;
            settle_for(std::chrono::seconds(5));
            run_kubelets();
            if (before == revision) return;
        }
        throw std::runtime_error("it does not converge");
    }
    std::size_t pending(const std::string& method, const std::string& part = {}) const {
        std::size_t count = 0;
        for (const auto& waiting : requests)
            if (waiting.request.method == method && waiting.request.path.find(part) != std::string::npos)
                ++count;
        return count;
    }
    /// Everything but requests: activities, and watch events.
    void think() {
        for (;;)
            if (!environment.run_one() && !deliver_event()) return;
    }
    /// "POST pods 201" of every write of this controller, without the names.
    std::vector<std::string> kinds_of_writes(const std::string& user, std::size_t from = 0) const {
        std::vector<std::string> lines;
        for (std::size_t i = from; i < log.size(); ++i) {
            const auto& done = log[i];
            if (done.user != user) continue;
            std::string what = done.path.find("/pods") != std::string::npos          ? "pod"
                               : done.path.find("/replicasets") != std::string::npos ? "replicaset"
                                                                                     : "deployment";
            if (done.path.ends_with("/status")) what += "/status";
            lines.push_back(done.verb + " " + what + " " + std::to_string(done.status));
        }
        return lines;
    }
};

}  // namespace kcheck::reference::testing
