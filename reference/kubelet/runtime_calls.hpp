// Calls of the container runtime that their caller can stop waiting for: the context of a sync of a
// pod, which is cancelled when the pod has to terminate (pod_workers.go: cancelFn).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reference/runtime/container_runtime.hpp"

namespace kcheck::reference::kubelet {

class RuntimeCalls {
public:
    explicit RuntimeCalls(runtime::ContainerRuntime& runtime) : runtime_(runtime) {}
    RuntimeCalls(const RuntimeCalls&) = delete;
    RuntimeCalls& operator=(const RuntimeCalls&) = delete;

    Task<runtime::RuntimeResult> call(std::string method, Json parameters);
    /// What is under way fails now, and so does every call until reset(). The runtime may carry it
    /// out nevertheless: that has to be looked up.
    void cancel();
    void reset() { is_cancelled_ = false; }

private:
    struct Pending {
        std::function<void(runtime::RuntimeResult)> done;
        void finish(runtime::RuntimeResult result) {
            if (const auto taken = std::exchange(done, nullptr)) taken(std::move(result));
        }
    };

    runtime::ContainerRuntime& runtime_;
    std::vector<std::shared_ptr<Pending>> pending_;
    bool is_cancelled_ = false;
};

}  // namespace kcheck::reference::kubelet
