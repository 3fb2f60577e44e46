// Deletion: preconditions, grace, finalizers, namespaces.
#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;
using Names = std::vector<std::string>;

namespace {

Json running_pod(Server& server, const std::string& name) {
    server.created(pods, pod(name));
    server.bind(name, "node-0");
    return server.patch(pods + "/" + name + "/status", {{"status", {{"phase", "Running"}}}}).body;
}

}  // namespace

TEST_CASE("a running pod is marked, and removed when its grace becomes 0", "[apiserver]") {
    Server server;
    const Json before = running_pod(server, "a");
    const auto marked = server.remove(pods + "/a");
    REQUIRE(marked.status == 200);
    CHECK(int_at(marked.body, "/metadata/deletionGracePeriodSeconds") == 30);
    CHECK(string_at(marked.body, "/metadata/deletionTimestamp") == "2026-01-02T03:04:35Z");

    SECTION("once more changes nothing") {
        const auto revision = server.store.revision();
        CHECK(server.remove(pods + "/a").body == marked.body);
        CHECK(server.remove(pods + "/a", {{"gracePeriodSeconds", 60}}).body == marked.body);
        CHECK(server.store.revision() == revision);
    }
    SECTION("the grace may only become shorter") {
        const Json shorter = server.remove(pods + "/a", {{"gracePeriodSeconds", 5}}).body;
        CHECK(int_at(shorter, "/metadata/deletionGracePeriodSeconds") == 5);
        CHECK(string_at(shorter, "/metadata/deletionTimestamp") == "2026-01-02T03:04:10Z");
    }
    SECTION("grace 0 is two commits: the mark and the removal") {
        Watched watch(server, pods,
                      {{"resourceVersion", string_at(marked.body, "/metadata/resourceVersion")}});
        const auto revision = server.store.revision();
        const Json last =
            server
                .remove(pods + "/a", {{"gracePeriodSeconds", 0},
                                      {"preconditions", {{"uid", at(before, "/metadata/uid")}}}})
                .body;
        CHECK(server.store.revision() == revision + 2);
        CHECK(string_at(last, "/metadata/resourceVersion") == std::to_string(revision + 2));
        CHECK(watch.seen() == Names{"MODIFIED a", "DELETED a"});
        CHECK(watch.events[1].object == last);
        CHECK(server.get(pods + "/a").status == 404);
        CHECK(server.remove(pods + "/a").status == 404);
    }
    SECTION("the mark cannot be taken back") {
        Json unmarked = marked.body;
        unmarked["metadata"].erase("deletionTimestamp");
        unmarked["metadata"].erase("deletionGracePeriodSeconds");
        CHECK(server.put(pods + "/a", unmarked).body == marked.body);
        CHECK(server.patch(pods + "/a", {{"metadata", {{"deletionTimestamp", nullptr}}}}).body ==
              marked.body);
        CHECK(server.patch(pods + "/a", {{"metadata", {{"finalizers", {"example.com/x"}}}}}).status == 422);
    }
}

TEST_CASE("a binding after the first look does not give a pod its grace back", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    // A second kube-apiserver, between whose look and mark the pod is bound: it asks for the time when the
    // request comes, and at each look.
    int looks = 0;
    auto options = server.options;
    options.now = [&] {
        if (++looks == 2) server.bind("a", "node-0");
        return server.now;
    };
    apiserver::ApiServer other(server.store, options);
    looks = 0;
    const auto removed = other.handle(admin, {.method = "DELETE", .path = pods + "/a"});
    CHECK(removed.status == 200);
    CHECK(looks > 2);
    CHECK(string_at(removed.body, "/spec/nodeName") == "node-0");
    CHECK(server.get(pods + "/a").status == 404);
}

TEST_CASE("a pod that is unbound or terminal goes at once", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    CHECK(server.remove(pods + "/a", {{"gracePeriodSeconds", 30}}).status == 200);
    CHECK(server.get(pods + "/a").status == 404);
    running_pod(server, "b");
    server.patch(pods + "/b/status", {{"status", {{"phase", "Failed"}}}});
    CHECK(server.remove(pods + "/b").status == 200);
    CHECK(server.get(pods + "/b").status == 404);
}

TEST_CASE("what a deletion names must hold", "[apiserver]") {
    Server server;
    const auto uid = string_at(server.created(pods, pod("a")), "/metadata/uid");
    const auto refused = server.remove(pods + "/a", {{"preconditions", {{"uid", "another"}}}});
    CHECK(refused.status == 409);
    CHECK(message(refused) ==
          "Operation cannot be fulfilled on Pod \"a\": the UID in the precondition (another) does not match "
          "the "
          "UID in record (" +
              uid + "). The object might have been deleted and then recreated");
    CHECK(server.remove(pods + "/a", {{"preconditions", {{"resourceVersion", "1"}}}}).status == 409);
    CHECK(server.remove(pods + "/a", {{"propagationPolicy", "Sideways"}}).status == 422);
    CHECK(server.remove(pods + "/a", {{"propagationPolicy", "Orphan"}, {"orphanDependents", true}}).status ==
          422);
    CHECK(server.remove(pods + "/a", {{"gracePeriodSeconds", "soon"}}).status == 400);
    CHECK(server.remove(pods + "/a", {{"preconditions", {{"uid", uid}}}}).status == 200);
}

TEST_CASE("deletion of a deployment: at once in the background, else after finalizers", "[apiserver]") {
    Server server;
    const Json created = server.created(deployments, deployment("a"));
    SECTION("background") {
        const auto gone = server.remove(deployments + "/a", {{"propagationPolicy", "Background"}});
        CHECK(gone.body == Json{{"kind", "Status"},
                                {"apiVersion", "v1"},
                                {"metadata", Json::object()},
                                {"status", "Success"},
                                {"details",
                                 {{"name", "a"},
                                  {"group", "apps"},
                                  {"kind", "deployments"},
                                  {"uid", at(created, "/metadata/uid")}}}});
        CHECK(server.get(deployments + "/a").status == 404);
    }
    for (const std::string policy : {"Foreground", "Orphan"}) {
        SECTION(policy) {
            const std::string finalizer = policy == "Orphan" ? "orphan" : "foregroundDeletion";
            const Json marked = server.remove(deployments + "/a", {{"propagationPolicy", policy}}).body;
            CHECK(at(marked, "/metadata/finalizers") == Json::array({finalizer}));
            CHECK(int_at(marked, "/metadata/deletionGracePeriodSeconds", -1) == 0);
            CHECK(int_at(marked, "/metadata/generation") == 2);
            const auto revision = server.store.revision();
            const auto freed =
                server.patch(deployments + "/a", {{"metadata", {{"finalizers", nullptr}}}}, "merge");
            CHECK(freed.status == 200);
            CHECK(server.store.revision() == revision + 1);
            CHECK(server.get(deployments + "/a").status == 404);
        }
    }
}

TEST_CASE("a finalizer keeps a pod with grace 0 until it is taken away", "[apiserver]") {
    Server server;
    Json body = pod("a");
    body["metadata"]["finalizers"] = {"example.com/x"};
    server.created(pods, body);
    CHECK(server.remove(pods + "/a").status == 200);
    CHECK(int_at(server.get(pods + "/a").body, "/metadata/deletionGracePeriodSeconds", -1) == 0);
    const Json patch{{"metadata", {{"$deleteFromPrimitiveList/finalizers", {"example.com/x"}}}}};
    CHECK(server.patch(pods + "/a", patch).status == 200);
    CHECK(server.get(pods + "/a").status == 404);
}

TEST_CASE("a collection is deleted as it is selected", "[apiserver]") {
    Server server;
    for (const std::string name : {"a", "b", "c"})
        server.created(pods, pod(name, {{"app", name == "b" ? "other" : "mine"}}));
    const auto gone = server.send("DELETE", pods, {}, admin, {{"labelSelector", "app=mine"}});
    CHECK(names(gone.body) == Names{"a", "c"});
    CHECK(names(server.get(pods).body) == Names{"b"});
}

TEST_CASE("a namespace that ends takes nothing new, and goes when it is finalized", "[apiserver]") {
    Server server;
    server.api->create_system_namespaces();
    server.api->create_system_namespaces();
    const std::string namespaces = "/api/v1/namespaces";
    CHECK(names(server.get(namespaces).body) ==
          Names{"default", "kube-node-lease", "kube-public", "kube-system"});
    CHECK(server.remove(namespaces + "/default").status == 403);

    server.created(namespaces, {{"metadata", {{"name", "x"}}}});
    const auto inside = namespaces + "/x/pods";
    server.created(inside, pod("a"));
    const Json marked = server.remove(namespaces + "/x").body;
    CHECK(string_at(marked, "/status/phase") == "Terminating");
    const auto refused = server.post(inside, pod("b"));
    CHECK(refused.status == 403);
    CHECK(message(refused) ==
          "pods \"b\" is forbidden: unable to create new content in namespace x because it is "
          "being terminated");
    CHECK(string_at(refused.body, "/details/causes/0/reason") == "NamespaceTerminating");
    CHECK(server.remove(inside + "/a").status == 200);
    CHECK(server.get(namespaces + "/x").status == 200);
    Json finalized = marked;
    finalized["spec"]["finalizers"] = Json::array();
    CHECK(server.put(namespaces + "/x/finalize", finalized).status == 200);
    CHECK(server.get(namespaces + "/x").status == 404);
}
