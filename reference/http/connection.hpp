// One connection of the HTTPS server, from the handshake to the end. Internal to server.cpp.
#pragma once

#include <memory>
#include <set>
#include <variant>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "reference/base/http_messages.hpp"
#include "reference/http/byte_budget.hpp"
#include "reference/http/caller.hpp"
#include "reference/http/server.hpp"
#include "reference/http/watch_queue.hpp"

namespace kcheck::reference::http {

class Connection;

/// What the connections of one server share. Used on the I/O thread, but for `api` and `memory`.
struct ServerState {
    apiserver::ApiServer& api;
    HttpsServerOptions options;
    boost::asio::ssl::context tls;
    boost::asio::thread_pool pool;
    std::shared_ptr<WatchMemory> memory = std::make_shared<WatchMemory>();
    ByteBudget bodies{options.bodies_bytes_most, options.patience};
    ByteBudget replies{options.replies_bytes_most, options.patience};
    std::set<Connection*> connections = {};
    std::size_t requests = 0;  // being handled
    bool stopping = false;
    std::function<void()> on_last_connection_gone = {};  // only while stopping
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(ServerState& server, boost::asio::ip::tcp::socket socket);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Serves requests until either side ends it; throws boost::system::system_error if the network does.
    /// Whoever runs it keeps the connection alive.
    boost::asio::awaitable<void> run();
    /// Ends at once if nothing is being answered, else after that. A watch ends in good order.
    void stop();
    /// Ends now: whatever waits for the network fails.
    void abort();

    const boost::asio::ip::address& peer() const { return peer_; }
    /// Nobody has shown a certificate or a token that is known.
    bool is_stranger() const { return is_stranger_; }
    /// By abort(), which it may not have noticed yet.
    bool is_ended() const { return is_ended_; }
    /// Waits for a request, or for the rest of its head, since `waiting_since()`.
    bool is_idle() const { return is_idle_; }
    std::chrono::steady_clock::time_point waiting_since() const { return waiting_since_; }

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    // These return whether the connection can serve another request.
    boost::asio::awaitable<bool> serve_request();
    boost::asio::awaitable<bool> serve_admitted(Call call, Parser& parser,
                                                std::optional<ByteBudget::Room> room);
    boost::asio::awaitable<bool> serve_watch(Call call, bool keep_alive);
    boost::asio::awaitable<bool> refuse_malformed(boost::system::error_code error);
    boost::asio::awaitable<bool> reply(Response response, bool keep_alive);

    boost::asio::awaitable<void> read_head(Parser& parser, boost::system::error_code& error);
    std::variant<Call, Response> admit(const Parser& parser);
    std::optional<Response> impersonate_in(Call& call, const RequestHead& head);
    Response handle(Call& call, const std::string& body);
    Response too_large() const;
    boost::asio::awaitable<void> stream_events(std::shared_ptr<WatchQueue> queue,
                                               std::chrono::seconds timeout);
    boost::asio::awaitable<void> write_chunk(std::string lines);
    boost::asio::awaitable<void> detect_end();
    boost::asio::awaitable<void> close();
    void on_news(WatchQueue::News news);

    ServerState& server_;
    ByteStream stream_;
    boost::beast::flat_buffer buffer_;
    boost::asio::steady_timer woken_;  // a condition variable: cancelled when a watch has news
    const boost::asio::ip::address peer_;
    User of_certificate_;
    bool is_stranger_ = true;
    bool is_ended_ = false;
    bool is_idle_ = true;
    std::chrono::steady_clock::time_point waiting_since_ = std::chrono::steady_clock::now();
    bool is_watching_ = false;
    bool is_gone_ = false;  // a watch's client has closed its end
};

}  // namespace kcheck::reference::http
