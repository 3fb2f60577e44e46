// One HTTP/1.1 connection to etcd's JSON gateway, plain or TLS.
//
// Its coroutines run on the one thread of its executor, one at a time. They throw
// boost::system::system_error on whatever goes wrong; the connection is of no use then.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "reference/base/http_messages.hpp"
#include "reference/store/etcd_options.hpp"

namespace kcheck::reference::store {

struct EtcdEndpoint {
    std::string host, port;
    std::shared_ptr<boost::asio::ssl::context> tls;  // null: plain

    /// Throws std::invalid_argument if the URL is none, boost::system::system_error if a file
    /// cannot be used.
    explicit EtcdEndpoint(const EtcdOptions& options);
};

class EtcdConnection {
public:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    using Reply = HttpResponse;

    EtcdConnection(const boost::asio::any_io_executor& executor, const EtcdEndpoint& endpoint);
    ~EtcdConnection();

    /// Connects, and shakes hands.
    Awaitable<void> open(std::chrono::milliseconds timeout);
    Awaitable<Reply> post(std::string path, std::string body, std::chrono::milliseconds timeout);
    /// A request whose answer is lines without end: throws if it is refused.
    Awaitable<void> post_stream(std::string path, std::string body, std::chrono::milliseconds timeout);
    /// The next line of it; no timeout: however long that takes. Throws at the end of the stream.
    Awaitable<std::string> next_line(std::optional<std::chrono::milliseconds> timeout = std::nullopt);

    /// Nobody has closed it, and nothing unexpected has come.
    bool is_idle() const { return stream_.is_quiet(); }
    /// Whatever it waits for fails.
    void close() { stream_.close(); }

private:
    struct Parser;

    Awaitable<void> send(std::string path, std::string body);

    const EtcdEndpoint& endpoint_;
    ByteStream stream_;
    boost::beast::flat_buffer buffer_;
    std::unique_ptr<Parser> streaming_;
};

}  // namespace kcheck::reference::store
