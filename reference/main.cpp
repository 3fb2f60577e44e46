// kcheck-reference: the components of the reference, and `up`, which starts them all.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <malloc.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "reference/replay/driver.hpp"
#include "reference/runtime/image_registry.hpp"
#include "reference/runtime/pause.hpp"
#include "reference/up/port_reservation.hpp"
#include "reference/up/processes.hpp"
#include "reference/up/up.hpp"

namespace kcheck::reference {

namespace {

constexpr int usage = 2;
constexpr int nodes_most = 100;

/// A wrong call, in one line.
class UsageError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

Switches read_switches(const std::vector<std::string>& names) {
    Switches switches;
    for (const auto& name : names) {
        const auto& known = switch_names();
        const auto found = std::ranges::find(known, name, &std::pair<std::string, Switch>::first);
        if (found == known.end()) {
            std::vector<std::string> words;
            for (const auto& [word, which] : known)
                if (!up::replay_only_switches().contains(which)) words.push_back(word);
            throw UsageError(
                fmt::format("--variant: there is no \"{}\" (there are: {})", name, fmt::join(words, ", ")));
        }
        if (up::replay_only_switches().contains(found->second))
            throw UsageError(fmt::format("--variant: {} is only for replays, not for free processes", name));
        switches.insert(found->second);
    }
    return switches;
}

/// The subcommands, what they take, and what they do.
class CommandLine {
public:
    CommandLine() : app_("The executable implementation of kcheck: a small Kubernetes.", "kcheck-reference") {
        app_.require_subcommand(1);
        add_up();
        add_apiserver();
        add_clients();
        add_runtime();
        add("drive", "a driver for kcheck replay --on: JSON lines (docs/driver.md)",
            [] { return replay::drive(std::cin, std::cout, std::cerr); });
        auto& walk = add("walk", "a run at random, in one process; prints its commits (kcheck conform)",
                         [this] { return replay::run_at_random(walk_, std::cout); });
        walk.add_option("--seed", walk_.seed, "equal seeds, equal runs (default: 1)");
        walk.add_option("--replicas", walk_.replicas, "apply the first, scale to the others: 1,2,1")
            ->delimiter(',');
        walk.add_option("--nodes", walk_.nodes, "nodes (default: 1)")->check(CLI::Range(1, nodes_most));
        walk.add_option("--crashes", walk_.crashes, "of controllers, scheduler and kubelets (default: 0)");
        walk.add_option("--lost-replies", walk_.lost_replies, "of requests (default: 0)");
        add("pause", "what runs in every container", [] {
            return runtime::pause_main();
        }).allow_extras();  // the container's name, for whoever looks at ps
    }

    int run(int count, char** words) {
        try {
            app_.parse(count, words);
        } catch (const CLI::CallForHelp& help) {
            return app_.exit(help);
        } catch (const CLI::ParseError& error) {
            throw UsageError(fmt::format("{} (see kcheck-reference --help)", error.what()));
        }
        return actions_.at(app_.get_subcommands().front())();
    }

private:
    CLI::App& add(const std::string& name, const std::string& help, std::function<int()> action) {
        auto* command = app_.add_subcommand(name, help);
        actions_[command] = std::move(action);
        return *command;
    }

    void add_variants(CLI::App& command) {
        command.add_option("--variant", variants_, "a known bug, switched on; may be given several times")
            ->expected(1)
            ->take_all();
    }

    void add_up() {
        auto& command = add("up", "a whole cluster on 127.0.0.1, each component a process", [this] {
            up_.variants = variants_;
            read_switches(variants_);
            if (up_.registry.empty()) return up::run_up(up_);
            if (const auto registry = runtime::ImageRegistry::read(up_.registry); !registry)
                throw UsageError("--registry: " + registry.error());
            return up::run_up(up_);
        });
        command
            .add_option("--nodes", up_.nodes, "nodes, each a kubelet and a container runtime (default: 2)")
            ->check(CLI::Range(1, nodes_most));
        command.add_option("--etcd", up_.etcd, "URL of an etcd (default: an embedded store)");
        command.add_option("--dir", up_.dir,
                           "where its files are, and stay but for the keys (default: a temporary directory)");
        command.add_option("--port", up_.port, "of kube-apiserver (default: any that is free)");
        command.add_option("--registry", up_.registry, "table of images: sizes, delays, failures (JSON)")
            ->check(CLI::ExistingFile);
        command.add_option("--audit-log", up_.audit_log,
                           "file for all requests (audit.k8s.io/v1, JSON lines)");
        command.add_option("--commit-log", up_.commit_log,
                           "file for all commits (JSON lines), for kcheck conform");
        add_variants(command);
    }

    void add_apiserver() {
        auto& flags = apiserver_;
        auto& command = add("kube-apiserver", "the API, and the only one that reaches the store", [this] {
            apiserver_.switches = read_switches(variants_);
            return up::run_kube_apiserver(apiserver_);
        });
        command.add_option("--secure-port", flags.secure_port, "on 127.0.0.1 (default: 6443; 0: any)");
        command.add_option("--permit-port-sharing", flags.permit_port_sharing,
                           "with other processes of this user (default: false)");
        command.add_option("--etcd-servers", flags.etcd_servers,
                           "URL of an etcd (default: an embedded store)");
        command.add_option("--data-dir", flags.data_dir, "of the embedded store (default: in memory)");
        command
            .add_option_function<unsigned>(
                "--etcd-compaction-interval",
                [&flags](unsigned seconds) {
                    flags.etcd_compaction_interval = std::chrono::seconds(seconds);
                },
                "seconds until the past is forgotten (default: 300; 0: never)")
            ->check(CLI::Range(0U, 86'400U));
        command.add_option("--client-ca-file", flags.client_ca_file, "who signs client certificates")
            ->required();
        command.add_option("--tls-cert-file", flags.tls_cert_file, "certificate")->required();
        command.add_option("--tls-private-key-file", flags.tls_private_key_file, "its key")->required();
        command.add_option("--token-auth-file", flags.token_auth_file,
                           "bearer tokens: token,user,uid,groups");
        command.add_option("--audit-log-path", flags.audit_log_path, "file for all requests");
        command.add_option("--commit-log", flags.commit_log, "file for all commits");
        add_variants(command);
    }

    void add_clients() {
        auto& manager = add("kube-controller-manager", "the controllers", [this] {
            manager_.switches = read_switches(variants_);
            return up::run_kube_controller_manager(manager_);
        });
        manager.add_option("--kubeconfig", manager_.kubeconfig, "whose informers")->required();
        manager.add_option("--credentials-dir", manager_.credentials_dir, "<controller>.kubeconfig of each")
            ->required();
        add_variants(manager);

        auto& scheduler = add("kube-scheduler", "the scheduler", [this] {
            scheduler_.switches = read_switches(variants_);
            return up::run_kube_scheduler(scheduler_);
        });
        scheduler.add_option("--kubeconfig", scheduler_.kubeconfig, "who it is")->required();
        add_variants(scheduler);

        auto& kubelet = add("kubelet", "the agent of a node", [this] {
            kubelet_.switches = read_switches(variants_);
            return up::run_kubelet(kubelet_);
        });
        kubelet.add_option("--kubeconfig", kubelet_.kubeconfig, "who it is")->required();
        kubelet.add_option("--hostname-override", kubelet_.hostname_override, "name of the node")->required();
        kubelet
            .add_option("--container-runtime-endpoint", kubelet_.container_runtime_endpoint, "a UNIX socket")
            ->required();
        kubelet.add_option("--pod-subnet", kubelet_.pod_subnet, "pods are 10.244.N.x (default: 0)")
            ->check(CLI::Range(0, 255));
        add_variants(kubelet);
    }

    void add_runtime() {
        auto& command = add("container-runtime", "the containers of a node", [this] {
            runtime_.switches = read_switches(variants_);
            return up::run_container_runtime(runtime_);
        });
        command.add_option("--listen", runtime_.listen, "a UNIX socket")->required();
        command.add_option("--root-dir", runtime_.root_dir,
                           "where containers are remembered (default: nowhere)");
        command.add_option("--registry", runtime_.registry,
                           "table of images (default: every image is there)");
        add_variants(command);
    }

    CLI::App app_;
    std::map<const CLI::App*, std::function<int()>> actions_;
    std::vector<std::string> variants_;
    replay::RandomRun walk_;
    up::UpFlags up_;
    up::ApiServerFlags apiserver_;
    up::ControllerManagerFlags manager_;
    up::SchedulerFlags scheduler_;
    up::KubeletFlags kubelet_;
    up::ContainerRuntimeFlags runtime_;
};

}  // namespace

}  // namespace kcheck::reference

int main(int count, char** words) {
    using namespace kcheck::reference;
    // What a large list took goes back at once. Left to itself glibc raises this bound to the largest block
    // that was freed, and keeps such blocks in the arenas of each thread.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    const std::string name = count > 1 ? words[1] : "kcheck-reference";
    try {
        return CommandLine().run(count, words);
    } catch (const UsageError& error) {
        fmt::print(stderr, "kcheck-reference: {}\n", error.what());
        return usage;
    } catch (const kcheck::reference::http::PortInUse& error) {
        fmt::print(stderr, "{}: {}\n", name, error.what());
        return usage;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", name, error.what());
        return 1;
    }
}
