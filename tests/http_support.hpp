// A kube-apiserver on a port of its own, and clients to it, for tests.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "reference/apiserver/api_server.hpp"
#include "reference/http/client.hpp"
#include "reference/http/server.hpp"
#include "reference/store/embedded_store.hpp"

namespace kcheck::reference::testing {

inline const User administrator{"kubernetes-admin", {"system:masters"}};
inline const std::string config_maps = "/api/v1/namespaces/default/configmaps";

struct TestServer {
    store::EmbeddedStore own_store;
    apiserver::ApiServer api;
    http::CertificateAuthority authority;
    http::HttpsServerOptions options;
    std::unique_ptr<http::HttpsServer> server;

    explicit TestServer(const std::function<void(http::HttpsServerOptions&)>& adjust = {},
                        store::Store* store = nullptr)
        : api(store != nullptr ? *store : own_store, {}) {
        api.create_system_namespaces();
        options.identity = authority.issue_server();
        options.authority = authority.certificate();
        options.tokens = {{"secret", administrator}};
        if (adjust) adjust(options);
        server = std::make_unique<http::HttpsServer>(api, options);
    }
    http::KubeConfig config_of(const User& user) const {
        return {fmt::format("https://127.0.0.1:{}", server->port()), authority.certificate(), user.name,
                authority.issue_client(user)};
    }
};

/// Sends requests and waits for the replies.
struct TestClient {
    EventLoop loop;
    http::HttpApi api;

    explicit TestClient(const http::KubeConfig& config, http::HttpApiOptions options = {})
        : api(loop, config, std::move(options)) {}

    Response send(Request request) {
        Response result{.status = -1};
        api.send(std::move(request), [&](Response response) {
            result = std::move(response);
            loop.stop();
        });
        loop.context().restart();
        loop.run();
        return result;
    }
    /// Runs the loop until `done` says so, which is asked after every millisecond.
    void run_until(const std::function<bool()>& done) {
        std::function<void()> ask = [&] {
            if (done()) return loop.stop();
            loop.after(std::chrono::milliseconds(1), {}, ask);
        };
        ask();
        loop.context().restart();
        if (!done()) loop.run();
    }
};

/// A connection whose bytes the test writes itself, and of which little waits unread.
class RawClient {
public:
    explicit RawClient(const TestServer& server, const http::KeyPair& identity = {})
        : tls_(http::client_context(identity, server.authority.certificate())), stream_(context_, tls_) {
        using boost::asio::ip::tcp;
        stream_.lowest_layer().open(tcp::v4());
        stream_.lowest_layer().set_option(tcp::socket::receive_buffer_size(16 << 10));
        stream_.lowest_layer().connect({boost::asio::ip::address_v4::loopback(), server.server->port()});
        stream_.handshake(boost::asio::ssl::stream_base::client);
    }
    void send(const std::string& bytes) { boost::asio::write(stream_, boost::asio::buffer(bytes)); }
    /// All that comes until the other side ends.
    std::string read_to_end() {
        std::string text;
        boost::system::error_code error;
        boost::asio::read(stream_, boost::asio::dynamic_buffer(text), error);
        return text;
    }
    std::string read_some() {
        std::string text(16384, '\0');
        text.resize(stream_.read_some(boost::asio::buffer(text)));
        return text;
    }
    boost::asio::ip::tcp::socket::lowest_layer_type& socket() { return stream_.lowest_layer(); }

private:
    boost::asio::io_context context_;
    boost::asio::ssl::context tls_;
    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
};

inline Json config_map(const std::string& name, std::size_t bytes = 0) {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}}},
            {"data", {{"text", std::string(bytes, 'x')}}}};
}

}  // namespace kcheck::reference::testing
