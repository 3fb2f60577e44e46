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

/// What waits for its turn, "verb object".
Names works(const Cluster& cluster) {
    Names result;
    for (const auto& work : cluster.process.works)
        if (!work.due) result.push_back(work.activity.verb + " " + work.activity.object);
    return result;
}

Names calls(const Cluster& cluster) {
    Names result;
    for (const auto& call : cluster.process.calls) result.push_back(call.method);
    return result;
}

}  // namespace

TEST_CASE("a lost reply to PATCH is made up for within 10 s, with one write in all", "[kubelet]") {
    for (const auto fate : {Fate::lost, Fate::reply_lost}) {
        Cluster cluster;
        cluster.start();
        cluster.bind("web", "u1", needs_cpu("1000"));
        cluster.fates = lose_first("PATCH", fate);
        cluster.run();
        CHECK(cluster.phase("web") == (fate == Fate::lost ? "Pending" : "Failed"));
        const auto gets = cluster.count("GET", "/web");
        cluster.advance(seconds(11));
        CHECK(cluster.phase("web") == "Failed");
        CHECK(cluster.count("GET", "/web") == gets + 1);
        CHECK(cluster.patches().size() == 1);
    }
}

TEST_CASE("a lost reply to DELETE is made up for within 10 s", "[kubelet]") {
    for (const auto fate : {Fate::lost, Fate::reply_lost}) {
        Cluster cluster;
        cluster.start();
        cluster.bind("web", "u1");
        cluster.run();
        cluster.fates = lose_first("DELETE", fate);
        cluster.mark_deleted("web");
        cluster.run();
        CHECK(cluster.pod("web").is_null() == (fate == Fate::reply_lost));
        cluster.advance(seconds(11));
        CHECK(cluster.pod("web").is_null());
        CHECK(cluster.containers().empty());
    }
}

TEST_CASE("a change while a pass is under way is written by the next", "[kubelet]") {
    Cluster cluster;
    cluster.start();
    bool exited = false;
    cluster.fates = [&](const Request& request) {
        if (request.method == "PATCH" && cluster.containers() == Names{"u1_main_0 running"} &&
            !std::exchange(exited, true))
            cluster.machine.exit_process(7);
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
    cluster.world.edit(pods_path + "/web", [](Json& pod) {
        for (auto& condition : pod["status"]["conditions"])
            if (condition["type"] == "Ready") condition["status"] = "False";
        pod["status"]["conditions"].push_back({{"type", "example.com/gate"}, {"status", "True"}});
    });
    cluster.run();
    CHECK_FALSE(is_pod_ready(cluster.pod("web")));
    cluster.advance(seconds(11));
    CHECK(is_pod_ready(cluster.pod("web")));
    CHECK(condition_is_true(cluster.pod("web"), "example.com/gate"));
}

TEST_CASE("a pod that somebody has made terminal ends, and stays so", "[kubelet]") {
    const std::string phase = GENERATE("Failed", "Succeeded");
    Cluster cluster;
    cluster.start();
    cluster.bind("web", "u1");
    cluster.run();
    REQUIRE(is_pod_ready(cluster.pod("web")));
    cluster.machine.processes.ignores_term = true;
    cluster.world.edit(pods_path + "/web", [&](Json& pod) {
        pod["status"]["phase"] = phase;
        pod["status"]["reason"] = "Shutdown";
    });
    // While it stops, the kubelet has something to say, but not that it runs.
    for (int second = 0; second < 30; second += 5) {
        cluster.advance(seconds(5));
        CHECK(cluster.phase("web") == phase);
        CHECK(string_at(cluster.pod("web"), "/status/reason") == "Shutdown");
        if (second >= 10) CHECK_FALSE(is_pod_ready(cluster.pod("web")));
    }
    cluster.advance(seconds(10));
    CHECK(cluster.containers() == Names{"u1_main_0 exited"});
    CHECK(cluster.phase("web") == phase);
    cluster.crash();
    cluster.start();
    cluster.advance(seconds(70));
    CHECK(cluster.containers() == Names{"u1_main_0 exited"});
    CHECK(cluster.phase("web") == phase);
    const auto patches = cluster.patches().size();
    cluster.advance(seconds(30));
    CHECK(cluster.patches().size() == patches);  // there is nothing to argue about
}

TEST_CASE("a pod that is terminal when the kubelet begins is not started", "[kubelet]") {
    Cluster cluster;
    cluster.bind("web", "u1");
    cluster.world.edit(pods_path + "/web", [](Json& pod) { pod["status"]["phase"] = "Failed"; });
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
    const Json host = cluster.pod("host"), other = cluster.pod("other");
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
    const Json& rejected = cluster.pod("second");
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
    CHECK(string_at(cluster.pod("fifth"), "/status/reason") == "OutOfpods");
    CHECK(string_at(cluster.pod("fifth"), "/status/message")
              .ends_with("pods, requested: 1, used: 3, capacity: 3"));

    cluster.mark_deleted("second");
    cluster.advance(seconds(11));
    CHECK(cluster.pod("second").is_null());
}

TEST_CASE("a terminating pod holds its room until nothing of it runs", "[kubelet]") {
    Cluster cluster(with_room("1", 110));
    cluster.start();
    cluster.bind("old", "u1", needs_cpu("1"));
    cluster.run();
    cluster.machine.processes.ignores_term = true;
    cluster.mark_deleted("old");
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
    CHECK(string_at(cluster.pod("second"), "/status/reason") == "NodePorts");
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
    cluster.bind("z-old", "u2", needs_cpu("1"));
    cluster.world.now += seconds(1);
    cluster.bind("a-young", "u1", needs_cpu("1"));
    cluster.start();
    CHECK(cluster.phase("z-old") == "Running");
    CHECK(cluster.phase("a-young") == "Failed");
}

TEST_CASE("admission and the passes are the environment's to order", "[kubelet]") {
    Cluster cluster;
    cluster.options.relists = false;
    cluster.start();
    cluster.bind("web", "u1");
    while (cluster.process.deliver_event()) {
    }
    CHECK(works(cluster) == Names{"admit default/web"});
    cluster.process.run_one();
    CHECK(works(cluster) == Names{"sync " + cluster.uid("u1")});
    cluster.process.run_one();
    CHECK(works(cluster).empty());
    CHECK(calls(cluster) == Names{"ListContainers"});
    cluster.machine.carry_out(cluster.process.take_call(cluster.process.calls.front().id));
    // The first status waits while the containers are started: what comes until then is one pass.
    CHECK(works(cluster) == Names{"status " + cluster.uid("u1")});
    CHECK(calls(cluster) == Names{"ImageStatus"});
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
    simulation::World world;
    simulation::Process process(world, "kubelet/node-0", "node-0");
    const auto api = process.api(simulation::user_of("system:node:node-0"));
    const std::string node_path = "/api/v1/nodes/node-0",
                      lease_path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-0";
    NodeStatus node(process, *api, "kubelet/node-0",
                    {.name = "node-0", .cpu = "2", .labels = {{"zone", "a"}}});
    int lost = 0;
    world.fault = [&](const User&, const Request& request) {
        return request.method == "POST" && ++lost <= 2 ? std::optional(simulation::Fault()) : std::nullopt;
    };
    const auto patches = [&] {
        return std::count_if(world.log.begin(), world.log.end(), [](const simulation::Arrival& arrival) {
            return arrival.request.method == "PATCH" &&
                   arrival.request.path.ends_with("/nodes/node-0/status");
        });
    };
    node.register_node();
    world.settle_for(seconds(5));
    const Json stored = world.object(node_path);
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
    world.edit(node_path, [](Json& older) {
        older["metadata"]["labels"].erase("beta.kubernetes.io/os");
        older["metadata"]["labels"]["zone"] = "b";
    });
    node.register_node();
    world.settle_for(seconds(5));
    CHECK(label(world.object(node_path), "beta.kubernetes.io/os") == "linux");
    CHECK(label(world.object(node_path), "zone") == "b");
    node.start_heartbeats();
    world.settle_for(seconds(1));
    CHECK(string_at(world.object(lease_path), "/spec/holderIdentity") == "node-0");
    CHECK(int_at(world.object(lease_path), "/spec/leaseDurationSeconds") == 40);
    const auto renewed = string_at(world.object(lease_path), "/spec/renewTime");
    CHECK(renewed == "2026-01-01T00:00:10.000000Z");
    world.settle_for(seconds(60));
    CHECK(string_at(world.object(lease_path), "/spec/renewTime") > renewed);
    CHECK(patches() == 0);  // nothing has changed

    world.edit(node_path, [](Json& changed) {
        for (auto& condition : changed["status"]["conditions"]) condition["status"] = "Unknown";
    });
    world.settle_for(seconds(11));
    CHECK(condition_is_true(world.object(node_path), "Ready"));
    CHECK(patches() == 1);
    world.settle_for(seconds(310));
    CHECK(patches() == 2);  // it is due
    process.crash();
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
