// The files of a cluster that `up` starts: who its components are, and where things are kept.
//
//   <root>/kubeconfig             the user's, a cluster administrator
//   <root>/token                  a bearer token of the same user
//   <root>/credentials/           certificates, tokens, and a kubeconfig for each component
//   <root>/store/                 of the embedded store
//   <root>/runtime/<node>/        a container runtime's state; <root>/runtime/<node>.sock
//   <root>/logs/, <root>/pids/    a file for each process
//
// Keys are of one run: the next one makes others. Store, state and logs stay.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "reference/base/message.hpp"
#include "reference/up/key_remover.hpp"

namespace kcheck::reference::up {

class ClusterDirectory {
public:
    /// An empty name: a new one among the temporary files, removed at the end. A folder that is there keeps
    /// its mode; what is made in it is the owner's alone. Another process that uses it refuses. Throws
    /// std::runtime_error. To be made while there is one thread.
    explicit ClusterDirectory(const std::filesystem::path& root);
    /// Removes the keys, and all of it if it is temporary; so it is too if this process is killed.
    ~ClusterDirectory();
    ClusterDirectory(const ClusterDirectory&) = delete;
    ClusterDirectory& operator=(const ClusterDirectory&) = delete;

    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path kubeconfig() const { return root_ / "kubeconfig"; }
    std::filesystem::path credentials() const { return root_ / "credentials"; }
    std::filesystem::path store() const { return root_ / "store"; }
    std::filesystem::path runtime_state(const std::string& node) const { return root_ / "runtime" / node; }
    /// Throws std::runtime_error if the path is too long for a socket.
    std::filesystem::path runtime_socket(const std::string& node) const;

    /// A new authority, and with it everything under credentials/ and the user's kubeconfig.
    void write_credentials(const std::string& server, int nodes) const;

private:
    void remove() const;

    std::filesystem::path root_;
    bool is_temporary_;
    int lock_ = -1;
    std::optional<KeyRemover> remover_;
};

}  // namespace kcheck::reference::up
