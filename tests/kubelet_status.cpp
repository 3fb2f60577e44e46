#include <catch2/catch.hpp>

#include "reference/kubelet/status_patch.hpp"
#include "tests/kubelet_cluster.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::kubelet;
using namespace kcheck::reference::testing;
using std::chrono::seconds;

namespace {

using Names = std::vector<std::string>;

/// Loses the first request of this method, once.
std::function<Fate(const Request&)> lose_first(const std::string& method, Fate fate) {
    return [method, fate, lost = false](const Request& request) mutable {
        if (request.method != method || std::exchange(lost, true)) return Fate::carried_out;
        return fate;
    };
}

KubeletOptions with_room(const std::string& cpu, int pods) {
    KubeletOptions options;
    options.node.cpu = cpu;
    options.node.pods = pods;
    return options;
}

Json needs_cpu(const std::string& cpu) {
    return {{"containers",
             {{{"name", "main"}, {"image", "web:1"}, {"resources", {{"requests", {{"cpu", cpu}}}}}}}}};
}

}  // namespace

TEST_CASE("a lost reply to PATCH is made up for within 10 s, with one write in all", "[kubelet]") {
    for (const auto fate : {Fate::lost, Fate::reply_lost}) {
        Cluster cluster;
        cluster.start();
        cluster.bind("web", "u1", needs_cpu("1000"));
        cluster.api.faults = lose_first("PATCH", fate);
        cluster.run();
        CHECK(cluster.phase("web") == (fate == Fate::lost ? "Pending" : "Failed"));
        const auto gets = cluster.api.count("GET", "/web");
        cluster.advance(seconds(11));
        CHECK(cluster.phase("web") == "Failed");
        CHECK(cluster.api.count("GET", "/web") == gets + 1);
        CHECK(cluster.api.patches.size() == 1);
    }
}

TEST_CASE("a lost reply to DELETE is made up for within 10 s", "[kubelet]") {
    for (const auto fate : {Fate::lost, Fate::reply_lost}) {
        Cluster cluster;
        cluster.start();
        cluster.bind("web", "u1");
        cluster.run();
        cluster.api.faults = lose_first("DELETE", fate);
        cluster.api.mark_deleted("web");
        cluster.run();
        CHECK(cluster.api.pod("web").is_null() == (fate == Fate::reply_lost));
        cluster.advance(seconds(11));
        CHECK(cluster.api.pod("web").is_null());
        CHECK(cluster.containers().empty());
    }
}

TEST_CASE("a change while a pass is under way is written by the next", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    bool exited = false;
    cluster.api.faults = [&](const Request& request) {
        if (request.method == "PATCH" && cluster.containers() == Names{"u1_main_0 running"} &&
            !std::exchange(exited, true))
            cluster.exit_process(7);
        return Fate::carried_out;
    };
    cluster.bind("web", "u1", {{"restartPolicy", "Never"}});
    cluster.advance(seconds(3));
    CHECK(exited);
    CHECK(cluster.phase("web") == "Failed");
}

TEST_CASE("the kubelet asserts its own conditions over other writers, and leaves theirs", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1");
    cluster.run();
    Json pod = cluster.api.pod("web");
    for (auto& condition : pod["status"]["conditions"])
        if (condition["type"] == "Ready") condition["status"] = "False";
    pod["status"]["conditions"].push_back({{"type", "example.com/gate"}, {"status", "True"}});
    cluster.api.put(pods_path + "/web", pod);
    cluster.run();
    CHECK_FALSE(is_pod_ready(cluster.api.pod("web")));
    cluster.advance(seconds(11));
    CHECK(is_pod_ready(cluster.api.pod("web")));
    CHECK(condition_is_true(cluster.api.pod("web"), "example.com/gate"));
}

TEST_CASE("a pod that somebody has made terminal ends, and stays so", "[kubelet]") {
    const std::string phase = GENERATE("Failed", "Succeeded");
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1");
    cluster.run();
    REQUIRE(is_pod_ready(cluster.api.pod("web")));
    cluster.processes.ignores_term = true;
    Json pod = cluster.api.pod("web");
    pod["status"]["phase"] = phase;
    pod["status"]["reason"] = "Shutdown";
    cluster.api.put(pods_path + "/web", pod);
    // While it stops, the kubelet has something to say, but not that it runs.
    for (int second = 0; second < 30; second += 5) {
        cluster.advance(seconds(5));
        CHECK(cluster.phase("web") == phase);
        CHECK(string_at(cluster.api.pod("web"), "/status/reason") == "Shutdown");
        if (second >= 10) CHECK_FALSE(is_pod_ready(cluster.api.pod("web")));
    }
    cluster.advance(seconds(10));
    CHECK(cluster.containers() == Names{"u1_main_0 exited"});
    CHECK(cluster.phase("web") == phase);
    cluster.crash();
    cluster.start();
    cluster.advance(seconds(70));
    CHECK(cluster.containers() == Names{"u1_main_0 exited"});
    CHECK(cluster.phase("web") == phase);
    const auto patches = cluster.api.patches.size();
    cluster.advance(seconds(30));
    CHECK(cluster.api.patches.size() == patches);  // there is nothing to argue about
}

TEST_CASE("a pod that is terminal when the kubelet begins is not started", "[kubelet]") {
    Cluster cluster;
    cluster.bind("web", "u1");
    Json pod = cluster.api.pod("web");
    pod["status"]["phase"] = "Failed";
    cluster.api.put(pods_path + "/web", pod);
    cluster.start();
    cluster.advance(seconds(70));
    CHECK(cluster.containers().empty());
    CHECK(cluster.phase("web") == "Failed");
}

TEST_CASE("a pod of the host network has the node's address, the others one of their own", "[kubelet]") {
    KubeletOptions options;
    options.node.host_ip = "192.0.2.7";
    options.pod_subnet = 3;
    Cluster cluster(options);
    cluster.start();
    cluster.bind("host", "u1", {{"hostNetwork", true}});
    cluster.bind("other", "u2");
    cluster.run();
    const Json host = cluster.api.pod("host"), other = cluster.api.pod("other");
    CHECK(string_at(host, "/status/podIP") == "192.0.2.7");
    CHECK(at(host, "/status/podIPs") == Json::array({{{"ip", "192.0.2.7"}}}));
    CHECK(string_at(other, "/status/podIP") == "10.244.3.1");
    for (const Json& pod : {host, other}) {
        CHECK(string_at(pod, "/status/hostIP") == "192.0.2.7");
        CHECK(at(pod, "/status/hostIPs") == Json::array({{{"ip", "192.0.2.7"}}}));
    }
}

TEST_CASE("what does not fit is rejected for good", "[kubelet]") {
    Cluster cluster(with_room("1", 3));
    cluster.start();
    cluster.bind("first", "u1", needs_cpu("600m"));
    cluster.run();
    cluster.bind("second", "u2", needs_cpu("600m"));
    cluster.run();
    CHECK(cluster.containers() == Names{"u1_main_0 running"});
    CHECK(cluster.phase("second") == "Failed");
    const Json& rejected = cluster.api.pod("second");
    CHECK(string_at(rejected, "/status/reason") == "OutOfcpu");
    CHECK(
        string_at(rejected, "/status/message") ==
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 600, used: 600, capacity: 1000");
    CHECK_FALSE(is_pod_ready(rejected));

    // A rejected pod holds no room.
    cluster.bind("third", "u3", needs_cpu("400m"));
    cluster.bind("fourth", "u4");
    cluster.bind("fifth", "u5");
    cluster.run();
    CHECK(cluster.phase("third") == "Running");
    CHECK(cluster.phase("fourth") == "Running");
    CHECK(string_at(cluster.api.pod("fifth"), "/status/reason") == "OutOfpods");
    CHECK(string_at(cluster.api.pod("fifth"), "/status/message")
              .ends_with("pods, requested: 1, used: 3, capacity: 3"));

    cluster.api.mark_deleted("second");
    cluster.advance(seconds(11));
    CHECK(cluster.api.pod("second").is_null());
}

TEST_CASE("a terminating pod holds its room until nothing of it runs", "[kubelet]") {
    Cluster cluster(with_room("1", 110));
    cluster.start();
    cluster.bind("old", "u1", needs_cpu("1"));
    cluster.run();
    cluster.processes.ignores_term = true;
    cluster.api.mark_deleted("old");
    cluster.advance(seconds(10));
    cluster.bind("early", "u2", needs_cpu("1"));
    cluster.run();
    CHECK(cluster.phase("early") == "Failed");
    cluster.advance(seconds(21));
    cluster.bind("late", "u3", needs_cpu("1"));
    cluster.run();
    CHECK(cluster.phase("late") == "Running");
}

TEST_CASE("two pods that want one port of the node do not both get it", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    const Json spec = {
        {"containers",
         {{{"name", "main"}, {"image", "web:1"}, {"ports", {{{"containerPort", 80}, {"hostPort", 80}}}}}}}};
    cluster.bind("first", "u1", spec);
    cluster.bind("second", "u2", spec);
    cluster.run();
    CHECK(cluster.phase("first") == "Running");
    CHECK(string_at(cluster.api.pod("second"), "/status/reason") == "NodePorts");
}

TEST_CASE("with kubelet-admits-everything nothing is rejected", "[kubelet]") {
    auto options = with_room("1", 1);
    options.switches = {Switch::kubelet_admits_everything};
    Cluster cluster(options);
    cluster.start();
    cluster.bind("first", "u1", needs_cpu("1"));
    cluster.bind("second", "u2", needs_cpu("1"));
    cluster.run();
    CHECK(cluster.phase("first") == "Running");
    CHECK(cluster.phase("second") == "Running");
}

TEST_CASE("after a restart the oldest pods are admitted first", "[kubelet]") {
    Cluster cluster(with_room("1", 110));
    cluster.bind("a-young", "u1", needs_cpu("1"));
    Json old = cluster.api.pod("a-young");
    old["metadata"].update({{"name", "z-old"}, {"uid", "u2"}, {"creationTimestamp", "2025-01-01T00:00:00Z"}});
    cluster.api.put(pods_path + "/z-old", old);
    cluster.start();
    CHECK(cluster.phase("z-old") == "Running");
    CHECK(cluster.phase("a-young") == "Failed");
}

TEST_CASE("admission and the passes are the environment's to order", "[kubelet]") {
    Cluster cluster;
    cluster.options.relists = false;
    cluster.start();
    cluster.bind("web", "u1");
    cluster.own->run_one();  // the event
    CHECK(cluster.own->waiting() == Names{"admit default/web"});
    cluster.own->run_one();
    CHECK(cluster.own->waiting() == Names{"sync u1"});
    cluster.own->run_one();
    CHECK(cluster.own->waiting() == Names{"ListContainers "});
    cluster.own->run_one();
    // The first status waits while the containers are started: what comes until then is one pass.
    CHECK(cluster.own->waiting() == Names{"status u1", "ImageStatus "});
}

TEST_CASE("patches say what has changed, and whose they are", "[kubelet]") {
    const auto before =
        Json::parse(R"({"phase": "Pending", "reason": "r", "gone": null, "qosClass": "Burstable",
        "conditions": [{"type": "A", "status": "True"}, {"type": "Ready", "status": "False", "reason": "x"}],
        "containerStatuses": [{"name": "c", "ready": false, "state": {"waiting": {}}}]})");
    CHECK(pod_status_patch("u", before, before) == nullptr);
    auto after = before;
    after.erase("reason");
    after.erase("gone");
    after["phase"] = "Running";
    after["conditions"] = {{{"type", "Ready"}, {"status", "True"}}};
    after["podIPs"] = {{{"ip", "10.244.0.1"}}};
    after["containerStatuses"][0]["ready"] = true;
    CHECK(pod_status_patch("u", before, after) == Json::parse(R"({"metadata": {"uid": "u"}, "status": {
        "phase": "Running", "reason": null,
        "$setElementOrder/conditions": [{"type": "Ready"}],
        "conditions": [{"type": "Ready", "status": "True", "reason": null},
                       {"type": "A", "$patch": "delete"}],
        "podIPs": [{"ip": "10.244.0.1"}],
        "containerStatuses": [{"name": "c", "ready": true, "state": {"waiting": {}}}]}})"));
}

TEST_CASE("a Node registers, keeps its Lease, and reports what changes", "[kubelet]") {
    TestEnvironment environment;
    TestApi api(environment);
    const std::string node_path = "/api/v1/nodes/node-0",
                      lease_path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-0";
    NodeStatus node(environment, api, "kubelet/node-0",
                    {.name = "node-0", .cpu = "2", .labels = {{"zone", "a"}}});
    int lost = 0;
    api.faults = [&](const Request& request) {
        return request.method == "POST" && ++lost <= 2 ? Fate::lost : Fate::carried_out;
    };
    node.register_node();
    environment.advance(seconds(5));
    Json stored = api.at_path(node_path);
    CHECK(string_at(stored, "/status/allocatable/cpu") == "2");
    CHECK(string_at(stored, "/status/capacity/pods") == "110");
    CHECK(stored["metadata"]["labels"] == Json{{"kubernetes.io/hostname", "node-0"},
                                               {"kubernetes.io/os", "linux"},
                                               {"kubernetes.io/arch", "amd64"},
                                               {"beta.kubernetes.io/os", "linux"},
                                               {"beta.kubernetes.io/arch", "amd64"},
                                               {"zone", "a"}});
    CHECK(condition_is_true(stored, "Ready"));

    // As after a restart: there is one, of an older kubelet.
    stored["metadata"]["labels"].erase("beta.kubernetes.io/os");
    stored["metadata"]["labels"]["zone"] = "b";
    api.put(node_path, stored);
    node.register_node();
    environment.advance(seconds(5));
    CHECK(label(api.at_path(node_path), "beta.kubernetes.io/os") == "linux");
    CHECK(label(api.at_path(node_path), "zone") == "b");
    node.start_heartbeats();
    environment.advance(seconds(1));
    CHECK(string_at(api.at_path(lease_path), "/spec/holderIdentity") == "node-0");
    CHECK(int_at(api.at_path(lease_path), "/spec/leaseDurationSeconds") == 40);
    const auto renewed = string_at(api.at_path(lease_path), "/spec/renewTime");
    CHECK(renewed == "2026-01-01T00:00:10.000000Z");
    environment.advance(seconds(60));
    CHECK(string_at(api.at_path(lease_path), "/spec/renewTime") > renewed);
    CHECK(api.count("PATCH", "/nodes/node-0/status") == 0);  // nothing has changed

    stored = api.at_path(node_path);
    for (auto& condition : stored["status"]["conditions"]) condition["status"] = "Unknown";
    api.put(node_path, stored);
    environment.advance(seconds(11));
    CHECK(condition_is_true(api.at_path(node_path), "Ready"));
    CHECK(api.count("PATCH", "/nodes/node-0/status") == 1);
    environment.advance(seconds(310));
    CHECK(api.count("PATCH", "/nodes/node-0/status") == 2);  // it is due
    environment.drop_everything();
}

TEST_CASE("back-off doubles up to a limit, and forgets", "[kubelet]") {
    BackOff back_off(seconds(10), seconds(300));
    Time now = from_rfc3339("2026-01-01T00:00:00Z");
    CHECK_FALSE(back_off.is_in_back_off("k", now));
    std::vector<std::int64_t> delays;
    for (int failures = 0; failures < 7; ++failures) {
        back_off.next("k", now, now);
        delays.push_back(back_off.delay("k").count());
        CHECK(back_off.is_in_back_off("k", now + back_off.delay("k") - seconds(1)));
        now += back_off.delay("k");
        CHECK_FALSE(back_off.is_in_back_off("k", now));
    }
    CHECK(delays == std::vector<std::int64_t>{10, 20, 40, 80, 160, 300, 300});
    now += seconds(601);
    back_off.next("k", now, now);
    CHECK(back_off.delay("k") == seconds(10));
    back_off.forget("k");
    CHECK(back_off.delay("k") == seconds(0));
}
