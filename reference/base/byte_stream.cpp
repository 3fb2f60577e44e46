#include "reference/base/byte_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include <sys/socket.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kcheck::reference {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;
using Steady = std::chrono::steady_clock;

namespace {

auto into(error_code& error) { return net::redirect_error(net::use_awaitable, error); }

void throw_if(const error_code& error) {
    if (error) throw boost::system::system_error(error);
}

}  // namespace

struct ByteStream::Implementation : std::enable_shared_from_this<Implementation> {
    /// For the operations of one direction, one after the other.
    struct Clock {
        net::steady_timer timer;
        std::uint64_t turn = 0;  // a timer that has expired cannot be cancelled: it may come a turn late
    };
    class Watched;

    explicit Implementation(Socket from) : socket(std::move(from)) {}

    void close() {
        error_code ignored;
        socket.close(ignored);
    }

    Socket socket;
    std::optional<net::ssl::stream<Socket&>> tls;
    std::optional<Steady::time_point> deadline;
    Clock reading{net::steady_timer(socket.get_executor())},
        writing{net::steady_timer(socket.get_executor())};
    bool has_expired = false;
};

/// While it lives, the stream closes at its deadline.
class ByteStream::Implementation::Watched {
public:
    Watched(Implementation& stream, Clock& clock) : stream_(stream), clock_(clock) {
        if (!stream.deadline) return;
        clock.timer.expires_at(*stream.deadline);
        clock.timer.async_wait(
            [weak = stream.weak_from_this(), &clock, turn = clock.turn](error_code cancelled) {
                const auto self = weak.lock();
                if (cancelled || !self || turn != clock.turn) return;
                self->has_expired = true;
                self->close();
            });
    }
    ~Watched() {
        ++clock_.turn;
        clock_.timer.cancel();
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    /// How the operation has ended, with the reason for which the socket was closed.
    error_code outcome(const error_code& error) const {
        return stream_.has_expired ? error_code(net::error::timed_out) : error;
    }

private:
    Implementation& stream_;
    Clock& clock_;
};

ByteStream::ByteStream(const net::any_io_executor& executor, net::ssl::context* tls)
    : ByteStream(Socket(executor), tls) {}

ByteStream::ByteStream(Socket connected, net::ssl::context* tls)
    : implementation_(std::make_shared<Implementation>(std::move(connected))) {
    if (tls != nullptr) implementation_->tls.emplace(implementation_->socket, *tls);
}

ByteStream::~ByteStream() = default;

void ByteStream::expires_after(std::chrono::milliseconds time) {
    implementation_->deadline = Steady::now() + time;
}

void ByteStream::expires_never() { implementation_->deadline.reset(); }

ByteStream::Awaitable<void> ByteStream::connect(std::string host, std::string port) {
    auto& self = *implementation_;
    const Implementation::Watched watched(self, self.writing);
    tcp::resolver resolver(self.socket.get_executor());
    error_code error;
    const auto numeric = tcp::resolver::numeric_host | tcp::resolver::numeric_service;
    auto found = resolver.resolve(host, port, numeric, error);
    if (error) found = co_await resolver.async_resolve(host, port, into(error));
    for (auto entry = found.begin(); entry != found.end() && !self.has_expired; ++entry) {
        self.close();
        co_await self.socket.async_connect(entry->endpoint(), into(error));
        if (!error || error == net::error::operation_aborted) break;
    }
    throw_if(watched.outcome(error));
    self.socket.set_option(tcp::no_delay(true), error);
}

ByteStream::Awaitable<void> ByteStream::handshake(Side side) {
    auto& self = *implementation_;
    const Implementation::Watched watched(self, self.reading);
    error_code error;
    co_await self.tls->async_handshake(side, into(error));
    throw_if(watched.outcome(error));
}

ByteStream::Awaitable<std::size_t> ByteStream::read_some(net::mutable_buffer buffer, Error& error) {
    auto& self = *implementation_;
    const Implementation::Watched watched(self, self.reading);
    std::size_t size = 0;
    if (self.tls)
        size = co_await self.tls->async_read_some(buffer, into(error));
    else
        size = co_await self.socket.async_read_some(buffer, into(error));
    error = watched.outcome(error);
    co_return size;
}

ByteStream::Awaitable<void> ByteStream::write(std::string_view bytes, Error& error) {
    auto& self = *implementation_;
    const Implementation::Watched watched(self, self.writing);
    error = {};
    while (!bytes.empty() && !error) {
        const auto rest = net::buffer(bytes);
        std::size_t size = 0;
        if (self.tls)
            size = co_await self.tls->async_write_some(rest, into(error));
        else
            size = co_await self.socket.async_write_some(rest, into(error));
        bytes.remove_prefix(size);
    }
    error = watched.outcome(error);
}

ByteStream::Awaitable<void> ByteStream::write(std::string_view bytes) {
    error_code error;
    co_await write(bytes, error);
    throw_if(error);
}

ByteStream::Awaitable<void> ByteStream::shutdown(Error& error) {
    auto& self = *implementation_;
    const Implementation::Watched watched(self, self.reading);
    co_await self.tls->async_shutdown(into(error));
    error = watched.outcome(error);
}

void ByteStream::end_sending() {
    error_code ignored;
    implementation_->socket.shutdown(Socket::shutdown_send, ignored);
}

ByteStream::Awaitable<void> ByteStream::discard(std::size_t most) {
    auto& self = *implementation_;
    const Implementation::Watched watched(self, self.reading);
    std::array<char, 16384> dropped{};
    for (error_code error; !error && most > 0;) {
        const auto size = co_await self.socket.async_read_some(net::buffer(dropped), into(error));
        most -= std::min(most, size);
    }
}

void ByteStream::close() { implementation_->close(); }

bool ByteStream::is_quiet() const {
    char byte = 0;
    return ::recv(native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

net::ip::address ByteStream::peer() const {
    error_code ignored;
    return implementation_->socket.remote_endpoint(ignored).address();
}

int ByteStream::native_handle() const { return implementation_->socket.native_handle(); }

SSL* ByteStream::native_tls() const {
    return implementation_->tls ? implementation_->tls->native_handle() : nullptr;
}

net::any_io_executor ByteStream::executor() const { return implementation_->socket.get_executor(); }

}  // namespace kcheck::reference
