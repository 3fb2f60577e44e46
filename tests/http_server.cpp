// The HTTPS server with the real kube-apiserver behind it: what it answers to whom, and what it refuses.
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "reference/http/audit_log.hpp"
#include "tests/http_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::http;
using namespace kcheck::reference::testing;

namespace {

std::string post(const std::string& body, const std::string& headers = "") {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\nConnection: "
        "close\r\n{}Content-Length: "
        "{}\r\n\r\n{}",
        config_maps, headers, body.size(), body);
}

}  // namespace

TEST_CASE("a client certificate, a token, and nobody", "[parallel]") {
    const TestServer server;
    TestClient by_certificate(server.config_of(administrator));
    CHECK(by_certificate.send({"GET", config_maps}).status == 200);

    auto config = server.config_of(administrator);
    config.identity = {};
    TestClient nobody(config);
    const auto refused = nobody.send({"GET", config_maps});
    CHECK(refused.status == 401);
    CHECK(string_at(refused.body, "/kind") == "Status");
    CHECK(nobody.send({"GET", "/readyz"}).raw == "ok");

    config.token = "secret";
    TestClient by_token(config);
    CHECK(by_token.send({"GET", config_maps}).status == 200);

    config.token = "wrong";
    TestClient by_wrong_token(config);
    CHECK(by_wrong_token.send({"GET", config_maps}).status == 401);
    CHECK(by_wrong_token.send({"GET", "/readyz"}).status == 401);
}

TEST_CASE("a component has its own verbs only", "[parallel]") {
    const TestServer server;
    TestClient scheduler(server.config_of({"system:kube-scheduler", {}}));
    CHECK(scheduler.send({"GET", "/api/v1/pods"}).status == 200);
    const auto refused = scheduler.send({.method = "POST", .path = config_maps, .body = config_map("a")});
    CHECK(refused.status == 403);
    CHECK(string_at(refused.body, "/reason") == "Forbidden");
}

TEST_CASE("a certificate of another authority refuses the handshake, on either side", "[parallel]") {
    const TestServer server;
    const CertificateAuthority stranger;
    auto config = server.config_of(administrator);
    config.identity = stranger.issue_client(administrator);
    CHECK(TestClient(config).send({"GET", config_maps}).status == 0);

    config = server.config_of(administrator);
    config.authority = stranger.certificate();
    CHECK(TestClient(config).send({"GET", config_maps}).status == 0);
}

TEST_CASE("a connection serves many requests, and clients many connections", "[parallel]") {
    const TestServer server;
    std::vector<std::thread> threads;
    std::atomic<int> created = 0;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            TestClient client(server.config_of(administrator));
            for (int i = 0; i < 25; ++i)
                created += client
                               .send({.method = "POST",
                                      .path = config_maps,
                                      .body = config_map(fmt::format("{}-{}", t, i))})
                               .status == 201;
        });
    for (auto& thread : threads) thread.join();
    CHECK(created == 100);
    TestClient client(server.config_of(administrator));
    CHECK(client.send({"GET", config_maps}).body.at("items").size() == 100);
}

TEST_CASE("requests that one client sends at once all get their replies", "[parallel]") {
    const TestServer server;
    TestClient client(server.config_of(administrator), {.connections_most = 3});
    int replies = 0;
    for (int i = 0; i < 50; ++i)
        client.api.send({.method = "POST", .path = config_maps, .body = config_map(fmt::format("m{}", i))},
                        [&](const Response& response) { replies += response.status == 201; });
    client.run_until([&] { return replies == 50; });
    CHECK(replies == 50);
}

TEST_CASE("JSON and YAML bodies; others are refused, and nothing is written", "[parallel]") {
    const TestServer server;
    const auto say = [&](const std::string& body, const std::string& headers = "") {
        RawClient client(server);
        client.send(post(body, headers));
        return client.read_to_end();
    };
    CHECK_THAT(say(config_map("a").dump()), Catch::StartsWith("HTTP/1.1 201 Created\r\n"));
    CHECK_THAT(
        say("kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: b\n", "Content-Type: application/yaml\r\n"),
        Catch::StartsWith("HTTP/1.1 201 Created\r\n"));
    const auto revision = [&] {
        return TestClient(server.config_of(administrator)).send({"GET", config_maps}).body;
    };
    const auto before = revision();
    CHECK_THAT(say("x", "Content-Type: text/plain\r\n"), Catch::StartsWith("HTTP/1.1 415"));
    CHECK_THAT(say("{"), Catch::StartsWith("HTTP/1.1 400") && Catch::Contains("\"kind\":\"Status\""));
    CHECK_THAT(say("a: [", "Content-Type: application/yaml\r\n"), Catch::StartsWith("HTTP/1.1 400"));
    CHECK_THAT(say(std::string(100'000, '[')), Catch::StartsWith("HTTP/1.1 400"));
    CHECK_THAT(say("{\"kind\": \"\xff\xfe\"}"), Catch::StartsWith("HTTP/1.1 400"));
    CHECK(revision() == before);
}

TEST_CASE("malformed HTTP is refused with a Status, and closes the connection", "[parallel]") {
    const TestServer server;
    const auto say = [&](const std::string& text) {
        RawClient client(server);
        client.send(text);
        return client.read_to_end();
    };
    CHECK_THAT(say("nonsense\r\n\r\n"), Catch::StartsWith("HTTP/1.1 400") && Catch::Contains("Status"));
    CHECK_THAT(say("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), Catch::StartsWith("HTTP/1.1 400"));
    CHECK_THAT(say("GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
               Catch::StartsWith("HTTP/1.1 400"));
    CHECK_THAT(say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Catch::StartsWith("HTTP/1.1 400"));
    CHECK_THAT(
        say("POST / HTTP/1.1\r\nAuthorization: Bearer secret\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Catch::StartsWith("HTTP/1.1 400"));
    CHECK_THAT(say("GET / HTTP/1.1\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n"),
               Catch::StartsWith("HTTP/1.1 431"));
}

TEST_CASE("a body that is too large is refused before it is read, whole or in chunks", "[parallel]") {
    const TestServer server;
    const std::string body(4 << 20, ' ');
    RawClient whole(server);
    whole.send(post(body));
    CHECK_THAT(whole.read_to_end(),
               Catch::StartsWith("HTTP/1.1 413") && Catch::Contains("RequestEntityTooLarge"));

    RawClient in_chunks(server);
    in_chunks.send(
        fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                    config_maps, body.size(), body));
    CHECK_THAT(in_chunks.read_to_end(), Catch::StartsWith("HTTP/1.1 413"));

    RawClient waiting(server);
    waiting.send(post("", "Expect: 100-continue\r\n").replace(0, 0, ""));
    CHECK_THAT(waiting.read_to_end(), Catch::StartsWith("HTTP/1.1 100 Continue"));

    CHECK(TestClient(server.config_of(administrator)).send({"GET", config_maps}).body.at("items").empty());
}

TEST_CASE("a store that does not answer holds up nobody but who asks it", "[parallel]") {
    class StuckStore final : public store::Store {
    public:
        std::optional<store::KeyValue> get(const std::string& key) override {
            std::unique_lock held(mutex);
            moved.wait(held, [&] { return !stuck || !key.ends_with("/stuck"); });
            return store.get(key);
        }
        store::RangeResult range(const std::string& prefix, const std::string& start, std::int64_t limit,
                                 store::Revision revision) override {
            return store.range(prefix, start, limit, revision);
        }
        store::WriteResult put(const std::string& key, const std::string& value,
                               store::Revision expected) override {
            return store.put(key, value, expected);
        }
        store::WriteResult remove(const std::string& key, store::Revision expected) override {
            return store.remove(key, expected);
        }
        store::Revision revision() override { return store.revision(); }
        std::unique_ptr<store::StoreWatch> watch(const std::string& prefix, store::Revision after,
                                                 std::function<void(const store::StoreEvent&)> on_event,
                                                 std::function<void(const std::string&)> on_end) override {
            return store.watch(prefix, after, std::move(on_event), std::move(on_end));
        }
        void compact(store::Revision revision) override { store.compact(revision); }
        void release() {
            const std::lock_guard held(mutex);
            stuck = false;
            moved.notify_all();
        }

    private:
        store::EmbeddedStore store;
        std::mutex mutex;
        std::condition_variable moved;
        bool stuck = true;
    };
    StuckStore store;
    const TestServer server({}, &store);
    TestClient slow(server.config_of(administrator)), quick(server.config_of(administrator));
    bool answered = false;
    slow.api.send({"GET", config_maps + "/stuck"}, [&](const Response&) { answered = true; });
    slow.loop.context().restart();
    slow.loop.context().run_for(std::chrono::milliseconds(50));
    for (int i = 0; i < 10; ++i) CHECK(quick.send({"GET", config_maps}).status == 200);
    store.release();
    slow.run_until([&] { return answered; });
    CHECK(answered);
}

TEST_CASE("too many requests at once are told to come back", "[parallel]") {
    const TestServer server([](HttpsServerOptions& options) { options.requests_most = 0; });
    CHECK(TestClient(server.config_of(administrator)).send({"GET", config_maps}).status == 429);
}

TEST_CASE("of too many connections the one that idles longest gives way, and none that works", "[parallel]") {
    const TestServer server([](HttpsServerOptions& options) { options.connections_most = 1; });
    TestClient first(server.config_of(administrator));
    CHECK(first.send({"GET", config_maps}).status == 200);
    CHECK(TestClient(server.config_of(administrator)).send({"GET", config_maps}).status == 200);

    RawClient watcher(server);
    watcher.send(fmt::format("GET {}?watch=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\n\r\n",
                             config_maps));
    CHECK_THAT(watcher.read_some(), Catch::StartsWith("HTTP/1.1 200"));
    CHECK(TestClient(server.config_of(administrator)).send({"GET", config_maps}).status == 0);
    watcher.socket().close();
    int status = 0;
    while (status == 0)
        status = TestClient(server.config_of(administrator)).send({"GET", config_maps}).status;
    CHECK(status == 200);
}

TEST_CASE("a server that has been started again serves a client that kept its connection", "[parallel]") {
    TestServer server;
    TestClient client(server.config_of(administrator));
    CHECK(client.send({"GET", config_maps}).status == 200);
    server.options.port = server.server->port();
    server.server.reset();
    CHECK(client.send({"GET", config_maps}).status == 0);
    server.server = std::make_unique<HttpsServer>(server.api, server.options);
    CHECK(client.send({.method = "POST", .path = config_maps, .body = config_map("a")}).status == 201);
}

TEST_CASE("a port that is taken is an error with its number") {
    const TestServer server;
    auto options = server.options;
    options.port = server.server->port();
    apiserver::ApiServer& api = const_cast<TestServer&>(server).api;
    CHECK_THROWS_WITH(HttpsServer(api, options), Catch::Contains(std::to_string(options.port)));
}

TEST_CASE("the audit log has a line for each request", "[parallel]") {
    const auto file = std::filesystem::temp_directory_path() / ("kcheck-audit-" + random_token());
    {
        AuditLog audit(file);
        const TestServer server([&](HttpsServerOptions& options) { options.audit = &audit; });
        TestClient client(server.config_of(administrator));
        client.send({.method = "POST", .path = config_maps, .body = config_map("a")});
        client.send({"GET", config_maps, {{"labelSelector", "a=b"}}});
        client.send(
            {.method = "PUT", .path = "/api/v1/namespaces/default/pods/p/status", .body = config_map("p")});
    }
    std::ifstream in(file);
    std::vector<Json> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
    std::filesystem::remove(file);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].at("verb") == "create");
    CHECK(lines[0].at("user").at("username") == "kubernetes-admin");
    CHECK(lines[0].at("objectRef") ==
          Json{{"apiVersion", "v1"}, {"resource", "configmaps"}, {"namespace", "default"}});
    CHECK(lines[0].at("responseStatus").at("code") == 201);
    CHECK(string_at(lines[0], "/responseObject/metadata/name") == "a");
    CHECK(lines[1].at("verb") == "list");
    CHECK(lines[1].at("requestURI") == config_maps + "?labelSelector=a%3Db");
    CHECK_FALSE(lines[1].contains("responseObject"));
    CHECK(lines[2].at("verb") == "update");
    CHECK(lines[2].at("objectRef").at("subresource") == "status");
    CHECK(lines[2].at("objectRef").at("name") == "p");
}
