// What a client that means harm, or does not read, costs: nothing that others would notice.
#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "reference/http/byte_budget.hpp"
#include "tests/http_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::http;
using namespace kcheck::reference::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const std::string token = "Authorization: Bearer secret\r\n";

/// What the server says to `text`, until it closes the connection.
std::string answer_to(const TestServer& server, const std::string& text, const KeyPair& identity = {}) {
    RawClient client(server, identity);
    client.send(text);
    return client.read_to_end();
}

/// A TCP connection that says nothing.
struct SilentClient {
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket socket{context};
    explicit SilentClient(const TestServer& server) {
        socket.connect({boost::asio::ip::address_v4::loopback(), server.server->port()});
    }
    /// Waits for it.
    bool was_closed() {
        char byte = 0;
        boost::system::error_code error;
        boost::asio::read(socket, boost::asio::buffer(&byte, 1), error);
        return bool(error);
    }
    bool is_open() {
        char byte = 0;
        return ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    }
};

}  // namespace

TEST_CASE("who may not ask is refused by the head: a body is not waited for", "[parallel]") {
    const TestServer server;
    // No byte of the body is ever sent: an answer shows that none was read.
    const auto post = [&](const std::string& fields) {
        return fmt::format("POST {} HTTP/1.1\r\nHost: a\r\n{}", config_maps, fields);
    };
    const std::string body = GENERATE(
        "Content-Length: 3000000\r\n\r\n", "Content-Length: 30000000000\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n", "Content-Length: 3000000\r\nExpect: 100-continue\r\n\r\n");
    INFO(body);
    CHECK_THAT(answer_to(server, post(body)), Catch::StartsWith("HTTP/1.1 401"));
    CHECK_THAT(answer_to(server, "GET /readyz HTTP/1.1\r\nHost: a\r\n" + body),
               Catch::StartsWith("HTTP/1.1 401"));
    CHECK_THAT(answer_to(server, post("Authorization: Bearer wrong\r\n" + body)),
               Catch::StartsWith("HTTP/1.1 401"));
    const auto scheduler = server.authority.issue_client({"system:kube-scheduler", {}});
    CHECK_THAT(answer_to(server, post(body), scheduler), Catch::StartsWith("HTTP/1.1 403"));
}

TEST_CASE("a body that is announced too large is refused before it comes", "[parallel]") {
    const TestServer server;
    CHECK_THAT(
        answer_to(server, fmt::format("POST {} HTTP/1.1\r\nHost: a\r\n{}Content-Length: 3145729\r\n\r\n",
                                      config_maps, token)),
        Catch::StartsWith("HTTP/1.1 413"));
}

TEST_CASE("a head whose body, or sender, could be read in two ways is refused", "[parallel]") {
    const TestServer server;
    const auto say = [&](const std::string& fields) {
        return answer_to(server,
                         fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{}{}\r\n\r\n{{}}",
                                     config_maps, token, fields));
    };
    for (const auto* encoding : {"gzip", "gzip, chunked", "identity", "xchunked", "chunked, identity"}) {
        INFO(encoding);
        CHECK_THAT(say(fmt::format("Transfer-Encoding: {}", encoding)), Catch::StartsWith("HTTP/1.1 501"));
    }
    for (const auto* fields :
         {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
          "Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2\r\nContent-Length: 3",
          "Transfer-Encoding: chunked\r\nContent-Length: 2",
          "Content-Length: 2\r\nTransfer-Encoding: chunked", "Content-Length: 2\r\nHost: b",
          "Content-Length: 2\r\nAuthorization: Bearer other", "Content-Length: -2", "Content-Length: 2, 2"}) {
        INFO(fields);
        CHECK_THAT(say(fields), Catch::StartsWith("HTTP/1.1 400"));
    }
    CHECK_THAT(answer_to(server, fmt::format("POST {} HTTP/1.0\r\nHost: a\r\n{}Transfer-Encoding: "
                                             "chunked\r\n\r\n0\r\n\r\n",
                                             config_maps, token)),
               Catch::StartsWith("HTTP/1.1 400"));
    CHECK(TestClient(server.config_of(administrator)).send({"GET", config_maps}).body.at("items").empty());
}

TEST_CASE("a chunk whose size never ends is refused, and not kept", "[parallel]") {
    const TestServer server;
    CHECK_THAT(answer_to(server, fmt::format("POST {} HTTP/1.1\r\nHost: a\r\n{}Transfer-Encoding: "
                                             "chunked\r\n\r\n1;{}",
                                             config_maps, token, std::string(1 << 20, 'x'))),
               Catch::StartsWith("HTTP/1.1 431"));
}

TEST_CASE("without a handshake, or a whole head, a connection ends soon", "[parallel]") {
    const TestServer server([](HttpsServerOptions& options) { options.head_most = seconds(1); });
    SilentClient silent(server);
    RawClient without_request(server), with_half_a_head(server),
        known(server, server.authority.issue_client(administrator));
    with_half_a_head.send("GET / HTTP/1.1\r\nHo");
    known.send("GET / HTTP/1.1\r\nHo");
    CHECK(silent.was_closed());
    CHECK(without_request.read_to_end().empty());
    CHECK(with_half_a_head.read_to_end().empty());
    CHECK(known.read_to_end().empty());
}

TEST_CASE("whoever is known may be silent for longer", "[parallel]") {
    const TestServer server([](HttpsServerOptions& options) { options.head_most = seconds(1); });
    RawClient known(server, server.authority.issue_client(administrator));
    SilentClient silent(server);
    CHECK(silent.was_closed());
    known.send("GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK_THAT(known.read_to_end(), Catch::StartsWith("HTTP/1.1 200"));
}

TEST_CASE("a head that trickles ends as soon as one that stops", "[parallel]") {
    const TestServer server([](HttpsServerOptions& options) { options.head_most = seconds(1); });
    RawClient client(server, server.authority.issue_client(administrator));
    std::atomic<bool> ended = false;
    std::thread trickle([&] {
        try {
            client.send("GET / HTTP/1.1\r\nA: ");
            while (!ended) {
                client.send("a");
                std::this_thread::sleep_for(milliseconds(20));
            }
        } catch (const boost::system::system_error&) {
            ended = true;
        }
    });
    trickle.join();
    CHECK(ended);
}

TEST_CASE("more connections that say nothing than there may be keep nobody out", "[parallel]") {
    const TestServer server([](HttpsServerOptions& options) {
        options.connections_most = 100;
        options.strangers_most = 60;
    });
    TestClient working(server.config_of(administrator));
    CHECK(working.send({"GET", config_maps}).status == 200);
    std::vector<std::unique_ptr<SilentClient>> silent;
    for (int i = 0; i < 300; ++i) {
        silent.push_back(std::make_unique<SilentClient>(server));
        if (i % 50 != 49) continue;
        CHECK(working.send({"GET", config_maps}).status == 200);
        CHECK(TestClient(server.config_of(administrator)).send({"GET", config_maps}).status == 200);
    }
    CHECK(silent.front()->was_closed());
    CHECK(silent.back()->is_open());
}

TEST_CASE("the oldest stranger gives way: of one address, and of all", "[parallel]") {
    const bool of_peer = GENERATE(true, false);
    const TestServer server([&](HttpsServerOptions& options) {
        (of_peer ? options.strangers_most_of_peer : options.strangers_most) = 2;
    });
    RawClient known(server, server.authority.issue_client(administrator));
    known.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK_THAT(known.read_some(), Catch::StartsWith("HTTP/1.1 200"));
    SilentClient first(server), second(server), third(server);
    CHECK(first.was_closed());
    CHECK(second.is_open());
    CHECK(third.is_open());
    known.send("GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK_THAT(known.read_to_end(), Catch::StartsWith("HTTP/1.1 200"));
}

TEST_CASE("lists that nobody reads are bounded; who reads slowly gives way", "[parallel]") {
    const bool is_patient = GENERATE(true, false);
    const TestServer server([&](HttpsServerOptions& options) {
        options.replies_bytes_most = 16 << 20;
        options.patience = is_patient ? std::chrono::hours(1) : seconds(0);
    });
    TestClient client(server.config_of(administrator));
    constexpr std::size_t count = 10, bytes = 700'000;  // a list is more than sockets hold
    for (std::size_t i = 0; i < count; ++i)
        REQUIRE(
            client
                .send(
                    {.method = "POST", .path = config_maps, .body = config_map(fmt::format("m{}", i), bytes)})
                .status == 201);
    const auto list =
        fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n{}Connection: close\r\n\r\n", config_maps, token);
    RawClient first(server), second(server), third(server);
    for (auto* reader : {&first, &second}) {
        reader->send(list);
        CHECK_THAT(reader->read_some(), Catch::StartsWith("HTTP/1.1 200"));
    }
    third.send(list);
    const auto answer = third.read_some();
    if (is_patient) {
        CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 429") && Catch::Contains("Retry-After: 1"));
        CHECK(first.read_to_end().size() > count * bytes);
    } else {
        CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200"));
        CHECK(third.read_to_end().size() + answer.size() > count * bytes);
        CHECK(first.read_to_end().size() < count * bytes);
    }
}

TEST_CASE("a budget has room for what fits, and for one that never would") {
    ByteBudget budget(100, seconds(100));
    {
        const auto large = budget.take(1000, {});
        CHECK(large);
        CHECK_FALSE(budget.take(1, {}));
    }
    CHECK(budget.bytes() == 0);
    const auto one = budget.take(60, {});
    CHECK_FALSE(budget.take(41, {}));
    const auto other = budget.take(40, {});
    CHECK(one);
    CHECK(other);
    CHECK(budget.bytes() == 100);
}

TEST_CASE("who has had room for long loses it, the oldest first, and only as needed") {
    ByteBudget budget(100, milliseconds(0));
    std::string lost;
    auto a = budget.take(40, [&] { lost += "a"; });
    auto b = budget.take(30, [&] { lost += "b"; });
    auto c = budget.take(30, [&] { lost += "c"; });
    a->keep();
    auto d = budget.take(20, [&] { lost += "d"; });
    CHECK(d);
    CHECK(lost == "b");
    CHECK(budget.bytes() == 90);
    b.reset();
    CHECK(budget.bytes() == 90);
    CHECK_FALSE(budget.take(100, {}));  // that of `a` is not to be had
    CHECK(lost == "bcd");
    a.reset();
    c.reset();
    d.reset();
    CHECK(budget.bytes() == 0);
}

TEST_CASE("the body of a watch is not held for as long as it lasts", "[parallel]") {
    const TestServer server([](http::HttpsServerOptions& options) {
        options.bodies_bytes_most = static_cast<std::size_t>(options.body_bytes_most);
    });
    RawClient watcher(server);
    watcher.send(
        "GET /api/v1/namespaces/default/configmaps?watch=1 HTTP/1.1\r\nHost: a\r\n"
        "Authorization: Bearer secret\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    CHECK_THAT(watcher.read_some(), Catch::StartsWith("HTTP/1.1 200"));
    const auto body = config_map("a", 1000).dump();
    RawClient writer(server);
    writer.send(
        fmt::format("POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                    "Authorization: Bearer secret\r\nContent-Length: {}\r\n\r\n{}",
                    body.size(), body));
    CHECK_THAT(writer.read_to_end(), Catch::StartsWith("HTTP/1.1 201"));
}
