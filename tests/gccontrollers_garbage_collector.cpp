// The garbage collector: background, foreground and orphaning deletion.
#include <catch2/catch.hpp>

#include "reference/client/requests.hpp"
#include "reference/controllers/garbage_collector.hpp"
#include "tests/support/fake_cluster.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::controllers;
using namespace kcheck::reference::testing;
using namespace std::chrono_literals;

namespace {

const std::string deployment = "/apis/apps/v1/namespaces/default/deployments/d";
const std::string replicaset = "/apis/apps/v1/namespaces/default/replicasets/r";
const std::string pods = "/api/v1/namespaces/default/pods/";

struct Fixture {
    FakeCluster cluster;
    client::Informer deployments{cluster.environment, cluster, {"gc", "/apis/apps/v1/deployments"}};
    client::Informer replicasets{cluster.environment, cluster, {"gc", "/apis/apps/v1/replicasets"}};
    client::Informer pod_informer{cluster.environment, cluster, {"gc", "/api/v1/pods"}};
    GarbageCollector collector{cluster.environment,
                               cluster,
                               {{"apps/v1", "Deployment", "deployments", &deployments},
                                {"apps/v1", "ReplicaSet", "replicasets", &replicasets},
                                {"v1", "Pod", "pods", &pod_informer}}};

    void start() {
        collector.start();
        for (auto* informer : {&deployments, &replicasets, &pod_informer}) informer->start();
        cluster.settle();
    }
    Json add(const std::string& path, const std::string& kind, const Json& owner = {}) {
        Json object = {{"kind", kind},
                       {"apiVersion", kind == "Pod" ? "v1" : "apps/v1"},
                       {"metadata", {{"name", path.substr(path.rfind('/') + 1)}, {"namespace", "default"}}}};
        if (!owner.is_null())
            object["metadata"]["ownerReferences"] = {
                controller_reference(owner, string_at(owner, "/apiVersion"), string_at(owner, "/kind"))};
        cluster.put(path, object);
        return cluster.objects.at(path);
    }
    /// A deployment with a replicaset with two pods.
    void add_family() {
        const auto r = add(replicaset, "ReplicaSet", add(deployment, "Deployment"));
        add(pods + "p", "Pod", r);
        add(pods + "q", "Pod", r);
    }
    void remove(const std::string& path, const char* policy) {
        auto request = client::delete_request(path);
        request.body = {{"propagationPolicy", policy}};
        cluster.send(request, [](const Response&) {});
        cluster.settle();
        cluster.sent.erase(std::find_if(cluster.sent.begin(), cluster.sent.end(), [&](const Request& r) {
            return r.method == "DELETE" && r.path == path;
        }));
    }
};

using Writes = std::vector<std::string>;

}  // namespace

TEST_CASE("in the background: what has lost its owner is deleted, level by level") {
    Fixture f;
    f.add_family();
    f.start();
    CHECK(f.cluster.writes().empty());
    f.remove(deployment, "Background");
    CHECK(f.cluster.objects.empty());
    CHECK(f.cluster.writes() ==
          Writes{"DELETE " + replicaset, "DELETE " + pods + "p", "DELETE " + pods + "q"});
    for (const auto& request : f.cluster.sent) {
        if (request.method != "DELETE") continue;
        CHECK_FALSE(string_at(request.body, "/preconditions/uid").empty());
        CHECK_FALSE(string_at(request.body, "/preconditions/resourceVersion").empty());
        CHECK(string_at(request.body, "/propagationPolicy") == "Background");
    }
}

TEST_CASE("in the foreground: the owner waits for its dependents") {
    Fixture f;
    f.add_family();
    f.start();
    f.remove(deployment, "Foreground");
    CHECK(f.cluster.objects.empty());
    const auto writes = f.cluster.writes();
    REQUIRE(writes.size() == 5);
    CHECK(writes[0] == "DELETE " + replicaset);  // with Foreground, for it has dependents
    CHECK(writes[3] == "PATCH " + replicaset);   // its finalizer
    CHECK(writes[4] == "PATCH " + deployment);
}

TEST_CASE("orphaning: dependents lose the reference and stay") {
    Fixture f;
    f.add_family();
    f.start();
    f.remove(deployment, "Orphan");
    CHECK(f.cluster.writes() == Writes{"PATCH " + replicaset, "PATCH " + deployment});
    CHECK_FALSE(f.cluster.objects.contains(deployment));
    CHECK(at(f.cluster.objects.at(replicaset), "/metadata/ownerReferences").empty());
    CHECK(f.cluster.objects.size() == 3);
}

TEST_CASE("an object whose owner never was is collected; one with an owner of another UID as well") {
    Fixture f;
    const auto d = f.add(deployment, "Deployment");
    auto stranger = d;
    stranger["metadata"]["uid"] = "of-an-earlier-deployment";
    f.add(replicaset, "ReplicaSet", stranger);
    stranger["metadata"]["name"] = "never";
    f.add(pods + "p", "Pod", stranger);
    f.start();
    CHECK(f.cluster.objects.size() == 1);
    CHECK(f.cluster.objects.contains(deployment));
}

TEST_CASE("with one owner left, only the reference to the other goes") {
    Fixture f;
    const auto d = f.add(deployment, "Deployment");
    auto r = f.add(replicaset, "ReplicaSet", d);
    auto lost = d;
    lost["metadata"]["uid"] = "gone";
    r["metadata"]["ownerReferences"].push_back(controller_reference(lost, "apps/v1", "Deployment"));
    f.cluster.put(replicaset, r);
    f.start();
    CHECK(f.cluster.writes() == Writes{"PATCH " + replicaset});
    const auto references = at(f.cluster.objects.at(replicaset), "/metadata/ownerReferences");
    REQUIRE(references.size() == 1);
    CHECK(string_at(references[0], "/uid") == uid_of(d));
}

TEST_CASE("an owner of a kind that is not known counts as there") {
    Fixture f;
    f.add(pods + "p", "Pod",
          {{"kind", "Node"}, {"apiVersion", "v1"}, {"metadata", {{"name", "n"}, {"uid", "u"}}}});
    f.start();
    f.cluster.pass(60s);
    CHECK(f.cluster.sent.size() == 3);  // the lists
    auto lost = f.cluster.objects.at(pods + "p");
    lost["metadata"]["ownerReferences"].push_back(
        {{"apiVersion", "apps/v1"}, {"kind", "ReplicaSet"}, {"name", "r"}, {"uid", "gone"}});
    f.cluster.put(pods + "p", lost);
    f.cluster.settle();
    CHECK(f.cluster.writes() == Writes{"PATCH " + pods + "p"});  // only the other reference
}

TEST_CASE("a deletion that conflicts over other fields than the owners goes without the resourceVersion") {
    Fixture f;
    f.add_family();
    f.start();
    const bool owners_change = GENERATE(false, true);
    int deletions = 0;
    f.cluster.fault = [&](const Request& request) {
        if (request.method == "DELETE" && request.path == replicaset && ++deletions == 1)
            f.cluster.change(replicaset, owners_change ? Json{{"metadata", {{"ownerReferences", nullptr}}}}
                                                       : Json{{"status", {{"replicas", 2}}}});
        return std::optional<std::pair<Response, bool>>();
    };
    f.remove(deployment, "Background");
    f.cluster.pass(1s);
    CHECK(deletions == (owners_change ? 1 : 2));
    CHECK(f.cluster.objects.contains(replicaset) == owners_change);
}

TEST_CASE("what could not be done is tried again") {
    Fixture f;
    f.add_family();
    f.start();
    int failures = 3;
    f.cluster.fault = [&](const Request& request) {
        std::optional<std::pair<Response, bool>> planned;
        if (request.path == replicaset && failures-- > 0)
            planned = {Response{.status = 0, .body = {}}, false};
        return planned;
    };
    f.remove(deployment, "Background");
    CHECK(f.cluster.objects.size() == 3);
    f.cluster.pass(1s);
    CHECK(f.cluster.objects.empty());
}
