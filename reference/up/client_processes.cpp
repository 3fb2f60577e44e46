// The components that have nothing but a connection to kube-apiserver.
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "reference/client/informer.hpp"
#include "reference/controllers/controller_manager.hpp"
#include "reference/http/client.hpp"
#include "reference/base/event_loop.hpp"
#include "reference/http/kubeconfig.hpp"
#include "reference/runtime/runtime_socket.hpp"
#include "reference/kubelet/kubelet.hpp"
#include "reference/scheduler/kube_scheduler.hpp"
#include "reference/up/processes.hpp"

namespace kcheck::reference {

int run_kube_controller_manager(const ControllerManagerFlags& flags) {
    EventLoop loop;
    loop.stop_on_signals();
    const auto main = read_kubeconfig(flags.kubeconfig);
    const auto connect = [&](const std::string& user) -> std::shared_ptr<Api> {
        const auto name = user.substr(user.rfind(':') + 1);
        const bool is_account = user != main.user;
        const auto config =
            is_account
                ? read_kubeconfig(std::filesystem::path(flags.credentials_dir) / (name + ".kubeconfig"))
                : main;
        return std::make_shared<HttpApi>(
            loop, config,
            HttpApiOptions{.user_agent =
                               is_account ? "kube-controller-manager/" + name : "kube-controller-manager"});
    };
    ControllerManager manager(loop, connect, {.switches = flags.switches});
    manager.start();
    loop.run();
    return 0;
}

int run_kube_scheduler(const SchedulerFlags& flags) {
    EventLoop loop;
    loop.stop_on_signals();
    HttpApi api(loop, read_kubeconfig(flags.kubeconfig), {.user_agent = "kube-scheduler"});
    Informer pods(loop, api, KubeScheduler::pod_informer_options());
    Informer nodes(loop, api, KubeScheduler::node_informer_options());
    KubeScheduler scheduler(loop, api, pods, nodes, {.switches = flags.switches});
    scheduler.start();
    pods.start();
    nodes.start();
    loop.run();
    return 0;
}

int run_kubelet(const KubeletFlags& flags) {
    EventLoop loop;
    loop.stop_on_signals();
    HttpApi api(loop, read_kubeconfig(flags.kubeconfig), {.user_agent = "kubelet"});
    RuntimeClient runtime(loop, flags.container_runtime_endpoint);
    Kubelet kubelet(loop, api, runtime,
                    {.node = {.name = flags.hostname_override},
                     .pod_subnet = flags.pod_subnet,
                     .switches = flags.switches});
    kubelet.start();
    loop.run();
    return 0;
}

}  // namespace kcheck::reference
