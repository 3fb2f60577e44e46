// The programs of a cluster: each wires one component to the network, and runs it until SIGTERM or SIGINT.
//
// They return the exit code, and throw std::exception with a line for people if they cannot begin.
// Flags bear the names that they have in Kubernetes, where there is one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "reference/base/environment.hpp"

namespace kcheck::reference::up {

struct ApiServerFlags {
    std::uint16_t secure_port = 6443;  // 0: any, which is printed
    std::string etcd_servers;          // the URL of an etcd; empty: the embedded store
    std::string data_dir;              // of the embedded store; empty: in memory
    /// The history of either store is forgotten after this time to twice as long; 0: never.
    std::chrono::seconds etcd_compaction_interval = std::chrono::minutes(5);
    std::string client_ca_file, tls_cert_file, tls_private_key_file;
    std::string token_auth_file;             // empty: no tokens
    std::string audit_log_path, commit_log;  // empty: none
    Switches switches;
};
int run_kube_apiserver(const ApiServerFlags& flags);

struct ControllerManagerFlags {
    std::string kubeconfig;       // of system:kube-controller-manager
    std::string credentials_dir;  // <name>.kubeconfig of each controller's service account
    Switches switches;
};
int run_kube_controller_manager(const ControllerManagerFlags& flags);

struct SchedulerFlags {
    std::string kubeconfig;
    Switches switches;
};
int run_kube_scheduler(const SchedulerFlags& flags);

struct KubeletFlags {
    std::string kubeconfig;
    std::string hostname_override;           // the name of the node
    std::string container_runtime_endpoint;  // a UNIX socket
    int pod_subnet = 0;                      // addresses are 10.244.<pod_subnet>.x
    Switches switches;
};
int run_kubelet(const KubeletFlags& flags);

struct ContainerRuntimeFlags {
    std::string listen;    // a UNIX socket
    std::string root_dir;  // where containers are remembered; empty: nowhere
    std::string registry;  // a table of images (image_registry.hpp); empty: every image is there
    Switches switches;
};
/// SIGTERM ends its containers too; SIGKILL leaves them running, to be found again.
int run_container_runtime(const ContainerRuntimeFlags& flags);

}  // namespace kcheck::reference::up
