// A store that fails: its watch ends, or it does not answer.
#include "tests/apiserver_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::apiserver;
using namespace kcheck::reference::testing;

namespace {

class FailingStore : public store::Store {
public:
    std::optional<store::KeyValue> get(const std::string& key) override { return reachable().get(key); }
    store::RangeResult range(const std::string& prefix, const std::string& start, std::int64_t limit,
                             store::Revision revision) override {
        return reachable().range(prefix, start, limit, revision);
    }
    store::WriteResult put(const std::string& key, const std::string& value,
                           store::Revision expected) override {
        if (writes_left && --*writes_left < 0) throw store::StoreFull("no space left");
        auto result = reachable().put(key, value, expected);
        if (loses_reply) throw store::StoreUnavailable("etcdserver: request timed out");
        return result;
    }
    store::WriteResult remove(const std::string& key, store::Revision expected) override {
        if (writes_left && --*writes_left < 0) throw store::StoreFull("no space left");
        return reachable().remove(key, expected);
    }
    store::Revision revision() override { return reachable().revision(); }
    std::unique_ptr<store::StoreWatch> watch(const std::string& prefix, store::Revision after,
                                             std::function<void(const store::StoreEvent&)> on_event,
                                             std::function<void(const std::string&)> on_end) override {
        ++watches;
        end_watch = on_end;
        return reachable().watch(prefix, after, std::move(on_event), std::move(on_end));
    }
    void compact(store::Revision revision) override { reachable().compact(revision); }

    bool is_reachable = true;
    bool loses_reply = false;
    std::optional<int> writes_left;  // the rest find no room
    int watches = 0;
    std::function<void(const std::string&)> end_watch;

private:
    store::Store& reachable() {
        if (!is_reachable) throw store::StoreUnavailable("etcdserver: no leader");
        return store_;
    }
    store::EmbeddedStore store_;
};

Request list_of_pods(Query query = {}) { return {.method = "GET", .path = pods, .query = std::move(query)}; }
Request create_pod(const std::string& name) { return {.method = "POST", .path = pods, .body = pod(name)}; }

}  // namespace

TEST_CASE("when the store's watch ends, watches end and caches are made anew", "[apiserver]") {
    FailingStore store;
    ApiServer api(store, {});
    CHECK(api.handle(admin, create_pod("a")).status == 201);
    int ends = 0;
    std::vector<std::string> seen;
    const auto begin = [&] {
        return api.watch(
            admin, list_of_pods({{"watch", "1"}}),
            [&](const WatchEvent& event) { seen.push_back(string_at(event.object, "/metadata/name")); },
            [&] { ++ends; });
    };
    const auto first = begin();
    REQUIRE(std::get_if<0>(&first));
    store.end_watch("connection lost");
    CHECK(ends == 1);
    CHECK(store.watches == 1);
    CHECK(api.handle(admin, create_pod("b")).status == 201);
    CHECK(names(api.handle(admin, list_of_pods()).body) == std::vector<std::string>{"a", "b"});
    CHECK(store.watches == 2);
    const auto second = begin();
    CHECK(seen == std::vector<std::string>{"a", "a", "b"});
    CHECK(ends == 1);
}

TEST_CASE("a store that does not answer is a 504, and so is a write whose reply is lost", "[apiserver]") {
    FailingStore store;
    ApiServer api(store, {});
    store.is_reachable = false;
    CHECK(api.handle(admin, list_of_pods()).status == 504);
    const auto health = [&](const User& user, const std::string& path, const Query& query = {}) {
        const auto response = api.handle(user, {.method = "GET", .path = path, .query = query});
        return std::to_string(response.status) + " " + response.raw.value_or("");
    };
    for (const std::string endpoint : {"healthz", "livez", "readyz"}) {
        CHECK(health(admin, "/" + endpoint) ==
              "500 [+]ping ok\n[-]etcd failed: etcdserver: no leader\n" + endpoint + " check failed\n");
        CHECK(health({}, "/" + endpoint) ==
              "500 [+]ping ok\n[-]etcd failed: reason withheld\n" + endpoint + " check failed\n");
        CHECK(health({}, "/" + endpoint + "/ping") == "200 ok");
        CHECK(health({}, "/" + endpoint, {{"exclude", "etcd"}}) == "200 ok");
    }
    api.send_bookmarks();
    auto refused = api.watch(
        admin, list_of_pods({{"watch", "1"}}), [](const WatchEvent&) {}, [] {});
    CHECK(std::get<Response>(refused).status == 504);

    store.is_reachable = true;
    store.loses_reply = true;
    const auto lost = api.handle(admin, create_pod("a"));
    CHECK(lost.status == 504);
    CHECK(string_at(lost.body, "/reason") == "Timeout");
    store.loses_reply = false;
    CHECK(names(api.handle(admin, list_of_pods()).body) == std::vector<std::string>{"a"});
}

TEST_CASE("507 says that nothing has happened, so what has happened in part is no 507", "[apiserver]") {
    FailingStore store;
    ApiServer api(store, {});
    CHECK(api.handle(admin, create_pod("a")).status == 201);
    // A pod is marked, and then removed.
    store.writes_left = 0;
    const Request remove{.method = "DELETE", .path = pods + "/a"};
    CHECK(api.handle(admin, remove).status == 507);
    store.writes_left = 1;
    CHECK(api.handle(admin, remove).status == 504);
    store.writes_left.reset();
    CHECK(api.handle(admin, remove).status == 200);
    // An object is stored, and then the event that nothing acts on it.
    const Request create{.method = "POST",
                         .path = "/api/v1/namespaces/default/services",
                         .body = {{"apiVersion", "v1"},
                                  {"kind", "Service"},
                                  {"metadata", {{"name", "a"}}},
                                  {"spec", {{"ports", {{{"port", 80}}}}}}}};
    store.writes_left = 1;
    CHECK(api.handle(admin, create).status == 201);
    CHECK(*store.writes_left < 0);
}
