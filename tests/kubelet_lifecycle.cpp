#include <catch2/catch.hpp>

#include "tests/kubelet_cluster.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::kubelet;
using namespace kcheck::reference::testing;
using std::chrono::seconds;

namespace {

using Names = std::vector<std::string>;

std::string condition(const Json& pod, const std::string& type) {
    const Json* found = find_condition(pod, type);
    return found == nullptr ? "" : string_at(*found, "/status");
}

}  // namespace

TEST_CASE("a bound pod runs and is reported", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1");
    cluster.bind("elsewhere", "u2", {{"nodeName", "node-1"}});
    cluster.run();

    CHECK(cluster.containers() == Names{"u1_main_0 running"});
    const Json& pod = cluster.pod("web");
    CHECK(cluster.phase("web") == "Running");
    for (const auto* type : {"Initialized", "Ready", "ContainersReady", "PodScheduled"})
        CHECK(condition(pod, type) == "True");
    CHECK(string_at(pod, "/status/podIP") == "10.244.0.1");
    CHECK(string_at(pod, "/status/hostIP") == "127.0.0.1");
    CHECK(string_at(pod, "/status/startTime") == "2026-01-01T00:00:00Z");
    CHECK(string_at(*find_condition(pod, "PodScheduled"), "/lastTransitionTime") == "2025-12-31T23:59:59Z");
    const Json& container = at(pod, "/status/containerStatuses/0");
    CHECK(bool_at(container, "/ready"));
    CHECK(int_at(container, "/restartCount", -1) == 0);
    CHECK(string_at(container, "/state/running/startedAt") == "2026-01-01T00:00:00Z");
    // One write for ContainerCreating and one for Running at most, each guarded by the UID.
    CHECK(cluster.patches().size() <= 2);
    for (const auto& patch : cluster.patches()) CHECK(patch["metadata"] == Json{{"uid", cluster.uid("u1")}});
    CHECK(cluster.phase("elsewhere") == "Pending");

    // At rest nothing is written.
    const auto requests = cluster.world.log.size();
    cluster.advance(seconds(120));
    CHECK(cluster.world.log.size() == requests);
}

TEST_CASE("a deleted pod is stopped, reported terminal, and then removed", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1");
    cluster.run();
    cluster.machine.processes.ignores_term = true;
    cluster.mark_deleted("web");
    cluster.advance(seconds(29));
    CHECK(cluster.containers() == Names{"u1_main_0 running"});
    CHECK(cluster.phase("web") == "Running");
    CHECK(cluster.count("DELETE", "/web") == 0);

    std::string phase_at_delete;
    cluster.fates = [&](const Request& request) {
        if (request.method == "DELETE") phase_at_delete = cluster.phase("web");
        return Fate::carried_out;
    };
    cluster.advance(seconds(2));
    CHECK(phase_at_delete == "Failed");  // it was killed
    CHECK(cluster.pod("web").is_null());
    CHECK(cluster.count("DELETE", "/web") == 1);
    CHECK(cluster.containers().empty());
    CHECK(cluster.machine.processes.running().empty());
}

TEST_CASE("a pod that is deleted while its image is pulled does not wait for it", "[kubelet]") {
    Cluster cluster({}, runtime::ImageRegistry({.delay = seconds(100)}));
    cluster.start();
    cluster.bind("web", "u1");
    cluster.run();
    CHECK(cluster.waiting_reason("web") == "ContainerCreating");
    cluster.mark_deleted("web");
    cluster.run();
    CHECK(cluster.pod("web").is_null());
    cluster.advance(seconds(200));
    CHECK(cluster.containers().empty());
}

TEST_CASE("a pod that is gone from kube-apiserver is killed", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1");
    cluster.run();
    cluster.remove("web");
    cluster.bind("web", "u2");
    cluster.run();
    CHECK(cluster.containers() == Names{"u2_main_0 running"});
    CHECK(uid_of(cluster.pod("web")) == cluster.uid("u2"));
    CHECK(cluster.phase("web") == "Running");
    CHECK(cluster.count("DELETE", "") == 0);
}

TEST_CASE("the status of a pod is not written to another of its name", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    bool replaced = false;
    cluster.fates = [&](const Request& request) {
        if (request.method == "PATCH" && !std::exchange(replaced, true)) {
            cluster.remove("web");
            cluster.bind("web", "u2", {{"nodeName", "node-1"}});
        }
        return Fate::carried_out;
    };
    cluster.bind("web", "u1");
    cluster.advance(seconds(30));
    CHECK(replaced);
    CHECK(cluster.phase("web") == "Pending");
    CHECK(cluster.containers().empty());
}

TEST_CASE("restart policies", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    const auto run = [&](const std::string& policy, int code) {
        cluster.bind("web", "u1", {{"restartPolicy", policy}});
        cluster.run();
        cluster.machine.exit_process(code);
        cluster.advance(seconds(3));
    };
    SECTION("Never, and it succeeds") {
        run("Never", 0);
        CHECK(cluster.phase("web") == "Succeeded");
        CHECK(condition(cluster.pod("web"), "Ready") == "False");
        CHECK(cluster.containers() == Names{"u1_main_0 exited"});
        CHECK_FALSE(cluster.pod("web").is_null());
    }
    SECTION("Never, and it fails") {
        run("Never", 3);
        CHECK(cluster.phase("web") == "Failed");
        CHECK(int_at(cluster.pod("web"), "/status/containerStatuses/0/state/terminated/exitCode") == 3);
    }
    SECTION("OnFailure, and it succeeds") {
        run("OnFailure", 0);
        CHECK(cluster.phase("web") == "Succeeded");
    }
    SECTION("OnFailure, and it fails") {
        run("OnFailure", 3);
        CHECK(cluster.phase("web") == "Running");
        CHECK(cluster.containers() == Names{"u1_main_0 exited", "u1_main_1 running"});
    }
    SECTION("Always: at once, then after a back-off that doubles") {
        run("Always", 0);
        CHECK(cluster.containers() == Names{"u1_main_0 exited", "u1_main_1 running"});
        CHECK(int_at(cluster.pod("web"), "/status/containerStatuses/0/restartCount") == 1);
        CHECK(int_at(cluster.pod("web"), "/status/containerStatuses/0/lastState/terminated/exitCode", -1) ==
              0);
        cluster.machine.exit_process(1);
        cluster.advance(seconds(5));
        CHECK(cluster.waiting_reason("web") == "CrashLoopBackOff");
        CHECK(string_at(cluster.pod("web"), "/status/containerStatuses/0/state/waiting/message") ==
              "back-off 10s restarting failed container=main pod=web_default(" + cluster.uid("u1") + ")");
        CHECK(cluster.phase("web") == "Running");
        CHECK(condition(cluster.pod("web"), "Ready") == "False");
        cluster.advance(seconds(10));
        CHECK(cluster.containers() == Names{"u1_main_1 exited", "u1_main_2 running"});
        CHECK(condition(cluster.pod("web"), "Ready") == "True");
        cluster.machine.exit_process(1);
        cluster.advance(seconds(15));
        CHECK(cluster.containers().back() == "u1_main_2 exited");
        cluster.advance(seconds(10));
        CHECK(cluster.containers().back() == "u1_main_3 running");
    }
}

namespace {

Json with_sidecars(const std::string& policy) {
    return {{"restartPolicy", policy},
            {"initContainers",
             {{{"name", "setup"}, {"image", "setup:1"}},
              {{"name", "proxy"}, {"image", "proxy:1"}, {"restartPolicy", "Always"}},
              {{"name", "logs"}, {"image", "logs:1"}, {"restartPolicy", "Always"}}}},
            {"containers", {{{"name", "main"}, {"image", "web:1"}}}}};
}

/// They are numbered in the order in which they start.
void exit_nth_process(Cluster& cluster, pid_t number, int code) {
    cluster.machine.processes.exit({number, 0}, code);
    cluster.machine.runtime.reap();
}

}  // namespace

TEST_CASE("sidecars start before the containers, in order, and count as ready", "[kubelet]") {
    Cluster cluster({}, *runtime::ImageRegistry::parse({{"images",
                                                         {{"proxy:1", {{"delayMilliseconds", 3000}}},
                                                          {"logs:1", {{"delayMilliseconds", 3000}}}}}}));
    cluster.start();
    cluster.bind("web", "u1", with_sidecars("Always"));
    cluster.advance(seconds(2));
    CHECK(cluster.containers().empty());
    CHECK(condition(cluster.pod("web"), "Initialized") == "False");
    CHECK(cluster.waiting_reason("web") == "PodInitializing");
    cluster.advance(seconds(2));
    CHECK(cluster.containers() == Names{"u1_proxy_0 running"});
    CHECK(cluster.phase("web") == "Pending");
    cluster.advance(seconds(5));
    CHECK(cluster.containers() == Names{"u1_logs_0 running", "u1_main_0 running", "u1_proxy_0 running"});
    const Json pod = cluster.pod("web");
    CHECK(string_at(pod, "/status/phase") == "Running");
    CHECK(condition(pod, "Initialized") == "True");
    CHECK(is_pod_ready(pod));
    REQUIRE(at(pod, "/status/initContainerStatuses").size() == 2);
    CHECK(string_at(pod, "/status/initContainerStatuses/0/name") == "proxy");
    CHECK(bool_at(pod, "/status/initContainerStatuses/1/started"));
}

TEST_CASE("a sidecar that fails is started again, whatever the pod's policy, and nothing waits for it",
          "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1", with_sidecars("Never"));
    cluster.run();
    exit_nth_process(cluster, 1, 1);
    cluster.advance(seconds(2));
    CHECK(int_at(cluster.pod("web"), "/status/initContainerStatuses/0/restartCount") == 1);
    CHECK(cluster.phase("web") == "Running");
    CHECK(is_pod_ready(cluster.pod("web")));
    exit_nth_process(cluster, 4, 1);
    cluster.advance(seconds(2));
    CHECK(string_at(cluster.pod("web"), "/status/initContainerStatuses/0/state/waiting/reason") ==
          "CrashLoopBackOff");
    CHECK(cluster.phase("web") == "Running");
    CHECK_FALSE(is_pod_ready(cluster.pod("web")));
    CHECK(condition(cluster.pod("web"), "Initialized") == "True");
}

TEST_CASE("sidecars do not keep a pod alive whose containers have ended", "[kubelet]") {
    const int code = GENERATE(0, 3);
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1", with_sidecars("Never"));
    cluster.run();
    exit_nth_process(cluster, 3, code);
    cluster.advance(seconds(5));
    CHECK(cluster.phase("web") == (code == 0 ? "Succeeded" : "Failed"));
    CHECK(cluster.machine.processes.running().empty());
    CHECK(cluster.containers().size() == 3);
}

TEST_CASE("sidecars outlive the containers of a pod that is deleted", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1", with_sidecars("Always"));
    cluster.run();
    cluster.machine.processes.ignores_term = true;
    cluster.mark_deleted("web");
    cluster.advance(seconds(20));
    CHECK(cluster.machine.processes.running().size() == 3);
    cluster.machine.processes.ignores_term = false;
    cluster.advance(seconds(1));
    CHECK(cluster.machine.processes.running().size() == 3);  // none of the sidecars has been told to stop
    exit_nth_process(cluster, 3, 0);
    cluster.advance(seconds(5));
    CHECK(cluster.pod("web").is_null());
    CHECK(cluster.containers().empty());
}

TEST_CASE("a container may have a policy of its own", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1",
                 {{"containers", {{{"name", "main"}, {"image", "web:1"}, {"restartPolicy", "Never"}}}}});
    cluster.run();
    exit_nth_process(cluster, 1, 3);
    cluster.advance(seconds(5));
    CHECK(cluster.containers() == Names{"u1_main_0 exited"});
    CHECK(cluster.phase("web") == "Failed");
}

TEST_CASE("images that do not come are asked for less and less often", "[kubelet]") {
    auto registry = runtime::ImageRegistry::parse({{"default", {{"delayMilliseconds", 0}, {"fails", 2}}}});
    REQUIRE(registry);
    Cluster cluster({}, *registry);
    cluster.start();
    const auto pulls = [&] { return std::count(cluster.calls.begin(), cluster.calls.end(), "PullImage"); };
    SECTION("IfNotPresent") {
        cluster.bind("web", "u1");
        cluster.run();
        CHECK(pulls() == 1);
        CHECK(cluster.waiting_reason("web") == "ErrImagePull");
        CHECK(cluster.phase("web") == "Pending");
        cluster.advance(seconds(11));
        CHECK(pulls() == 2);
        cluster.advance(seconds(10));
        CHECK(cluster.waiting_reason("web") == "ImagePullBackOff");
        CHECK(pulls() == 2);
        cluster.advance(seconds(11));
        CHECK(pulls() == 3);
        CHECK(cluster.phase("web") == "Running");
    }
    SECTION("Never") {
        cluster.bind(
            "web", "u1",
            {{"containers", {{{"name", "main"}, {"image", "web:1"}, {"imagePullPolicy", "Never"}}}}});
        cluster.run();
        CHECK(pulls() == 0);
        CHECK(cluster.waiting_reason("web") == "ErrImageNeverPull");
    }
    SECTION("Always, and latest") {
        for (const auto* image : {"web:1", "web:1", "web:1", "other"}) {
            static int number = 0;
            const auto name = "web-" + std::to_string(++number);
            cluster.bind(
                name, name,
                {{"containers", {{{"name", "main"}, {"image", image}, {"imagePullPolicy", "Always"}}}}});
            cluster.run();
        }
        CHECK(pulls() == 4);
        CHECK(cluster.phase("web-3") == "Running");
    }
}

TEST_CASE("with image-never-arrives no container starts", "[kubelet]") {
    Cluster cluster({.switches = {Switch::image_never_arrives}});
    cluster.start();
    cluster.bind("web", "u1");
    cluster.advance(seconds(1000));
    CHECK(cluster.phase("web") == "Pending");
    CHECK(cluster.containers().empty());
}

TEST_CASE("a kubelet that ignores the name of the node runs what is bound anywhere", "[kubelet]") {
    Cluster cluster({.switches = {Switch::kubelet_ignores_node_name}});
    cluster.start();
    cluster.bind("elsewhere", "u1", {{"nodeName", "node-1"}});
    cluster.bind("nowhere", "u2", {{"nodeName", ""}});
    cluster.run();
    CHECK(cluster.containers() == Names{"u1_main_0 running"});
    cluster.bind("nowhere", "u2", {{"nodeName", "node-2"}});
    cluster.run();
    CHECK(cluster.containers() == Names{"u1_main_0 running", "u2_main_0 running"});
}

TEST_CASE("containers outlive a crash of the kubelet, and those of unknown pods are killed", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.bind("kept", "u1");
    cluster.bind("gone", "u2");
    cluster.run();
    const auto processes = cluster.machine.processes.running();
    const Json before = cluster.pod("kept");

    cluster.crash();
    cluster.remove("gone");
    cluster.advance(seconds(5));
    CHECK(cluster.machine.processes.running() == processes);  // containers outlive their kubelet
    cluster.start();
    cluster.advance(seconds(5));
    CHECK(cluster.containers() == Names{"u1_main_0 running"});
    CHECK(cluster.machine.processes.running() == decltype(processes){*processes.begin()});
    CHECK(cluster.pod("kept") == before);  // nothing was new
    cluster.bind("next", "u3");
    cluster.run();
    CHECK(string_at(cluster.pod("next"), "/status/podIP") == "10.244.0.2");
}

TEST_CASE("a container that was created but not started is started after a crash", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.lost_calls = {"StartContainer"};
    cluster.bind("web", "u1");
    cluster.run();
    CHECK(cluster.containers() == Names{"u1_main_0 created"});
    cluster.crash();
    cluster.start();
    CHECK(cluster.containers() == Names{"u1_main_0 running"});
    CHECK(cluster.phase("web") == "Running");
}

TEST_CASE("a crash at any moment of a deletion does not leave the pod or its container", "[kubelet]") {
    for (int turns = 0; turns < 40; ++turns) {
        Cluster cluster;
        cluster.start();
        cluster.bind("web", "u1");
        for (int turn = 0; turn < turns; ++turn) cluster.world.step();
        cluster.mark_deleted("web");
        for (int turn = 0; turn < turns; ++turn) cluster.world.step();
        cluster.crash();
        cluster.start();
        cluster.advance(seconds(60));
        INFO("after " << turns << " turns");
        CHECK(cluster.pod("web").is_null());
        CHECK(cluster.containers().empty());
        CHECK(cluster.machine.processes.running().empty());
    }
}
