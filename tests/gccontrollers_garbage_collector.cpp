// The garbage collector: background, foreground and orphaning deletion.
#include <catch2/catch.hpp>

#include "reference/controllers/garbage_collector.hpp"
#include "tests/support/apps_world.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string web = deployments_path + "/web";
const std::string replicaset = replica_sets_path + "/r";
const std::string collector_user = service_account + "generic-garbage-collector";

struct CollectorFixture {
    simulation::World world;
    simulation::Process process{world, "kube-controller-manager"};
    std::shared_ptr<client::Api> informers_api =
        process.api(simulation::user_of("system:kube-controller-manager"));
    std::shared_ptr<client::Api> api = process.api(simulation::user_of(collector_user));
    client::Informer deployments{process, *informers_api, {"gc", all_deployments}};
    client::Informer replicasets{process, *informers_api, {"gc", all_replica_sets}};
    client::Informer pods{process, *informers_api, {"gc", all_pods}};
    GarbageCollector collector{process,
                               *api,
                               {{"apps/v1", "Deployment", "deployments", &deployments},
                                {"apps/v1", "ReplicaSet", "replicasets", &replicasets},
                                {"v1", "Pod", "pods", &pods}}};

    ~CollectorFixture() { process.crash(); }
    void start() {
        collector.start();
        for (auto* informer : {&deployments, &replicasets, &pods}) informer->start();
        world.settle();
    }
    static Json reference(const Json& owner) {
        return controller_reference(owner, string_at(owner, "/apiVersion"), string_at(owner, "/kind"));
    }
    Json add(const std::string& collection, Json object, const Json& owner = {}) {
        if (!owner.is_null()) object["metadata"]["ownerReferences"] = {reference(owner)};
        return world.object(world.put(collection, std::move(object)));
    }
    Json add_pod(const std::string& name, const Json& owner) {
        auto pod = pod_template("web:1");
        pod.update({{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", name}}}});
        return add(pods_path, pod, owner);
    }
    /// A deployment with a replicaset with two pods.
    void add_family() {
        const auto r =
            add(replica_sets_path, replica_set("r", 2), add(deployments_path, deployment(2, "web:1")));
        add_pod("p", r);
        add_pod("q", r);
    }
    void remove(const std::string& path, const char* policy) {
        REQUIRE(world.act("DELETE", path, {{"propagationPolicy", policy}}).is_success());
        world.settle();
    }
    /// Names of all that is there.
    std::vector<std::string> left() {
        std::vector<std::string> names;
        for (const auto& collection : {all_deployments, all_replica_sets, all_pods})
            for (const auto& path : world.paths(collection))
                names.push_back(path.substr(path.rfind('/') + 1));
        return names;
    }
    std::vector<std::string> writes() const { return world.writes(collector_user); }
};

using Names = std::vector<std::string>;
using Writes = std::vector<std::string>;

}  // namespace

TEST_CASE("in the background: what has lost its owner is deleted, level by level") {
    CollectorFixture f;
    f.add_family();
    f.start();
    CHECK(f.writes().empty());
    f.remove(web, "Background");
    CHECK(f.left().empty());
    CHECK(f.writes() == Writes{"DELETE " + replicaset + " 200", "DELETE " + pods_path + "/p 200",
                               "DELETE " + pods_path + "/q 200"});
    for (const auto& [who, request, status] : f.world.log) {
        if (request.method != "DELETE") continue;
        CHECK_FALSE(string_at(request.body, "/preconditions/uid").empty());
        CHECK_FALSE(string_at(request.body, "/preconditions/resourceVersion").empty());
        CHECK(string_at(request.body, "/propagationPolicy") == "Background");
    }
}

TEST_CASE("in the foreground: the owner waits for its dependents") {
    CollectorFixture f;
    f.add_family();
    f.start();
    f.remove(web, "Foreground");
    CHECK(f.left().empty());
    const auto writes = f.writes();
    REQUIRE(writes.size() == 5);
    CHECK(writes[0] == "DELETE " + replicaset + " 200");  // with Foreground, for it has dependents
    CHECK(writes[3] == "PATCH " + replicaset + " 200");   // its finalizer
    CHECK(writes[4] == "PATCH " + web + " 200");
}

TEST_CASE("orphaning: dependents lose the reference and stay") {
    CollectorFixture f;
    f.add_family();
    f.start();
    f.remove(web, "Orphan");
    CHECK(f.writes() == Writes{"PATCH " + replicaset + " 200", "PATCH " + web + " 200"});
    CHECK(at(f.world.object(replicaset), "/metadata/ownerReferences").empty());
    CHECK(f.left() == Names{"r", "p", "q"});
}

TEST_CASE("an object whose owner never was is collected; one with an owner of another UID as well") {
    CollectorFixture f;
    auto stranger = f.add(deployments_path, deployment(2, "web:1"));
    stranger["metadata"]["uid"] = "of-an-earlier-deployment";
    f.add(replica_sets_path, replica_set("r", 2), stranger);
    stranger["metadata"]["name"] = "never";
    f.add_pod("p", stranger);
    f.start();
    CHECK(f.left() == Names{"web"});
}

TEST_CASE("with one owner left, only the reference to the other goes") {
    CollectorFixture f;
    const auto d = f.add(deployments_path, deployment(2, "web:1"));
    f.add(replica_sets_path, replica_set("r", 2), d);
    auto lost = CollectorFixture::reference(d);
    lost.update({{"uid", "gone"}, {"controller", false}});
    f.world.edit(replicaset, [&](Json& r) { r["metadata"]["ownerReferences"].push_back(lost); });
    f.start();
    CHECK(f.writes() == Writes{"PATCH " + replicaset + " 200"});
    const auto references = at(f.world.object(replicaset), "/metadata/ownerReferences");
    REQUIRE(references.size() == 1);
    CHECK(string_at(references[0], "/uid") == uid_of(d));
}

TEST_CASE("an owner of a kind that is not known counts as there") {
    CollectorFixture f;
    f.add_pod("p", {{"kind", "Node"}, {"apiVersion", "v1"}, {"metadata", {{"name", "n"}, {"uid", "u"}}}});
    f.start();
    f.world.settle_for(60s);
    CHECK(f.world.log.size() == 3);  // the lists
    f.world.edit(pods_path + "/p", [](Json& pod) {
        pod["metadata"]["ownerReferences"].push_back(
            {{"apiVersion", "apps/v1"}, {"kind", "ReplicaSet"}, {"name", "r"}, {"uid", "gone"}});
    });
    f.world.settle();
    CHECK(f.writes() == Writes{"PATCH " + pods_path + "/p 200"});  // only the other reference
}

TEST_CASE("a deletion that conflicts over other fields than the owners goes without the resourceVersion") {
    CollectorFixture f;
    f.add_family();
    f.start();
    const bool owners_change = GENERATE(false, true);
    int deletions = 0;
    f.world.fault = [&](const User&, const Request& request) {
        if (request.method == "DELETE" && request.path == replicaset && ++deletions == 1)
            f.world.edit(replicaset, [&](Json& r) {
                if (owners_change)
                    r["metadata"].erase("ownerReferences");
                else
                    r["status"]["replicas"] = 2;
            });
        return std::optional<simulation::Fault>();
    };
    f.remove(web, "Background");
    f.world.settle_for(1s);
    CHECK(deletions == (owners_change ? 1 : 2));
    CHECK(f.world.has(replicaset) == owners_change);
}

TEST_CASE("what could not be done is tried again") {
    CollectorFixture f;
    f.add_family();
    f.start();
    int failures = 3;
    f.world.fault = refusal(
        [&](const Request& request) { return request.path == replicaset && failures-- > 0; }, {.status = 0});
    f.remove(web, "Background");
    CHECK(f.left() == Names{"r", "p", "q"});
    f.world.settle_for(1s);
    CHECK(f.left().empty());
}
