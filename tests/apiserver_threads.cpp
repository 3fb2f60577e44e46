// Several threads at once: concurrent updates lose nothing, watches see every commit in order.
#include <atomic>
#include <thread>

#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

template <class F>
void in_threads(int count, F work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
}

constexpr int thread_count = 4;

}  // namespace

TEST_CASE("concurrent patches and updates lose nothing", "[apiserver][parallel]") {
    Server server;
    server.created(deployments, deployment("a", 0));
    constexpr int rounds = 50;
    std::vector<std::string> versions;
    Watched watch(server, deployments);
    std::atomic<int> conflicts = 0;
    in_threads(thread_count, [&](int thread) {
        for (int i = 0; i < rounds; ++i) {
            // No version: each is a read-modify-write of its own.
            const auto name = std::to_string(thread) + "-" + std::to_string(i);
            const auto patched =
                server.patch(deployments + "/a", {{"metadata", {{"labels", {{name, "x"}}}}}});
            if (patched.status != 200) ++conflicts;
            // With the version that was read: retried until it holds.
            for (;;) {
                Json object = server.get(deployments + "/a").body;
                object["spec"]["replicas"] = int_at(object, "/spec/replicas") + 1;
                const auto updated = server.put(deployments + "/a", object);
                if (updated.status == 200) break;
                if (updated.status != 409) throw std::runtime_error(updated.body.dump());
            }
        }
    });
    const Json last = server.get(deployments + "/a").body;
    CHECK(conflicts == 0);
    CHECK(at(last, "/metadata/labels").size() == thread_count * rounds);
    CHECK(int_at(last, "/spec/replicas") == thread_count * rounds);
    CHECK(watch.events.size() == 1 + 2 * thread_count * rounds);
    CHECK(watch.events.back().object == last);
    std::int64_t before = 0;
    for (const auto& event : watch.events) {
        const auto version = std::stoll(string_at(event.object, "/metadata/resourceVersion"));
        CHECK(version > before);
        before = version;
    }
}

TEST_CASE("a list and the watch from its version are all there is", "[apiserver][parallel]") {
    Server server;
    std::atomic<int> bad = 0;
    in_threads(thread_count, [&](int thread) {
        for (int i = 0; i < 40; ++i) {
            const auto name = "p" + std::to_string(thread) + "-" + std::to_string(i);
            server.post(pods, pod(name));
            if (i % 2 == 0) server.remove(pods + "/" + name);
            if (i % 8 != 0) continue;
            const auto list = server.get(pods).body;
            std::set<std::string> known;
            for (const auto& item : at(list, "/items")) known.insert(string_at(item, "/metadata/name"));
            Watched watch(server, pods, {{"resourceVersion", string_at(list, "/metadata/resourceVersion")}});
            watch.subscription.reset();
            for (const auto& event : watch.events) {
                const auto changed = string_at(event.object, "/metadata/name");
                if (event.type == "ADDED" && !known.insert(changed).second) ++bad;
                if (event.type != "ADDED" && !known.contains(changed)) ++bad;
                if (event.type == "DELETED") known.erase(changed);
            }
        }
    });
    CHECK(bad == 0);
    CHECK(names(server.get(pods).body).size() == thread_count * 20);
}
