// One connection of the HTTPS server, from the handshake to the end. Internal to server.cpp.
#pragma once

#include <memory>
#include <set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "reference/base/http_messages.hpp"
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

private:
    // These return whether the connection can serve another request.
    boost::asio::awaitable<bool> serve_request();
    boost::asio::awaitable<bool> dispatch(HttpRequest message);
    boost::asio::awaitable<bool> serve_watch(User user, Request request, std::string uri, bool keep_alive);
    boost::asio::awaitable<bool> refuse_malformed(boost::system::error_code error);
    boost::asio::awaitable<bool> reply(Response response, bool keep_alive);

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
    User of_certificate_;
    bool is_idle_ = true;
    bool is_watching_ = false;
    bool is_gone_ = false;  // a watch's client has closed its end
};

}  // namespace kcheck::reference::http
