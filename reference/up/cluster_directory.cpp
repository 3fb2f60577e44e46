#include "reference/up/cluster_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include "reference/base/files.hpp"
#include "reference/controllers/controller_manager.hpp"
#include "reference/http/authentication.hpp"
#include "reference/http/kubeconfig.hpp"
#include "reference/http/tls.hpp"

namespace kcheck::reference::up {

namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = "lock";

fs::path make_temporary() {
    auto name = (fs::temp_directory_path() / "kcheck-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error(fmt::format("cannot make {}: {}", name, std::strerror(errno)));
    return name;
}

fs::path make(const fs::path& root) {
    auto path = fs::absolute(root).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();  // "dir/"
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    // One that is there keeps its mode and owner: it may be shared. What is private is in folders inside.
    if (!fs::is_directory(path)) make_private_directory(path);
    return path;
}

/// None: another process has it.
std::optional<int> try_lock(const fs::path& file) {
    const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock < 0)
        throw std::runtime_error(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
    ::close(lock);
    return std::nullopt;
}

void remove_keys(const fs::path& root) {
    std::error_code ignored;
    for (const auto* name : {"kubeconfig", "token", "credentials"}) fs::remove_all(root / name, ignored);
}

/// What still runs may write there yet.
void remove_whole(const fs::path& root) {
    constexpr int tries = 600;
    std::error_code ignored;
    for (int i = 0; i < tries && fs::exists(root, ignored); ++i) {
        if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        fs::remove_all(root, ignored);
    }
}

bool is_own_temporary(const fs::path& path) {
    constexpr std::string_view prefix = "kcheck-";
    const auto name = path.filename().string();
    struct stat found {};
    return name.starts_with(prefix) && name.size() == prefix.size() + std::strlen("XXXXXX") &&
           ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid() &&
           fs::exists(path / lock_name) && fs::exists(path / "credentials");
}

/// Of clusters whose processes were all killed at once, with the machine for example.
void remove_abandoned() {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), ignored)) {
        if (!is_own_temporary(entry.path())) continue;
        const auto lock = try_lock(entry.path() / lock_name);
        if (!lock) continue;
        fs::remove_all(entry.path(), ignored);
        ::close(*lock);
    }
}

}  // namespace

ClusterDirectory::ClusterDirectory(const fs::path& root)
    : root_(root.empty() ? make_temporary() : make(root)), is_temporary_(root.empty()) {
    if (is_temporary_) remove_abandoned();
    // Of a cluster that was killed the last process may still be about to end.
    constexpr std::chrono::seconds patience(3);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    auto lock = try_lock(root_ / lock_name);
    while (!lock && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        lock = try_lock(root_ / lock_name);
    }
    if (!lock) throw std::runtime_error(fmt::format("{} is in use by another cluster", root_.string()));
    lock_ = *lock;
    remover_.emplace([this] { remove(); });
}

ClusterDirectory::~ClusterDirectory() {
    remove();
    remover_->dismiss();
    ::close(lock_);
}

void ClusterDirectory::remove() const {
    remove_keys(root_);
    if (is_temporary_) remove_whole(root_);
}

fs::path ClusterDirectory::runtime_socket(const std::string& node) const {
    auto socket = root_ / "runtime" / (node + ".sock");
    if (socket.string().size() >= sizeof(sockaddr_un::sun_path))
        throw std::runtime_error(fmt::format("{} is too long a name for a socket", socket.string()));
    return socket;
}

void ClusterDirectory::write_credentials(const std::string& server, int nodes) const {
    for (const auto& folder : {credentials(), store(), root_ / "runtime"}) make_private_directory(folder);

    const http::CertificateAuthority authority;
    const auto serving = authority.issue_server();
    write_private_file(credentials() / "ca.crt", authority.certificate());
    write_private_file(credentials() / "apiserver.crt", serving.certificate);
    write_private_file(credentials() / "apiserver.key", serving.key);

    const auto write = [&](const fs::path& file, const User& user) {
        http::write_kubeconfig(file,
                               {server, authority.certificate(), user.name, authority.issue_client(user)});
    };
    const User administrator{"kubernetes-admin", {"system:masters"}};
    write(kubeconfig(), administrator);
    const auto token = http::random_token();
    write_private_file(root_ / "token", token + "\n");
    write_private_file(credentials() / "tokens.csv", http::token_line(token, administrator));

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
