#include <catch2/catch.hpp>

#include <algorithm>
#include <stdexcept>

#include "reference/controllers/controller_manager.hpp"
#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

struct Managed : AppsWorld {
    std::set<std::string> users;
    std::unique_ptr<ControllerManager> manager;

    explicit Managed(ControllerManagerOptions options = {.events = false}) {
        manager = std::make_unique<ControllerManager>(
            environment,
            [this](const std::string& user) {
                users.insert(user);
                return api(user);
            },
            std::move(options));
    }
    ~Managed() {
        crash();
        manager.reset();
    }
};

const std::string account = "system:serviceaccount:kube-system:";

}  // namespace

TEST_CASE("Nothing is sent before the start; lists and watches are the manager's own") {
    Managed w;
    CHECK(w.requests.empty());
    CHECK(w.environment.posted.empty());
    CHECK(w.environment.timers.empty());
    w.manager->start();
    CHECK_FALSE(w.manager->has_synced());
    for (const auto& pending : w.requests) CHECK(pending.user == "system:kube-controller-manager");
    w.settle();
    CHECK(w.manager->has_synced());
    for (const auto& watch : w.watches) CHECK(watch->user == "system:kube-controller-manager");
}

TEST_CASE("Each type is listed once, whoever needs it, and a type that nobody needs is not") {
    Managed all;
    all.manager->start();
    std::vector<std::string> listed;
    for (const auto& pending : all.requests) listed.push_back(pending.request.path);
    std::sort(listed.begin(), listed.end());
    CHECK(std::adjacent_find(listed.begin(), listed.end()) == listed.end());
    CHECK(listed.size() == 6);
    Managed apps({.controllers = {"deployment-controller", "replicaset-controller"}, .events = false});
    apps.manager->start();
    CHECK(apps.requests.size() == 3);
    CHECK(apps.manager->informer("pods") != nullptr);
    CHECK(apps.manager->informer("nodes") == nullptr);
    CHECK(apps.users.size() == 3);
}

TEST_CASE("Every controller writes under its own service account") {
    Managed w;
    w.manager->start();
    w.act("POST", deployments_path, deployment(2, "web:1"));
    w.settle_for(5s);
    for (const auto& done : w.log) {
        const bool is_pod = done.path.find("/pods") != std::string::npos;
        const bool is_status = done.path.find("/replicasets/") != std::string::npos;
        CHECK(done.user ==
              account + (is_pod || is_status ? "replicaset-controller" : "deployment-controller"));
    }
    CHECK(w.active_pods() == 2);
}

TEST_CASE("What a deleted Deployment owned is collected") {
    Managed w;
    w.manager->start();
    w.act("POST", deployments_path, deployment(2, "web:1"));
    w.settle_for(5s);
    REQUIRE(w.active_pods() == 2);
    w.act("DELETE", deployments_path + "/web");
    w.settle_for(10s);
    CHECK(w.paths(all_replica_sets).empty());
    CHECK(w.paths(all_pods).empty());
}

TEST_CASE("The queues are there by the names of their controllers") {
    Managed w({.controllers = {"replicaset-controller"}, .events = false});
    REQUIRE(w.manager->queue("replicaset-controller") != nullptr);
    CHECK(w.manager->queue("replicaset-controller")->component() == "replicaset-controller");
    CHECK(w.manager->queue("deployment-controller") == nullptr);
    CHECK(w.manager->replica_set_controller() != nullptr);
    CHECK_THROWS_AS(Managed({.controllers = {"daemonset-controller"}}), std::invalid_argument);
}

TEST_CASE("With events, people are told what the controllers do") {
    Managed w({.controllers = {"deployment-controller", "replicaset-controller"}, .events = true});
    w.manager->start();
    w.act("POST", deployments_path, deployment(1, "web:1"));
    w.settle_for(1s);
    std::set<std::string> reasons;
    for (const auto& path : w.paths("/api/v1/events")) reasons.insert(string_at(w.object(path), "/reason"));
    CHECK(reasons == std::set<std::string>{"ScalingReplicaSet", "SuccessfulCreate"});
}
