#include "reference/http/server.hpp"

#include <exception>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "reference/base/coroutines.hpp"
#include "reference/http/connection.hpp"

namespace kcheck::reference::http {

namespace {

namespace net = boost::asio;
using net::ip::tcp;
using std::chrono::milliseconds;

tcp::acceptor listen(net::io_context& context, std::uint16_t port) {
    try {
        return {context, tcp::endpoint(net::ip::address_v4::loopback(), port)};
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(
            fmt::format("cannot listen on 127.0.0.1:{}: {}", port, error.code().message()));
    }
}

}  // namespace

class HttpsServer::Implementation {
public:
    Implementation(apiserver::ApiServer& api, HttpsServerOptions options)
        : state_{.api = api,
                 .options = options,
                 .tls = server_context(options.identity, options.authority),
                 .pool = net::thread_pool(static_cast<std::size_t>(options.handler_threads))},
          acceptor_(listen(context_, options.port)) {
        state_.memory->bytes_most = options.watches_bytes_most;
        state_.memory->bytes_most_of_one = options.watch_bytes_most;
        port_ = acceptor_.local_endpoint().port();
        const auto ignore = [](const std::exception_ptr&) {};
        start_coroutine(context_.get_executor(), accept(), ignore);
        start_coroutine(context_.get_executor(), send_bookmarks(), ignore);
        thread_ = std::thread([this] { context_.run(); });
    }

    ~Implementation() {
        post_to(context_.get_executor(), [this] { stop(); });
        thread_.join();      // ends once the last connection has
        state_.pool.join();  // ends of subscriptions
    }

    std::uint16_t port() const { return port_; }

private:
    net::awaitable<void> accept() {
        constexpr milliseconds pause(100);
        while (acceptor_.is_open()) {
            auto [error, socket] = co_await acceptor_.async_accept(net::as_tuple(net::use_awaitable));
            if (error && acceptor_.is_open()) {  // no descriptors left, most likely: some will come free
                retry_.expires_after(pause);
                co_await wait_for(retry_);
            }
            if (error || state_.connections.size() >= state_.options.connections_most) continue;
            boost::system::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            const auto connection = std::make_shared<Connection>(state_, std::move(socket));
            start_coroutine(context_.get_executor(), connection->run(),
                            [connection](const std::exception_ptr&) {});
        }
    }

    net::awaitable<void> send_bookmarks() {
        while (!state_.stopping) {
            bookmark_.expires_after(state_.options.bookmark_every);
            if (co_await wait_for(bookmark_))
                post_to(state_.pool.get_executor(), [this] { state_.api.send_bookmarks(); });
        }
    }

    void stop() {
        constexpr milliseconds grace(2000);
        state_.stopping = true;
        acceptor_.close();
        retry_.cancel();
        bookmark_.cancel();
        if (state_.connections.empty()) return;
        state_.on_last_connection_gone = [this] { deadline_.cancel(); };
        deadline_.expires_after(grace);
        deadline_.async_wait([this](const boost::system::error_code& error) {
            if (!error) for_each_connection(&Connection::abort);
        });
        for_each_connection(&Connection::stop);
    }

    void for_each_connection(void (Connection::*act)()) {
        const auto connections = state_.connections;
        for (auto* connection : connections) (connection->*act)();
    }

    ServerState state_;  // outlives the context, whose handlers hold connections
    net::io_context context_{1};
    tcp::acceptor acceptor_;
    net::steady_timer retry_{context_};
    net::steady_timer bookmark_{context_};
    net::steady_timer deadline_{context_};
    std::uint16_t port_ = 0;
    std::thread thread_;
};

HttpsServer::HttpsServer(apiserver::ApiServer& api, HttpsServerOptions options)
    : implementation_(std::make_unique<Implementation>(api, std::move(options))) {}
HttpsServer::~HttpsServer() = default;
std::uint16_t HttpsServer::port() const { return implementation_->port(); }

}  // namespace kcheck::reference::http
