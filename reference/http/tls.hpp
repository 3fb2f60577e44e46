// The certificates of a cluster, made when it starts (kubeadm's "certs" phase), and the two ends of TLS.
//
// Kubernetes reads a client certificate as a user: the common name is the user's name, the
// organizations are its groups (apiserver/pkg/authentication/request/x509: CommonNameUserConversion).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include "reference/base/message.hpp"

namespace kcheck::reference::http {

/// A certificate and its private key, both PEM.
struct KeyPair {
    std::string certificate;
    std::string key;
};

/// Signs with a key of its own, EC P-256, valid for a year. Throws std::runtime_error if OpenSSL fails.
class CertificateAuthority {
public:
    explicit CertificateAuthority(const std::string& name = "kubernetes");
    ~CertificateAuthority();
    CertificateAuthority(const CertificateAuthority&) = delete;
    CertificateAuthority& operator=(const CertificateAuthority&) = delete;

    /// PEM.
    std::string certificate() const;
    KeyPair issue_client(const User& user) const;
    /// For `localhost` and 127.0.0.1, and nothing else.
    KeyPair issue_server() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// 32 hexadecimal digits from the system's random source.
std::string random_token();

/// TLS 1.2 or later; client certificates are asked for, and one that `authority` (PEM) has not signed
/// refuses the handshake. Only HTTP/1.1 is negotiated. Throws std::runtime_error on text that is not PEM.
boost::asio::ssl::context server_context(const KeyPair& identity, const std::string& authority);
/// Trusts `authority` alone; without an identity (empty), connects as nobody.
boost::asio::ssl::context client_context(const KeyPair& identity, const std::string& authority);

/// Who the peer of an accepted connection is by its certificate; no name if it showed none.
User user_of_peer(SSL* connection);

}  // namespace kcheck::reference::http
