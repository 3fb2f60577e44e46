#include "reference/store/etcd_client.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "reference/base/coroutines.hpp"

namespace kcheck::reference::store {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t idle_connections_max = 16;
constexpr milliseconds pause_between_tries{50};

/// At least a little, so that a deadline that has just passed is not taken for "no limit".
milliseconds left_until(steady_clock::time_point deadline) {
    return std::max(milliseconds(1),
                    std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()));
}

/// Waits before another try; not if the deadline would pass meanwhile.
bool may_try_again(steady_clock::time_point deadline) {
    if (steady_clock::now() + pause_between_tries >= deadline) return false;
    std::this_thread::sleep_for(pause_between_tries);
    return true;
}

asio::awaitable<void> get_reply(EtcdConnection& connection, std::string path, std::string body,
                                milliseconds timeout, EtcdConnection::Reply& reply) {
    reply = co_await connection.post(std::move(path), std::move(body), timeout);
}

asio::awaitable<void> get_line(EtcdConnection& connection, std::string path, std::string body,
                               milliseconds timeout, const std::function<bool(const std::string&)>& wanted,
                               std::string& line) {
    co_await connection.post_stream(std::move(path), std::move(body), timeout);
    do line = co_await connection.next_line(timeout);
    while (!wanted(line));
}

}  // namespace

/// A connection with the event loop that it is driven on, by one thread at a time.
struct EtcdClient::Pooled {
    asio::io_context loop{1};
    EtcdConnection connection;

    explicit Pooled(const EtcdEndpoint& endpoint) : connection(loop.get_executor(), endpoint) {}

    /// Throws what it throws.
    void run(asio::awaitable<void> work) {
        std::exception_ptr failure;
        start_coroutine(loop.get_executor(), std::move(work),
                        [&](const std::exception_ptr& thrown) { failure = thrown; });
        loop.restart();
        loop.run();
        if (failure) std::rethrow_exception(failure);
    }
};

EtcdClient::EtcdClient(const EtcdOptions& options) : endpoint_(options), timeout_(options.timeout) {}
EtcdClient::~EtcdClient() = default;

std::unique_ptr<EtcdClient::Pooled> EtcdClient::take(Deadline deadline) {
    {
        const std::lock_guard lock(mutex_);
        while (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            // A write on one that etcd has closed would be of unknown outcome for no reason.
            if (connection->connection.is_idle()) return connection;
        }
    }
    for (;;) {
        auto connection = std::make_unique<Pooled>(endpoint_);
        try {
            connection->run(connection->connection.open(left_until(deadline)));
            return connection;
        } catch (const std::exception& error) {
            if (!may_try_again(deadline))
                throw StoreUnavailable(std::string("etcd cannot be reached: ") + error.what());
        }
    }
}

void EtcdClient::give_back(std::unique_ptr<Pooled> connection) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < idle_connections_max) idle_.push_back(std::move(connection));
}

Json EtcdClient::call(const std::string& path, const Json& request, Deadline deadline) {
    auto connection = take(deadline);
    EtcdConnection::Reply reply;
    Json body;
    try {
        connection->run(get_reply(connection->connection, path, request.dump(), left_until(deadline), reply));
        body = Json::parse(reply.body());
    } catch (const std::exception& error) {
        throw OutcomeUnknown(std::string("no answer of etcd: ") + error.what());
    }
    if (reply.keep_alive()) give_back(std::move(connection));
    if (reply.result() == http::status::ok) return body;
    const std::string what = string_at(body, "/message", "HTTP status " + std::to_string(reply.result_int()));
    // "etcdserver: request timed out", "etcdserver: leader changed", and the like.
    if (http::to_status_class(reply.result()) == http::status_class::server_error ||
        reply.result() == http::status::request_timeout)
        throw OutcomeUnknown(what);
    throw EtcdRefusal(what);
}

Json EtcdClient::read(const std::string& path, const Json& request) {
    const auto deadline = steady_clock::now() + timeout_;
    for (;;) {
        try {
            return call(path, request, deadline);
        } catch (const OutcomeUnknown&) {
            if (!may_try_again(deadline)) throw;
        }
    }
}

Json EtcdClient::write(const std::string& path, const Json& request) {
    return call(path, request, steady_clock::now() + timeout_);
}

std::string EtcdClient::find_line(const std::string& path, const Json& request,
                                  const std::function<bool(const std::string&)>& wanted) {
    const auto connection = take(steady_clock::now() + timeout_);
    std::string line;
    try {
        connection->run(get_line(connection->connection, path, request.dump(), timeout_, wanted, line));
        return line;
    } catch (const std::exception& error) {
        throw OutcomeUnknown(std::string("no answer of etcd: ") + error.what());
    }
}

}  // namespace kcheck::reference::store
