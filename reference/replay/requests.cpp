// Bringing a component to the request that a step is about.
//
// A step of a trace is one write. The component makes it in its own time: a sync may begin with
// reads, or go on from an earlier write of the same sync. Whatever does not show in the compared
// state happens on the way, in full view of the component: reads, conflicts, annotations.
#include <fmt/core.h>

#include "reference/base/json.hpp"
#include "reference/client/requests.hpp"
#include "reference/replay/processes.hpp"

namespace kcheck::reference::replay {

namespace {

constexpr int rounds_max = 64;  // a component that gets nowhere in so many would never

bool is_read(const PendingRequest& pending) { return pending.request.method == "GET"; }

std::string describe(const PendingRequest& pending) {
    return pending.request.method + " " + pending.request.path;
}

/// A 404, 409 or 422 that the component will learn of: nothing happens.
bool is_creation_or_deletion(const PendingRequest& pending) {
    return pending.request.method == "POST" || pending.request.method == "DELETE";
}

}  // namespace

Response Cluster::carry_out(Process& process, std::uint64_t request, Outcome outcome, const Json& step) {
    auto pending = process.take(request);
    if (step.is_object() && step.value("unguarded", false) &&
        !string_at(pending.request.body, "/metadata/resourceVersion").empty())
        throw Refused("the update carries a resourceVersion");
    look_early(pending, step);
    Response response{.status = 0};
    if (outcome != Outcome::lost_uncommitted)
        response = commit(pending);
    else if (string_at(step, "/outcome") == "late")
        network_.push_back({pending.id, pending.user, pending.request, nullptr, pending.direct});
    if (string_at(step, "/cause") == "restart") world_.restart_api_server();
    pending.done(outcome == Outcome::replied ? response : Response{.status = 0});
    return response;
}

Response Cluster::commit(const PendingRequest& request) {
    return request.direct ? write_directly(request.request) : world_.carry_out(request.user, request.request);
}

void Cluster::look_early(PendingRequest& deletion, const Json& step) const {
    if (!step.is_object() || !step.value("early", false)) return;
    if (!configuration_.switches.contains(Switch::deletion_decides_early))
        throw Refused("kube-apiserver looks at the pod and removes it in one step");
    deletion.request.body["gracePeriodSeconds"] = 0;
}

/// A binding written into etcd by whoever decided it: no check, no subresource.
Response Cluster::write_directly(const Request& binding) {
    const auto name = string_at(binding.body, "/metadata/name");
    const auto key = "/registry/pods/default/" + name;
    const auto stored = world_.store().get(key);
    if (!stored) return {.status = 404};
    auto pod = Json::parse(stored->value);
    pod["spec"]["nodeName"] = at(binding.body, "/target/name");
    world_.write_directly(key, pod);
    return {.status = 201};
}

void Cluster::reply_to_reads(Process& process, const std::string& user) {
    while (const auto* read = process.find(
               [&](const PendingRequest& each) { return is_read(each) && each.user.name == user; }))
        carry_out(process, read->id, Outcome::replied, {});
}

PendingRequest& Cluster::bring(Process& process, const std::string& user, const Fits& fits,
                               const std::function<bool()>& kick, const Fits& may_time_out) {
    const auto shows = [&](const PendingRequest& pending) {
        return is_creation_or_deletion(pending) || world_.would_show(pending.user, pending.request);
    };
    // A status that carries the time is a write, though only the time in it is new.
    const bool carries_time = world_.switches().contains(Switch::status_carries_time);
    for (int round = 0; round < rounds_max; ++round) {
        reply_to_reads(process, user);
        if (auto* wanted = process.find([&](const PendingRequest& each) {
                return each.user.name == user && fits(each) &&
                       (shows(each) || (carries_time && world_.would_succeed(each.user, each.request)));
            }))
            return *wanted;
        if (auto* other = process.find([&](const PendingRequest& each) { return each.user.name == user; })) {
            if (!shows(*other))
                carry_out(process, other->id, Outcome::replied, {});
            else if (may_time_out(*other))
                carry_out(process, other->id, Outcome::lost_uncommitted, {});
            else
                throw Refused(fmt::format("{} would do something else: {}", user, describe(*other)));
            continue;
        }
        if (!kick()) throw Refused(fmt::format("{} has nothing of the kind to do", user));
    }
    throw Refused(fmt::format("{} does not get to it", user));
}

void Cluster::time_out(Process& process, const std::string& user, const Fits& which) {
    for (int round = 0; round < rounds_max; ++round) {
        reply_to_reads(process, user);
        const auto* pending =
            process.find([&](const PendingRequest& each) { return each.user.name == user && which(each); });
        if (pending == nullptr) return;
        const bool shows = world_.would_show(pending->user, pending->request);
        carry_out(process, pending->id, shows ? Outcome::lost_uncommitted : Outcome::replied, {});
    }
}

void Cluster::lose(Process& process, const std::string& user, const Fits& which) {
    for (int round = 0; round < rounds_max; ++round) {
        reply_to_reads(process, user);
        const auto* pending =
            process.find([&](const PendingRequest& each) { return each.user.name == user && which(each); });
        if (pending == nullptr) return;
        carry_out(process, pending->id, Outcome::lost_uncommitted, {});
    }
}

void Cluster::expect_accepted(const Json& step, const Response& response) const {
    if (!step.contains("accepted") || step.at("accepted") == response.is_success()) return;
    throw Refused(response.is_success()
                      ? std::string("kube-apiserver accepts the request")
                      : "kube-apiserver refuses the request: " + client::error_message(response));
}

PendingCall& Cluster::bring_call(KubeletProcess& kubelet, const PodId* pod, const CallFits& fits) {
    auto& process = kubelet.process;
    const auto about_pod = [&](const Activity& activity) {
        return pod == nullptr || activity.object == pod->uid || activity.object == pod->key();
    };
    for (int round = 0; round < rounds_max; ++round) {
        kubelet.answer_queries();
        if (auto* wanted = process.find_call(fits)) return *wanted;
        if (process.run([](const Work& work) { return work.activity.verb == "sync" && !work.due; })) continue;
        if (process.run([&](const Work& work) {
                return work.activity.verb == "admit" && !work.due && about_pod(work.activity);
            }))
            continue;
        if (process.run([&](const Work& work) {
                return work.due && about_pod(work.activity) && work.activity.verb != "status";
            }))
            continue;
        break;
    }
    throw Refused(fmt::format("the kubelet of {} does not ask its container runtime for it", process.node));
}

}  // namespace kcheck::reference::replay
