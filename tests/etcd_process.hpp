// A real etcd for tests: a process of its own with a temporary data directory, that can be killed
// and started again.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "reference/store/etcd_store.hpp"
#include "tests/self_signed.hpp"

namespace kcheck::reference::testing {

class EtcdProcess {
public:
    enum class Transport { plain, tls };  // tls: both ends show certificates

    static std::string binary() { return KCHECK_SOURCE_DIR "/build/tools/bin/etcd"; }
    /// Where there is no etcd (`make setup` unpacks it): in CI a failure, else a warning.
    static bool available() {
        if (std::filesystem::exists(binary())) return true;
        if (std::getenv("CI")) FAIL("no etcd at " << binary() << ": run `make setup`");
        WARN("skipped: no etcd at " << binary() << ": run `make setup`");
        return false;
    }

    /// Starts it, and waits until it answers. Call it from a thread that lives as long: etcd is
    /// killed when that thread ends, so that a crash of the test leaves nothing behind.
    explicit EtcdProcess(Transport transport = Transport::plain) : transport_(transport) {
        std::string pattern = std::filesystem::temp_directory_path() / "kcheck-etcd-XXXXXX";
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp " + pattern);
        directory_ = pattern;
        if (transport_ == Transport::tls) write_self_signed(certificate(), key(), address());
        // Another process may take a port before etcd does.
        for (int attempt = 1;; ++attempt) {
            client_port_ = free_port();
            peer_port_ = free_port();
            try {
                start();
                return;
            } catch (const std::runtime_error&) {
                kill();
                if (attempt == 3) throw;
            }
        }
    }
    ~EtcdProcess() {
        kill();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    EtcdProcess(const EtcdProcess&) = delete;
    EtcdProcess& operator=(const EtcdProcess&) = delete;

    std::string url() const {
        return fmt::format("{}://{}:{}", transport_ == Transport::tls ? "https" : "http", address(),
                           client_port_);
    }
    store::EtcdOptions options(std::chrono::milliseconds timeout) const {
        if (transport_ == Transport::plain) return {.url = url(), .timeout = timeout};
        return {.url = url(),
                .ca_file = certificate(),
                .cert_file = certificate(),
                .key_file = key(),
                .timeout = timeout};
    }

    /// kill -9. Does nothing if it does not run.
    void kill() {
        if (process_ <= 0) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
    }

    /// On the same data and URL as before. Throws std::runtime_error if it does not come up.
    void start() {
        launch();
        store::EtcdStore probe(options(std::chrono::milliseconds(200)));
        for (int attempt = 0; attempt < 300; ++attempt) {
            if (::waitpid(process_, nullptr, WNOHANG) == process_) {
                process_ = 0;
                break;
            }
            try {
                probe.revision();
                return;
            } catch (const store::StoreUnavailable&) {
                // Not yet: it listens only when it has read its log.
            }
        }
        throw std::runtime_error("etcd does not come up: " + log());
    }

    /// What it has printed.
    std::string log() const {
        std::ifstream file(directory_ / "output");
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    /// An address of the loopback network that is this test's own: nobody else listens there, and
    /// a client that tries to connect while etcd is down cannot meet itself.
    static std::string address() {
        const int id = ::getpid();
        return fmt::format("127.{}.{}.{}", 64 + id / 62500 % 64, 1 + id / 250 % 250, 1 + id % 250);
    }

    static int free_port() {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        ::inet_pton(AF_INET, address().c_str(), &name.sin_addr);
        socklen_t size = sizeof name;
        const bool bound = ::bind(descriptor, reinterpret_cast<sockaddr*>(&name), size) == 0 &&
                           ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) == 0;
        ::close(descriptor);
        if (!bound) throw std::runtime_error("no free port on " + address());
        return ntohs(name.sin_port);
    }

    void launch() {
        const std::string peer = fmt::format("http://{}:{}", address(), peer_port_);
        // Elections take a second by default; a lone member may be quicker.
        std::vector<std::string> words = {binary(),
                                          "--data-dir=" + (directory_ / "data").string(),
                                          "--listen-client-urls=" + url(),
                                          "--advertise-client-urls=" + url(),
                                          "--listen-peer-urls=" + peer,
                                          "--initial-advertise-peer-urls=" + peer,
                                          "--initial-cluster=default=" + peer,
                                          "--heartbeat-interval=10",
                                          "--election-timeout=100"};
        if (transport_ == Transport::tls)
            words.insert(words.end(), {"--cert-file=" + certificate(), "--key-file=" + key(),
                                       "--trusted-ca-file=" + certificate(), "--client-cert-auth"});
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const std::string output = directory_ / "output";

        process_ = ::fork();
        if (process_ < 0) throw std::runtime_error("fork");
        if (process_ > 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(file, STDOUT_FILENO);
        ::dup2(file, STDERR_FILENO);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }

    std::string certificate() const { return directory_ / "certificate.pem"; }
    std::string key() const { return directory_ / "key.pem"; }

    const Transport transport_;
    std::filesystem::path directory_;
    int client_port_ = 0;
    int peer_port_ = 0;
    pid_t process_ = 0;
};

}  // namespace kcheck::reference::testing
