#include "reference/kubelet/pod_status.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reference/base/objects.hpp"

namespace kcheck::reference::kubelet {

namespace {

Json terminated_state(const Json& container) {
    const auto exit_code = int_at(container, "/exitCode");
    Json state = {{"exitCode", exit_code},
                  {"reason", exit_code == 0 ? "Completed" : "Error"},
                  {"containerID", "kcheck://" + string_at(container, "/id")}};
    for (const auto* time : {"startedAt", "finishedAt"})
        if (const auto text = string_at(container, std::string("/") + time); !text.empty())
            state[time] = text;
    return {{"terminated", std::move(state)}};
}

Json waiting_state(const std::string& reason, const std::string& message = {}) {
    Json state = {{"reason", reason}};
    if (!message.empty()) state["message"] = message;
    return {{"waiting", std::move(state)}};
}

Json state_of(const Json& container) {
    const auto state = string_at(container, "/state");
    if (state == "running") return {{"running", {{"startedAt", container["startedAt"]}}}};
    return state == "exited" ? terminated_state(container) : waiting_state("ContainerCreating");
}

/// The entry of `name` in a status, or null.
const Json* find_container_status(const Json& status, const std::string& name) {
    for (const auto& entry : member(status, "containerStatuses"))
        if (string_at(entry, "/name") == name) return &entry;
    return nullptr;
}

Json container_status(const PodStatusInput& input, const Json& spec) {
    const auto name = string_at(spec, "/name");
    const auto attempts = attempts_of(input.containers, name);
    const Json* current = attempts.empty() ? nullptr : attempts.back();
    const Json* before = find_container_status(input.old_status, name);
    // What has been removed from the runtime since it ended is remembered here only.
    if (current == nullptr && before != nullptr && !at(*before, "/state/terminated").is_null())
        return *before;

    Json status = {{"name", name},
                   {"image", string_at(spec, "/image")},
                   {"imageID", ""},
                   {"restartCount", 0},
                   {"lastState", Json::object()}};
    status["state"] = current == nullptr ? waiting_state("ContainerCreating") : state_of(*current);
    if (current != nullptr) {
        status["imageID"] = string_at(*current, "/image");
        status["containerID"] = "kcheck://" + string_at(*current, "/id");
        status["restartCount"] = int_at(*current, "/attempt");
    }
    if (attempts.size() > 1) status["lastState"] = state_of(**(attempts.end() - 2));

    const auto waiting = input.waiting.find(name);
    if (waiting != input.waiting.end() && should_be_restarted(input.pod, current)) {
        if (status["state"].contains("terminated")) status["lastState"] = status["state"];
        status["state"] = waiting_state(waiting->second.reason, waiting->second.message);
    }
    const bool runs = status["state"].contains("running");
    status["ready"] = runs;
    status["started"] = runs;
    return status;
}

/// kubelet_pods.go:getPhase
std::string phase_of(const Json& pod, const Json& container_statuses, bool is_terminal) {
    int waiting = 0, running = 0, stopped = 0, succeeded = 0;
    for (const auto& status : container_statuses) {
        const Json& state = status["state"];
        if (state.contains("running")) {
            ++running;
        } else if (state.contains("terminated")) {
            ++stopped;
            if (int_at(state, "/terminated/exitCode") == 0) ++succeeded;
        } else {
            ++(status["lastState"].contains("terminated") ? stopped : waiting);
        }
    }
    if (waiting > 0) return "Pending";
    if (running > 0) return "Running";
    if (stopped == 0) return "Pending";
    const auto policy = string_at(pod, "/spec/restartPolicy", "Always");
    if (is_terminal) return stopped == succeeded ? "Succeeded" : "Failed";
    if (policy == "Always") return "Running";
    if (stopped == succeeded) return "Succeeded";
    return policy == "Never" ? "Failed" : "Running";
}

Json condition(const std::string& type, bool holds, const std::string& reason = {},
               const std::string& message = {}) {
    Json result = {{"type", type}, {"status", holds ? "True" : "False"}};
    if (!reason.empty()) result["reason"] = reason;
    if (!message.empty()) result["message"] = message;
    return result;
}

}  // namespace

std::vector<const Json*> attempts_of(const std::vector<Json>& containers, const std::string& name) {
    std::vector<const Json*> attempts;
    for (const auto& container : containers)
        if (string_at(container, "/name") == name) attempts.push_back(&container);
    return attempts;
}

bool should_be_restarted(const Json& pod, const Json* container) {
    if (is_deleting(pod)) return false;
    if (container == nullptr) return true;
    const auto state = string_at(*container, "/state");
    if (state != "exited") return state == "created";
    const auto policy = string_at(pod, "/spec/restartPolicy", "Always");
    if (policy == "OnFailure") return int_at(*container, "/exitCode") != 0;
    return policy == "Always";
}

bool is_terminal_phase(const Json& status) {
    const auto phase = string_at(status, "/phase");
    return phase == "Succeeded" || phase == "Failed";
}

void set_conditions(Json& status) {
    const auto phase = string_at(status, "/phase");
    std::vector<std::string> unready;
    for (const auto& container : member(status, "containerStatuses"))
        if (!bool_at(container, "/ready")) unready.push_back(string_at(container, "/name"));
    std::string reason, message;
    if (phase == "Succeeded") {
        reason = "PodCompleted";
    } else if (phase == "Failed") {
        reason = "PodFailed";
    } else if (!unready.empty()) {
        reason = "ContainersNotReady";
        message = fmt::format("containers with unready status: [{}]", fmt::join(unready, " "));
    }
    const bool is_ready = reason.empty();
    status["conditions"] = {
        condition("Initialized", true, phase == "Succeeded" ? "PodCompleted" : ""),
        condition("Ready", is_ready, reason, message),
        condition("ContainersReady", is_ready, reason, message),
        condition("PodScheduled", true),
    };
}

Json generate_pod_status(const PodStatusInput& input) {
    const Json& stored = member(input.pod, "status");
    // It was terminal before this kubelet had seen it, and nothing of it is left.
    if (is_terminal_phase(stored) && input.containers.empty()) return stored;

    Json status = {{"hostIP", input.host_ip}, {"containerStatuses", Json::array()}};
    for (const auto& spec : at(input.pod, "/spec/containers"))
        status["containerStatuses"].push_back(container_status(input, spec));
    auto phase = phase_of(input.pod, status["containerStatuses"], input.is_terminal);
    // One way: what was terminal once stays so.
    for (const Json* old : {&input.old_status, &stored})
        if (is_terminal_phase(*old) && phase != "Succeeded" && phase != "Failed")
            phase = string_at(*old, "/phase");
    status["phase"] = phase;
    if (phase == string_at(input.old_status, "/phase"))
        for (const auto* key : {"reason", "message"})
            if (input.old_status.contains(key)) status[key] = input.old_status[key];
    if (!input.pod_ip.empty()) {
        status["podIP"] = input.pod_ip;
        status["podIPs"] = {{{"ip", input.pod_ip}}};
    }
    set_conditions(status);
    return status;
}

}  // namespace kcheck::reference::kubelet
