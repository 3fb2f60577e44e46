// The scheduling queue and the cache with assumed pods.
#include <catch2/catch.hpp>

#include "reference/base/objects.hpp"
#include "reference/scheduler/scheduler_cache.hpp"
#include "reference/scheduler/scheduling_queue.hpp"
#include "reference/simulation/world.hpp"
#include "tests/scheduler_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::scheduler;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

Object queued(const std::string& name, int priority = 0) {
    auto pod = make_pod(name);
    pod["metadata"]["uid"] = name;
    pod["spec"]["priority"] = priority;
    return std::make_shared<const Json>(std::move(pod));
}

struct QueueFixture {
    simulation::World world;
    simulation::Process process{world, "kube-scheduler"};
    int woken = 0;
    SchedulingQueue queue{process, [this] { ++woken; }};

    std::vector<std::string> active() const {
        std::vector<std::string> names;
        for (const auto& pod : queue.candidates(10)) names.push_back(name_of(*pod));
        return names;
    }
    /// How long it is until the pod is active again, after this many attempts.
    std::chrono::milliseconds back_off(int attempts) {
        const auto before = world.now;
        queue.add_backing_off({.pod = queued("x"), .attempts = attempts});
        process.fire_next(world.now + 1h);
        REQUIRE(active() == std::vector<std::string>{"x"});
        queue.remove("x");
        return std::chrono::duration_cast<std::chrono::milliseconds>(world.now - before);
    }
};

using Names = std::vector<std::string>;
bool always(const Json&) { return true; }

}  // namespace

TEST_CASE("the highest priority comes first, then the first to arrive") {
    QueueFixture f;
    for (const auto& pod : {queued("a"), queued("b"), queued("urgent", 10), queued("urgent-too", 10)})
        f.queue.update(pod);
    CHECK(f.woken == 4);
    CHECK(f.active() == Names{"urgent", "urgent-too"});
    CHECK(f.queue.candidates(1).size() == 1);
    CHECK(f.queue.pop("urgent-too").attempts == 1);
    f.queue.remove("urgent");
    CHECK(f.active() == Names{"a", "b"});
}

TEST_CASE("back-off doubles from one second to ten") {
    QueueFixture f;
    CHECK(f.back_off(1) == 1s);
    CHECK(f.back_off(2) == 2s);
    CHECK(f.back_off(4) == 8s);
    CHECK(f.back_off(5) == 10s);
    CHECK(f.back_off(50) == 10s);
}

TEST_CASE("an unschedulable pod waits for an event, and for its back-off, or for five minutes") {
    QueueFixture f;
    f.queue.update(queued("a"));
    f.queue.add_unschedulable(f.queue.pop("a"));
    CHECK_FALSE(f.queue.has_active());
    f.queue.move([](const Json&) { return false; });
    CHECK(f.process.has_timer("flush"));

    SECTION("at once after the event, it backs off") {
        f.queue.move(always);
        CHECK_FALSE(f.queue.has_active());
        CHECK_FALSE(f.process.has_timer("flush"));
        CHECK(f.process.fire_next(f.world.now + 1s));
        CHECK(f.active() == Names{"a"});
    }
    SECTION("later, it does not wait any longer") {
        f.world.now += 1s;
        f.queue.move(always);
        CHECK(f.active() == Names{"a"});
        CHECK(f.process.works.empty());
    }
    SECTION("nothing happens") {
        CHECK_FALSE(f.process.fire_next(f.world.now + 299s));
        CHECK(f.process.fire_next(f.world.now + 300s));
        CHECK(f.active() == Names{"a"});
    }
    SECTION("a change of its spec is an event, one of its status is not") {
        auto changed = *queued("a");
        changed["status"]["conditions"] = Json::array({1});
        f.queue.update(std::make_shared<const Json>(changed));
        CHECK(f.process.has_timer("flush"));
        changed["spec"]["nodeSelector"] = {{"a", "b"}};
        f.queue.update(std::make_shared<const Json>(changed));
        CHECK(f.process.has_timer("backoff"));
    }
    SECTION("a removed pod leaves no timer behind") {
        f.queue.remove("a");
        CHECK(f.process.works.empty());
    }
}

TEST_CASE("an assumed pod takes up room until it is forgotten, and for good once it is confirmed") {
    SchedulerCache cache;
    cache.set_node(std::make_shared<const Json>(make_node("n")));
    const auto pod = pod_info(make_pod("a", {{"cpu", "1"}}));
    const auto requested = [&](const std::string& node) {
        return amount_of(cache.nodes().at(node).requested, "cpu");
    };
    cache.assume(pod, "n");
    CHECK(cache.is_assumed(pod.uid));
    CHECK(requested("n") == 1000);
    cache.forget(pod.uid);
    CHECK(requested("n") == 0);

    cache.assume(pod, "n");
    auto bound = *pod.pod;
    bound["spec"]["nodeName"] = "other";  // not where it was assumed
    cache.add_pod(std::make_shared<const Json>(bound));
    CHECK_FALSE(cache.is_assumed(pod.uid));
    CHECK(requested("n") == 0);
    CHECK(requested("other") == 1000);
    cache.forget(pod.uid);  // too late
    CHECK(requested("other") == 1000);
    CHECK(cache.nodes().at("other").node == nullptr);
    cache.remove_pod(pod.uid);
    CHECK_FALSE(cache.nodes().contains("other"));
}

TEST_CASE("a node that is removed is kept for its pods' sake, and counts them when it comes back") {
    SchedulerCache cache;
    auto bound = make_pod("a", {{"cpu", "1"}});
    bound["metadata"]["uid"] = "a";
    bound["spec"]["nodeName"] = "n";
    cache.set_node(std::make_shared<const Json>(make_node("n")));
    cache.add_pod(std::make_shared<const Json>(bound));
    cache.remove_node("n");
    CHECK(cache.nodes().at("n").node == nullptr);
    cache.set_node(std::make_shared<const Json>(make_node("n")));
    CHECK(amount_of(cache.nodes().at("n").requested, "cpu") == 1000);
}
