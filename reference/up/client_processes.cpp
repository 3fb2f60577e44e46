// The components that have nothing but a connection to kube-apiserver.
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "reference/base/event_loop.hpp"
#include "reference/client/informer.hpp"
#include "reference/controllers/controller_manager.hpp"
#include "reference/http/client.hpp"
#include "reference/http/kubeconfig.hpp"
#include "reference/kubelet/kubelet.hpp"
#include "reference/runtime/runtime_socket.hpp"
#include "reference/scheduler/kube_scheduler.hpp"
#include "reference/up/processes.hpp"

namespace kcheck::reference::up {

int run_kube_controller_manager(const ControllerManagerFlags& flags) {
    EventLoop loop;
    loop.stop_on_signals();
    const auto main = http::read_kubeconfig(flags.kubeconfig);
    const auto connect = [&](const std::string& user) -> std::shared_ptr<client::Api> {
        const auto name = user.substr(user.rfind(':') + 1);
        const bool is_account = user != main.user;
        const auto config =
            is_account
                ? http::read_kubeconfig(std::filesystem::path(flags.credentials_dir) / (name + ".kubeconfig"))
                : main;
        return std::make_shared<http::HttpApi>(
            loop, config,
            http::HttpApiOptions{.user_agent = is_account ? "kube-controller-manager/" + name
                                                          : "kube-controller-manager"});
    };
    controllers::ControllerManager manager(loop, connect, {.switches = flags.switches});
    manager.start();
    loop.run();
    return 0;
}

int run_kube_scheduler(const SchedulerFlags& flags) {
    EventLoop loop;
    loop.stop_on_signals();
    http::HttpApi api(loop, http::read_kubeconfig(flags.kubeconfig), {.user_agent = "kube-scheduler"});
    client::Informer pods(loop, api, scheduler::KubeScheduler::pod_informer_options());
    client::Informer nodes(loop, api, scheduler::KubeScheduler::node_informer_options());
    scheduler::KubeScheduler scheduler(loop, api, pods, nodes, {.switches = flags.switches});
    scheduler.start();
    pods.start();
    nodes.start();
    loop.run();
    return 0;
}

int run_kubelet(const KubeletFlags& flags) {
    EventLoop loop;
    loop.stop_on_signals();
    http::HttpApi api(loop, http::read_kubeconfig(flags.kubeconfig), {.user_agent = "kubelet"});
    runtime::RuntimeClient runtime(loop, flags.container_runtime_endpoint);
    kubelet::Kubelet kubelet(loop, api, runtime,
                             {.node = {.name = flags.hostname_override},
                              .pod_subnet = flags.pod_subnet,
                              .switches = flags.switches});
    kubelet.start();
    loop.run();
    return 0;
}

}  // namespace kcheck::reference::up
