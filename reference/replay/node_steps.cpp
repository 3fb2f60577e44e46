// The steps of the kubelets and their container runtimes.
#include <algorithm>

#include <fmt/core.h>

#include "reference/replay/processes.hpp"

namespace kcheck::reference::replay {

void Cluster::step_kubelet(const std::string& verb, const Json& step) {
    auto& kubelet = kubelet_of(step);
    auto& process = kubelet.process;
    const auto& pod = pod_of(step);
    const auto about = [&](const Activity& activity) {
        return activity.object == pod.uid || activity.object == pod.key();
    };
    const auto user = "system:node:" + process.node;
    const auto run = [&](const char* activity) {
        return process.run(
            [&](const Work& work) { return work.activity.verb == activity && about(work.activity); });
    };
    if (verb == "admit") {
        if (!run("admit")) throw Refused("the kubelet has no such pod to admit");
        // An admitted pod has a worker, which begins.
        const bool admitted = std::any_of(process.works.begin(), process.works.end(), [&](const Work& work) {
            return work.activity.verb == "sync" && about(work.activity);
        });
        if (admitted != step.value("accepted", admitted))
            throw Refused(admitted ? "the kubelet admits the pod" : "the kubelet refuses the pod");
        return;
    }
    const auto kick = [&] {
        kubelet.answer_queries();
        return run("sync") || run("admit") || run("status");
    };
    const auto nothing = [](const PendingRequest&) { return false; };
    Fits fits;
    if (verb == "report-running" || verb == "report-terminal") {
        fits = [&](const PendingRequest& pending) {
            return pending.request.method == "PATCH" && pending.request.path == pod.path() + "/status";
        };
    } else if (verb == "remove-pod") {
        fits = [&](const PendingRequest& pending) {
            return pending.request.method == "DELETE" && pending.request.path == pod.path();
        };
    } else {
        throw BadMessage("a kubelet has no verb \"" + verb + "\"");
    }
    const auto& request = bring(process, user, fits, kick, nothing);
    carry_out(process, request.id, outcome_of(step), step);
}

void Cluster::step_runtime(const std::string& verb, const Json& step) {
    auto& kubelet = kubelet_of(step);
    if (verb == "pull-image") {
        const auto& call = bring_call(
            kubelet, nullptr, [](const PendingCall& pending) { return pending.method == "PullImage"; });
        kubelet.carry_out(call.id);
        if (!kubelet.has_image()) throw Refused("the image does not arrive");
        return;
    }
    const std::string method = verb == "create-container"  ? "CreateContainer"
                               : verb == "start-container" ? "StartContainer"
                               : verb == "stop-container"  ? "StopContainer"
                                                           : "";
    if (method.empty()) throw BadMessage("a container runtime has no verb \"" + verb + "\"");
    const auto& pod = pod_of(step);
    const auto& call = bring_call(kubelet, &pod, [&](const PendingCall& pending) {
        return pending.method == method && kubelet.pod_of(pending) == pod.uid;
    });
    kubelet.carry_out(call.id);
}

}  // namespace kcheck::reference::replay
