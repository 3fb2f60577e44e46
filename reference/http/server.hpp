// The network side of kube-apiserver: HTTPS on 127.0.0.1 (apiserver/pkg/server).
//
// HTTP/1.1 with keep-alive, JSON and YAML bodies, watches as chunked streams of one JSON object a
// line. One thread moves bytes; a small pool runs the handlers, which may wait for etcd. Whatever a
// client does is bounded: sizes, times, connections, and what a watch that nobody reads may hold.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "reference/apiserver/api_server.hpp"
#include "reference/http/authentication.hpp"
#include "reference/http/tls.hpp"

namespace kcheck::reference::http {

class AuditLog;

struct HttpsServerOptions {
    std::uint16_t port = 0;   // 0: any that is free
    bool share_port = false;  // with other processes of this user (SO_REUSEPORT)
    KeyPair identity;
    std::string authority;  // PEM; signs the certificates of clients
    Tokens tokens = {};
    AuditLog* audit = nullptr;  // outlives the server

    int handler_threads = 4;
    std::size_t connections_most = 1000;         // beyond: the one that idles longest is closed
    std::size_t strangers_most = 512;            // of them, unauthenticated; beyond: the oldest is closed
    std::size_t strangers_most_of_peer = 256;    // the same, from one address
    std::size_t requests_most = 400;             // at once; beyond: 429 (--max-requests-inflight)
    std::uint64_t body_bytes_most = 3 << 20;     // beyond: 413 (apiserver: MaxRequestBodyBytes)
    std::uint32_t header_bytes_most = 64 << 10;  // beyond: 431
    std::size_t bodies_bytes_most = 128 << 20;   // of all requests at once; beyond: 429
    std::size_t replies_bytes_most = 128 << 20;  // unread, of all that are large; beyond: 429
    std::size_t watch_bytes_most = 8 << 20;      // unread, of one watch; beyond: it is cut
    std::size_t watches_bytes_most = 256 << 20;  // unread, of all
    std::chrono::milliseconds head_most = std::chrono::seconds(10);      // a handshake, or a head
    std::chrono::milliseconds idle_most = std::chrono::seconds(120);     // between requests, of the known
    std::chrono::milliseconds patience = std::chrono::seconds(10);       // with slow ones, before others wait
    std::chrono::milliseconds transfer_most = std::chrono::seconds(60);  // of one message, either way
    std::chrono::milliseconds bookmark_every = std::chrono::minutes(1);
};

class HttpsServer {
public:
    /// Listens when it returns. Throws PortInUse (port_in_use.hpp).
    HttpsServer(apiserver::ApiServer& api, HttpsServerOptions options);
    /// Answers what has arrived, ends the watches, and closes; waits two seconds for slow clients.
    ~HttpsServer();
    HttpsServer(const HttpsServer&) = delete;
    HttpsServer& operator=(const HttpsServer&) = delete;

    std::uint16_t port() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace kcheck::reference::http
