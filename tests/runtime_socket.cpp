#include <filesystem>
#include <fstream>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "reference/http/tls.hpp"
#include "reference/runtime/runtime_socket.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::runtime;
namespace fs = std::filesystem;

namespace {

struct Socket {
    std::string path = (fs::temp_directory_path() / ("kcheck-" + http::random_token() + ".sock")).string();
    ~Socket() { fs::remove(path); }
};

/// Echoes what it is asked; a method "fail" fails, and "wait" waits for release().
struct EchoServer {
    std::vector<RuntimeServer::Done> waiting;
    RuntimeServer server;
    EchoServer(EventLoop& loop, const std::string& path)
        : server(loop, path,
                 [this](const std::string& method, const Json& parameters, RuntimeServer::Done done) {
                     if (method == "fail") return done(tl::unexpected<std::string>("no"));
                     if (method == "wait") return waiting.push_back(std::move(done));
                     done(parameters);
                 }) {}
};

}  // namespace

TEST_CASE("calls come back with their own results, in any order") {
    const Socket socket;
    EventLoop loop;
    EchoServer echo(loop, socket.path);
    CHECK(fs::status(socket.path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    RuntimeClient client(loop, socket.path);
    std::vector<std::string> replies;
    const auto note = [&](const RuntimeResult& result) {
        replies.push_back(result ? result->dump() : result.error());
        if (replies.size() == 4) loop.stop();
    };
    client.call("wait", {}, note);
    client.call("echo", {{"a", 1}}, note);
    client.call("fail", {}, note);
    client.call("echo", {{"text", std::string(100'000, 'x') + "\n\xff"}}, [&](const RuntimeResult& result) {
        note(result ? Json(result->at("text").get<std::string>().size() > 100'000) : Json(false));
        echo.waiting.at(0)(Json("late"));
    });
    CHECK(replies.empty());
    loop.run();
    CHECK(replies == std::vector<std::string>{"{\"a\":1}", "no", "true", "\"late\""});
}

TEST_CASE("a runtime that dies fails what waits for it, and is found again when it is back") {
    const Socket socket;
    EventLoop loop;
    RuntimeClient client(loop, socket.path);
    std::vector<bool> replies;
    const auto call = [&](const std::string& method) {
        client.call(method, {}, [&](const RuntimeResult& result) {
            replies.push_back(bool(result));
            loop.stop();
        });
    };
    const auto run = [&] {
        loop.context().restart();
        loop.run();
    };
    call("echo");  // nobody is there
    CHECK(replies.empty());
    run();
    CHECK(replies == std::vector{false});

    auto server = std::make_unique<EchoServer>(loop, socket.path);
    call("echo");
    run();
    CHECK(replies == std::vector{false, true});

    call("wait");
    loop.after(std::chrono::milliseconds(10), {}, [&] { server.reset(); });
    run();
    CHECK(replies == std::vector{false, true, false});

    server = std::make_unique<EchoServer>(loop, socket.path);  // the socket that was left is replaced
    call("echo");
    run();
    CHECK(replies == std::vector{false, true, false, true});
}

TEST_CASE("who sends nonsense to a runtime is hung up on") {
    using boost::asio::local::stream_protocol;
    const Socket socket;
    EventLoop loop;
    EchoServer echo(loop, socket.path);
    const std::string text = GENERATE("nonsense\n", "{}\n", "{\"id\": -1, \"method\": 3}\n", "[]\n", "\n");
    stream_protocol::socket client(loop.context());
    client.connect(socket.path);
    boost::asio::write(client, boost::asio::buffer(text));
    std::string answer(1, '\0');
    boost::system::error_code error;
    client.async_read_some(boost::asio::buffer(answer), [&](boost::system::error_code result, std::size_t) {
        error = result;
        loop.stop();
    });
    loop.run();
    CHECK(error == boost::asio::error::eof);
}

TEST_CASE("a client that is gone gets no reply") {
    const Socket socket;
    EventLoop loop;
    EchoServer echo(loop, socket.path);
    auto client = std::make_unique<RuntimeClient>(loop, socket.path);
    bool called = false;
    client->call("wait", {}, [&](const RuntimeResult&) { called = true; });
    loop.after(std::chrono::milliseconds(10), {}, [&] {
        client.reset();
        loop.after(std::chrono::milliseconds(10), {}, [&] {
            echo.waiting.at(0)(Json::object());
            loop.stop();
        });
    });
    loop.run();
    CHECK_FALSE(called);
}
