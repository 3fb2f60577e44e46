// The file that tells a client where its cluster is and who it is (client-go/tools/clientcmd/api/v1).
//
// Written as JSON, which is YAML, so that kubectl reads it and a component needs no YAML to.
#pragma once

#include <filesystem>
#include <string>

#include "reference/http/tls.hpp"

namespace kcheck::reference::http {

struct KubeConfig {
    std::string server;     // "https://127.0.0.1:6443"
    std::string authority;  // PEM
    std::string user;       // the name of the entry; the certificate says who it really is
    KeyPair identity = {};  // empty: none
    std::string token = {};
};

/// Mode 0600, replaced at once. Throws std::runtime_error with the name of the file.
void write_kubeconfig(const std::filesystem::path& file, const KubeConfig& config);
/// Reads what write_kubeconfig writes. Throws std::runtime_error with the name of the file and what is wrong.
KubeConfig read_kubeconfig(const std::filesystem::path& file);

/// Throws std::runtime_error.
std::string read_file(const std::filesystem::path& file);

}  // namespace kcheck::reference::http
