#include "reference/kubelet/admission.hpp"

#include <fmt/format.h>

namespace kcheck::reference::kubelet {

namespace {

/// InsufficientResourceError (lifecycle/predicate.go).
Rejection out_of(const std::string& resource, std::int64_t requested, std::int64_t used,
                 std::int64_t capacity) {
    return {"OutOf" + resource,
            fmt::format("Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}",
                        resource, requested, used, capacity)};
}

}  // namespace

std::optional<Rejection> rejection_of(const Object& pod, const scheduler::Resources& allocatable,
                                      const std::vector<Object>& active) {
    scheduler::NodeInfo here;
    for (const auto& other : active) here.add_pod(scheduler::PodInfo(other));
    const scheduler::PodInfo candidate(pod);

    const auto pods = static_cast<std::int64_t>(here.pods.size());
    if (pods + 1 > scheduler::amount_of(allocatable, "pods"))
        return out_of("pods", 1, pods, scheduler::amount_of(allocatable, "pods"));
    for (const auto& [resource, requested] : candidate.requests) {
        const auto used = scheduler::amount_of(here.requested, resource),
                   capacity = scheduler::amount_of(allocatable, resource);
        if (requested > 0 && requested > capacity - used) return out_of(resource, requested, used, capacity);
    }
    for (const auto& [uid, other] : here.pods)
        for (const auto& taken : other.host_ports)
            for (const auto& port : candidate.host_ports)
                if (taken.conflicts_with(port)) return Rejection{"NodePorts", "Predicate NodePorts failed"};
    return std::nullopt;
}

}  // namespace kcheck::reference::kubelet
