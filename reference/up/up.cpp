#include "reference/up/up.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>

#include "reference/base/event_loop.hpp"
#include "reference/http/client.hpp"
#include "reference/http/kubeconfig.hpp"
#include "reference/up/cluster_directory.hpp"
#include "reference/up/supervisor.hpp"

namespace kcheck::reference::up {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

void say(const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
}

/// A port that is free now. It has to be known before kube-apiserver runs, and stay the same when it
/// is started again.
std::uint16_t free_port() {
    using boost::asio::ip::tcp;
    boost::asio::io_context context;
    return tcp::acceptor(context, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

/// The words of the processes, in the order in which they are best started.
std::vector<Program> programs(const UpFlags& flags, const ClusterDirectory& directory, std::uint16_t port) {
    const auto self = fs::read_symlink("/proc/self/exe").string();
    const auto credentials = directory.credentials();
    const auto credential = [&](const std::string& file) { return (credentials / file).string(); };
    std::vector<Program> result;
    const auto add = [&](const std::string& name, const std::string& component,
                         const std::vector<std::pair<std::string, std::string>>& options) {
        std::vector<std::string> words = {self, component};
        for (const auto& [option, value] : options)
            if (!value.empty()) words.push_back("--" + option + "=" + value);
        for (const auto& variant : flags.variants) words.push_back("--variant=" + variant);
        result.push_back({name, std::move(words)});
    };
    const auto absolute = [](const std::string& file) {
        return file.empty() ? "" : fs::absolute(file).string();
    };

    add("kube-apiserver", "kube-apiserver",
        {{"secure-port", std::to_string(port)},
         {"etcd-servers", flags.etcd},
         {"data-dir", flags.etcd.empty() ? directory.store().string() : ""},
         {"client-ca-file", credential("ca.crt")},
         {"tls-cert-file", credential("apiserver.crt")},
         {"tls-private-key-file", credential("apiserver.key")},
         {"token-auth-file", credential("tokens.csv")},
         {"audit-log-path", absolute(flags.audit_log)},
         {"commit-log", absolute(flags.commit_log)}});
    add("kube-controller-manager", "kube-controller-manager",
        {{"kubeconfig", credential("kube-controller-manager.kubeconfig")}, {"credentials-dir", credentials}});
    add("kube-scheduler", "kube-scheduler", {{"kubeconfig", credential("kube-scheduler.kubeconfig")}});
    for (int i = 0; i < flags.nodes; ++i) {
        const auto node = fmt::format("node-{}", i);
        const auto socket = directory.runtime_socket(node).string();
        add("container-runtime-" + node, "container-runtime",
            {{"listen", socket},
             {"root-dir", directory.runtime_state(node)},
             {"registry", absolute(flags.registry)}});
        add("kubelet-" + node, "kubelet",
            {{"kubeconfig", credential("kubelet-" + node + ".kubeconfig")},
             {"hostname-override", node},
             {"container-runtime-endpoint", socket},
             {"pod-subnet", std::to_string(i)}});
    }
    return result;
}

bool is_ready(const Json& node) {
    return std::ranges::any_of(at(node, "/status/conditions"), [](const Json& condition) {
        return string_at(condition, "/type") == "Ready" && string_at(condition, "/status") == "True";
    });
}

class RunningCluster {
public:
    explicit RunningCluster(const UpFlags& flags)
        : flags_(flags),
          directory_(flags.dir),
          port_(flags.port != 0 ? flags.port : free_port()),
          server_(fmt::format("https://127.0.0.1:{}", port_)),
          supervisor_(loop_, directory_.root(), say) {}

    int run() {
        loop_.stop_on_signals();
        directory_.write_credentials(server_, flags_.nodes);
        api_.emplace(loop_, http::read_kubeconfig(directory_.kubeconfig()),
                     http::HttpApiOptions{.user_agent = "kcheck-up", .reply_most = seconds(5)});
        programs_ = programs(flags_, directory_, port_);
        for (const auto& program : programs_) supervisor_.start(program);
        begun_ = loop_.now();
        ask_whether_ready();
        loop_.run();
        if (!has_failed_) say("stopping");
        supervisor_.stop_all();
        return has_failed_ ? 1 : 0;
    }

private:
    void ask_whether_ready() {
        constexpr seconds patience(120);
        constexpr int deaths_most = 4;  // of one program that never got anywhere
        for (const auto& program : programs_)
            if (supervisor_.deaths(program.name) > deaths_most)
                return fail(program.name + " does not stay alive");
        if (loop_.now() - begun_ > patience)
            return fail(fmt::format("not ready after {} s", patience.count()));
        api_->send({.method = "GET", .path = "/api/v1/nodes"}, [this](const Response& nodes) {
            const auto ready =
                nodes.is_success() ? std::ranges::count_if(at(nodes.body, "/items"), is_ready) : 0;
            if (ready >= flags_.nodes) return announce();
            loop_.after(milliseconds(100), {"up", "poll", ""}, [this] { ask_whether_ready(); });
        });
    }

    void announce() const {
        const auto kubeconfig = directory_.kubeconfig().string();
        say(
            fmt::format("ready: {} {} at {}, stored in {}\n"
                        "kubeconfig: {}\n"
                        "\n"
                        "    export KUBECONFIG={}\n"
                        "    kubectl get nodes\n"
                        "\n"
                        "Logs and pids are in {}. Ctrl-C stops everything.",
                        flags_.nodes, flags_.nodes == 1 ? "node" : "nodes", server_,
                        flags_.etcd.empty() ? directory_.store().string() : flags_.etcd, kubeconfig,
                        kubeconfig, directory_.root().string()));
    }

    void fail(const std::string& why) {
        fmt::print(stderr, "kcheck up: {} (logs: {})\n", why, (directory_.root() / "logs").string());
        has_failed_ = true;
        loop_.stop();
    }

    const UpFlags flags_;
    EventLoop loop_;
    ClusterDirectory directory_;
    const std::uint16_t port_;
    const std::string server_;
    std::optional<http::HttpApi> api_;
    std::vector<Program> programs_;
    Supervisor supervisor_;  // the first to go
    Time begun_;
    bool has_failed_ = false;
};

}  // namespace

int run_up(const UpFlags& flags) { return RunningCluster(flags).run(); }

const std::set<Switch>& replay_only_switches() {
    static const std::set<Switch> switches = {Switch::scheduler_writes_etcd, Switch::watch_drops_event,
                                              Switch::revisions_repeat_after_restart};
    return switches;
}

}  // namespace kcheck::reference::up
