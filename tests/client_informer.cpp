#include <catch2/catch.hpp>

#include "reference/base/objects.hpp"
#include "reference/client/informer.hpp"
#include "reference/simulation/world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::client;
using namespace std::chrono_literals;
using simulation::Outcome;
using simulation::Process;
using simulation::World;

namespace {

const std::string pods = "/api/v1/namespaces/default/pods";

struct Watcher {
    World world;
    Process process{world, "tester"};
    std::shared_ptr<Api> api = process.api(simulation::user_of("system:kube-controller-manager"));
    Informer informer;
    std::vector<std::string> log;

    explicit Watcher(InformerOptions options = {.component = "tester", .path = "/api/v1/pods"})
        : informer(process, *api, std::move(options)) {
        informer.add_index(controller_index, index_by_controller);
        informer.add_handlers({
            .on_add =
                [this](const Object& object) {
                    log.push_back("+" + name_of(*object) +
                                  (informer.get(key_of(*object)) ? "" : " too early"));
                },
            .on_update =
                [this](const Object& old, const Object& current) {
                    log.push_back("~" + name_of(*current) +
                                  (uid_of(*old) == uid_of(*current) ? "" : " other"));
                },
            .on_delete =
                [this](const Object& object, bool unknown) {
                    log.push_back("-" + name_of(*object) + (unknown ? "?" : "") +
                                  (informer.get(key_of(*object)) ? " too late" : ""));
                },
        });
    }
    void create(const std::string& name) {
        world.put(pods, {{"apiVersion", "v1"},
                         {"kind", "Pod"},
                         {"metadata", {{"name", name}}},
                         {"spec", {{"containers", {{{"name", "main"}, {"image", "web:1"}}}}}}});
    }
    simulation::Watch* watch() { return process.watch_of("pods"); }
    std::uint64_t number() { return watch() == nullptr ? 0 : watch()->id; }
    /// What the watch that is there began with, of its query.
    std::string asked(const std::string& parameter) { return watch()->request.query.at(parameter); }
    void end_watch() {
        process.cut(*watch());
        process.deliver_event();
    }
    std::string version() { return std::to_string(world.revision()); }
};

}  // namespace

TEST_CASE("An informer lists, tells its handlers once the store holds it, and then watches") {
    Watcher w;
    w.create("a");
    const auto listed = w.version();
    w.informer.start();
    CHECK_FALSE(w.informer.has_synced());
    w.world.settle();
    CHECK(w.informer.has_synced());
    CHECK(w.asked("resourceVersion") == listed);
    w.create("b");
    w.world.edit(pods + "/a", [](Json& pod) { pod["status"]["phase"] = "Running"; });
    w.world.remove(pods + "/b");
    w.world.settle();
    CHECK(w.log == std::vector<std::string>{"+a", "+b", "~a", "~b", "-b"});
    CHECK(w.informer.last_resource_version() == w.version());
    CHECK(w.informer.store().size() == 1);
}

TEST_CASE(
    "A watch that has brought something is begun again at once, where it ended, and hears what it missed") {
    Watcher w;
    w.informer.start();
    w.world.settle();
    w.create("a");
    w.world.settle();
    const auto ended = w.version();
    const auto number = w.number();
    w.end_watch();
    w.create("b");
    w.world.settle_for(0ms);
    CHECK(w.number() != number);
    CHECK(w.asked("resourceVersion") == ended);
    CHECK(w.log == std::vector<std::string>{"+a", "+b"});
}

TEST_CASE("A watch that brings nothing is begun again after 800 ms, 1600 ms, ..., 30 s at most") {
    Watcher w;
    w.informer.start();
    w.world.settle();
    for (const auto delay : {800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30000ms, 30000ms}) {
        const auto number = w.number();
        w.end_watch();
        w.world.settle_for(delay - 1ms);
        CHECK(w.number() == number);
        w.world.settle_for(1ms);
        CHECK(w.number() != number);
    }
}

TEST_CASE("After 410 it lists anew: the vanished as deletions of unknown state, the recreated as updates") {
    Watcher w;
    for (const auto* name : {"a", "b", "c"}) w.create(name);
    w.informer.start();
    w.world.settle();
    w.log.clear();
    w.process.cut(*w.watch());  // what happens now is missed
    w.world.remove(pods + "/a");
    w.world.remove(pods + "/b");
    w.create("b");
    w.create("d");
    w.world.compact();
    w.world.settle_for(3s);
    CHECK(w.log == std::vector<std::string>{"-a?", "~b other", "~c", "+d"});
}

TEST_CASE("An ERROR that is no 410 does not make it list") {
    Watcher w;
    w.create("a");
    w.informer.start();
    w.world.settle();
    const auto number = w.number();
    w.watch()->queue.push_back({.events = {{"ERROR", {{"kind", "Status"}, {"code", 500}}}}, .ends = true});
    const auto requests = w.world.log.size();
    w.world.settle_for(800ms);
    CHECK(w.world.log.size() == requests);
    CHECK(w.log == std::vector<std::string>{"+a"});
    CHECK(w.number() != number);
}

TEST_CASE("A list that fails is repeated") {
    Watcher w;
    w.informer.start();
    w.process.lose(0, Outcome::lost_uncommitted);
    w.world.settle();
    CHECK_FALSE(w.informer.has_synced());
    w.world.settle_for(800ms);
    CHECK(w.informer.has_synced());
}

TEST_CASE("Bookmarks only advance the resourceVersion") {
    Watcher w;
    w.informer.start();
    w.world.settle();
    w.world.put("/api/v1/namespaces",
                {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "team"}}}});
    w.world.settle();
    CHECK(w.informer.last_resource_version() != w.version());
    w.world.send_bookmarks();
    w.world.settle();
    CHECK(w.informer.last_resource_version() == w.version());
    CHECK(w.informer.store().size() == 0);
    CHECK(w.log.empty());
    w.end_watch();
    w.world.settle_for(0ms);
    CHECK(w.asked("resourceVersion") == w.version());
}

TEST_CASE("Selectors go into the list and into the watch") {
    Watcher w({.component = "tester",
               .path = "/api/v1/pods",
               .selectors = {{"fieldSelector", "spec.nodeName=node-0"}}});
    w.informer.start();
    CHECK(w.process.requests.at(0).request.query.at("fieldSelector") == "spec.nodeName=node-0");
    w.world.settle();
    CHECK(w.asked("fieldSelector") == "spec.nodeName=node-0");
    // A pod comes into sight when it is bound.
    w.create("a");
    w.create("b");
    w.world.edit(pods + "/a", [](Json& pod) { pod["spec"]["nodeName"] = "node-0"; });
    w.world.settle();
    CHECK(w.log == std::vector<std::string>{"+a"});
}

TEST_CASE("A resync hands every object to the handlers as it is") {
    Watcher w({.component = "tester", .path = "/api/v1/pods", .resync_period = 1h});
    w.create("a");
    w.informer.start();
    w.world.settle();
    w.world.settle_for(2h);
    CHECK(w.log == std::vector<std::string>{"+a", "~a", "~a"});
}

TEST_CASE("An index follows its objects from one value to another") {
    Watcher w;
    w.create("a");
    w.informer.start();
    w.world.settle();
    const auto found = [&](const std::string& value) {
        return w.informer.store().by_index(controller_index, value).size();
    };
    CHECK(found(orphans_of("default")) == 1);
    w.world.edit(pods + "/a", [](Json& pod) {
        pod["metadata"]["ownerReferences"] = {{{"apiVersion", "apps/v1"},
                                               {"kind", "ReplicaSet"},
                                               {"name", "rs"},
                                               {"uid", "u1"},
                                               {"controller", true}}};
    });
    w.world.settle();
    CHECK(found(orphans_of("default")) == 0);
    CHECK(found("u1") == 1);
    w.world.remove(pods + "/a");
    w.world.settle();
    CHECK(found("u1") == 0);
}

TEST_CASE("Several informers are waited for together") {
    World world;
    Process process(world, "tester");
    const auto api = process.api(simulation::user_of("system:kube-controller-manager"));
    Informer first(process, *api, {.component = "tester", .path = "/api/v1/pods"});
    Informer second(process, *api, {.component = "tester", .path = "/api/v1/nodes"});
    int synced = 0;
    when_synced({&first, &second}, [&] { ++synced; });
    first.start();
    second.start();
    process.deliver();
    CHECK(synced == 0);
    process.deliver();
    CHECK(synced == 1);
}

TEST_CASE("After a restart of kube-apiserver an informer goes on where it was") {
    Watcher w;
    w.create("a");
    w.informer.start();
    w.world.settle();
    const auto requests = w.world.log.size();
    w.world.restart_api_server(simulation::Watches::break_off);
    w.create("b");
    w.world.settle_for(1s);
    CHECK(w.log == std::vector<std::string>{"+a", "+b"});
    CHECK(w.world.log.size() == requests);  // no list
}

TEST_CASE("Without the right to it, an informer asks again and again, and never syncs") {
    World world;
    Process process(world, "tester");
    const auto api = process.api(simulation::user_of("nobody"));
    Informer informer(process, *api, {.component = "tester", .path = "/api/v1/pods"});
    informer.start();
    world.settle_for(5s);
    CHECK_FALSE(informer.has_synced());
    CHECK(world.log.size() == 3);  // at once, after 0.8 s and after 1.6 s more
    for (const auto& arrival : world.log) CHECK(arrival.status == 403);
}
