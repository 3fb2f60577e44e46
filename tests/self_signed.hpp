// A certificate for tests that is its own authority, and serves at both ends of a connection.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace kcheck::reference::testing {

/// Writes both as PEM, for one IPv4 address, valid for a day.
inline void write_self_signed(const std::filesystem::path& certificate_file,
                              const std::filesystem::path& key_file, const std::string& address) {
    const auto require = [](bool done) {
        if (!done) throw std::runtime_error("OpenSSL: no certificate");
    };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    require(key && certificate);
    X509* const it = certificate.get();
    X509_set_version(it, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(it), 1);
    X509_gmtime_adj(X509_getm_notBefore(it), -3600);
    X509_gmtime_adj(X509_getm_notAfter(it), 86400);
    X509_NAME* const name = X509_get_subject_name(it);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("etcd"), -1,
                               -1, 0);
    X509_set_issuer_name(it, name);
    X509_set_pubkey(it, key.get());
    const std::string alternative = "IP:" + address;
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str()),
        X509_EXTENSION_free);
    require(extension && X509_add_ext(it, extension.get(), -1) == 1);
    require(X509_sign(it, key.get(), EVP_sha256()) > 0);

    const auto write = [&](const std::filesystem::path& path, const auto& print) {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"),
                                                                   std::fclose);
        require(file && print(file.get()) == 1);
    };
    write(certificate_file, [&](std::FILE* file) { return PEM_write_X509(file, it); });
    write(key_file, [&](std::FILE* file) {
        return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

}  // namespace kcheck::reference::testing
