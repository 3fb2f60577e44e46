#include "reference/store/etcd_connection.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>
#include <stdexcept>

namespace kcheck::reference::store {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

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

void keep_alive(int socket) {
    const auto set = [&](int level, int name, int value) {
        ::setsockopt(socket, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_s);
    set(IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_s);
    set(IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes);
}

void throw_if(const error_code& error) {
    if (error) throw boost::system::system_error(error);
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

struct EtcdConnection::Parser : http::response_parser<http::string_body> {};

EtcdConnection::EtcdConnection(const asio::any_io_executor& executor, const EtcdEndpoint& endpoint)
    : endpoint_(endpoint), stream_(executor, endpoint.tls.get()) {}
EtcdConnection::~EtcdConnection() = default;

EtcdConnection::Awaitable<void> EtcdConnection::open(std::chrono::milliseconds timeout) {
    stream_.expires_after(timeout);
    co_await stream_.connect(endpoint_.host, endpoint_.port);
    keep_alive(stream_.native_handle());
    if (!endpoint_.tls) co_return;
    error_code is_name;
    asio::ip::make_address(endpoint_.host, is_name);
    if (is_name) SSL_set_tlsext_host_name(stream_.native_tls(), endpoint_.host.c_str());
    co_await stream_.handshake(ssl::stream_base::client);
}

EtcdConnection::Awaitable<void> EtcdConnection::send(std::string path, std::string body) {
    HttpRequest request(http::verb::post, path, 11);
    request.set(http::field::host, endpoint_.host + ":" + endpoint_.port);
    request.set(http::field::content_type, "application/json");
    request.body() = std::move(body);
    request.prepare_payload();
    error_code error;
    co_await write_message(stream_, request, error);
    throw_if(error);
}

EtcdConnection::Awaitable<EtcdConnection::Reply> EtcdConnection::post(std::string path, std::string body,
                                                                      std::chrono::milliseconds timeout) {
    stream_.expires_after(timeout);
    co_await send(std::move(path), std::move(body));
    Parser parser;
    parser.body_limit(reply_bytes_max);
    error_code error;
    co_await read_message(stream_, buffer_, parser, error);
    throw_if(error);
    co_return parser.release();
}

EtcdConnection::Awaitable<void> EtcdConnection::post_stream(std::string path, std::string body,
                                                            std::chrono::milliseconds timeout) {
    stream_.expires_after(timeout);
    co_await send(std::move(path), std::move(body));
    streaming_ = std::make_unique<Parser>();
    streaming_->body_limit(boost::none);
    error_code error;
    co_await read_header(stream_, buffer_, *streaming_, error);
    throw_if(error);
    if (streaming_->get().result() != http::status::ok)
        throw boost::system::system_error(http::make_error_code(http::error::bad_status));
}

EtcdConnection::Awaitable<std::string> EtcdConnection::next_line(
    std::optional<std::chrono::milliseconds> timeout) {
    if (timeout)
        stream_.expires_after(*timeout);
    else
        stream_.expires_never();
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
        error_code error;
        co_await read_more(stream_, buffer_, *streaming_, error);
        throw_if(error);
    }
}

}  // namespace kcheck::reference::store
