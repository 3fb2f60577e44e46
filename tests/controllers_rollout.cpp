// The arithmetic of rollouts, over all small cases, and each decision against its bounds.
#include <catch2/catch.hpp>

#include <algorithm>

#include "reference/controllers/deployment_status.hpp"
#include "reference/controllers/deployment_sync.hpp"
#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;

namespace {

Json rolling(int replicas, Json surge, Json unavailable) {
    return deployment(
        replicas, "web:2",
        {{"type", "RollingUpdate"},
         {"rollingUpdate", {{"maxSurge", std::move(surge)}, {"maxUnavailable", std::move(unavailable)}}}});
}

struct Counts {
    int spec, available;
};

/// One sync of a Deployment with a new and up to two old ReplicaSets, as the caches show them, and
/// what it does to them.
struct OneSync {
    FakeWorld world;
    FakeApi api{world, "tester"};
    client::Informer replica_sets{world.environment, api, {.component = "tester", .path = all_replica_sets}};
    client::Informer pods{world.environment, api, {.component = "tester", .path = all_pods}};
    client::EventRecorder recorder{world.environment, api, "tester", false};
    Switches switches;

    Task<> run(Json body, std::vector<Object> owned) {
        DeploymentSync sync({world.environment, api, replica_sets, pods, recorder, switches}, std::move(body),
                            std::move(owned));
        co_await sync.run();
    }
    /// spec.replicas of each afterwards.
    std::vector<int> decide(const Json& wanted, const std::vector<Counts>& counts) {
        world.act("POST", deployments_path, wanted);
        Json body = world.object(deployments_path + "/web");
        body["metadata"]["annotations"][revision_annotation] = std::to_string(counts.size());
        body["status"]["conditions"] = Json::array({deployment_condition(
            "Progressing", "True", "ReplicaSetUpdated", "on its way", world.environment.now())});
        world.edit(deployments_path + "/web", [&](Json& stored) { stored = body; });
        std::vector<Object> owned;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const bool is_new = i + 1 == counts.size();
            const auto name = "rs" + std::to_string(i);
            auto one = replica_set(name, counts[i].spec);
            one["spec"]["template"] = pod_template(is_new ? "web:2" : "web:old" + std::to_string(i));
            one["metadata"]["annotations"] = {{revision_annotation, std::to_string(i + 1)}};
            set_replicas_annotations(one, spec_replicas(body), spec_replicas(body) + max_surge(body));
            one["status"] = {{"replicas", counts[i].spec}, {"availableReplicas", counts[i].available}};
            world.act("POST", replica_sets_path, one);
            owned.push_back(std::make_shared<const Json>(world.object(replica_sets_path + "/" + name)));
        }
        spawn(run(world.object(deployments_path + "/web"), owned));
        world.settle();
        std::vector<int> after;
        for (std::size_t i = 0; i < counts.size(); ++i)
            after.push_back(
                static_cast<int>(spec_replicas(world.object(replica_sets_path + "/rs" + std::to_string(i)))));
        return after;
    }
};

}  // namespace

TEST_CASE("Percentages: the surge is rounded up, the unavailable down, and not both are 0") {
    CHECK(max_surge(rolling(5, "25%", "25%")) == 2);
    CHECK(max_unavailable(rolling(5, "25%", "25%")) == 1);
    CHECK(max_surge(rolling(1, "25%", "25%")) == 1);
    CHECK(max_unavailable(rolling(1, "25%", "25%")) == 0);
    CHECK(max_unavailable(rolling(10, 0, 0)) == 1);
    CHECK(max_unavailable(rolling(3, 0, "25%")) == 1);
    CHECK(max_unavailable(rolling(2, 0, 7)) == 2);
    CHECK(max_surge(rolling(10, 3, 2)) == 3);
    const auto recreate = deployment(5, "web:1", {{"type", "Recreate"}});
    CHECK(max_surge(recreate) == 0);
    CHECK(max_unavailable(recreate) == 0);
}

TEST_CASE("No decision of a rollout exceeds the surge or goes below the floor of availability") {
    int decisions = 0, moves = 0;
    for (int replicas = 1; replicas <= 3; ++replicas)
        for (int surge = 0; surge <= 2; ++surge)
            for (int unavailable = surge == 0 ? 1 : 0; unavailable <= 2; ++unavailable)
                for (int old_spec = 0; old_spec <= 3; ++old_spec)
                    for (int old_available = 0; old_available <= old_spec; ++old_available)
                        for (int new_spec = 0; new_spec <= replicas; ++new_spec)
                            for (int new_available = 0; new_available <= new_spec; ++new_available) {
                                OneSync sync;
                                const auto body = rolling(replicas, surge, unavailable);
                                const auto after =
                                    sync.decide(body, {{old_spec, old_available}, {new_spec, new_available}});
                                const int before = old_spec + new_spec;
                                const int total = after[0] + after[1];
                                INFO(replicas << " surge " << surge << " unavailable " << unavailable
                                              << ": old " << old_available << "/" << old_spec << ", new "
                                              << new_available << "/" << new_spec << " -> " << after[0]
                                              << ", " << after[1]);
                                ++decisions;
                                moves += after != std::vector<int>{old_spec, new_spec} ? 1 : 0;
                                if (total > before) CHECK(total <= replicas + surge);
                                CHECK(after[0] <= old_spec);
                                CHECK(after[1] >= new_spec);
                                CHECK(after[1] <= replicas);
                                // The ReplicaSet controller deletes pods that are not ready first.
                                const int available = std::min(old_available, after[0]) + new_available;
                                const int floor = std::min(replicas - static_cast<int>(max_unavailable(body)),
                                                           old_available + new_available);
                                CHECK(available >= floor);
                            }
    CHECK(decisions > 1000);
    CHECK(moves > decisions / 2);
}

TEST_CASE("Unavailable pods of old ReplicaSets go first, from the oldest on") {
    OneSync sync;
    const auto after = sync.decide(rolling(3, 1, 0), {{2, 0}, {2, 2}, {1, 1}});
    CHECK(after == std::vector<int>{0, 2, 1});
}

TEST_CASE("A step up and a step down are two syncs") {
    OneSync up;
    CHECK(up.decide(rolling(3, 1, 1), {{3, 3}, {0, 0}}) == std::vector<int>{3, 1});
    OneSync down;
    CHECK(down.decide(rolling(3, 1, 1), {{3, 3}, {1, 0}}) == std::vector<int>{2, 1});
}

TEST_CASE("More new replicas than wanted are taken back first") {
    OneSync sync;
    CHECK(sync.decide(rolling(2, 1, 1), {{1, 1}, {4, 1}}) == std::vector<int>{1, 2});
}

TEST_CASE("What a saturated rollout has left of old ones is scaled away when the size changes") {
    OneSync sync;
    auto body = rolling(3, 1, 1);
    CHECK(sync.decide(body, {{1, 1}, {3, 3}}) == std::vector<int>{0, 3});
}

TEST_CASE("Shares of a change of size: in proportion, rounded, and no more than is left") {
    auto body = rolling(15, 3, 2);
    Json big = replica_set("big", 8), small = replica_set("small", 5);
    for (auto* one : {&big, &small}) set_replicas_annotations(*one, 10, 13);
    CHECK(proportion(big, body, 5, 0) == 3);
    CHECK(proportion(small, body, 5, 3) == 2);
    CHECK(proportion(small, body, 5, 4) == 1);
    CHECK(proportion(small, body, 5, 5) == 0);
    const auto smaller = rolling(0, 3, 2);
    CHECK(proportion(big, smaller, -13, 0) == -8);
    Json unmarked = replica_set("unmarked", 4);
    CHECK(proportion(unmarked, body, 5, 0) == 0);
    body["status"]["replicas"] = 9;
    CHECK(proportion(unmarked, body, 5, 0) == 4);
}

TEST_CASE("Templates are equal but for the hash label, empty fields and nulls") {
    auto one = pod_template("web:1"), other = pod_template("web:1");
    other["metadata"]["labels"]["pod-template-hash"] = "abc";
    other["metadata"]["creationTimestamp"] = nullptr;
    other["spec"]["securityContext"] = Json::object();
    CHECK(canonical_template(one) == canonical_template(other));
    CHECK(pod_template_hash(one, nullptr) == pod_template_hash(other, nullptr));
    CHECK(pod_template_hash(one, nullptr) != pod_template_hash(one, 1));
    CHECK(pod_template_hash(one, nullptr) != pod_template_hash(pod_template("web:2"), nullptr));
    const auto hash = pod_template_hash(one, nullptr);
    CHECK(hash.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string::npos);
}

TEST_CASE("A history of revisions keeps the newest 2000 characters") {
    auto body = deployment(1, "web:1");
    Json one = replica_set("rs", 1);
    for (int revision = 1; revision <= 1000; ++revision)
        set_new_replica_set_annotations(body, one, revision, true);
    const auto history = annotation(one, revision_history_annotation);
    CHECK(history.size() <= 2000);
    CHECK(history.size() > 1990);
    CHECK(history.ends_with(",998,999"));
    CHECK_FALSE(set_new_replica_set_annotations(body, one, 7, true));
}

TEST_CASE("Annotations of the Deployment are copied, but not kubectl's nor the controller's own") {
    auto body = deployment(1, "web:1");
    body["metadata"]["annotations"] = {{"kubernetes.io/change-cause", "because"},
                                       {"kubectl.kubernetes.io/last-applied-configuration", "{}"},
                                       {revision_annotation, "7"}};
    Json one = replica_set("rs", 1);
    CHECK(set_new_replica_set_annotations(body, one, 1, false));
    CHECK(annotation(one, "kubernetes.io/change-cause") == "because");
    CHECK(annotation(one, "kubectl.kubernetes.io/last-applied-configuration").empty());
    CHECK(annotation(one, revision_annotation) == "1");
}
