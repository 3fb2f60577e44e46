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

constexpr auto init_statuses = "initContainerStatuses";

/// The entry of `name` in a status, or null.
const Json* find_container_status(const Json& status, const std::string& name) {
    for (const auto* list : {"containerStatuses", init_statuses})
        for (const auto& entry : member(status, list))
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
    const bool has_sidecars = !at(input.pod, "/spec/initContainers").empty();
    const auto* not_yet = has_sidecars ? "PodInitializing" : "ContainerCreating";
    status["state"] = current == nullptr ? waiting_state(not_yet) : state_of(*current);
    if (current != nullptr) {
        status["imageID"] = string_at(*current, "/image");
        status["containerID"] = "kcheck://" + string_at(*current, "/id");
        status["restartCount"] = int_at(*current, "/attempt");
    }
    if (attempts.size() > 1) status["lastState"] = state_of(**(attempts.end() - 2));

    const auto waiting = input.waiting.find(name);
    if (waiting != input.waiting.end() && should_be_restarted(input.pod, spec, current)) {
        if (status["state"].contains("terminated")) status["lastState"] = status["state"];
        status["state"] = waiting_state(waiting->second.reason, waiting->second.message);
    }
    const bool runs = status["state"].contains("running");
    status["ready"] = runs;
    status["started"] = runs;
    return status;
}

/// Whether a regular container has been started (HasAnyRegularContainerStarted).
bool has_started(const Json& statuses) {
    return std::any_of(statuses.begin(), statuses.end(), [](const Json& status) {
        return !at(status, "/state/running").is_null() || !at(status, "/state/terminated").is_null() ||
               !at(status, "/lastState/terminated").is_null();
    });
}

/// By the policy of the container, or else of its pod.
bool restarts_after(const Json& pod, const Json& spec, std::int64_t exit_code) {
    const auto of_pod = string_at(pod, "/spec/restartPolicy", "Always");
    const auto policy = string_at(spec, "/restartPolicy", of_pod);
    return policy == "Always" || (policy == "OnFailure" && exit_code != 0);
}

/// Of sidecars only those that run, or that the pod waits for at first, say something about it.
void count_sidecars(const Json& pod_status, int& waiting, int& running) {
    const bool begun = has_started(member(pod_status, "containerStatuses"));
    for (const auto& status : member(pod_status, init_statuses)) {
        if (!at(status, "/state/running").is_null())
            ++running;
        else if (!at(status, "/state/waiting").is_null() && at(status, "/lastState/terminated").is_null())
            waiting += begun ? 0 : 1;
    }
}

/// kubelet_pods.go:getPhase
std::string phase_of(const Json& pod, const Json& pod_status, bool is_terminal) {
    int waiting = 0, running = 0, stopped = 0, succeeded = 0;
    bool restarts = false;
    count_sidecars(pod_status, waiting, running);
    for (const auto& spec : at(pod, "/spec/containers")) {
        const Json& status = *find_container_status(pod_status, string_at(spec, "/name"));
        const Json& ended = at(status, "/state/terminated");
        const Json& before = at(status, "/lastState/terminated");
        if (!at(status, "/state/running").is_null()) {
            ++running;
        } else if (ended.is_null() && before.is_null()) {
            ++waiting;
        } else {
            const auto exit_code = int_at(ended, "/exitCode");
            ++stopped;
            if (!ended.is_null() && exit_code == 0) ++succeeded;
            restarts = restarts || ended.is_null() || restarts_after(pod, spec, exit_code);
        }
    }
    if (waiting > 0) return "Pending";
    if (running > 0) return "Running";
    if (stopped == 0) return "Pending";
    if (restarts && !is_terminal) return "Running";
    return stopped == succeeded ? "Succeeded" : "Failed";
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

bool is_sidecar(const Json& init_container) {
    return string_at(init_container, "/restartPolicy") == "Always";
}

bool has_ended(const Json& pod, const std::vector<Json>& containers) {
    const Json& specs = at(pod, "/spec/containers");
    return std::all_of(specs.begin(), specs.end(), [&](const Json& spec) {
        const auto attempts = attempts_of(containers, string_at(spec, "/name"));
        return !attempts.empty() && string_at(*attempts.back(), "/state") == "exited" &&
               !should_be_restarted(pod, spec, attempts.back());
    });
}

bool has_begun(const Json& pod, const std::vector<Json>& containers) {
    const Json& specs = at(pod, "/spec/containers");
    return std::any_of(specs.begin(), specs.end(), [&](const Json& spec) {
        return !attempts_of(containers, string_at(spec, "/name")).empty();
    });
}

bool should_be_restarted(const Json& pod, const Json& spec, const Json* container) {
    if (is_deleting(pod)) return false;
    if (container == nullptr) return true;
    const auto state = string_at(*container, "/state");
    if (state != "exited") return state == "created";
    return restarts_after(pod, spec, int_at(*container, "/exitCode"));
}

bool is_terminal_phase(const Json& status) {
    const auto phase = string_at(status, "/phase");
    return phase == "Succeeded" || phase == "Failed";
}

void set_conditions(Json& status) {
    const auto phase = string_at(status, "/phase");
    std::vector<std::string> unready, not_initialized;
    for (const auto* list : {init_statuses, "containerStatuses"})
        for (const auto& container : member(status, list))
            if (!bool_at(container, "/ready")) unready.push_back(string_at(container, "/name"));
    if (!has_started(member(status, "containerStatuses")))
        for (const auto& container : member(status, init_statuses))
            if (!bool_at(container, "/started")) not_initialized.push_back(string_at(container, "/name"));
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
    const bool is_initialized = not_initialized.empty();
    status["conditions"] = {
        is_initialized ? condition("Initialized", true, phase == "Succeeded" ? "PodCompleted" : "")
                       : condition("Initialized", false, "ContainersNotInitialized",
                                   fmt::format("containers with incomplete status: [{}]",
                                               fmt::join(not_initialized, " "))),
        condition("Ready", is_ready, reason, message),
        condition("ContainersReady", is_ready, reason, message),
        condition("PodScheduled", true),
    };
}

Json generate_pod_status(const PodStatusInput& input) {
    const Json& stored = member(input.pod, "status");
    // It was terminal before this kubelet had seen it, and nothing of it is left.
    if (is_terminal_phase(stored) && input.containers.empty()) return stored;

    Json status = {{"hostIP", input.host_ip},
                   {"hostIPs", {{{"ip", input.host_ip}}}},
                   {"containerStatuses", Json::array()}};
    for (const auto& spec : at(input.pod, "/spec/containers"))
        status["containerStatuses"].push_back(container_status(input, spec));
    for (const auto& spec : at(input.pod, "/spec/initContainers"))
        if (is_sidecar(spec)) status[init_statuses].push_back(container_status(input, spec));
    auto phase = phase_of(input.pod, status, input.is_terminal);
    // One way: what was terminal once stays so, and as kube-apiserver has it.
    status["phase"] = phase;
    for (const Json* old : {&input.old_status, &stored})
        if (is_terminal_phase(*old) && (old == &stored || !is_terminal_phase(status)))
            status["phase"] = phase = string_at(*old, "/phase");
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
