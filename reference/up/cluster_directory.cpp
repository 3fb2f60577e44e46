#include "reference/up/cluster_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "reference/controllers/controller_manager.hpp"
#include "reference/http/authentication.hpp"
#include "reference/http/kubeconfig.hpp"
#include "reference/http/tls.hpp"

namespace kcheck::reference::up {

namespace {

namespace fs = std::filesystem;

fs::path make_temporary() {
    auto name = (fs::temp_directory_path() / "kcheck-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error(fmt::format("cannot make {}: {}", name, std::strerror(errno)));
    return name;
}

fs::path make(const fs::path& root) {
    fs::create_directories(root);
    return fs::absolute(root);
}

}  // namespace

ClusterDirectory::ClusterDirectory(const fs::path& root)
    : root_(root.empty() ? make_temporary() : make(root)), is_temporary_(root.empty()) {
    const auto file = root_ / "lock";
    lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0)
        throw std::runtime_error(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
    if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        close(lock_);
        throw std::runtime_error(fmt::format("{} is in use by another cluster", root_.string()));
    }
}

ClusterDirectory::~ClusterDirectory() {
    close(lock_);
    std::error_code ignored;
    if (is_temporary_) fs::remove_all(root_, ignored);
}

fs::path ClusterDirectory::runtime_socket(const std::string& node) const {
    auto socket = root_ / "runtime" / (node + ".sock");
    if (socket.string().size() >= sizeof(sockaddr_un::sun_path))
        throw std::runtime_error(fmt::format("{} is too long a name for a socket", socket.string()));
    return socket;
}

void ClusterDirectory::write_credentials(const std::string& server, int nodes) const {
    fs::create_directories(credentials());
    fs::create_directories(root_ / "runtime");
    fs::permissions(root_, fs::perms::owner_all);

    const http::CertificateAuthority authority;
    const auto serving = authority.issue_server();
    http::write_secret_file(credentials() / "ca.crt", authority.certificate());
    http::write_secret_file(credentials() / "apiserver.crt", serving.certificate);
    http::write_secret_file(credentials() / "apiserver.key", serving.key);

    const auto write = [&](const fs::path& file, const User& user) {
        http::write_kubeconfig(file,
                               {server, authority.certificate(), user.name, authority.issue_client(user)});
    };
    const User administrator{"kubernetes-admin", {"system:masters"}};
    write(kubeconfig(), administrator);
    const auto token = http::random_token();
    http::write_secret_file(root_ / "token", token + "\n");
    http::write_secret_file(credentials() / "tokens.csv", http::token_line(token, administrator));

    write(credentials() / "kube-controller-manager.kubeconfig", {"system:kube-controller-manager", {}});
    write(credentials() / "kube-scheduler.kubeconfig", {"system:kube-scheduler", {}});
    // Each controller has its own identity (--use-service-account-credentials).
    for (const auto& account : controllers::controller_names())
        write(credentials() / (account + ".kubeconfig"),
              {"system:serviceaccount:kube-system:" + account,
               {"system:serviceaccounts", "system:serviceaccounts:kube-system"}});
    for (int i = 0; i < nodes; ++i)
        write(credentials() / fmt::format("kubelet-node-{}.kubeconfig", i),
              {fmt::format("system:node:node-{}", i), {"system:nodes"}});
}

}  // namespace kcheck::reference::up
