#include <catch2/catch.hpp>

#include "reference/client/event_recorder.hpp"
#include "reference/client/work_queue.hpp"
#include "tests/support/fake_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::client;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

/// Syncs that go on until they are told to end.
struct Workshop {
    FakeEnvironment environment;
    std::vector<std::string> begun;
    std::map<std::string, std::function<void(int)>> running;
    WorkQueue queue;

    explicit Workshop(std::size_t workers)
        : queue(environment, "tester", workers, [this](std::string key) { return sync(std::move(key)); }) {
        queue.start();
    }
    Task<> sync(std::string key) {
        begun.push_back(key);
        const int ignored = co_await Callback<int>(
            [this, &key](std::function<void(int)> done) { running[key] = std::move(done); });
        static_cast<void>(ignored);
    }
    void run() {
        while (environment.run_one()) {
        }
    }
    void end(const std::string& key) {
        const auto done = std::move(running.at(key));
        running.erase(key);
        done(0);
        run();
    }
};

}  // namespace

TEST_CASE("A key that is added twice is synced once, and not before its turn") {
    Workshop w(5);
    w.queue.add("a");
    w.queue.add("a");
    CHECK(w.begun.empty());
    REQUIRE(w.environment.posted.size() == 1);
    CHECK(w.environment.posted[0].activity.component == "tester");
    CHECK(w.environment.posted[0].activity.verb == "sync");
    CHECK(w.environment.posted[0].activity.object == "a");
    w.run();
    CHECK(w.begun == std::vector<std::string>{"a"});
}

TEST_CASE("A key that is added while it is synced runs once more afterwards, never beside itself") {
    Workshop w(5);
    w.queue.add("a");
    w.run();
    w.queue.add("a");
    w.queue.add("a");
    w.run();
    CHECK(w.begun.size() == 1);
    w.end("a");
    CHECK(w.begun.size() == 2);
    w.end("a");
    CHECK(w.begun.size() == 2);
    CHECK(w.queue.is_idle());
}

TEST_CASE("At most as many syncs are in progress as there are workers, in the order of the keys") {
    Workshop w(2);
    for (const auto* key : {"c", "a", "b"}) w.queue.add(key);
    w.run();
    CHECK(w.begun == std::vector<std::string>{"c", "a"});
    w.end("a");
    CHECK(w.begun == std::vector<std::string>{"c", "a", "b"});
}

TEST_CASE("Keys gather until the queue is started") {
    FakeEnvironment environment;
    WorkQueue queue(environment, "tester", 1, [](std::string) -> Task<> { co_return; });
    queue.add("a");
    CHECK(environment.posted.empty());
    queue.start();
    CHECK(environment.posted.size() == 1);
}

TEST_CASE("Failures delay a key by 5 ms, doubled each time, to 1000 s; forgetting begins anew") {
    Workshop w(1);
    auto expected = 5ms;
    for (int failure = 0; failure < 25; ++failure) {
        w.queue.add_rate_limited("a");
        REQUIRE(w.environment.timers.size() == 1);
        const auto& timer = w.environment.timers.begin()->second;
        CHECK(timer.activity.verb == "requeue");
        CHECK(timer.due - w.environment.now() == std::min<std::chrono::milliseconds>(expected, 1000s));
        CHECK(w.queue.failures("a") == failure + 1);
        w.environment.fire_next(Time::max());
        w.run();
        w.end("a");
        if (expected < 1000s) expected *= 2;
    }
    w.queue.forget("a");
    w.queue.add_rate_limited("a");
    CHECK(w.environment.timers.begin()->second.due - w.environment.now() == 5ms);
}

TEST_CASE("Of two delays of a key the one that ends first counts") {
    Workshop w(1);
    w.queue.add_after("a", 10s);
    w.queue.add_after("a", 20s);
    REQUIRE(w.environment.timers.size() == 1);
    CHECK(w.environment.timers.begin()->second.due == w.environment.now() + 10s);
    w.queue.add_after("a", 1s);
    REQUIRE(w.environment.timers.size() == 1);
    CHECK(w.environment.timers.begin()->second.due == w.environment.now() + 1s);
    CHECK(w.queue.is_delayed("a"));
    w.environment.fire_next(Time::max());
    CHECK_FALSE(w.queue.is_delayed("a"));
    w.run();
    CHECK(w.begun.size() == 1);
}

TEST_CASE("A crash in the middle of syncs leaves nothing behind") {
    auto w = std::make_unique<Workshop>(2);
    w->queue.add("a");
    w->queue.add("b");
    w->run();
    w->running.clear();  // the replies will never come
    w->environment.timers.clear();
    CHECK_NOTHROW(w.reset());
}

TEST_CASE("An event is created once, and counted when it happens again; a recorder may be off") {
    FakeWorld world;
    FakeApi api(world, "tester");
    const Json pod = {{"metadata", {{"name", "a"}, {"namespace", "default"}, {"uid", "u1"}}}};
    EventRecorder recorder(world.environment, api, "kubelet", true);
    recorder.record(pod, "v1", "Pod", "Normal", "Started", "Started container a");
    world.settle();
    recorder.record(pod, "v1", "Pod", "Normal", "Started", "Started container a");
    world.settle();
    const auto events = world.paths("/api/v1/events");
    REQUIRE(events.size() == 1);
    const Json& event = world.object(events[0]);
    CHECK(int_at(event, "/count") == 2);
    CHECK(string_at(event, "/involvedObject/uid") == "u1");
    CHECK(string_at(event, "/source/component") == "kubelet");
    EventRecorder silent(world.environment, api, "kubelet", false);
    silent.record(pod, "v1", "Pod", "Normal", "Started", "Started container b");
    CHECK(world.requests.empty());
}
