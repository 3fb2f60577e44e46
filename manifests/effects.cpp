#include "manifests/effects.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

namespace kcheck::manifests {

namespace {

constexpr std::array infos = {
    LeftOutInfo{"admission-policy", "admission policies refuse and change nothing"},
    LeftOutInfo{"admission-webhook", "admission webhooks refuse and change nothing"},
    LeftOutInfo{"autoscaler", "nobody but the user scales the Deployment or evicts its pods"},
    LeftOutInfo{"being-deleted", "the object is taken as not being deleted"},
    LeftOutInfo{"disruption-budget", "nobody evicts pods or drains nodes"},
    LeftOutInfo{"file-keys", "the files that fileKeyRef names are there when a container starts"},
    LeftOutInfo{"host-name", "the full name of a pod is short enough for its host name"},
    LeftOutInfo{"host-ports", "pods do not compete for the ports of a node"},
    LeftOutInfo{"immediate-deletion", "a pod that is deleted is there until its containers have stopped"},
    LeftOutInfo{"init-containers", "init containers start at once, end at once, and never fail"},
    LeftOutInfo{"lifecycle-hooks", "a container runs as soon as it starts"},
    LeftOutInfo{"limit-range", "no pod is refused or changed for its requests and limits"},
    LeftOutInfo{"liveness-probe", "no probe ever restarts a container"},
    LeftOutInfo{"node-condition", "every node is healthy"},
    LeftOutInfo{"node-features", "every node has the features that the pods need"},
    LeftOutInfo{"node-name", "kube-scheduler chooses the node"},
    LeftOutInfo{"node-profiles", "the profiles of seccomp and AppArmor are on every node"},
    LeftOutInfo{"node-size", "a node has plenty of what it does not say how much it has of"},
    LeftOutInfo{"other-scheduler", "kube-scheduler schedules every pod"},
    LeftOutInfo{"overlapping-selectors", "each controller leaves the pods of the others alone"},
    LeftOutInfo{"owner", "nobody but the user deletes or changes the Deployment"},
    LeftOutInfo{"paused", "the Deployment is taken as not paused"},
    LeftOutInfo{"pod-admission",
                "the classes of the pods have the priority, policy and overhead that they say"},
    LeftOutInfo{"pod-affinity", "a pod goes to a node whatever pods are there"},
    LeftOutInfo{"pod-anti-affinity", "pods may share a node"},
    LeftOutInfo{"pod-finalizers", "a pod is gone as soon as its containers have stopped"},
    LeftOutInfo{"pod-os", "every node can run the containers of every pod"},
    LeftOutInfo{"pod-resources", "only the requests of containers count"},
    LeftOutInfo{"pod-security", "Pod Security admission refuses no pod"},
    LeftOutInfo{"preemption", "no pod preempts another"},
    LeftOutInfo{"progress-deadline", "a rollout may take any time; no condition reports it"},
    LeftOutInfo{"readiness-gates", "a pod is ready as soon as its containers run"},
    LeftOutInfo{"readiness-probe", "a container is ready as soon as it runs"},
    LeftOutInfo{"resource-claims", "dynamic resource allocation limits nothing"},
    LeftOutInfo{"resource-quota", "no quota is ever exhausted"},
    LeftOutInfo{"restart-policy", "the kubelet restarts every container"},
    LeftOutInfo{"rolling-update", "applying again changes spec.replicas or spec.template, and nothing else"},
    LeftOutInfo{"root-user", "a container whose user is root runs, although it must not"},
    LeftOutInfo{"runtime-class", "a RuntimeClass neither adds to the requests nor chooses nodes"},
    LeftOutInfo{"scheduling-gates", "a pod may be scheduled as soon as it exists"},
    LeftOutInfo{"scheduling-group", "pods are scheduled one by one"},
    LeftOutInfo{"shared-nodes", "other workloads leave the room on the nodes to this Deployment"},
    LeftOutInfo{"startup-probe", "a container has started as soon as it runs"},
    LeftOutInfo{"sysctls", "every node allows the sysctls"},
    LeftOutInfo{"taint-eviction", "a taint that is tolerated for some time evicts nobody"},
    LeftOutInfo{"topology-spread", "pods go to any node that fits, however uneven that is"},
    LeftOutInfo{"volumes", "volumes bind, attach and mount at once, on any node"},
};

}  // namespace

std::span<const LeftOutInfo> left_out_infos() { return infos; }

const LeftOutInfo* find_left_out(std::string_view name) {
    const auto found =
        std::find_if(infos.begin(), infos.end(), [&](const LeftOutInfo& info) { return info.name == name; });
    return found == infos.end() ? nullptr : &*found;
}

LeftOut left_out(std::string_view name, const std::string& file, Place place, std::string what) {
    const LeftOutInfo* info = find_left_out(name);
    if (info == nullptr) throw std::logic_error(fmt::format("no effect is called {}", name));
    return {info, file, place, std::move(what), {}};
}

}  // namespace kcheck::manifests
