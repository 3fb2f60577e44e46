// Lists and watches: selectors, pages, versions, events, bookmarks, tables.
#include "reference/apiserver/watch_caches.hpp"
#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;
using Names = std::vector<std::string>;

TEST_CASE("lists select by labels and fields", "[apiserver]") {
    Server server;
    server.created(pods, pod("a", {{"app", "x"}, {"tier", "front"}}));
    server.created(pods, pod("b", {{"app", "x"}, {"n", "7"}}));
    server.created(pods, pod("c", {{"app", "y"}}));
    server.bind("b", "node-0");
    const auto selected = [&](const std::string& kind, const std::string& selector) {
        const auto list = server.get(pods, {{kind, selector}});
        CHECK(list.status == 200);
        return names(list.body);
    };
    CHECK(selected("labelSelector", "") == Names{"a", "b", "c"});
    CHECK(selected("labelSelector", "app=x") == Names{"a", "b"});
    CHECK(selected("labelSelector", "app==x,tier!=front") == Names{"b"});
    CHECK(selected("labelSelector", "app in (y, z)") == Names{"c"});
    CHECK(selected("labelSelector", "app notin (x),!tier") == Names{"c"});
    CHECK(selected("labelSelector", "tier") == Names{"a"});
    CHECK(selected("labelSelector", "n>6,n<8") == Names{"b"});
    CHECK(selected("fieldSelector", "spec.nodeName=node-0") == Names{"b"});
    CHECK(selected("fieldSelector", "spec.nodeName!=node-0,metadata.name!=a") == Names{"c"});
    CHECK(selected("fieldSelector", "metadata.namespace=default,status.phase=Pending") ==
          Names{"a", "b", "c"});
    for (const std::string bad : {"app in x", "app in (x", "=x", "app,", "a>b", "app ~ x"})
        CHECK(server.get(pods, {{"labelSelector", bad}}).status == 400);
    const auto unknown = server.get(pods, {{"fieldSelector", "spec.color=red"}});
    CHECK(unknown.status == 400);
    CHECK_THAT(message(unknown), Catch::Contains("field label not supported: spec.color"));
}

TEST_CASE("pages of a list are of one revision", "[apiserver]") {
    Server server;
    for (const std::string name : {"a", "b", "c", "d", "e"}) server.created(pods, pod(name));
    const auto first = server.get(pods, {{"limit", "2"}}).body;
    CHECK(names(first) == Names{"a", "b"});
    CHECK(int_at(first, "/metadata/remainingItemCount") == 3);
    server.remove(pods + "/c");
    server.created(pods, pod("bb"));
    const auto token = string_at(first, "/metadata/continue");
    const auto second = server.get(pods, {{"limit", "2"}, {"continue", token}}).body;
    CHECK(names(second) == Names{"c", "d"});
    CHECK(at(second, "/metadata/resourceVersion") == at(first, "/metadata/resourceVersion"));
    CHECK(int_at(second, "/metadata/remainingItemCount") == 1);
    const auto last =
        server.get(pods, {{"limit", "2"}, {"continue", string_at(second, "/metadata/continue")}}).body;
    CHECK(names(last) == Names{"e"});
    CHECK(at(last, "/metadata/continue").is_null());
    // Selected: the rest is not counted.
    const auto selected = server.get(pods, {{"limit", "1"}, {"labelSelector", "app=a"}}).body;
    CHECK(names(selected) == Names{"a"});
    CHECK(at(selected, "/metadata/remainingItemCount").is_null());
    const auto rest = server.get(
        pods, {{"labelSelector", "app=a"}, {"continue", string_at(selected, "/metadata/continue")}});
    CHECK(names(rest.body) == Names{"b", "bb", "d", "e"});

    CHECK(server.get(pods, {{"continue", "nonsense"}}).status == 400);
    CHECK(server.get(pods, {{"continue", token}, {"resourceVersion", "5"}}).status == 400);
    server.store.compact(server.store.revision());
    const auto gone = server.get(pods, {{"limit", "2"}, {"continue", token}});
    CHECK(gone.status == 410);
    CHECK(string_at(gone.body, "/reason") == "Expired");
}

TEST_CASE("what a list's resourceVersion means", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    const auto then = server.get(pods).body;
    server.created(pods, pod("b"));
    const auto version = string_at(then, "/metadata/resourceVersion");
    CHECK(names(server.get(pods, {{"resourceVersion", "0"}}).body) == Names{"a", "b"});
    CHECK(names(server.get(pods, {{"resourceVersion", version}}).body) == Names{"a", "b"});
    const auto exact =
        server.get(pods, {{"resourceVersion", version}, {"resourceVersionMatch", "Exact"}}).body;
    CHECK(exact == then);
    CHECK(server.get(pods, {{"resourceVersion", "1000"}, {"resourceVersionMatch", "Exact"}}).status == 504);
    CHECK(server.get(pods, {{"resourceVersion", "x"}}).status == 400);
    CHECK(server.get(pods, {{"resourceVersionMatch", "Exact"}}).status == 422);
    CHECK(server.get(pods, {{"limit", "-1"}}).status == 422);
    CHECK(server.get(pods, {{"limit", "many"}}).status == 400);
}

TEST_CASE("a version that is to come is waited for, three seconds", "[apiserver][heavy]") {
    Server server;
    const auto late = server.get(pods, {{"resourceVersion", "1000"}});
    CHECK(late.status == 504);
    CHECK(string_at(late.body, "/details/causes/0/reason") == "ResourceVersionTooLarge");
}

TEST_CASE("a watch begins after its version, or with what is there", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    const auto version = string_at(server.get(pods).body, "/metadata/resourceVersion");
    server.created(pods, pod("b"));
    Watched resumed(server, pods, {{"resourceVersion", version}});
    CHECK(resumed.seen() == Names{"ADDED b"});
    Watched fresh(server, pods);
    CHECK(fresh.seen() == Names{"ADDED a", "ADDED b"});
    Watched one(server, pods + "/b", {{"resourceVersion", version}});
    Watched elsewhere(server, "/api/v1/namespaces/other/pods");
    server.patch(pods + "/b", {{"metadata", {{"labels", {{"x", "y"}}}}}});
    server.remove(pods + "/a");
    CHECK(resumed.seen() == Names{"ADDED b", "MODIFIED b", "MODIFIED a", "DELETED a"});
    CHECK(one.seen() == Names{"ADDED b", "MODIFIED b"});
    CHECK(elsewhere.seen().empty());
    CHECK(resumed.events[1].object == server.get(pods + "/b").body);
    resumed.subscription.reset();
    server.created(pods, pod("c"));
    CHECK(resumed.events.size() == 4);
    CHECK(fresh.seen().back() == "ADDED c");
    server.api.reset();
    CHECK(fresh.ends == 1);
    CHECK(resumed.ends == 0);
}

TEST_CASE("selectors of a watch make events of entering and leaving", "[apiserver]") {
    Server server;
    Watched watch(server, pods, {{"fieldSelector", "spec.nodeName=node-0"}});
    Watched unbound(server, pods, {{"fieldSelector", "spec.nodeName="}});
    const Json created = server.created(pods, pod("a"));
    CHECK(watch.seen().empty());
    server.bind("a", "node-0");
    const auto bound = server.get(pods + "/a").body;
    CHECK(watch.seen() == Names{"ADDED a"});
    CHECK(watch.events[0].object == bound);
    REQUIRE(unbound.seen() == Names{"ADDED a", "DELETED a"});
    // The old object, at the version of the change.
    Json last = created;
    last["metadata"]["resourceVersion"] = at(bound, "/metadata/resourceVersion");
    CHECK(unbound.events[1].object == last);
}

TEST_CASE("a watch from before what is remembered is refused", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    server.api = std::make_unique<ApiServer>(server.store, server.options);
    CHECK(server.get(pods).status == 200);
    Watched watch(server, pods, {{"resourceVersion", "1"}});
    CHECK(watch.refusal.status == 410);
    CHECK(string_at(watch.refusal.body, "/reason") == "Expired");
    CHECK_THAT(message(watch.refusal), Catch::StartsWith("too old resource version: 1 ("));
    Watched deployments_of(server, deployments, {{"resourceVersion", "x"}});
    CHECK(deployments_of.refusal.status == 400);
}

TEST_CASE("bookmarks carry the newest version to those who ask", "[apiserver]") {
    Server server;
    Watched watch(server, deployments, {{"allowWatchBookmarks", "true"}});
    Watched other(server, deployments);
    server.created(pods, pod("a"));
    server.api->send_bookmarks();
    REQUIRE(watch.events.size() == 1);
    CHECK(other.events.empty());
    CHECK(watch.events[0].type == "BOOKMARK");
    CHECK(watch.events[0].object == Json{{"kind", "Deployment"},
                                         {"apiVersion", "apps/v1"},
                                         {"metadata",
                                          {{"resourceVersion", std::to_string(server.store.revision())},
                                           {"creationTimestamp", nullptr}}}});
}

TEST_CASE("the ring of events is bounded", "[apiserver]") {
    const auto& resource = *find_resource("", "v1", "pods");
    WatchCache cache(resource, 3);
    cache.load({}, 10);
    for (int i = 11; i <= 15; ++i) {
        store::StoreEvent event;
        event.revision = i;
        event.current = {"/registry/pods/default/a", R"({"metadata":{"name":"a"}})", 11, i, i - 10};
        cache.apply(event);
    }
    Names seen;
    const auto from = [&](store::Revision after) {
        WatchOptions options;
        options.key_prefix = "/registry/pods/";
        options.after = after;
        options.on_event = [&](const std::string&, const ObjectPtr& object) {
            seen.push_back(string_at(*object, "/metadata/resourceVersion"));
        };
        options.on_end = [] {};
        return cache.watch(std::move(options));
    };
    CHECK_THROWS_AS(from(11), store::Compacted);
    from(12);
    CHECK(seen == Names{"13", "14", "15"});
}

TEST_CASE("tables and partial objects", "[apiserver]") {
    Server server;
    server.created(pods, pod("a"));
    const std::string accept =
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
        "application/json";
    Request request{.method = "GET", .path = pods};
    request.accept = accept;
    const Json table = server.api->handle(admin, request).body;
    CHECK(string_at(table, "/kind") == "Table");
    CHECK(string_at(table, "/apiVersion") == "meta.k8s.io/v1");
    CHECK(string_at(table, "/columnDefinitions/0/name") == "Name");
    CHECK(string_at(table, "/rows/0/cells/0") == "a");
    CHECK(at(table, "/rows/0/cells").size() == at(table, "/columnDefinitions").size());
    CHECK(string_at(table, "/rows/0/object/kind") == "PartialObjectMetadata");
    request.query["includeObject"] = "Object";
    CHECK(at(server.api->handle(admin, request).body, "/rows/0/object") == server.get(pods + "/a").body);
    request.query["includeObject"] = "None";
    CHECK(at(server.api->handle(admin, request).body, "/rows/0/object").is_null());

    Watched watch(server, pods, {}, admin, accept);
    server.created(pods, pod("b"));
    REQUIRE(watch.events.size() == 2);
    CHECK(at(watch.events[0].object, "/columnDefinitions").size() > 3);
    CHECK(at(watch.events[1].object, "/columnDefinitions").empty());
    CHECK(string_at(watch.events[1].object, "/rows/0/cells/0") == "b");

    request.query.clear();
    request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    const Json partial = server.api->handle(admin, request).body;
    CHECK(string_at(partial, "/kind") == "PartialObjectMetadataList");
    CHECK(at(partial, "/items/0/spec").is_null());
    // Errors stay what they are.
    request.path = pods + "/none";
    CHECK(string_at(server.api->handle(admin, request).body, "/kind") == "Status");
    request.accept = "application/vnd.kubernetes.protobuf";
    CHECK(server.api->handle(admin, request).status == 406);
}
