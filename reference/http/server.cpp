#include "reference/http/server.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "reference/base/coroutines.hpp"
#include "reference/http/connection.hpp"
#include "reference/http/port_in_use.hpp"

namespace kcheck::reference::http {

namespace {

namespace net = boost::asio;
using net::ip::tcp;
using std::chrono::milliseconds;

using ReusePort = net::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

tcp::acceptor listen(net::io_context& context, const HttpsServerOptions& options) {
    try {
        tcp::acceptor acceptor(context, tcp::v4());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        if (options.share_port) acceptor.set_option(ReusePort(true));
        acceptor.bind({net::ip::address_v4::loopback(), options.port});
        acceptor.listen();
        return acceptor;
    } catch (const boost::system::system_error& error) {
        throw PortInUse(
            fmt::format("cannot listen on 127.0.0.1:{}: {}", options.port, error.code().message()));
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
          acceptor_(listen(context_, state_.options)) {
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
            if (error || !make_room_for(socket)) continue;
            boost::system::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            const auto connection = std::make_shared<Connection>(state_, std::move(socket));
            start_coroutine(context_.get_executor(), connection->run(),
                            [connection](const std::exception_ptr&) {});
        }
    }

    /// Who is known does not wait for who is not: however many connections say nothing, the oldest of them
    /// gives way to the next. False: all are at work.
    bool make_room_for(const tcp::socket& socket) {
        const auto& options = state_.options;
        boost::system::error_code error;
        const auto peer = socket.remote_endpoint(error).address();
        if (error) return false;  // it is gone already
        const auto is_stranger = [](const Connection& one) { return one.is_stranger(); };
        const auto is_of_peer = [&peer](const Connection& one) {
            return one.is_stranger() && one.peer() == peer;
        };
        if (count(is_of_peer) >= options.strangers_most_of_peer) end_oldest(is_of_peer);
        if (count(is_stranger) >= options.strangers_most) end_oldest(is_stranger);
        if (count([](const Connection&) { return true; }) < options.connections_most) return true;
        return end_oldest(is_stranger) || end_oldest([](const Connection& one) { return one.is_idle(); });
    }

    /// Those that were ended, but have not noticed yet, aside.
    template <class Which>
    std::size_t count(const Which& which) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            state_.connections, [&](const Connection* one) { return !one->is_ended() && which(*one); }));
    }

    template <class Which>
    bool end_oldest(const Which& which) {
        Connection* oldest = nullptr;
        for (auto* one : state_.connections)
            if (!one->is_ended() && which(*one) &&
                (oldest == nullptr || one->waiting_since() < oldest->waiting_since()))
                oldest = one;
        if (oldest != nullptr) oldest->abort();
        return oldest != nullptr;
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
