#include "reference/store/etcd_connection.hpp"

#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <stdexcept>

namespace kcheck::reference {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::use_awaitable;
using asio::ip::tcp;

namespace {

// kube-apiserver takes objects up to 3 MiB; a page of many is far below this.
constexpr std::uint64_t reply_bytes_max = std::uint64_t{1} << 30;
// A dead peer of a silent watch is noticed after about half a minute.
constexpr int keepalive_idle_s = 15;
constexpr int keepalive_interval_s = 5;
constexpr int keepalive_probes = 3;

std::shared_ptr<ssl::context> tls_context(const EtcdOptions& options, const std::string& host) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    context->set_verify_mode(ssl::verify_peer);
    context->set_verify_callback(ssl::host_name_verification(host));
    if (options.ca_file.empty())
        context->set_default_verify_paths();
    else
        context->load_verify_file(options.ca_file);
    if (!options.cert_file.empty()) {
        context->use_certificate_chain_file(options.cert_file);
        context->use_private_key_file(options.key_file, ssl::context::pem);
    }
    return context;
}

void keep_alive(tcp::socket& socket) {
    const auto set = [&](int level, int name, int value) {
        ::setsockopt(socket.native_handle(), level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_s);
    set(IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_s);
    set(IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes);
    socket.set_option(tcp::no_delay(true));
}

}  // namespace

EtcdEndpoint::EtcdEndpoint(const EtcdOptions& options) {
    const auto refuse = [&] {
        throw std::invalid_argument("not the URL of an etcd (http://HOST:PORT): " + options.url);
    };
    std::string rest = options.url;
    const bool secure = rest.starts_with("https://");
    if (!secure && !rest.starts_with("http://")) refuse();
    rest.erase(0, rest.find("//") + 2);
    if (rest.ends_with('/')) rest.pop_back();
    if (rest.find('/') != rest.npos) refuse();

    // The last colon, unless it belongs to an IPv6 address: [::1]:2379.
    const auto colon = rest.rfind(':');
    const bool has_port = colon != rest.npos && rest.find(']', colon) == rest.npos;
    port = has_port ? rest.substr(colon + 1) : "2379";
    host = rest.substr(0, has_port ? colon : rest.npos);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (host.empty() || error != std::errc{} || end != port.data() + port.size()) refuse();
    if (secure) tls = tls_context(options, host);
}

EtcdConnection::EtcdConnection(asio::any_io_executor executor, const EtcdEndpoint& endpoint)
    : endpoint_(endpoint), stream_(std::in_place_type<Plain>, executor) {
    if (endpoint_.tls) stream_.emplace<Secure>(executor, *endpoint_.tls);
}

beast::tcp_stream& EtcdConnection::tcp() {
    return std::visit([](auto& stream) -> beast::tcp_stream& { return beast::get_lowest_layer(stream); },
                      stream_);
}

EtcdConnection::Awaitable<void> EtcdConnection::open(std::chrono::milliseconds timeout) {
    tcp().expires_after(timeout);
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(endpoint_.host, no_address);
    if (no_address) {
        tcp::resolver resolver(tcp().get_executor());
        const auto found = co_await resolver.async_resolve(endpoint_.host, endpoint_.port, use_awaitable);
        co_await tcp().async_connect(found, use_awaitable);
    } else {
        const auto port = static_cast<std::uint16_t>(std::stoul(endpoint_.port));
        co_await tcp().async_connect(tcp::endpoint(address, port), use_awaitable);
    }
    keep_alive(tcp().socket());
    if (auto* secure = std::get_if<Secure>(&stream_)) {
        if (no_address) SSL_set_tlsext_host_name(secure->native_handle(), endpoint_.host.c_str());
        co_await secure->async_handshake(ssl::stream_base::client, use_awaitable);
    }
}

EtcdConnection::Awaitable<void> EtcdConnection::send(std::string path, std::string body) {
    http::request<http::string_body> request(http::verb::post, path, 11);
    request.set(http::field::host, endpoint_.host + ":" + endpoint_.port);
    request.set(http::field::content_type, "application/json");
    request.body() = std::move(body);
    request.prepare_payload();
    co_await std::visit([&](auto& stream) { return http::async_write(stream, request, use_awaitable); },
                        stream_);
}

EtcdConnection::Awaitable<EtcdConnection::Reply> EtcdConnection::post(std::string path, std::string body,
                                                                      std::chrono::milliseconds timeout) {
    tcp().expires_after(timeout);
    co_await send(std::move(path), std::move(body));
    Parser parser;
    parser.body_limit(reply_bytes_max);
    co_await std::visit(
        [&](auto& stream) { return http::async_read(stream, buffer_, parser, use_awaitable); }, stream_);
    co_return parser.release();
}

EtcdConnection::Awaitable<void> EtcdConnection::post_stream(std::string path, std::string body,
                                                            std::chrono::milliseconds timeout) {
    tcp().expires_after(timeout);
    co_await send(std::move(path), std::move(body));
    streaming_.emplace();
    streaming_->body_limit(boost::none);
    co_await std::visit(
        [&](auto& stream) { return http::async_read_header(stream, buffer_, *streaming_, use_awaitable); },
        stream_);
    if (streaming_->get().result() != http::status::ok)
        throw boost::system::system_error(http::make_error_code(http::error::bad_status));
}

EtcdConnection::Awaitable<std::string> EtcdConnection::next_line(
    std::optional<std::chrono::milliseconds> timeout) {
    if (timeout)
        tcp().expires_after(*timeout);
    else
        tcp().expires_never();
    // The parser appends to its body, from which whole lines are taken.
    std::string& body = streaming_->get().body();
    std::size_t searched = 0;
    for (;;) {
        if (const auto end = body.find('\n', searched); end != body.npos) {
            std::string line = body.substr(0, end);
            body.erase(0, end + 1);
            co_return line;
        }
        searched = body.size();
        if (searched > reply_bytes_max)
            throw boost::system::system_error(http::make_error_code(http::error::body_limit));
        if (streaming_->is_done()) throw boost::system::system_error(asio::error::eof);
        co_await std::visit(
            [&](auto& stream) { return http::async_read_some(stream, buffer_, *streaming_, use_awaitable); },
            stream_);
    }
}

bool EtcdConnection::is_idle() {
    char byte = 0;
    const auto got = ::recv(tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void EtcdConnection::close() { tcp().close(); }

}  // namespace kcheck::reference
