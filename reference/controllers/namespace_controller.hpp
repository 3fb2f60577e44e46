// The namespace controller (pkg/controller/namespace: namespace_controller.go,
// deletion/namespaced_resources_deleter.go): empties namespaces that are being deleted, and then
// lets them go.
//
// What there is to delete it asks kube-apiserver each time: whatever has a namespace and can be
// deleted goes, of kinds that this file has never heard of too. Pods go first, since others may still
// need what they use; the rest follows once no pod is left. While something is left it looks again:
// after half of the longest grace period of the pods, or of 15 s if somebody's finalizer holds it, and
// a second; what stays for no such reason is an error, and tried again ever later. Only an empty
// namespace loses the finalizer "kubernetes" (PUT finalize). It writes no conditions.
// Activities: {"namespace-controller", "sync", namespace}.
#pragma once

#include <chrono>
#include <string>

#include "reference/client/api.hpp"
#include "reference/client/discovery.hpp"
#include "reference/client/informer.hpp"
#include "reference/client/work_queue.hpp"

namespace kcheck::reference::controllers {

class NamespaceController {
public:
    NamespaceController(Environment& environment, client::Api& api, client::Informer& namespaces);
    NamespaceController(const NamespaceController&) = delete;
    NamespaceController& operator=(const NamespaceController&) = delete;

    /// Before the informer is started. Begins once it has synced.
    void start();

private:
    /// What is left of a namespace's content after its deletion was asked for.
    struct Left {
        bool failed = false;
        std::size_t objects = 0;
        std::chrono::seconds estimate{0};  // until they are gone

        void add(const Left& other);
    };

    void enqueue_if_deleting(const Json& space);
    Task<> sync(std::string name);
    Task<Left> delete_content(Json space);
    Task<Left> delete_all_of(client::ApiResource resource, Json space);
    Task<bool> delete_each(std::string path, Json list);
    Task<bool> finalize(std::string name);

    Environment& environment_;
    client::Api& api_;
    client::Informer& namespaces_;
    client::WorkQueue queue_;
};

}  // namespace kcheck::reference::controllers
