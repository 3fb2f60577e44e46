#include "reference/http/tls.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace kcheck::reference::http {

namespace {

namespace ssl = boost::asio::ssl;

template <auto free>
struct Free {
    template <class T>
    void operator()(T* pointer) const {
        free(pointer);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;

/// `result` as OpenSSL means it: positive or not null is success.
template <class T>
T check(T result, const char* what) {
    bool failed = false;
    if constexpr (std::is_pointer_v<T>)
        failed = result == nullptr;
    else
        failed = result <= 0;
    if (!failed) return result;
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    throw std::runtime_error(fmt::format("TLS: {}: {}", what, reason.data()));
}

std::string text_of(BIO* memory) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
    const Memory memory(check(BIO_new(BIO_s_mem()), "memory"));
    check(PEM_write_bio_X509(memory.get(), certificate), "writing a certificate");
    return text_of(memory.get());
}

std::string to_pem(EVP_PKEY* key) {
    const Memory memory(check(BIO_new(BIO_s_mem()), "memory"));
    check(PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr),
          "writing a key");
    return text_of(memory.get());
}

Key new_key() { return Key(check(EVP_EC_gen("P-256"), "making a key")); }

void add_name(X509* certificate, const char* field, const std::string& value) {
    check(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), field, MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(value.data()),
                                     static_cast<int>(value.size()), -1, 0),
          "naming the subject");
}

void add_extension(X509* certificate, X509* issuer, int name, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(check(X509V3_EXT_conf_nid(nullptr, &context, name, value), "an extension"));
    check(X509_add_ext(certificate, extension.get(), -1), "adding an extension");
}

/// Version 3, with a random serial number, valid from an hour ago (clocks differ) for a year.
Certificate unsigned_certificate(EVP_PKEY* key, const User& subject) {
    constexpr long hour_s = 3600, year_s = 365 * 24 * hour_s;
    Certificate certificate(check(X509_new(), "a certificate"));
    check(X509_set_version(certificate.get(), X509_VERSION_3), "the version");
    std::uint64_t serial = 0;
    check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial), "a serial number");
    check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1), "a serial number");
    check(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -hour_s), "the validity");
    check(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), year_s), "the validity");
    check(X509_set_pubkey(certificate.get(), key), "the public key");
    for (const auto& group : subject.groups) add_name(certificate.get(), "O", group);
    add_name(certificate.get(), "CN", subject.name);
    return certificate;
}

void load(ssl::context& context, const KeyPair& identity, const std::string& authority) {
    context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                        ssl::context::no_tlsv1_1);
    context.add_certificate_authority(boost::asio::buffer(authority));
    if (identity.certificate.empty()) return;
    context.use_certificate_chain(boost::asio::buffer(identity.certificate));
    context.use_private_key(boost::asio::buffer(identity.key), ssl::context::pem);
}

/// Go's clients offer h2 first; this server speaks HTTP/1.1.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void*) {
    static constexpr std::string_view ours = "\x08http/1.1";
    unsigned char* selected = nullptr;
    const int found =
        SSL_select_next_proto(&selected, out_size, reinterpret_cast<const unsigned char*>(ours.data()),
                              static_cast<unsigned int>(ours.size()), in, in_size);
    *out = selected;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::string text_of(const X509_NAME_ENTRY* entry) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    if (size < 0) return {};
    std::string text(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size));
    OPENSSL_free(utf8);
    return text;
}

}  // namespace

struct CertificateAuthority::Implementation {
    Key key = new_key();
    Certificate certificate;

    KeyPair issue(const User& subject, const char* usage, const char* names) const {
        const Key subject_key = new_key();
        const auto issued = unsigned_certificate(subject_key.get(), subject);
        check(X509_set_issuer_name(issued.get(), X509_get_subject_name(certificate.get())), "the issuer");
        add_extension(issued.get(), certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
        add_extension(issued.get(), certificate.get(), NID_key_usage, "critical,digitalSignature");
        add_extension(issued.get(), certificate.get(), NID_ext_key_usage, usage);
        add_extension(issued.get(), certificate.get(), NID_authority_key_identifier, "keyid:always");
        if (names != nullptr) add_extension(issued.get(), certificate.get(), NID_subject_alt_name, names);
        check(X509_sign(issued.get(), key.get(), EVP_sha256()), "signing");
        return {to_pem(issued.get()), to_pem(subject_key.get())};
    }
};

CertificateAuthority::CertificateAuthority(const std::string& name)
    : implementation_(std::make_unique<Implementation>()) {
    auto& [key, certificate] = *implementation_;
    certificate = unsigned_certificate(key.get(), {name, {}});
    auto* self = certificate.get();
    check(X509_set_issuer_name(self, X509_get_subject_name(self)), "the issuer");
    add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(self, self, NID_key_usage, "critical,keyCertSign,digitalSignature");
    add_extension(self, self, NID_subject_key_identifier, "hash");
    check(X509_sign(self, key.get(), EVP_sha256()), "signing");
}

CertificateAuthority::~CertificateAuthority() = default;

std::string CertificateAuthority::certificate() const { return to_pem(implementation_->certificate.get()); }

KeyPair CertificateAuthority::issue_client(const User& user) const {
    return implementation_->issue(user, "clientAuth", nullptr);
}

KeyPair CertificateAuthority::issue_server() const {
    return implementation_->issue({"kube-apiserver", {}}, "serverAuth", "DNS:localhost,IP:127.0.0.1");
}

std::string random_token() {
    std::array<unsigned char, 16> bytes{};
    check(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())), "a random token");
    std::string token;
    for (const auto byte : bytes) token += fmt::format("{:02x}", byte);
    return token;
}

ssl::context server_context(const KeyPair& identity, const std::string& authority) {
    ssl::context context(ssl::context::tls_server);
    load(context, identity, authority);
    context.set_verify_mode(
        ssl::verify_peer);  // a client without a certificate passes, one with a bad one not
    SSL_CTX_set_alpn_select_cb(context.native_handle(), select_protocol, nullptr);
    return context;
}

ssl::context client_context(const KeyPair& identity, const std::string& authority) {
    ssl::context context(ssl::context::tls_client);
    load(context, identity, authority);
    context.set_verify_mode(ssl::verify_peer);
    return context;
}

User user_of_peer(SSL* connection) {
    const Certificate certificate(SSL_get1_peer_certificate(connection));
    if (!certificate) return {};
    User user;
    const X509_NAME* subject = X509_get_subject_name(certificate.get());
    for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
        const auto* entry = X509_NAME_get_entry(subject, i);
        const int field = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        if (field == NID_commonName) user.name = text_of(entry);
        if (field == NID_organizationName) user.groups.push_back(text_of(entry));
    }
    return user;
}

}  // namespace kcheck::reference::http
