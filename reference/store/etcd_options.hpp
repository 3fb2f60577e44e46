// Which etcd, and how to reach it.
#pragma once

#include <chrono>
#include <string>

namespace kcheck::reference::store {

struct EtcdOptions {
    std::string url;             // "http://127.0.0.1:2379", "https://etcd.example:2379"
    std::string ca_file = {};    // PEM, all three, for https; empty: the system's authorities
    std::string cert_file = {};  // empty: without a client certificate
    std::string key_file = {};
    /// How long a call may take, tries and waits included.
    std::chrono::milliseconds timeout{5000};
};

}  // namespace kcheck::reference::store
