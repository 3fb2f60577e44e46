#include <catch2/catch.hpp>

#include "reference/controllers/controller_ref_manager.hpp"
#include "reference/controllers/pod_ranking.hpp"
#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

TEST_CASE("Expectations: creations are a count, deletions are names, both expire") {
    FakeEnvironment environment;
    Expectations expectations(environment);
    CHECK(expectations.satisfied("a"));
    expectations.expect_creations("a", 2);
    CHECK_FALSE(expectations.satisfied("a"));
    CHECK(expectations.satisfied("b"));
    expectations.creation_observed("a");
    CHECK_FALSE(expectations.satisfied("a"));
    expectations.creation_observed("a");
    CHECK(expectations.satisfied("a"));
    expectations.creation_observed("a");
    CHECK(expectations.creations("a") == 0);
    expectations.expect_deletions("a", {"default/x", "default/y"});
    expectations.deletion_observed("a", "default/z");
    expectations.deletion_observed("a", "default/x");
    expectations.deletion_observed("a", "default/x");
    CHECK_FALSE(expectations.satisfied("a"));
    environment.time += Expectations::timeout;
    CHECK_FALSE(expectations.satisfied("a"));
    environment.time += 1ms;
    CHECK(expectations.satisfied("a"));
    expectations.expect_creations("a", 1);
    expectations.forget("a");
    CHECK(expectations.satisfied("a"));
}

TEST_CASE("Own writes are awaited by resourceVersion, each type for itself") {
    FakeWorld world;
    FakeApi api(world, "tester");
    client::Informer pods(world.environment, api, {.component = "tester", .path = all_pods});
    pods.start();
    world.settle();
    ConsistencyStore store;
    CHECK(store.is_ready("a"));
    const auto created = world.act("POST", pods_path, {{"metadata", {{"name", "x"}}}});
    store.wrote("a", pods, created.body);
    CHECK_FALSE(store.is_ready("a"));
    CHECK(store.is_ready("b"));
    world.settle();
    CHECK(store.is_ready("a"));
    store.wrote("a", pods, {{"metadata", {{"resourceVersion", "99"}}}});
    CHECK_FALSE(store.is_ready("a"));
    store.forget("a");
    CHECK(store.is_ready("a"));
}

namespace {

Json pod(const std::string& name, Json spec, Json status, Json metadata = Json::object()) {
    metadata["name"] = name;
    metadata["uid"] = "uid-" + name;
    return {{"metadata", metadata}, {"spec", std::move(spec)}, {"status", std::move(status)}};
}

Json running(bool ready, const std::string& since = "2025-12-31T00:00:00Z", int restarts = 0) {
    return {{"phase", "Running"},
            {"conditions",
             {{{"type", "Ready"}, {"status", ready ? "True" : "False"}, {"lastTransitionTime", since}}}},
            {"containerStatuses", {{{"restartCount", restarts}}}}};
}

/// Who of the two goes first, whatever their order.
std::string first_victim(const Json& a, const Json& b, const std::vector<Json>& siblings = {}) {
    FakeEnvironment environment;
    std::vector<Object> related;
    for (const auto& sibling : siblings) related.push_back(std::make_shared<const Json>(sibling));
    const auto x = std::make_shared<const Json>(a), y = std::make_shared<const Json>(b);
    related.push_back(x);
    related.push_back(y);
    const auto one = pods_to_delete(environment, {}, {x, y}, related, 1);
    const auto other = pods_to_delete(environment, {}, {y, x}, related, 1);
    REQUIRE(one.size() == 1);
    CHECK(one[0] == other[0]);
    return name_of(*one[0]);
}

}  // namespace

TEST_CASE("Of two pods, the one that is less of a loss is deleted") {
    const Json bound = {{"nodeName", "node-0"}};
    CHECK(first_victim(pod("a", bound, running(true)), pod("b", {}, {{"phase", "Pending"}})) == "b");
    CHECK(first_victim(pod("a", bound, running(true)), pod("b", bound, {{"phase", "Pending"}})) == "b");
    CHECK(first_victim(pod("a", bound, {{"phase", "Unknown"}}), pod("b", bound, {{"phase", "Pending"}})) ==
          "b");
    CHECK(first_victim(pod("a", bound, running(true)), pod("b", bound, running(false))) == "b");
    const Json cheap = {{"annotations", {{"controller.kubernetes.io/pod-deletion-cost", "-1"}}}};
    CHECK(first_victim(pod("a", bound, running(true)), pod("b", bound, running(true), cheap)) == "b");
    const Json nonsense = {{"annotations", {{"controller.kubernetes.io/pod-deletion-cost", "-1x"}}}};
    CHECK(first_victim(pod("a", bound, running(true)), pod("b", bound, running(true), nonsense)) == "a");
}

TEST_CASE("Then placement and time decide, in powers of two") {
    const Json here = {{"nodeName", "node-0"}}, there = {{"nodeName", "node-1"}};
    const auto neighbour = pod("n", there, running(true));
    CHECK(first_victim(pod("a", here, running(true)), pod("b", there, running(true)), {neighbour}) == "b");
    CHECK(first_victim(pod("a", here, running(true)),
                       pod("b", here, running(true, "2025-12-31T23:00:00Z"))) == "b");
    CHECK(first_victim(pod("a", here, running(true, "2025-12-31T23:00:00Z", 0)),
                       pod("b", here, running(true, "2025-12-31T23:00:00Z", 2))) == "b");
    const auto created = [](const char* time) { return Json{{"creationTimestamp", time}}; };
    CHECK(first_victim(pod("a", here, running(true), created("2025-12-01T00:00:00Z")),
                       pod("b", here, running(true), created("2025-12-31T23:59:00Z"))) == "b");
    // Within one power of two: by UID.
    CHECK(first_victim(pod("a", here, running(true), created("2025-12-31T23:59:01Z")),
                       pod("b", here, running(true), created("2025-12-31T23:59:02Z"))) == "a");
}

namespace {

const ResourceKind owner_kind{"apps/v1", "ReplicaSet", "replicasets"};
const ResourceKind child_kind{"v1", "Pod", "pods"};

struct Claiming {
    FakeWorld world;
    FakeApi api{world, "tester"};
    Object owner;
    std::optional<Claimed> claimed;
    int patched = 0;

    Claiming() {
        world.act("POST", replica_sets_path, replica_set("rs", 1));
        owner = std::make_shared<const Json>(world.object(replica_sets_path + "/rs"));
    }
    void add(const std::string& name, const std::string& app, const std::string& owner_uid = {}) {
        Json body = {{"metadata", {{"name", name}, {"labels", {{"app", app}}}}}};
        if (!owner_uid.empty())
            body["metadata"]["ownerReferences"] = {
                {{"uid", owner_uid}, {"controller", true}, {"kind", "ReplicaSet"}, {"name", "rs"}}};
        world.act("POST", pods_path, body);
    }
    Task<> run() {
        std::vector<Object> candidates;
        for (const auto& path : world.paths(all_pods))
            candidates.push_back(std::make_shared<const Json>(world.object(path)));
        Claim claim{.owner = owner,
                    .owner_kind = owner_kind,
                    .child_kind = child_kind,
                    .candidates = std::move(candidates)};
        claim.on_patched = [this](const Json&) { ++patched; };
        Claimed result = co_await claim_children(api, std::move(claim));
        claimed = std::move(result);
    }
    std::vector<std::string> children() const {
        std::vector<std::string> names;
        for (const auto& child : claimed->children) names.push_back(name_of(*child));
        return names;
    }
};

}  // namespace

TEST_CASE("An owner keeps what is its own, adopts matching orphans, releases what matches no more") {
    Claiming c;
    c.add("mine", "web", uid_of(*c.owner));
    c.add("orphan", "web");
    c.add("orphan-too", "web");
    c.add("other", "db");
    c.add("relabeled", "db", uid_of(*c.owner));
    c.add("taken", "web", "somebody");
    spawn(c.run());
    CHECK(c.world.requests.at(0).request.method == "GET");  // once, before the first adoption
    c.world.settle();
    REQUIRE(c.claimed);
    CHECK_FALSE(c.claimed->failure);
    CHECK(c.children() == std::vector<std::string>{"mine", "orphan", "orphan-too"});
    CHECK(c.patched == 3);
    CHECK(c.world.log.size() == 3);
    CHECK(is_controlled_by(c.world.object(pods_path + "/orphan"), *c.owner));
    CHECK(controller_of(c.world.object(pods_path + "/relabeled")) == nullptr);
    CHECK_FALSE(is_controlled_by(c.world.object(pods_path + "/taken"), *c.owner));
}

TEST_CASE("Nothing is adopted for an owner that is gone, replaced, or being deleted by now") {
    const auto path = replica_sets_path + "/rs";
    const auto gone = [&](FakeWorld& world) { world.remove(path); };
    const auto replaced = [&](FakeWorld& world) {
        world.edit(path, [](Json& body) { body["metadata"]["uid"] = "another"; });
    };
    const auto deleted = [&](FakeWorld& world) {
        world.edit(path, [](Json& body) { body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"; });
    };
    for (const std::function<void(FakeWorld&)>& happens :
         {std::function<void(FakeWorld&)>(gone), std::function<void(FakeWorld&)>(replaced),
          std::function<void(FakeWorld&)>(deleted)}) {
        Claiming c;
        c.add("orphan", "web");
        happens(c.world);
        spawn(c.run());
        c.world.settle();
        REQUIRE(c.claimed);
        CHECK(c.claimed->failure);
        CHECK(c.claimed->children.empty());
        CHECK(c.world.log.empty());
    }
}

TEST_CASE("A child that is another one by now is neither adopted nor released") {
    Claiming c;
    c.add("orphan", "web");
    spawn(c.run());
    c.world.remove(pods_path + "/orphan");
    c.add("orphan", "web");
    c.world.settle();
    REQUIRE(c.claimed);
    CHECK(c.claimed->failure);  // 409: the UID is another
    CHECK(controller_of(c.world.object(pods_path + "/orphan")) == nullptr);
    Claiming vanished;
    vanished.add("orphan", "web");
    spawn(vanished.run());
    vanished.world.remove(pods_path + "/orphan");
    vanished.world.settle();
    REQUIRE(vanished.claimed);
    CHECK_FALSE(vanished.claimed->failure);
    CHECK(vanished.claimed->children.empty());
}

TEST_CASE("A release that is refused because the object is no longer the same is no failure") {
    Claiming c;
    c.add("relabeled", "db", uid_of(*c.owner));
    c.world.refuse = [](const std::string&, const Request&) { return Response{.status = 422}; };
    spawn(c.run());
    c.world.settle();
    REQUIRE(c.claimed);
    CHECK_FALSE(c.claimed->failure);
    CHECK(c.claimed->children.empty());
}
