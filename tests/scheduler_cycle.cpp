// kube-scheduler in a small world: from the pod's event to its binding.
#include <catch2/catch.hpp>

#include "reference/scheduler/kube_scheduler.hpp"
#include "tests/scheduler_support.hpp"
#include "tests/support/fake_cluster.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::scheduler;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string pods_path = "/api/v1/namespaces/default/pods/";
const std::string nodes_path = "/api/v1/nodes/";

/// One scheduler process. Destroying it is a crash.
struct Process {
    Process(FakeCluster& cluster, const SchedulerOptions& options)
        : pods(cluster.environment, cluster, KubeScheduler::pod_informer_options()),
          nodes(cluster.environment, cluster, KubeScheduler::node_informer_options()),
          scheduler(cluster.environment, cluster, pods, nodes, options) {
        scheduler.start();
        pods.start();
        nodes.start();
    }
    client::Informer pods, nodes;
    KubeScheduler scheduler;
};

struct Fixture {
    FakeCluster cluster;
    SchedulerOptions options;
    std::unique_ptr<Process> process;

    void start() {
        process = std::make_unique<Process>(cluster, options);
        cluster.settle();
    }
    void add_node(const std::string& name, const std::string& pods = "110") {
        cluster.put(nodes_path + name, make_node(name, "4", "8Gi", pods));
    }
    void add_pod(const std::string& name) { cluster.put(pods_path + name, make_pod(name)); }
    std::string node_of(const std::string& pod) const {
        return string_at(cluster.objects.at(pods_path + pod), "/spec/nodeName");
    }
    std::size_t bindings() const {
        return static_cast<std::size_t>(std::count_if(cluster.sent.begin(), cluster.sent.end(), is_binding));
    }
    static bool is_binding(const Request& request) { return request.path.ends_with("/binding"); }
    std::vector<std::string> event_reasons() const {
        std::vector<std::string> reasons;
        for (const auto& request : cluster.sent)
            if (request.path.ends_with("/events")) reasons.push_back(string_at(request.body, "/reason"));
        return reasons;
    }
    void fail_bindings(int status, bool commits) {
        cluster.fault = [status, commits](const Request& request) {
            std::optional<std::pair<Response, bool>> planned;
            if (is_binding(request)) planned = {Response{.status = status, .body = {}}, commits};
            return planned;
        };
    }
};

}  // namespace

TEST_CASE("pods are spread over the nodes, and bound by POST binding with their UID") {
    Fixture f;
    f.add_node("node-1");
    f.add_node("node-2");
    f.start();
    for (const auto* name : {"a", "b", "c", "d"}) f.add_pod(name);
    f.cluster.settle();

    std::map<std::string, int> count;
    for (const auto* name : {"a", "b", "c", "d"}) ++count[f.node_of(name)];
    CHECK(count == std::map<std::string, int>{{"node-1", 2}, {"node-2", 2}});
    const auto& binding = *std::find_if(f.cluster.sent.begin(), f.cluster.sent.end(), Fixture::is_binding);
    CHECK(binding.path == pods_path + "a/binding");
    CHECK(string_at(binding.body, "/metadata/uid") == uid_of(f.cluster.objects.at(pods_path + "a")));
    CHECK(string_at(binding.body, "/target/name") == f.node_of("a"));
    CHECK(f.event_reasons() == std::vector<std::string>(4, "Scheduled"));
    // Confirmed by the informer, nothing is assumed any more.
    CHECK_FALSE(f.process->scheduler.cache().is_assumed(uid_of(f.cluster.objects.at(pods_path + "a"))));
}

TEST_CASE("a pod that fits nowhere says so, and is scheduled once there is room") {
    Fixture f;
    f.add_node("node-1", "1");
    f.start();
    f.add_pod("a");
    f.cluster.settle();
    f.add_pod("b");
    f.cluster.settle();
    const auto condition = [&] {
        return *find_condition(f.cluster.objects.at(pods_path + "b"), "PodScheduled");
    };
    CHECK(string_at(condition(), "/reason") == "Unschedulable");
    CHECK(string_at(condition(), "/message") == "0/1 nodes are available: 1 Too many pods.");
    CHECK(f.event_reasons() == std::vector<std::string>{"Scheduled", "FailedScheduling"});

    SECTION("a new node") {
        f.add_node("node-2");
        f.cluster.settle();
        CHECK(f.node_of("b").empty());  // backing off
        f.cluster.pass(1s);
        CHECK(f.node_of("b") == "node-2");
    }
    SECTION("a pod that has come to an end") {
        f.cluster.change(pods_path + "a", {{"status", {{"phase", "Succeeded"}}}});
        f.cluster.pass(1s);
        CHECK(f.node_of("b") == "node-1");
    }
    SECTION("a node's status that changes nothing does not help, and the condition is not written again") {
        const auto writes = f.cluster.writes().size();
        f.cluster.change(nodes_path + "node-1", {{"status", {{"conditions", Json::array({1})}}}});
        f.cluster.pass(200s);
        CHECK(f.cluster.writes().size() == writes);
    }
    SECTION("a deleted pod is not thought of any more") {
        f.cluster.erase(pods_path + "b");
        f.add_node("node-2");
        f.cluster.pass(600s);
        CHECK(f.bindings() == 1);
    }
}

TEST_CASE("a lost reply: the pod is forgotten, and dropped as soon as the informer shows it bound") {
    Fixture f;
    f.add_node("node-1", "1");
    f.start();
    f.fail_bindings(0, true);
    f.add_pod("a");
    while (f.bindings() == 0) {
        f.cluster.deliver_event();
        f.cluster.environment.run_one();
    }
    f.cluster.deliver_request();  // committed, but the reply is lost; no event yet
    const auto& cache = f.process->scheduler.cache();
    CHECK(f.node_of("a") == "node-1");
    CHECK(cache.nodes().at("node-1").pods.empty());  // the node looks free (kubernetes#100140)
    CHECK(f.cluster.environment.has_timer("backoff"));
    f.cluster.settle();
    CHECK(cache.nodes().at("node-1").pods.size() == 1);
    CHECK_FALSE(f.cluster.environment.has_timer("backoff"));
    f.cluster.pass(60s);
    CHECK(f.bindings() == 1);
}

TEST_CASE("a refused binding is tried again after a back-off") {
    Fixture f;
    f.add_node("node-1");
    f.start();
    f.fail_bindings(500, false);
    f.add_pod("a");
    f.cluster.settle();
    CHECK(f.bindings() == 1);
    CHECK(string_at(*find_condition(f.cluster.objects.at(pods_path + "a"), "PodScheduled"), "/reason") ==
          "SchedulerError");
    f.cluster.fault = {};
    f.cluster.pass(1s);
    CHECK(f.node_of("a") == "node-1");
    CHECK(f.bindings() == 2);
}

TEST_CASE("with bind-failure-is-forgotten the pod stays assumed, and nobody tries again") {
    Fixture f;
    f.options.switches = {Switch::bind_failure_is_forgotten};
    f.add_node("node-1");
    f.start();
    f.fail_bindings(0, false);
    f.add_pod("a");
    f.cluster.settle();
    f.cluster.fault = {};
    f.cluster.pass(600s);
    CHECK(f.bindings() == 1);
    CHECK(f.node_of("a").empty());
    CHECK(f.process->scheduler.cache().is_assumed(uid_of(f.cluster.objects.at(pods_path + "a"))));
}

TEST_CASE("with scheduler-writes-etcd no binding is sent to kube-apiserver") {
    Fixture f;
    std::vector<Request> written;
    f.options.write_binding = [&](Request request, std::function<void(Response)> done) {
        written.push_back(std::move(request));
        f.cluster.environment.post({"kube-scheduler", "write", ""}, [done] { done(Response{}); });
    };
    f.add_node("node-1");
    f.start();
    f.add_pod("a");
    f.cluster.settle();
    REQUIRE(written.size() == 1);
    CHECK(string_at(written[0].body, "/target/name") == "node-1");
    CHECK(f.bindings() == 0);
}

TEST_CASE("the environment may take another pod of the same priority, and another node as good") {
    Fixture f;
    f.options.scores = false;
    f.add_node("node-1");
    f.add_node("node-2");
    f.add_pod("a");
    f.add_pod("b");
    f.cluster.environment.chooser = [](const Activity&, const std::vector<std::string>& candidates,
                                       std::size_t) { return candidates.size() - 1; };
    f.start();
    const auto& choices = f.cluster.environment.choices;
    REQUIRE(choices.size() == 4);
    CHECK(choices[0].first.verb == "pop");
    CHECK(choices[0].second == std::vector<std::string>{"default/a", "default/b"});
    CHECK(choices[1].first.verb == "node");
    CHECK(choices[1].first.object == "default/b");
    CHECK(choices[1].second == std::vector<std::string>{"node-1", "node-2"});
    CHECK(choices[3].first.object == "default/a");
    CHECK(f.node_of("a") == "node-2");
    CHECK(f.node_of("b") == "node-2");
}

TEST_CASE("score tables stand in for the plugins: what a node scores with so many pods there") {
    Fixture f;
    f.options.score_tables = {{"node-1", {5, 1}}, {"node-2", {3}}};
    f.add_node("node-1");
    f.add_node("node-2");
    f.start();
    for (const auto* name : {"a", "b", "c"}) {
        f.add_pod(name);
        f.cluster.settle();
    }
    CHECK(f.node_of("a") == "node-1");
    CHECK(f.node_of("b") == "node-2");
    CHECK(f.node_of("c") == "node-2");
}

TEST_CASE("pods of other schedulers, bound pods and pods being deleted are left alone") {
    Fixture f;
    f.add_node("node-1");
    auto other = make_pod("other");
    other["spec"]["schedulerName"] = "mine";
    f.cluster.put(pods_path + "other", other);
    auto deleting = make_pod("deleting");
    deleting["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    f.cluster.put(pods_path + "deleting", deleting);
    f.start();
    f.cluster.pass(600s);
    CHECK(f.cluster.writes().empty());
}

TEST_CASE("a scheduler that starts again takes over what is bound, and schedules the rest") {
    Fixture f;
    f.add_node("node-1", "2");
    f.start();
    f.add_pod("a");
    f.cluster.settle();
    f.process.reset();
    f.cluster.environment.posted.clear();
    f.cluster.environment.timers.clear();
    f.add_pod("b");
    f.add_pod("c");
    f.start();
    CHECK(f.bindings() == 2);  // a, and one of b and c
    CHECK((f.node_of("b").empty() != f.node_of("c").empty()));
}
