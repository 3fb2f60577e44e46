#include <catch2/catch.hpp>

#include <algorithm>

#include "reference/controllers/deployment_status.hpp"
#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

const std::string web = deployments_path + "/web";
const std::string user = "deployment-controller";

struct OneDeployment : AppsWorld {
    explicit OneDeployment(Json body, Switches with = {}) : AppsWorld(std::move(with)) {
        act("POST", deployments_path, std::move(body));
        start();
    }
    /// As a user changes the spec: the generation follows.
    template <class F>
    void change(F&& how) {
        edit(web, [&](Json& body) {
            how(body["spec"]);
            body["metadata"]["generation"] = generation_of(body) + 1;
        });
    }
    void set_image(const std::string& image) {
        change([&](Json& spec) { spec["template"] = pod_template(image); });
    }
    Json replica_set_of(const std::string& image) const {
        for (const auto& path : paths(all_replica_sets))
            if (string_at(object(path), "/spec/template/spec/containers/0/image") == image)
                return object(path);
        return {};
    }
    std::string reason(const std::string& type) const {
        const Json* condition = find_condition(object(web), type);
        return condition == nullptr ? std::string() : string_at(*condition, "/reason");
    }
    std::string message(const std::string& type) const {
        const Json* condition = find_condition(object(web), type);
        return condition == nullptr ? std::string() : string_at(*condition, "/message");
    }
    /// The writes of the deployment controller since then.
    Lines writes_since(std::size_t from) const { return kinds_of_writes(user, from); }
};

}  // namespace

TEST_CASE("A new Deployment: its ReplicaSet, the condition, a conflict, and the status") {
    OneDeployment w(deployment(3, "web:1"));
    w.settle({all_deployments, all_replica_sets});  // one sync, and no other
    const Lines real = {"POST replicaset 201", "PUT deployment/status 200", "PUT deployment/status 409"};
    CHECK(w.writes_since(0) == real);
    w.settle_for(1s);
    const Json created = w.replica_set_of("web:1");
    const auto hash = label(created, pod_template_hash_label);
    CHECK(name_of(created) == "web-" + hash);
    CHECK(label(created, "app") == "web");
    CHECK(string_at(created, "/spec/selector/matchLabels/pod-template-hash") == hash);
    CHECK(string_at(created, "/spec/template/metadata/labels/pod-template-hash") == hash);
    CHECK(annotation(created, "deployment.kubernetes.io/revision") == "1");
    CHECK(annotation(created, "deployment.kubernetes.io/desired-replicas") == "3");
    CHECK(annotation(created, "deployment.kubernetes.io/max-replicas") == "4");
    CHECK(spec_replicas(created) == 3);
    CHECK(is_controlled_by(created, w.object(web)));
    CHECK(annotation(w.object(web), "deployment.kubernetes.io/revision") == "1");
    CHECK(w.reason("Available") == "MinimumReplicasUnavailable");
    CHECK(w.message("Available") == "Deployment does not have minimum availability.");
    CHECK(w.reason("Progressing") == "ReplicaSetUpdated");
    CHECK(w.message("Progressing") == "ReplicaSet \"" + name_of(created) + "\" is progressing.");
    CHECK(int_at(w.object(web), "/status/unavailableReplicas") == 3);
    CHECK(int_at(w.object(web), "/status/observedGeneration") == 1);
    w.converge();
    CHECK(w.reason("Available") == "MinimumReplicasAvailable");
    CHECK(w.reason("Progressing") == "NewReplicaSetAvailable");
    CHECK(w.message("Progressing") == "ReplicaSet \"" + name_of(created) + "\" has successfully progressed.");
    CHECK(is_complete(w.object(web), at(w.object(web), "/status")));
    CHECK_FALSE(at(w.object(web), "/status").contains("unavailableReplicas"));
}

TEST_CASE("Every pod that becomes ready is one status of the ReplicaSet and one of the Deployment") {
    OneDeployment w(deployment(3, "web:1"));
    w.settle_for(1s);
    for (const auto& path : w.paths(all_pods)) {
        const auto from = w.log.size();
        w.make_ready(path);
        w.settle();
        CHECK(w.writes_since(from) == Lines{"PUT deployment/status 200"});
        CHECK(w.kinds_of_writes("replicaset-controller", from) == Lines{"PUT replicaset/status 200"});
    }
    const auto settled = w.log.size();
    w.controllers->deployment_controller->queue().add("default/web");
    w.settle();
    CHECK(w.log.size() == settled);
}

TEST_CASE("Scaling is one update of the ReplicaSet, with its annotations, and then the status") {
    OneDeployment w(deployment(3, "web:1"));
    w.converge();
    const auto from = w.log.size();
    w.change([](Json& spec) { spec["replicas"] = 5; });
    w.deliver_event(all_deployments);
    w.settle({all_deployments, all_replica_sets});
    CHECK(w.writes_since(from) == Lines{"PUT replicaset 200", "PUT deployment/status 200"});
    CHECK(annotation(w.replica_set_of("web:1"), desired_replicas_annotation) == "5");
    CHECK(annotation(w.replica_set_of("web:1"), max_replicas_annotation) == "7");
    w.converge();
    CHECK(w.active_pods() == 5);
    CHECK(w.reason("Progressing") == "NewReplicaSetAvailable");
}

TEST_CASE("A new image rolls out pod by pod within surge and unavailability") {
    OneDeployment w(deployment(5, "web:1"));
    w.converge();
    w.set_image("web:2");
    std::size_t most = 0, least_ready = 5;
    for (int round = 0; round < 40; ++round) {
        w.settle_for(1s);
        most = std::max(most, w.active_pods());
        std::size_t ready = 0;
        std::string waits;
        for (const auto& path : w.paths(all_pods)) {
            const Json& pod = w.object(path);
            if (is_pod_active(pod) && is_pod_ready(pod)) ++ready;
            if (is_deleting(pod) || !is_pod_ready(pod)) waits = path;
        }
        least_ready = std::min(least_ready, ready);
        if (waits.empty()) continue;
        if (is_deleting(w.object(waits)))
            w.remove(waits);
        else
            w.make_ready(waits);
    }
    w.converge();
    CHECK(most == 7);         // 5 and a surge of 25 %, rounded up
    CHECK(least_ready == 4);  // 5 less 25 %, rounded down
    CHECK(spec_replicas(w.replica_set_of("web:1")) == 0);
    CHECK(spec_replicas(w.replica_set_of("web:2")) == 5);
    CHECK(annotation(w.object(web), revision_annotation) == "2");
    CHECK(is_complete(w.object(web), at(w.object(web), "/status")));
}

TEST_CASE("An undo takes the old ReplicaSet again, with a new revision and a history") {
    OneDeployment w(deployment(2, "web:1"));
    w.converge();
    w.set_image("web:2");
    w.converge();
    w.set_image("web:1");
    w.converge();
    CHECK(w.paths(all_replica_sets).size() == 2);
    const auto again = w.replica_set_of("web:1");
    CHECK(spec_replicas(again) == 2);
    CHECK(annotation(again, revision_annotation) == "3");
    CHECK(annotation(again, revision_history_annotation) == "1");
    CHECK(annotation(w.object(web), revision_annotation) == "3");
}

TEST_CASE("Recreate waits until no old pod runs") {
    OneDeployment w(deployment(2, "web:1", {{"type", "Recreate"}}));
    w.converge();
    CHECK(w.active_pods() == 2);
    w.set_image("web:2");
    w.settle_for(5s);
    CHECK(spec_replicas(w.replica_set_of("web:1")) == 0);
    CHECK(w.replica_set_of("web:2").is_null());
    const auto old_pods = w.paths(all_pods);
    REQUIRE(old_pods.size() == 2);
    w.remove(old_pods[0]);
    w.settle_for(5s);
    CHECK(w.replica_set_of("web:2").is_null());
    w.remove(old_pods[1]);
    w.settle_for(5s);
    CHECK_FALSE(w.replica_set_of("web:2").is_null());
    w.converge();
    CHECK(w.active_pods() == 2);
    CHECK(is_complete(w.object(web), at(w.object(web), "/status")));
}

TEST_CASE("A paused Deployment scales but does not roll out; it says so") {
    OneDeployment w(deployment(2, "web:1"));
    w.converge();
    w.change([](Json& spec) {
        spec["paused"] = true;
        spec["template"] = pod_template("web:2");
        spec["replicas"] = 3;
    });
    w.converge();
    CHECK(w.reason("Progressing") == "DeploymentPaused");
    CHECK(w.message("Progressing") == "Deployment is paused");
    CHECK(w.replica_set_of("web:2").is_null());
    CHECK(spec_replicas(w.replica_set_of("web:1")) == 3);
    w.change([](Json& spec) { spec["paused"] = false; });
    w.converge();
    CHECK(spec_replicas(w.replica_set_of("web:2")) == 3);
    CHECK(spec_replicas(w.replica_set_of("web:1")) == 0);
}

TEST_CASE("In the middle of a rollout, scaling goes by proportion") {
    OneDeployment w(
        deployment(10, "web:1",
                   {{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", 3}, {"maxUnavailable", 2}}}}));
    w.converge();
    w.set_image("web:2");
    w.settle_for(10s);  // the new pods do not become ready
    CHECK(spec_replicas(w.replica_set_of("web:1")) == 8);
    CHECK(spec_replicas(w.replica_set_of("web:2")) == 5);
    w.change([](Json& spec) { spec["replicas"] = 15; });
    w.settle_for(10s);
    CHECK(spec_replicas(w.replica_set_of("web:1")) == 11);
    CHECK(spec_replicas(w.replica_set_of("web:2")) == 7);
}

TEST_CASE("Old ReplicaSets beyond the limit go, the oldest revisions first") {
    auto body = deployment(1, "web:1");
    body["spec"]["revisionHistoryLimit"] = 1;
    OneDeployment w(body);
    for (const auto* image : {"web:1", "web:2", "web:3", "web:4"}) {
        w.set_image(image);
        w.converge();
    }
    CHECK(w.paths(all_replica_sets).size() == 2);
    CHECK_FALSE(w.replica_set_of("web:3").is_null());
    CHECK_FALSE(w.replica_set_of("web:4").is_null());
}

TEST_CASE("Without progress for the deadline, the condition says so, without an event") {
    OneDeployment w(deployment(1, "web:1"));
    w.settle_for(599s);
    CHECK(w.reason("Progressing") == "ReplicaSetUpdated");
    w.settle_for(5s);
    CHECK(w.reason("Progressing") == "ProgressDeadlineExceeded");
    CHECK(w.message("Progressing").ends_with(" has timed out progressing."));
    CHECK(string_at(*find_condition(w.object(web), "Progressing"), "/status") == "False");
    w.converge();
    CHECK(w.reason("Progressing") == "NewReplicaSetAvailable");
}

TEST_CASE("A failure of a ReplicaSet shows in its Deployment, and goes with it") {
    OneDeployment w(deployment(1, "web:1"));
    w.refuse = [](const std::string&, const Request& request) -> std::optional<Response> {
        if (request.method != "POST" || request.path != pods_path) return std::nullopt;
        return Response{.status = 403, .body = {{"message", "exceeded quota"}}};
    };
    w.settle_for(1s);
    CHECK(w.reason("ReplicaFailure") == "FailedCreate");
    w.refuse = {};
    w.settle_for(1min);
    CHECK(w.reason("ReplicaFailure").empty());
}

TEST_CASE("A name that somebody else has taken changes the hash") {
    OneDeployment w(deployment(1, "web:1"));
    const auto name = "web-" + pod_template_hash(pod_template("web:1"), nullptr);
    auto foreign = replica_set(name, 0);
    foreign["metadata"]["ownerReferences"] = {
        {{"uid", "somebody"}, {"controller", true}, {"kind", "Deployment"}, {"name", "web"}}};
    w.act("POST", replica_sets_path, foreign);
    w.settle_for(10s);
    CHECK(int_at(w.object(web), "/status/collisionCount") == 1);
    const auto own = "web-" + pod_template_hash(pod_template("web:1"), 1);
    CHECK(own != name);
    CHECK(w.objects.contains(replica_sets_path + "/" + own));
}

TEST_CASE("A creation whose reply was lost is found again, not repeated") {
    OneDeployment w(deployment(1, "web:1"));
    while (w.pending("POST", "/replicasets") == 0) {
        if (!w.requests.empty()) w.deliver();
        w.think();
    }
    w.lose(0, true);
    w.settle_for(10s);
    CHECK(w.paths(all_replica_sets).size() == 1);
    CHECK(int_at(w.object(web), "/status/collisionCount") == 0);
    CHECK(annotation(w.object(web), revision_annotation) == "1");
    w.converge();
    CHECK(is_complete(w.object(web), at(w.object(web), "/status")));
}

TEST_CASE("A ReplicaSet that is nobody's is adopted, if it matches") {
    AppsWorld w;
    w.act("POST", deployments_path, deployment(2, "web:1"));
    w.act("POST", replica_sets_path, replica_set("by-hand", 2));
    w.start();
    w.settle_for(1s);
    CHECK(w.paths(all_replica_sets).size() == 1);
    CHECK(is_controlled_by(w.object(replica_sets_path + "/by-hand"), w.object(web)));
    CHECK(annotation(w.object(replica_sets_path + "/by-hand"), revision_annotation) == "1");
    CHECK(annotation(w.object(web), revision_annotation) == "1");
}

TEST_CASE("A sync that keeps failing is dropped after 15 retries, until the next event") {
    OneDeployment w(deployment(1, "web:1"));
    bool broken = true;
    std::size_t tries = 0;
    w.refuse = [&](const std::string&, const Request& request) -> std::optional<Response> {
        if (!broken || request.path != replica_sets_path || request.method != "POST") return std::nullopt;
        ++tries;
        return Response{.status = 500, .body = {{"message", "broken"}}};
    };
    // Without a deadline there are no conditions, and so no events of its own writes.
    w.edit(web, [](Json& body) { body["spec"].erase("progressDeadlineSeconds"); });
    w.settle_for(1h);
    CHECK(tries == 16);
    broken = false;
    w.settle_for(1h);
    CHECK(w.paths(all_replica_sets).empty());
    w.edit(web, [](Json& body) { body["metadata"]["labels"]["a"] = "b"; });
    w.settle();
    CHECK(w.paths(all_replica_sets).size() == 1);
}

TEST_CASE("An error while scaling down is swallowed: nothing is requeued") {
    OneDeployment w(deployment(4, "web:1"));
    w.converge();
    w.refuse = [&](const std::string&, const Request& request) -> std::optional<Response> {
        if (request.method != "PUT" || request.path.ends_with("/status")) return std::nullopt;
        if (spec_replicas(request.body) != 3) return std::nullopt;
        return Response{.status = 500};
    };
    w.set_image("web:2");
    w.settle_for(10s);
    CHECK(w.controllers->deployment_controller->queue().failures("default/web") == 0);
    CHECK(spec_replicas(w.replica_set_of("web:1")) == 4);
}

TEST_CASE("Switched on, updates carry no resourceVersion and overwrite") {
    const auto last_scale = [](Switches switches) {
        OneDeployment w(deployment(3, "web:1"), std::move(switches));
        w.converge();
        w.change([](Json& spec) { spec["replicas"] = 5; });
        while (w.pending("PUT", "/replicasets/") == 0) w.think();
        const auto path = w.requests.at(0).request.path;
        w.edit(path, [](Json& body) { body["metadata"]["labels"]["a"] = "b"; });
        w.deliver();
        return w.log.back().status;
    };
    CHECK(last_scale({}) == 409);
    CHECK(last_scale({Switch::update_without_resource_version}) == 200);
}

TEST_CASE("A Deployment that is being deleted gets its status, and nothing else") {
    auto body = deployment(2, "web:1");
    body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    OneDeployment w(body);
    w.settle_for(1min);
    CHECK(w.writes_since(0) == Lines{"PUT deployment/status 200"});
}

TEST_CASE("A crash between any two requests of a rollout is made good by the next start") {
    for (int crash_after = 1; crash_after < 40; ++crash_after) {
        OneDeployment w(deployment(2, "web:1"));
        int delivered = 0;
        bool changed = false;
        while (delivered < crash_after) {
            w.think();
            if (w.requests.empty()) {
                if (!w.environment.fire_next(w.environment.time + 1s)) {
                    const auto before = w.revision;
                    w.run_kubelets();
                    if (before == w.revision && std::exchange(changed, true)) break;
                    if (before == w.revision) w.set_image("web:2");
                }
                continue;
            }
            w.deliver();
            ++delivered;
        }
        w.stop();
        if (!changed) w.set_image("web:2");
        w.start();
        w.converge();
        INFO("crash after " << crash_after);
        CHECK(w.active_pods() == 2);
        CHECK(w.paths(all_replica_sets).size() <= 2);
        CHECK(spec_replicas(w.replica_set_of("web:2")) == 2);
        CHECK(is_complete(w.object(web), at(w.object(web), "/status")));
    }
}
