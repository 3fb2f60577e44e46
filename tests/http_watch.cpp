// Watches over the network: events, ends, slow readers, and the queue between commit and connection.
#include <thread>

#include <catch2/catch.hpp>

#include "reference/http/watch_queue.hpp"
#include "tests/http_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::http;
using namespace kcheck::reference::testing;

namespace {

struct Seen {
    std::vector<WatchEvent> events;
    bool ended = false;
    client::WatchHandler handler() {
        return {[this](WatchEvent event) { events.push_back(std::move(event)); }, [this] { ended = true; }};
    }
};

}  // namespace

TEST_CASE("a watch brings every event after its list, in order", "[parallel]") {
    const TestServer server;
    TestClient client(server.config_of(administrator)), writer(server.config_of(administrator));
    const auto list = client.send({"GET", config_maps});
    Seen seen;
    const auto stream = client.api.watch(
        {"GET", config_maps, {{"resourceVersion", string_at(list.body, "/metadata/resourceVersion")}}},
        seen.handler());
    constexpr int count = 200;
    std::thread writes([&] {
        for (int i = 0; i < count; ++i)
            writer.send({.method = "POST", .path = config_maps, .body = config_map(fmt::format("m{}", i))});
    });
    client.run_until([&] { return seen.events.size() >= count; });
    writes.join();
    REQUIRE(seen.events.size() == count);
    std::int64_t last = 0;
    for (const auto& event : seen.events) {
        CHECK(event.type == "ADDED");
        const auto version = std::stoll(string_at(event.object, "/metadata/resourceVersion"));
        CHECK(version > last);
        last = version;
    }
    CHECK_FALSE(seen.ended);
}

TEST_CASE("a watch that is refused says why, and ends", "[parallel]") {
    const TestServer server;
    TestClient client(server.config_of({"nobody-special", {}}));
    Seen seen;
    const auto stream = client.api.watch({"GET", config_maps}, seen.handler());
    client.run_until([&] { return seen.ended; });
    REQUIRE(seen.events.size() == 1);
    CHECK(seen.events[0].type == "ERROR");
    CHECK(int_at(seen.events[0].object, "/code") == 403);
}

TEST_CASE("a watch from a version that is gone begins, and says so in its stream", "[parallel]") {
    store::EmbeddedStore store;
    {
        apiserver::ApiServer before(store, {});
        before.create_system_namespaces();
        const Request create{.method = "POST", .path = config_maps, .body = config_map("a")};
        REQUIRE(before.handle(administrator, create).status == 201);
    }
    const TestServer server({}, &store);
    CHECK(TestClient(server.config_of(administrator)).send({"GET", config_maps}).status == 200);
    RawClient client(server);
    client.send(fmt::format(
        "GET {}?watch=1&resourceVersion=1&timeoutSeconds=5 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
        "secret\r\n\r\n",
        config_maps));
    const auto text = client.read_to_end();
    CHECK_THAT(text, Catch::StartsWith("HTTP/1.1 200 OK") && Catch::EndsWith("\r\n0\r\n\r\n"));
    const auto begin = text.find("{"), end = text.find("\n", begin);
    REQUIRE(begin != std::string::npos);
    const auto event = Json::parse(text.substr(begin, end - begin));
    CHECK(event["type"] == "ERROR");
    CHECK(event["object"]["kind"] == "Status");
    CHECK(event["object"]["code"] == 410);
    CHECK(event["object"]["reason"] == "Expired");
}

TEST_CASE("a watch ends in its time, and bookmarks come in between", "[parallel]") {
    const TestServer server(
        [](HttpsServerOptions& options) { options.bookmark_every = std::chrono::milliseconds(20); });
    TestClient client(server.config_of(administrator));
    Seen seen;
    const auto stream = client.api.watch({"GET", config_maps}, seen.handler());
    client.run_until([&] { return !seen.events.empty(); });
    CHECK(seen.events.back().type == "BOOKMARK");
    Seen brief;
    const auto other = client.api.watch({"GET", config_maps, {{"timeoutSeconds", "1"}}}, brief.handler());
    client.run_until([&] { return brief.ended; });
    CHECK_FALSE(seen.ended);
}

TEST_CASE("a watch of a server that stops, or is not there, ends", "[parallel]") {
    TestServer server;
    TestClient client(server.config_of(administrator));
    Seen first, second;
    const auto stream = client.api.watch({"GET", config_maps}, first.handler());
    CHECK(client.send({.method = "POST", .path = config_maps, .body = config_map("a")}).status == 201);
    client.run_until([&] { return !first.events.empty(); });
    server.server.reset();
    client.run_until([&] { return first.ended; });
    const auto nothing = client.api.watch({"GET", config_maps}, second.handler());
    client.run_until([&] { return second.ended; });
    CHECK(second.events.empty());
}

TEST_CASE("a stream that is dropped calls nobody any more, even from within a callback", "[parallel]") {
    const TestServer server;
    TestClient client(server.config_of(administrator));
    for (int i = 0; i < 5; ++i)
        client.send({.method = "POST", .path = config_maps, .body = config_map(fmt::format("m{}", i))});
    int events = 0;
    bool ended = false;
    std::unique_ptr<client::WatchStream> stream;
    stream = client.api.watch({"GET", config_maps}, {[&](const WatchEvent&) {
                                                         ++events;
                                                         stream.reset();
                                                     },
                                                     [&] { ended = true; }});
    client.run_until([&] { return events > 0; });
    CHECK(client.send({"GET", config_maps}).status == 200);
    CHECK(events == 1);
    CHECK_FALSE(ended);
}

TEST_CASE("a client that goes away takes nothing with it", "[parallel]") {
    TestServer server;
    TestClient writer(server.config_of(administrator));
    for (int i = 0; i < 20; ++i) {
        RawClient watcher(server);
        watcher.send(fmt::format("GET {}?watch=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\n\r\n",
                                 config_maps));
        watcher.read_some();
        if (i % 2 == 0) watcher.socket().close();
        CHECK(writer.send({.method = "POST", .path = config_maps, .body = config_map(fmt::format("m{}", i))})
                  .status == 201);
    }
}

TEST_CASE("a slow reader is cut, and nobody else notices", "[parallel]") {
    const TestServer server([](HttpsServerOptions& options) { options.watch_bytes_most = 1 << 20; });
    TestClient writer(server.config_of(administrator)), reader(server.config_of(administrator));
    RawClient slow(server);
    slow.send(fmt::format("GET {}?watch=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\n\r\n",
                          config_maps));
    CHECK_THAT(slow.read_some(), Catch::StartsWith("HTTP/1.1 200"));

    Seen seen;
    const auto stream = reader.api.watch({"GET", config_maps}, seen.handler());
    constexpr std::size_t count = 30, bytes = 400'000;  // more than the queue and the sockets hold
    for (std::size_t i = 0; i < count; ++i) {
        CHECK(
            writer
                .send(
                    {.method = "POST", .path = config_maps, .body = config_map(fmt::format("m{}", i), bytes)})
                .status == 201);
        reader.run_until([&] { return seen.events.size() > i; });
    }
    CHECK(seen.events.size() == count);
    CHECK_FALSE(seen.ended);
    const auto rest = slow.read_to_end();
    CHECK(rest.size() < count * bytes);
    CHECK(rest.find("\r\n0\r\n\r\n") == std::string::npos);  // cut, not ended in good order
}

TEST_CASE("a watch queue holds what is taken later, and wakes once until then") {
    const auto memory = std::make_shared<WatchMemory>();
    int wakes = 0;
    WatchQueue queue(memory, [&](WatchQueue::News) { ++wakes; });
    queue.push({"ADDED", {{"a", 1}}});
    queue.push({"DELETED", {{"a", 2}}});
    CHECK(wakes == 1);
    CHECK(memory->bytes > 0);
    CHECK(queue.take().lines ==
          "{\"object\":{\"a\":1},\"type\":\"ADDED\"}\n{\"object\":{\"a\":2},\"type\":\"DELETED\"}\n");
    CHECK(queue.take().lines.empty());
    CHECK(memory->bytes == 0);
    queue.push({"ADDED", {}});
    CHECK(wakes == 2);
    queue.end();
    const auto last = queue.take();
    CHECK(last.ended);
    CHECK_FALSE(last.lines.empty());
    queue.push({"ADDED", {}});
    CHECK(queue.take().lines.empty());
}

TEST_CASE("a watch queue has a limit once it is live, and all of them together always") {
    const auto memory = std::make_shared<WatchMemory>();
    memory->bytes_most_of_one = 1000;
    memory->bytes_most = 5000;
    memory->bytes_fair = 400;
    std::vector<WatchQueue::News> news;
    const WatchEvent event{"ADDED", std::string(290, 'x')};  // more than 300 bytes as a line
    {
        WatchQueue queue(memory, [&](WatchQueue::News what) { news.push_back(what); });
        for (int i = 0; i < 10; ++i) queue.push(event);
        CHECK(queue.take().lines.size() > 3000);
        queue.take();
        queue.begin_live();
        for (int i = 0; i < 10; ++i) queue.push(event);
        CHECK(news.back() == WatchQueue::News::cut);
        CHECK(std::count(news.begin(), news.end(), WatchQueue::News::cut) == 1);
        CHECK(queue.take().lines.empty());
        CHECK(memory->bytes == 0);
    }
    news.clear();
    WatchQueue greedy(memory, [&](WatchQueue::News what) { news.push_back(what); });
    WatchQueue modest(memory, [](WatchQueue::News) {});
    for (int i = 0; i < 20; ++i) greedy.push(event);
    CHECK(news.back() == WatchQueue::News::cut);
    CHECK(memory->bytes == 0);
    for (int i = 0; i < 15; ++i) greedy.push(event);  // is cut for good
    modest.push(event);
    CHECK_FALSE(modest.take().lines.empty());
}
