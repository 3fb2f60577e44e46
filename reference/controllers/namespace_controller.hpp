// The namespace controller (pkg/controller/namespace: namespace_controller.go,
// deletion/namespaced_resources_deleter.go): empties namespaces that are being deleted, and then
// lets them go.
//
// All objects of the kinds that it is given are deleted, one by one, where Kubernetes asks for whole
// collections. While some are left (pods have a grace period) it looks again, after half of the
// longest grace period that was found and a second. At last it takes its finalizer "kubernetes" away
// (PUT finalize). It writes no conditions. Activities: {"namespace-controller", "sync", namespace}.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reference/client/api.hpp"
#include "reference/client/informer.hpp"
#include "reference/client/work_queue.hpp"

namespace kcheck::reference::controllers {

struct NamespacedKind {
    std::string api_version, plural;  // "apps/v1", "deployments"
};

class NamespaceController {
public:
    NamespaceController(Environment& environment, client::Api& api, client::Informer& namespaces,
                        std::vector<NamespacedKind> kinds);
    NamespaceController(const NamespaceController&) = delete;
    NamespaceController& operator=(const NamespaceController&) = delete;

    /// Before the informer is started. Begins once it has synced.
    void start();

private:
    /// What is left of a namespace's content after its deletion was asked for.
    struct Left {
        bool failed = false;
        std::size_t objects = 0;
        std::chrono::seconds grace{0};
    };

    void enqueue_if_deleting(const Json& space);
    Task<> sync(std::string name);
    Task<Left> delete_content(std::string name);
    Task<bool> finalize(std::string name);

    client::Api& api_;
    client::Informer& namespaces_;
    std::vector<NamespacedKind> kinds_;
    client::WorkQueue queue_;
};

}  // namespace kcheck::reference::controllers
