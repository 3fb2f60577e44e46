#include <catch2/catch.hpp>

#include "reference/client/informer.hpp"
#include "tests/support/fake_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::client;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string pods = "/api/v1/namespaces/default/pods";

struct Watcher {
    FakeWorld world;
    FakeApi api{world, "tester"};
    Informer informer;
    std::vector<std::string> log;

    explicit Watcher(InformerOptions options = {.component = "tester", .path = "/api/v1/pods"})
        : informer(world.environment, api, std::move(options)) {
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
    void create(const std::string& name) { world.act("POST", pods, {{"metadata", {{"name", name}}}}); }
    void end_watch(Json status = {}) {
        const auto watch = world.watches.back();
        if (!status.is_null()) watch->handler.on_event({"ERROR", std::move(status)});
        watch->handler.on_end();
    }
};

}  // namespace

TEST_CASE("An informer lists, tells its handlers once the store holds it, and then watches") {
    Watcher w;
    w.create("a");
    w.informer.start();
    CHECK_FALSE(w.informer.has_synced());
    w.world.settle();
    CHECK(w.informer.has_synced());
    CHECK(w.api.last_watch.query.at("resourceVersion") == "1");
    w.create("b");
    w.world.edit(pods + "/a", [](Json& pod) { pod["status"]["phase"] = "Running"; });
    w.world.remove(pods + "/b");
    w.world.settle();
    CHECK(w.log == std::vector<std::string>{"+a", "+b", "~a", "-b"});
    CHECK(w.informer.last_resource_version() == "4");
    CHECK(w.informer.store().size() == 1);
}

TEST_CASE("A watch that has brought something is begun again at once, where it ended") {
    Watcher w;
    w.informer.start();
    w.world.settle();
    w.create("a");
    w.world.settle();
    w.end_watch();
    const auto watches = w.world.watches.size();
    w.world.settle_for(0ms);
    CHECK(w.world.watches.size() == watches + 1);
    CHECK(w.api.last_watch.query.at("resourceVersion") == "1");
    CHECK(w.log == std::vector<std::string>{"+a"});
}

TEST_CASE("A watch that brings nothing is begun again after 800 ms, 1600 ms, ..., 30 s at most") {
    Watcher w;
    w.informer.start();
    w.world.settle();
    for (const auto delay : {800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30000ms, 30000ms}) {
        const auto begun = w.world.watches.size();
        w.end_watch();
        w.world.settle_for(delay - 1ms);
        CHECK(w.world.watches.size() == begun);
        w.world.settle_for(1ms);
        CHECK(w.world.watches.size() == begun + 1);
    }
}

TEST_CASE("After 410 it lists anew: the vanished as deletions of unknown state, the recreated as updates") {
    Watcher w;
    for (const auto* name : {"a", "b", "c"}) w.create(name);
    w.informer.start();
    w.world.settle();
    w.log.clear();
    w.world.watches.back()->closed = true;  // what happens now is missed
    w.world.remove(pods + "/a");
    w.world.remove(pods + "/b");
    w.create("b");
    w.create("d");
    w.end_watch({{"kind", "Status"}, {"code", 410}, {"reason", "Expired"}});
    w.world.settle_for(800ms);
    CHECK(w.log == std::vector<std::string>{"-a?", "~b other", "~c", "+d"});
}

TEST_CASE("An ERROR that is no 410 does not make it list") {
    Watcher w;
    w.create("a");
    w.informer.start();
    w.world.settle();
    w.end_watch({{"kind", "Status"}, {"code", 500}});
    w.world.settle_for(800ms);
    CHECK(w.world.requests.empty());
    CHECK(w.log == std::vector<std::string>{"+a"});
    CHECK(w.world.watches.size() == 2);
}

TEST_CASE("A list that fails is repeated") {
    Watcher w;
    w.informer.start();
    w.world.lose(0, false);
    w.world.settle();
    CHECK_FALSE(w.informer.has_synced());
    w.world.settle_for(800ms);
    CHECK(w.informer.has_synced());
}

TEST_CASE("Bookmarks only advance the resourceVersion") {
    Watcher w;
    w.informer.start();
    w.world.settle();
    w.world.watches.back()->handler.on_event({"BOOKMARK", {{"metadata", {{"resourceVersion", "77"}}}}});
    CHECK(w.informer.last_resource_version() == "77");
    CHECK(w.informer.store().size() == 0);
    CHECK(w.log.empty());
    w.end_watch();
    w.world.settle_for(0ms);
    CHECK(w.api.last_watch.query.at("resourceVersion") == "77");
}

TEST_CASE("Selectors go into the list and into the watch") {
    Watcher w({.component = "tester",
               .path = "/api/v1/pods",
               .selectors = {{"fieldSelector", "spec.nodeName=node-0"}}});
    w.informer.start();
    CHECK(w.world.requests.at(0).request.query.at("fieldSelector") == "spec.nodeName=node-0");
    w.world.settle();
    CHECK(w.api.last_watch.query.at("fieldSelector") == "spec.nodeName=node-0");
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
        pod["metadata"]["ownerReferences"] = {{{"uid", "u1"}, {"controller", true}}};
    });
    w.world.settle();
    CHECK(found(orphans_of("default")) == 0);
    CHECK(found("u1") == 1);
    w.world.remove(pods + "/a");
    w.world.settle();
    CHECK(found("u1") == 0);
}

TEST_CASE("Several informers are waited for together") {
    FakeWorld world;
    FakeApi api(world, "tester");
    Informer first(world.environment, api, {.component = "tester", .path = "/api/v1/pods"});
    Informer second(world.environment, api, {.component = "tester", .path = "/api/v1/nodes"});
    int synced = 0;
    when_synced({&first, &second}, [&] { ++synced; });
    first.start();
    second.start();
    world.deliver();
    CHECK(synced == 0);
    world.deliver();
    CHECK(synced == 1);
}
