#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

const std::string rs_path = replica_sets_path + "/rs";
const std::string rs_key = "default/rs";

/// A world with one ReplicaSet, whose controller has seen it but sent nothing yet.
struct OneReplicaSet : AppsWorld {
    explicit OneReplicaSet(int replicas, Switches with = {}, int min_ready_seconds = 0)
        : AppsWorld(std::move(with)) {
        auto body = replica_set("rs", replicas);
        if (min_ready_seconds > 0) body["spec"]["minReadySeconds"] = min_ready_seconds;
        act("POST", replica_sets_path, body);
        start(false);
        deliver();  // both lists
        deliver();
        think();
    }
    void create_pods(int count) {
        for (int i = 0; i < count; ++i) deliver();
    }
    const Expectations& expectations() const { return controllers->replica_set_controller.expectations(); }
    void scale(int replicas) {
        edit(rs_path, [&](Json& body) { body["spec"]["replicas"] = replicas; });
    }
};

}  // namespace

TEST_CASE("Missing pods are created in batches of 1, 2, 4, ... and then the status is written once") {
    OneReplicaSet w(9);
    for (const std::size_t batch : {1, 2, 4, 2}) {
        CHECK(w.requests.size() == batch);
        CHECK(w.pending("POST", "/pods") == batch);
        for (std::size_t i = 0; i < batch; ++i) w.deliver();
        w.think();
    }
    CHECK(w.pending("PUT", "/status") == 1);
    w.settle();
    CHECK(w.active_pods() == 9);
    CHECK(int_at(w.object(rs_path), "/status/replicas") == 9);
    CHECK(int_at(w.object(rs_path), "/status/fullyLabeledReplicas") == 9);
    CHECK(int_at(w.object(rs_path), "/status/observedGeneration") == 1);
}

TEST_CASE("A pod is made from the template, named and owned by its ReplicaSet") {
    OneReplicaSet w(1);
    const Json& pod = w.requests.at(0).request.body;
    CHECK(string_at(pod, "/metadata/generateName") == "rs-");
    CHECK(label(pod, "app") == "web");
    CHECK(is_controlled_by(pod, w.object(rs_path)));
    CHECK(string_at(*controller_of(pod), "/apiVersion") == "apps/v1");
    CHECK(string_at(*controller_of(pod), "/kind") == "ReplicaSet");
    CHECK(string_at(pod, "/spec/containers/0/image") == "web:1");
}

TEST_CASE("Nothing is created again while the cache lags behind the own creations") {
    OneReplicaSet w(3);
    w.settle({all_pods});
    CHECK(w.active_pods() == 3);
    CHECK(w.expectations().creations(rs_key) == 3);
    w.controllers->replica_set_controller.queue().add(rs_key);
    w.settle({all_pods});
    CHECK(w.active_pods() == 3);
    w.settle();
    CHECK(w.expectations().creations(rs_key) == 0);
    CHECK(w.active_pods() == 3);
}

TEST_CASE("Without expectations the lagging cache makes it create them twice") {
    OneReplicaSet w(3, {Switch::no_expectations});
    w.settle({all_pods});
    w.controllers->replica_set_controller.queue().add(rs_key);
    w.settle({all_pods});
    CHECK(w.active_pods() >= 6);
}

TEST_CASE("Even after its expectations have expired it waits for the caches to reach its own writes") {
    OneReplicaSet w(3);
    w.settle({all_pods});
    w.environment.time += 6min;
    CHECK(w.expectations().satisfied(rs_key));
    w.controllers->replica_set_controller.queue().add(rs_key);
    w.settle({all_pods});
    CHECK(w.active_pods() == 3);
}

TEST_CASE("A failed batch is the last; what was not created is not expected") {
    OneReplicaSet w(7);
    w.deliver();
    w.refuse = [](const std::string&, const Request& request) -> std::optional<Response> {
        if (request.method != "POST") return std::nullopt;
        return Response{.status = 403, .body = {{"message", "exceeded quota"}}};
    };
    w.deliver();
    w.deliver();
    CHECK(w.pending("POST") == 0);
    CHECK(w.expectations().creations(rs_key) == 1);
    w.settle();
    CHECK(w.expectations().creations(rs_key) == 0);
    const Json* failure = find_condition(w.object(rs_path), "ReplicaFailure");
    REQUIRE(failure != nullptr);
    CHECK(string_at(*failure, "/reason") == "FailedCreate");
    CHECK(string_at(*failure, "/message") == "exceeded quota");
    w.refuse = {};
    w.settle_for(1min);
    CHECK(w.active_pods() == 7);
    CHECK(find_condition(w.object(rs_path), "ReplicaFailure") == nullptr);
}

TEST_CASE("A terminating namespace is no reason to try again") {
    OneReplicaSet w(2);
    w.refuse = [](const std::string&, const Request& request) -> std::optional<Response> {
        if (request.method != "POST") return std::nullopt;
        return Response{.status = 403,
                        .body = {{"details", {{"causes", {{{"reason", "NamespaceTerminating"}}}}}}}};
    };
    w.settle();
    const auto creations = w.kinds_of_writes("replicaset-controller").size();
    w.settle_for(4min);
    CHECK(w.kinds_of_writes("replicaset-controller").size() == creations);
}

TEST_CASE("A creation whose reply is lost is not expected, but counts once it is seen") {
    OneReplicaSet w(2);
    w.lose(0, true);
    CHECK(w.expectations().creations(rs_key) == 0);
    w.deliver_event(all_pods);
    w.settle_for(1min);
    CHECK(w.paths(all_pods).size() == 2);
    const auto writes = w.kinds_of_writes("replicaset-controller");
    CHECK(std::count(writes.begin(), writes.end(), "DELETE pod 200") == 0);
}

TEST_CASE("A lost reply whose pod is seen late leaves one too many, which is deleted") {
    OneReplicaSet w(1);
    w.lose(0, true);
    for (const auto& watch : w.watches)
        if (watch->collection == all_pods) watch->events.clear();
    w.settle_for(1min);
    CHECK(w.active_pods() == 2);
    const auto first = w.paths(all_pods).at(0);
    w.edit(first, [](Json& pod) { pod["metadata"]["labels"]["seen"] = "late"; });
    w.settle_for(1min);
    CHECK(w.active_pods() == 1);
}

TEST_CASE("Switched on, a lost reply counts as a creation, and the pod stays missing") {
    OneReplicaSet w(1, {Switch::create_timeout_is_success});
    w.lose(0, false);
    CHECK(w.expectations().creations(rs_key) == 1);
    w.settle_for(4min);
    CHECK(w.active_pods() == 0);
    OneReplicaSet healthy(1);
    healthy.lose(0, false);
    healthy.settle_for(4min);
    CHECK(healthy.active_pods() == 1);
}

TEST_CASE("Surplus pods are deleted beside each other, by name, and not twice") {
    OneReplicaSet w(4);
    w.settle();
    w.scale(1);
    w.think();
    CHECK(w.pending("DELETE", "/pods/") == 3);
    for (const auto& waiting : w.requests) CHECK(waiting.request.body.is_null());
    CHECK(w.expectations().deletions(rs_key).size() == 3);
    w.settle({all_pods});
    w.controllers->replica_set_controller.queue().add(rs_key);
    w.settle({all_pods});
    CHECK(w.active_pods() == 1);
    w.settle();
    CHECK(w.expectations().deletions(rs_key).empty());
    CHECK(w.active_pods() == 1);
}

TEST_CASE("A deletion is seen when the pod is marked, not when it is gone") {
    OneReplicaSet w(2);
    w.settle();
    for (const auto& path : w.paths(all_pods)) w.make_ready(path);
    w.settle();
    w.scale(1);
    w.settle();
    CHECK(w.paths(all_pods).size() == 2);  // one of them terminating
    CHECK(w.expectations().deletions(rs_key).empty());
    CHECK(int_at(w.object(rs_path), "/status/replicas") == 1);
}

TEST_CASE("A pod that is gone already is no error, and is not waited for") {
    OneReplicaSet w(2);
    w.settle();
    w.scale(1);
    w.think();
    const auto victim = w.requests.at(0).request.path;
    w.remove(victim);
    w.deliver();
    CHECK(w.expectations().deletions(rs_key).empty());
    w.settle_for(1min);
    CHECK(w.active_pods() == 1);
    CHECK(w.controllers->replica_set_controller.queue().failures(rs_key) == 0);
}

TEST_CASE("An own pod that was deleted is replaced as soon as it is marked") {
    OneReplicaSet w(2);
    w.settle();
    const auto path = w.paths(all_pods).at(0);
    w.make_ready(path);
    w.settle();
    w.act("DELETE", path);
    w.settle();
    CHECK(w.active_pods() == 2);
    CHECK(w.paths(all_pods).size() == 3);
}

TEST_CASE("A failed pod is replaced") {
    OneReplicaSet w(1);
    w.settle();
    w.edit(w.paths(all_pods).at(0), [](Json& pod) { pod["status"]["phase"] = "Failed"; });
    w.settle();
    CHECK(w.paths(all_pods).size() == 2);
    CHECK(w.active_pods() == 1);
}

TEST_CASE("A status that conflicts is written once more upon a live GET, with the old numbers") {
    OneReplicaSet w(1);
    w.deliver();
    w.think();
    REQUIRE(w.pending("PUT", "/status") == 1);
    w.edit(rs_path, [](Json& body) { body["metadata"]["annotations"]["a"] = "b"; });
    w.deliver();
    REQUIRE(w.pending("GET", rs_path) == 1);
    w.deliver();
    REQUIRE(w.pending("PUT", "/status") == 1);
    CHECK(int_at(w.requests.at(0).request.body, "/status/replicas") == 0);
    w.deliver();
    CHECK(w.log.back().status == 200);
    CHECK(annotation(w.object(rs_path), "a") == "b");
}

TEST_CASE("A status that conflicts twice fails the sync, which is repeated later") {
    OneReplicaSet w(0);
    REQUIRE(w.pending("PUT", "/status") == 1);
    for (int attempt = 0; attempt < 2; ++attempt) {
        w.edit(rs_path, [&](Json& body) { body["metadata"]["annotations"]["a"] = std::to_string(attempt); });
        w.deliver();
        if (attempt == 0) w.deliver();
    }
    CHECK(w.requests.empty());
    CHECK(w.environment.has_timer("requeue"));
    w.settle_for(1s);
    CHECK(int_at(w.object(rs_path), "/status/observedGeneration") == 1);
}

TEST_CASE("Nothing is written if nothing differs") {
    OneReplicaSet w(2);
    w.converge();
    const auto written = w.log.size();
    w.controllers->replica_set_controller.queue().add(rs_key);
    w.settle();
    CHECK(w.log.size() == written);
}

TEST_CASE("Switched on, a status carries the time, and every sync writes one") {
    OneReplicaSet w(0, {Switch::status_carries_time});
    CHECK(w.pending("PUT", "/status") == 1);
    w.deliver();
    const auto revision = w.revision;
    w.environment.time += 1ms;
    w.think();
    REQUIRE(w.pending("PUT", "/status") == 1);
    w.deliver();
    CHECK(w.revision == revision + 1);
}

TEST_CASE("Switched on, a status is sent without resourceVersion and overwrites") {
    OneReplicaSet w(0, {Switch::update_without_resource_version});
    w.edit(rs_path, [](Json& body) { body["status"]["replicas"] = 7; });
    CHECK(resource_version_of(w.requests.at(0).request.body).empty());
    w.deliver();
    CHECK(w.log.back().status == 200);
    OneReplicaSet healthy(0);
    healthy.edit(rs_path, [](Json& body) { body["status"]["replicas"] = 7; });
    healthy.deliver();
    CHECK(healthy.log.back().status == 409);
}

TEST_CASE("A pod counts as available minReadySeconds after it is ready") {
    OneReplicaSet w(1, {}, 10);
    w.settle();
    w.make_ready(w.paths(all_pods).at(0));
    w.settle();
    CHECK(int_at(w.object(rs_path), "/status/readyReplicas") == 1);
    CHECK(int_at(w.object(rs_path), "/status/availableReplicas") == 0);
    w.settle_for(9s);
    CHECK(int_at(w.object(rs_path), "/status/availableReplicas") == 0);
    w.settle_for(3s);
    CHECK(int_at(w.object(rs_path), "/status/availableReplicas") == 1);
}

TEST_CASE("A ReplicaSet that is being deleted creates nothing") {
    AppsWorld w;
    auto body = replica_set("rs", 3);
    body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    w.act("POST", replica_sets_path, body);
    w.start(false);
    w.settle();
    CHECK(w.active_pods() == 0);
    CHECK(int_at(w.object(rs_path), "/status/observedGeneration") == 1);
}

TEST_CASE("A crash in the middle of a batch forgets the expectations, not the pods") {
    OneReplicaSet w(7);
    w.deliver();  // 1
    w.deliver();  // of the 2
    w.stop();
    CHECK(w.active_pods() == 2);
    w.start(false);
    w.settle();
    CHECK(w.active_pods() == 7);
}

TEST_CASE("Requests that were under way at a crash may still arrive: the surplus goes") {
    OneReplicaSet w(3);
    w.deliver();
    const Request late = w.requests.at(0).request;
    w.stop();
    w.start(false);
    w.settle();
    w.act(late.method, late.path, late.body);
    CHECK(w.active_pods() == 4);
    w.settle();
    CHECK(w.active_pods() == 3);
}

TEST_CASE("The victims that the environment may choose among are those that rank equally") {
    OneReplicaSet w(4);
    w.settle();
    const auto paths = w.paths(all_pods);
    w.make_ready(paths[0]);
    w.make_ready(paths[1]);
    w.settle();
    w.environment.choices.clear();
    w.scale(3);
    w.environment.chooser = [](const Activity&, const Lines&, std::size_t) { return 1; };
    w.settle();
    REQUIRE(w.environment.choices.size() == 1);
    const auto& [activity, candidates] = w.environment.choices[0];
    CHECK(activity.component == "replicaset-controller");
    CHECK(activity.verb == "victim");
    CHECK(activity.object == rs_key);
    REQUIRE(candidates.size() == 2);
    CHECK(w.objects.contains(paths[0]));
    CHECK(w.objects.contains(paths[1]));
    CHECK_FALSE(w.objects.contains(pods_path + "/" + candidates[1]));
    CHECK(w.objects.contains(pods_path + "/" + candidates[0]));
}

TEST_CASE("No choice is asked for where all of equal rank go") {
    OneReplicaSet w(2);
    w.settle();
    w.environment.choices.clear();
    w.scale(0);
    w.settle();
    CHECK(w.environment.choices.empty());
    CHECK(w.active_pods() == 0);
}
