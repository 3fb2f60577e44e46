// kube-scheduler in a small world: from the pod's event to its binding.
#include <catch2/catch.hpp>

#include "reference/base/objects.hpp"
#include "reference/scheduler/kube_scheduler.hpp"
#include "reference/simulation/world.hpp"
#include "tests/scheduler_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::scheduler;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string pods_path = "/api/v1/namespaces/default/pods";

/// What a crash of the scheduler takes with it.
struct Scheduler {
    Scheduler(Environment& environment, client::Api& api, const SchedulerOptions& options)
        : pods(environment, api, KubeScheduler::pod_informer_options()),
          nodes(environment, api, KubeScheduler::node_informer_options()),
          scheduler(environment, api, pods, nodes, options) {
        scheduler.start();
        pods.start();
        nodes.start();
    }
    client::Informer pods, nodes;
    KubeScheduler scheduler;
};

struct CycleFixture {
    simulation::World world;
    simulation::Process process{world, "kube-scheduler"};
    std::shared_ptr<client::Api> api = process.api(simulation::user_of("system:kube-scheduler"));
    SchedulerOptions options;
    std::unique_ptr<Scheduler> running;

    ~CycleFixture() { crash(); }
    void start() {
        running = std::make_unique<Scheduler>(process, *api, options);
        world.settle();
    }
    void crash() {
        process.crash();
        running.reset();
    }
    const KubeScheduler& scheduler() const { return running->scheduler; }
    void add_node(const std::string& name, const std::string& pods = "110") {
        world.put("/api/v1/nodes", make_node(name, "4", "8Gi", pods));
    }
    void add_pod(const std::string& name) { world.put(pods_path, make_pod(name)); }
    const Json& pod(const std::string& name) { return world.object(pods_path + "/" + name); }
    std::string node_of(const std::string& name) { return string_at(pod(name), "/spec/nodeName"); }
    static bool is_binding(const Request& request) { return request.path.ends_with("/binding"); }
    /// Those that have arrived.
    std::vector<Request> bindings() const {
        std::vector<Request> found;
        for (const auto& arrival : world.log)
            if (is_binding(arrival.request)) found.push_back(arrival.request);
        return found;
    }
    std::vector<std::string> event_reasons() const {
        std::vector<std::string> reasons;
        for (const auto& [user, request, status] : world.log)
            if (request.path.ends_with("/events") && status == 201)
                reasons.push_back(string_at(request.body, "/reason"));
        return reasons;
    }
    void fail_bindings(int status) {
        world.fault = [status](const User&, const Request& request) {
            std::optional<simulation::Fault> fault;
            if (is_binding(request)) fault = {.reply = {.status = status, .body = {}}};
            return fault;
        };
    }
};

}  // namespace

TEST_CASE("pods are spread over the nodes, and bound by POST binding with their UID") {
    CycleFixture f;
    f.add_node("node-1");
    f.add_node("node-2");
    f.start();
    for (const auto* name : {"a", "b", "c", "d"}) f.add_pod(name);
    f.world.settle();

    std::map<std::string, int> count;
    for (const auto* name : {"a", "b", "c", "d"}) ++count[f.node_of(name)];
    CHECK(count == std::map<std::string, int>{{"node-1", 2}, {"node-2", 2}});
    const auto binding = f.bindings().at(0);
    CHECK(binding.path == pods_path + "/a/binding");
    CHECK(string_at(binding.body, "/metadata/uid") == uid_of(f.pod("a")));
    CHECK(string_at(binding.body, "/target/name") == f.node_of("a"));
    CHECK(f.event_reasons() == std::vector<std::string>(4, "Scheduled"));
    // Confirmed by the informer, nothing is assumed any more.
    CHECK_FALSE(f.scheduler().cache().is_assumed(uid_of(f.pod("a"))));
}

TEST_CASE("a pod that fits nowhere says so, and is scheduled once there is room") {
    CycleFixture f;
    f.add_node("node-1", "1");
    f.start();
    f.add_pod("a");
    f.world.settle();
    f.add_pod("b");
    f.world.settle();
    const auto condition = [&] { return *find_condition(f.pod("b"), "PodScheduled"); };
    CHECK(string_at(condition(), "/reason") == "Unschedulable");
    CHECK(string_at(condition(), "/message") == "0/1 nodes are available: 1 Too many pods.");
    CHECK(f.event_reasons() == std::vector<std::string>{"Scheduled", "FailedScheduling"});

    SECTION("a new node") {
        f.add_node("node-2");
        f.world.settle();
        CHECK(f.node_of("b").empty());  // backing off
        f.world.settle_for(1s);
        CHECK(f.node_of("b") == "node-2");
    }
    SECTION("a pod that has come to an end") {
        f.world.edit(pods_path + "/a", [](Json& pod) { pod["status"]["phase"] = "Succeeded"; });
        f.world.settle_for(1s);
        CHECK(f.node_of("b") == "node-1");
    }
    SECTION("a node's status that changes nothing does not help, and the condition is not written again") {
        const auto writes = f.world.writes().size();
        f.world.edit("/api/v1/nodes/node-1", [](Json& node) {
            node["status"]["conditions"] = {{{"type", "Ready"}, {"status", "True"}}};
        });
        f.world.settle_for(200s);
        CHECK(f.world.writes().size() == writes);
    }
    SECTION("a deleted pod is not thought of any more") {
        f.world.remove(pods_path + "/b");
        f.add_node("node-2");
        f.world.settle_for(600s);
        CHECK(f.bindings().size() == 1);
    }
}

TEST_CASE("a lost reply: the pod is forgotten, and dropped as soon as the informer shows it bound") {
    CycleFixture f;
    f.add_node("node-1", "1");
    f.start();
    f.add_pod("a");
    const simulation::PendingRequest* binding = nullptr;
    while ((binding = f.process.find(
                [](const auto& each) { return CycleFixture::is_binding(each.request); })) == nullptr)
        if (!f.process.deliver_event()) REQUIRE(f.process.run_one());
    f.process.finish(binding->id, simulation::Outcome::lost_committed);  // no event yet
    const auto& cache = f.scheduler().cache();
    CHECK(f.node_of("a") == "node-1");
    CHECK(cache.nodes().at("node-1").pods.empty());  // the node looks free (kubernetes#100140)
    CHECK(f.process.has_timer("backoff"));
    f.world.settle();
    CHECK(cache.nodes().at("node-1").pods.size() == 1);
    CHECK_FALSE(f.process.has_timer("backoff"));
    f.world.settle_for(60s);
    CHECK(f.bindings().size() == 1);
}

TEST_CASE("a refused binding is tried again after a back-off") {
    CycleFixture f;
    f.add_node("node-1");
    f.start();
    f.fail_bindings(500);
    f.add_pod("a");
    f.world.settle();
    CHECK(f.bindings().size() == 1);
    CHECK(string_at(*find_condition(f.pod("a"), "PodScheduled"), "/reason") == "SchedulerError");
    f.world.fault = {};
    f.world.settle_for(1s);
    CHECK(f.node_of("a") == "node-1");
    CHECK(f.bindings().size() == 2);
}

TEST_CASE("with bind-failure-is-forgotten the pod stays assumed, and nobody tries again") {
    CycleFixture f;
    f.options.switches = {Switch::bind_failure_is_forgotten};
    f.add_node("node-1");
    f.start();
    f.fail_bindings(0);
    f.add_pod("a");
    f.world.settle();
    f.world.fault = {};
    f.world.settle_for(600s);
    CHECK(f.bindings().size() == 1);
    CHECK(f.node_of("a").empty());
    CHECK(f.scheduler().cache().is_assumed(uid_of(f.pod("a"))));
}

TEST_CASE("with scheduler-writes-etcd no binding is sent to kube-apiserver") {
    CycleFixture f;
    std::vector<Request> written;
    f.options.write_binding = [&](Request request, std::function<void(Response)> done) {
        written.push_back(std::move(request));
        f.process.post({"kube-scheduler", "write", ""}, [done] { done(Response{}); });
    };
    f.add_node("node-1");
    f.start();
    f.add_pod("a");
    f.world.settle();
    REQUIRE(written.size() == 1);
    CHECK(string_at(written[0].body, "/target/name") == "node-1");
    CHECK(f.bindings().size() == 0);
}

TEST_CASE("the environment may take another pod of the same priority, and another node as good") {
    CycleFixture f;
    f.options.scores = false;
    f.add_node("node-1");
    f.add_node("node-2");
    f.add_pod("a");
    f.add_pod("b");
    std::vector<std::pair<Activity, std::vector<std::string>>> choices;
    f.process.chooser = [&](const Activity& activity, const std::vector<std::string>& candidates) {
        choices.emplace_back(activity, candidates);
        return std::optional(candidates.size() - 1);
    };
    f.start();
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
    CycleFixture f;
    f.options.score_tables = {{"node-1", {5, 1}}, {"node-2", {3}}};
    f.add_node("node-1");
    f.add_node("node-2");
    f.start();
    for (const auto* name : {"a", "b", "c"}) {
        f.add_pod(name);
        f.world.settle();
    }
    CHECK(f.node_of("a") == "node-1");
    CHECK(f.node_of("b") == "node-2");
    CHECK(f.node_of("c") == "node-2");
}

TEST_CASE("pods of other schedulers, bound pods and pods being deleted are left alone") {
    CycleFixture f;
    f.add_node("node-1");
    auto other = make_pod("other");
    other["spec"]["schedulerName"] = "mine";
    f.world.put(pods_path, other);
    auto deleting = make_pod("deleting");
    deleting["metadata"]["finalizers"] = {"example.com/stays"};
    f.world.put(pods_path, deleting);
    REQUIRE(f.world.act("DELETE", pods_path + "/deleting").is_success());
    auto bound = make_pod("bound");
    bound["spec"]["nodeName"] = "node-1";
    f.world.put(pods_path, bound);
    f.start();
    f.world.settle_for(600s);
    CHECK(f.world.writes().empty());
}

TEST_CASE("a scheduler that starts again takes over what is bound, and schedules the rest") {
    CycleFixture f;
    f.add_node("node-1", "2");
    f.start();
    f.add_pod("a");
    f.world.settle();
    f.crash();
    f.add_pod("b");
    f.add_pod("c");
    f.start();
    CHECK(f.bindings().size() == 2);  // a, and one of b and c
    CHECK((f.node_of("b").empty() != f.node_of("c").empty()));
}
