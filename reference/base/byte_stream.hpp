// A TCP connection, plain or under TLS, for the coroutines of one thread.
//
// Nothing of Asio's streams shows here: their operations are templates over each other and over
// who waits for them, and are instantiated in byte_stream.cpp alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>

namespace kcheck::reference {

/// One operation may read while another writes; both end before the stream does. An operation without
/// an `error` parameter throws boost::system::system_error.
class ByteStream {
public:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    using Error = boost::system::error_code;
    using Socket = boost::asio::ip::tcp::socket;
    using Side = boost::asio::ssl::stream_base::handshake_type;

    /// Not connected yet. Without `tls`, which outlives it, it is plain.
    ByteStream(const boost::asio::any_io_executor& executor, boost::asio::ssl::context* tls);
    ByteStream(Socket connected, boost::asio::ssl::context* tls);
    ~ByteStream();
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;

    /// What begins from now on has so much time, all together: then the stream closes, and it fails with
    /// asio::error::timed_out.
    void expires_after(std::chrono::milliseconds time);
    void expires_never();

    /// A host that is no address is looked up; its addresses are tried one after the other.
    Awaitable<void> connect(std::string host, std::string port);
    Awaitable<void> handshake(Side side);
    /// asio::error::eof where the other side ended in good order.
    Awaitable<std::size_t> read_some(boost::asio::mutable_buffer into, Error& error);
    Awaitable<void> write(std::string_view bytes, Error& error);
    Awaitable<void> write(std::string_view bytes);
    /// Says goodbye in TLS, and waits for the other side to say it.
    Awaitable<void> shutdown(Error& error);
    /// No more is sent; the other side sees the end.
    void end_sending();
    /// Reads beneath TLS, and drops, until the other side ends or `most` bytes have come.
    Awaitable<void> discard(std::size_t most);
    /// Whatever waits for it fails.
    void close();

    /// The other side has neither closed it nor sent anything that was not read.
    bool is_quiet() const;
    /// The address of the other side; the unspecified one if it is not connected.
    boost::asio::ip::address peer() const;
    int native_handle() const;
    /// Null: plain.
    SSL* native_tls() const;
    boost::asio::any_io_executor executor() const;

private:
    struct Implementation;
    std::shared_ptr<Implementation> implementation_;
};

}  // namespace kcheck::reference
