// Creating, reading and updating: names, identities, optimistic concurrency, what counts as a change.
#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;
using Names = std::vector<std::string>;

TEST_CASE("a create fills in what identifies the object", "[apiserver]") {
    Server server;
    const Json created = server.created(pods, pod("a"));
    CHECK(string_at(created, "/metadata/namespace") == "default");
    CHECK(string_at(created, "/metadata/uid").size() == 36);
    CHECK(string_at(created, "/metadata/creationTimestamp") == "2026-01-02T03:04:05Z");
    CHECK(string_at(created, "/metadata/resourceVersion") == std::to_string(server.store.revision()));
    CHECK(string_at(created, "/status/phase") == "Pending");
    CHECK(server.get(pods + "/a").body == created);
    const auto stored = Json::parse(server.store.get("/registry/pods/default/a")->value);
    CHECK(at(stored, "/metadata/resourceVersion").is_null());

    const auto again = server.post(pods, pod("a"));
    CHECK(again.status == 409);
    CHECK(string_at(again.body, "/reason") == "AlreadyExists");
    CHECK(message(again) == "pods \"a\" already exists");
    CHECK(server.get(pods + "/a").body == created);
}

TEST_CASE("generateName tries eight names", "[apiserver]") {
    ApiServerOptions options;
    int count = 0;
    options.name_suffix = [&] { return std::to_string(count++ / 9); };
    Server server(std::move(options));
    Json body = pod("");
    body["metadata"].erase("name");
    body["metadata"]["generateName"] = "a-";
    CHECK(string_at(server.created(pods, body), "/metadata/name") == "a-0");
    const auto refused = server.post(pods, body);
    CHECK(refused.status == 409);
    CHECK(message(refused) ==
          "pods \"a-0\" already exists, the server was not able to generate a unique name for the object");
    CHECK(string_at(server.created(pods, body), "/metadata/name") == "a-1");
}

TEST_CASE("a create is refused for what it lacks, and nothing is written", "[apiserver]") {
    Server server;
    Json body = pod("");
    body["metadata"].erase("name");
    const auto nameless = server.post(pods, body);
    CHECK(nameless.status == 422);
    CHECK(message(nameless) ==
          "Pod \"\" is invalid: metadata.name: Required value: name or generateName is required");
    CHECK(string_at(nameless.body, "/details/causes/0/reason") == "FieldValueRequired");
    CHECK(server.post(pods, pod("Not_a_name")).status == 422);
    CHECK(server.post("/api/v1/namespaces/nowhere/pods", pod("a")).status == 404);
    CHECK(server.post(pods, Json("text")).status == 400);
    CHECK(server.post(pods, {{"kind", "Node"}}).status == 400);
    CHECK(server.post("/api/v1/pods", pod("a")).status == 405);
    Json elsewhere = pod("a");
    elsewhere["metadata"]["namespace"] = "other";
    CHECK(message(server.post(pods, elsewhere)) ==
          "the namespace of the provided object does not match the namespace sent on the request");
    CHECK(server.store.revision() == store::EmbeddedStore().revision());
}

TEST_CASE("an update needs the current version, or none", "[apiserver]") {
    Server server;
    const Json first = server.created(deployments, deployment("a"));
    CHECK(int_at(first, "/metadata/generation") == 1);
    Json second = first;
    second["spec"]["replicas"] = 5;
    const auto updated = server.put(deployments + "/a", second);
    REQUIRE(updated.status == 200);
    CHECK(int_at(updated.body, "/metadata/generation") == 2);
    CHECK(int_at(updated.body, "/spec/replicas") == 5);

    const auto stale = server.put(deployments + "/a", second);
    CHECK(stale.status == 409);
    CHECK(
        message(stale) ==
        "Operation cannot be fulfilled on deployments.apps \"a\": the object has been modified; please apply "
        "your changes to the latest version and try again");

    second["metadata"].erase("resourceVersion");
    second["spec"]["replicas"] = 6;
    CHECK(int_at(server.put(deployments + "/a", second).body, "/spec/replicas") == 6);

    second["metadata"]["uid"] = "another";
    const auto other = server.put(deployments + "/a", second);
    CHECK(other.status == 409);
    CHECK_THAT(message(other),
               Catch::Contains("Precondition failed: UID in precondition: another, UID in object "
                               "meta: " +
                               string_at(first, "/metadata/uid")));
    CHECK(server.put(deployments + "/b", deployment("b")).status == 404);
    CHECK(message(server.put(deployments + "/b", first)) ==
          "the name of the object (a) does not match the name on the URL (b)");
}

TEST_CASE("the words of conflicts and absences are those of a real cluster", "[apiserver]") {
    Server server;
    for (const auto& recorded : fixture("errors.json")) {
        const auto kind = string_at(recorded, "/details/kind");
        const auto name = string_at(recorded, "/details/name");
        const bool core = at(recorded, "/details/group").is_null();
        const auto base =
            core ? "/api/v1/namespaces/default/" + kind : "/apis/apps/v1/namespaces/default/" + kind;
        if (int_at(recorded, "/code") == 404) {
            CHECK(server.get(base + "/" + name).body == recorded);
            continue;
        }
        Json body = deployment(name);
        if (kind == "replicasets") body["spec"].erase("strategy");
        server.post(base, body);
        Json stale = server.get(base + "/" + name).body;
        REQUIRE(string_at(stale, "/metadata/name") == name);
        stale["metadata"]["resourceVersion"] = "1000000";
        CHECK(server.put(base + "/" + name + "/status", stale).body == recorded);
        CHECK(server.put(base + "/" + name, stale).body == recorded);
    }
}

TEST_CASE("identical content writes nothing", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    server.bind("a", "node-0");
    const Json current = server.get(pods + "/a").body;
    const auto revision = server.store.revision();
    CHECK(server.put(pods + "/a", current).body == current);
    CHECK(server.patch(pods + "/a", {{"metadata", {{"labels", {{"app", "a"}}}}}}).body == current);
    CHECK(server.put(pods + "/a/status", current).body == current);
    CHECK(server.store.revision() == revision);
}

TEST_CASE("spec and status ignore each other's fields and share one version", "[apiserver]") {
    Server server;
    Json object = server.created(deployments, deployment("a"));
    Json both = object;
    both["spec"]["replicas"] = 9;
    both["status"]["replicas"] = 4;
    const Json status = server.put(deployments + "/a/status", both).body;
    CHECK(int_at(status, "/spec/replicas") == 3);
    CHECK(int_at(status, "/status/replicas") == 4);
    CHECK(int_at(status, "/metadata/generation") == 1);
    CHECK(server.put(deployments + "/a", both).status == 409);
    both["metadata"]["resourceVersion"] = at(status, "/metadata/resourceVersion");
    both["status"]["replicas"] = 7;
    const Json spec = server.put(deployments + "/a", both).body;
    CHECK(int_at(spec, "/spec/replicas") == 9);
    CHECK(int_at(spec, "/status/replicas") == 4);
    CHECK(int_at(spec, "/metadata/generation") == 2);
    // Annotations of a Deployment count, too; labels do not.
    CHECK(int_at(server.patch(deployments + "/a", {{"metadata", {{"annotations", {{"x", "y"}}}}}}).body,
                 "/metadata/generation") == 3);
    CHECK(int_at(server.patch(deployments + "/a", {{"metadata", {{"labels", {{"x", "y"}}}}}}).body,
                 "/metadata/generation") == 3);
}

TEST_CASE("an update keeps what only the server sets", "[apiserver]") {
    Server server;
    const Json created = server.created(pods, pod("a"));
    CHECK(server.patch(pods + "/a", {{"metadata", {{"uid", "another"}}}}).status == 422);
    CHECK(server.patch(pods + "/a", {{"metadata", {{"name", "b"}}}}).status == 422);
    CHECK(server.patch(pods + "/a", {{"metadata", {{"namespace", "b"}}}}).status == 400);
    CHECK(server.patch(pods + "/a", {{"metadata", {{"deletionTimestamp", "2026-01-02T03:04:05Z"}}}}).status ==
          422);
    const Json patched = server.patch(pods + "/a", {{"metadata", {{"creationTimestamp", nullptr}}}}).body;
    CHECK(patched == created);
}

TEST_CASE("a PATCH has no version to conflict, unless it names one", "[apiserver]") {
    Server server;
    const Json first = server.created(pods, pod("a"));
    CHECK(server.patch(pods + "/a", {{"metadata", {{"labels", {{"b", "1"}}}}}}).status == 200);
    CHECK(server.patch(pods + "/a", {{"metadata", {{"labels", {{"b", "2"}}}}}}, "merge").status == 200);
    const Json stale{
        {"metadata",
         {{"resourceVersion", at(first, "/metadata/resourceVersion")}, {"labels", {{"b", "3"}}}}}};
    CHECK(server.patch(pods + "/a", stale).status == 409);
    CHECK(server
              .patch(pods + "/a",
                     Json::array({{{"op", "test"}, {"path", "/metadata/labels/b"}, {"value", "1"}}}), "json")
              .status == 422);
    CHECK(server.patch(pods + "/a", Json::array({{{"op", "remove"}, {"path", "/metadata/labels/b"}}}), "json")
              .status == 200);
    CHECK(at(server.get(pods + "/a").body, "/metadata/labels") == Json{{"app", "a"}});
    const auto apply = server.send("PATCH", pods + "/a", {}, admin, {}, "application/apply-patch+yaml");
    CHECK(apply.status == 415);
    CHECK_THAT(message(apply), Catch::Contains("server-side apply"));
    CHECK(server.send("PATCH", pods + "/a", Json::object()).status == 415);
    CHECK(server.patch(pods + "/b", Json::object()).status == 404);
}

TEST_CASE("a dry run answers and writes nothing", "[apiserver]") {
    Server server;
    const Query dry{{"dryRun", "All"}};
    const auto before = server.store.revision();
    CHECK(server.send("POST", pods, pod("a"), admin, dry).status == 201);
    CHECK(server.store.revision() == before);
    const Json created = server.created(pods, pod("a"));
    const auto after = server.store.revision();
    CHECK(server.send("POST", pods, pod("a"), admin, dry).status == 409);
    Json changed = created;
    changed["metadata"]["labels"]["b"] = "c";
    CHECK(string_at(server.send("PUT", pods + "/a", changed, admin, dry).body, "/metadata/labels/b") == "c");
    CHECK(server.send("DELETE", pods + "/a", {}, admin, dry).status == 200);
    CHECK(server.remove(pods + "/a", {{"dryRun", {"All"}}}).status == 200);
    CHECK(server.get(pods + "/a").body == created);
    CHECK(server.store.revision() == after);
    CHECK(server.send("POST", pods, pod("b"), admin, {{"dryRun", "Some"}}).status == 422);
}

TEST_CASE("leases and events are created by a PUT, leases not changed without a version", "[apiserver]") {
    Server server;
    const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    const Json body{{"metadata", {{"name", "node-0"}}}, {"spec", {{"holderIdentity", "node-0"}}}};
    CHECK(server.put(leases + "/node-0", body).status == 201);
    const auto refused = server.put(leases + "/node-0", body);
    CHECK(refused.status == 422);
    CHECK_THAT(message(refused),
               Catch::Contains("metadata.resourceVersion: Invalid value: 0x0: must be specified"));
}

TEST_CASE("switch create-without-name-check: a second create replaces the first", "[apiserver]") {
    ApiServerOptions options;
    options.switches = {Switch::create_without_name_check};
    Server server(std::move(options));
    const Json first = server.created(deployments, deployment("a", 1));
    const Json second = server.created(deployments, deployment("a", 2));
    CHECK(at(first, "/metadata/uid") != at(second, "/metadata/uid"));
    CHECK(server.get(deployments + "/a").body == second);
}

TEST_CASE("switch uids-repeat-after-restart: another server counts from 1 again", "[apiserver]") {
    ApiServerOptions options;
    options.switches = {Switch::uids_repeat_after_restart};
    Server server(std::move(options));
    const Json first = server.created(pods, pod("a"));
    const Json second = server.created(pods, pod("b"));
    CHECK(at(first, "/metadata/uid") != at(second, "/metadata/uid"));
    server.api = std::make_unique<ApiServer>(server.store, server.options);
    CHECK(at(server.created(pods, pod("c")), "/metadata/uid") == at(first, "/metadata/uid"));
}

TEST_CASE("commits are reported in order, with who asked for them", "[apiserver]") {
    ApiServerOptions options;
    std::vector<Commit> commits;
    options.on_commit = [&](const Commit& commit) { commits.push_back(commit); };
    Server server(std::move(options));
    server.created(pods, pod("a"));
    server.bind("a", "node-0");
    server.remove(pods + "/a", {{"gracePeriodSeconds", 0}});
    REQUIRE(commits.size() == 4);
    CHECK(commits[0].verb == "create");
    CHECK(commits[0].user == admin);
    CHECK(commits[0].key == "/registry/pods/default/a");
    CHECK(commits[1].subresource == "binding");
    CHECK(string_at(commits[1].object, "/spec/nodeName") == "node-0");
    CHECK(int_at(commits[2].object, "/metadata/deletionGracePeriodSeconds", -1) == 0);
    CHECK(commits[3].object.is_null());
    for (std::size_t i = 1; i < commits.size(); ++i)
        CHECK(commits[i].revision == commits[i - 1].revision + 1);
}
