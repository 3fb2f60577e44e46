// printPod: the one word that says how a pod is.
#include <algorithm>

#include <fmt/format.h>

#include "reference/apiserver/tables_common.hpp"
#include "reference/apiserver/tables_kinds.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

struct Summary {
    std::string reason;
    std::int64_t ready = 0;
    std::int64_t restarts = 0;
    std::string last_restart;  // RFC 3339, empty: none
};

std::string termination_text(const Json& terminated) {
    if (const auto reason = text_of(terminated, "reason"); !reason.empty()) return reason;
    const auto signal = integer_of(terminated, "signal").value_or(0);
    if (signal != 0) return fmt::format("Signal:{}", signal);
    return fmt::format("ExitCode:{}", integer_of(terminated, "exitCode").value_or(0));
}

void count_restarts(const Json& status, Summary& summary) {
    summary.restarts += integer_of(status, "restartCount").value_or(0);
    const Json& terminated = member(member(status, "lastState"), "terminated");
    summary.last_restart = std::max(summary.last_restart, text_of(terminated, "finishedAt"));
}

/// Init containers that go on beside the others: restartPolicy Always.
bool is_sidecar(const Json& spec, const std::string& name) {
    const auto& containers = list_of(spec, "initContainers");
    return std::any_of(containers.begin(), containers.end(), [&](const Json& container) {
        return text_of(container, "name") == name && text_of(container, "restartPolicy") == "Always";
    });
}

/// The first init container that has not succeeded, if any, gives the reason: "Init:0/2".
bool summarize_init_containers(const Json& pod, Summary& summary) {
    const auto& statuses = list_of(member(pod, "status"), "initContainerStatuses");
    const auto total = list_of(member(pod, "spec"), "initContainers").size();
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        count_restarts(statuses[i], summary);
        if (is_sidecar(member(pod, "spec"), text_of(statuses[i], "name")) &&
            flag_of(statuses[i], "started")) {
            summary.ready += flag_of(statuses[i], "ready") ? 1 : 0;
            continue;
        }
        const Json& state = member(statuses[i], "state");
        const Json& terminated = member(state, "terminated");
        if (!terminated.is_null()) {
            if (integer_of(terminated, "exitCode").value_or(0) == 0) continue;
            summary.reason = "Init:" + termination_text(terminated);
            return true;
        }
        const auto waiting = text_of(member(state, "waiting"), "reason");
        if (!waiting.empty() && waiting != "PodInitializing") {
            summary.reason = "Init:" + waiting;
        } else {
            summary.reason = fmt::format("Init:{}/{}", i, total);
        }
        return true;
    }
    return false;
}

bool has_ready_condition(const Json& pod) {
    const auto& conditions = list_of(member(pod, "status"), "conditions");
    return std::any_of(conditions.begin(), conditions.end(), [](const Json& condition) {
        return text_of(condition, "type") == "Ready" && text_of(condition, "status") == "True";
    });
}

void summarize_containers(const Json& pod, Summary& summary) {
    bool running = false;
    const auto& statuses = list_of(member(pod, "status"), "containerStatuses");
    // Backwards: the first container has the last word.
    for (auto status = statuses.rbegin(); status != statuses.rend(); ++status) {
        count_restarts(*status, summary);
        const Json& state = member(*status, "state");
        const auto waiting = text_of(member(state, "waiting"), "reason");
        const Json& terminated = member(state, "terminated");
        if (!waiting.empty()) {
            summary.reason = waiting;
        } else if (!terminated.is_null()) {
            summary.reason = termination_text(terminated);
        } else if (flag_of(*status, "ready") && !member(state, "running").is_null()) {
            running = true;
            ++summary.ready;
        }
    }
    // A container has ended, another still runs.
    if (summary.reason == "Completed" && running) {
        summary.reason = has_ready_condition(pod) ? "Running" : "NotReady";
    }
}

Summary summarize(const Json& pod) {
    const Json& status = member(pod, "status");
    Summary summary;
    summary.reason = text_of(status, "phase");
    if (const auto reason = text_of(status, "reason"); !reason.empty()) summary.reason = reason;
    for (const auto& condition : list_of(status, "conditions")) {
        if (text_of(condition, "type") == "PodScheduled" &&
            text_of(condition, "reason") == "SchedulingGated") {
            summary.reason = "SchedulingGated";
        }
    }
    if (!summarize_init_containers(pod, summary)) {
        summary.restarts = 0;
        summary.last_restart.clear();
        for (const auto& each : list_of(status, "initContainerStatuses"))
            if (is_sidecar(member(pod, "spec"), text_of(each, "name"))) count_restarts(each, summary);
        summarize_containers(pod, summary);
    }
    if (member(member(pod, "metadata"), "deletionTimestamp").is_null()) return summary;
    const auto phase = text_of(status, "phase");
    if (text_of(status, "reason") == "NodeLost") {
        summary.reason = "Unknown";
    } else if (phase != "Succeeded" && phase != "Failed") {
        summary.reason = "Terminating";
    }
    return summary;
}

std::string restarts_text(const Summary& summary, const std::string& now) {
    if (summary.restarts == 0 || summary.last_restart.empty()) return std::to_string(summary.restarts);
    return fmt::format("{} ({} ago)", summary.restarts, age(summary.last_restart, now));
}

std::string pod_ip(const Json& status) {
    const auto& ips = list_of(status, "podIPs");
    return ips.empty() ? text_of(status, "podIP") : text_of(ips.front(), "ip");
}

std::string readiness_gates(const Json& pod) {
    const auto& gates = list_of(member(pod, "spec"), "readinessGates");
    if (gates.empty()) return "<none>";
    std::size_t met = 0;
    for (const auto& gate : gates) {
        const auto& conditions = list_of(member(pod, "status"), "conditions");
        met += std::any_of(conditions.begin(), conditions.end(), [&](const Json& condition) {
            return text_of(condition, "type") == text_of(gate, "conditionType") &&
                   text_of(condition, "status") == "True";
        });
    }
    return fmt::format("{}/{}", met, gates.size());
}

}  // namespace

std::vector<TableColumn> pod_columns() {
    return {name_column(),
            text_column("Ready", "The aggregate readiness state of this pod for accepting traffic."),
            text_column("Status", "The aggregate status of the containers in this pod."),
            text_column("Restarts", "The number of times the containers in this pod have been restarted."),
            age_column(),
            text_column("IP", "IP address allocated to the pod.", 1),
            text_column("Node", "The node that the pod is scheduled onto.", 1),
            text_column("Nominated Node", "The node that the pod may be scheduled onto after preemption.", 1),
            text_column("Readiness Gates", "Conditions beside the containers that readiness depends on.", 1)};
}

Json pod_cells(const Json& pod, const std::string& now) {
    const auto summary = summarize(pod);
    const Json& spec = member(pod, "spec");
    const Json& status = member(pod, "status");
    auto total = list_of(spec, "containers").size();
    for (const auto& container : list_of(spec, "initContainers"))
        total += text_of(container, "restartPolicy") == "Always" ? 1U : 0U;
    return {object_name(pod),
            fmt::format("{}/{}", summary.ready, total),
            summary.reason,
            restarts_text(summary, now),
            age_of(pod, now),
            or_none(pod_ip(status)),
            or_none(text_of(spec, "nodeName")),
            or_none(text_of(status, "nominatedNodeName")),
            readiness_gates(pod)};
}

}  // namespace kcheck::reference::apiserver
