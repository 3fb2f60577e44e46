#include "reference/kubelet/status_manager.hpp"

#include <algorithm>
#include <array>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/kubelet/pod_status.hpp"
#include "reference/kubelet/status_patch.hpp"

namespace kcheck::reference::kubelet {

namespace {

constexpr std::chrono::seconds tick_period{10};  // status_manager.go:syncPeriod

/// The fields of a status that are the kubelet's to write.
constexpr std::array own_fields = {"phase",
                                   "reason",
                                   "message",
                                   "hostIP",
                                   "hostIPs",
                                   "podIP",
                                   "podIPs",
                                   "startTime",
                                   "containerStatuses",
                                   "initContainerStatuses"};

/// kubetypes.PodConditionByKubelet
bool is_own_condition(const Json& condition) {
    const auto type = string_at(condition, "/type");
    return type == "Initialized" || type == "Ready" || type == "ContainersReady" || type == "PodScheduled";
}

const Json* condition_of(const Json& status, const std::string& type) {
    for (const auto& condition : member(status, "conditions"))
        if (string_at(condition, "/type") == type) return &condition;
    return nullptr;
}

/// A condition keeps its time until its status changes (updateLastTransitionTime).
void set_transition_times(Json& status, const Json& old_status, const std::string& now) {
    if (!status.contains("conditions")) return;
    for (auto& condition : status["conditions"]) {
        const Json* old = condition_of(old_status, string_at(condition, "/type"));
        const bool is_old = old != nullptr && member(*old, "status") == condition["status"];
        condition["lastTransitionTime"] = is_old ? string_at(*old, "/lastTransitionTime", now) : now;
    }
}

bool is_same_condition(const Json& one, const Json& other) {
    for (const auto* key : {"status", "reason", "message"})
        if (member(one, key) != member(other, key)) return false;
    return true;
}

/// A terminal pod is not ready, although its containers may take a while to be seen as stopped
/// (generatePodReadyConditionForTerminalPhase).
void set_unready(Json& status, const std::string& now) {
    const auto* reason = string_at(status, "/phase") == "Succeeded" ? "PodCompleted" : "PodFailed";
    for (auto& condition : status["conditions"]) {
        const auto type = string_at(condition, "/type");
        if (type != "Ready" && type != "ContainersReady") continue;
        if (string_at(condition, "/status") == "True")
            condition = {
                {"type", type}, {"status", "False"}, {"reason", reason}, {"lastTransitionTime", now}};
    }
}

/// canBeDeleted: `pod` is as kube-apiserver has it.
bool can_be_deleted(const Json& pod, bool is_finished) {
    return is_deleting(pod) && is_pod_terminal(pod) && is_finished;
}

}  // namespace

StatusManager::StatusManager(Environment& environment, client::Api& api, std::string component, Pods pods)
    : environment_(environment), api_(api), component_(std::move(component)), pods_(std::move(pods)) {}

void StatusManager::start() { tick(); }

void StatusManager::set(const Json& pod, Json status) {
    update(pod, std::move(status), false, is_deleting(pod));
}

void StatusManager::terminate(const Json& pod) {
    const Json* known = find(uid_of(pod));
    Json status = known != nullptr ? *known : member(pod, "status");
    if (!is_terminal_phase(status)) {
        status["phase"] = "Failed";
        for (const auto* list : {"containerStatuses", "initContainerStatuses"}) {
            if (!status.contains(list)) continue;
            for (auto& container : status[list]) {
                if (container["state"].contains("terminated")) continue;
                container["state"] = {
                    {"terminated",
                     {{"exitCode", 137},
                      {"reason", "ContainerStatusUnknown"},
                      {"message", "The container could not be located when the pod was terminated"}}}};
                container["ready"] = container["started"] = false;
            }
        }
        set_conditions(status);
    }
    update(pod, std::move(status), true, true);
}

const Json* StatusManager::find(const std::string& uid) const {
    const auto found = statuses_.find(uid);
    return found == statuses_.end() ? nullptr : &found->second.status;
}

void StatusManager::forget(const std::string& uid) { statuses_.erase(uid); }

void StatusManager::update(const Json& pod, Json status, bool is_finished, bool force) {
    const auto uid = uid_of(pod);
    auto [entry, is_new] = statuses_.try_emplace(uid);
    Versioned& known = entry->second;
    const Json& old_status = is_new ? member(pod, "status") : known.status;
    const auto now = to_rfc3339(environment_.now());
    set_transition_times(status, old_status, now);
    status["startTime"] = string_at(old_status, "/startTime", now);
    if (!is_new && !force && status == known.status) return;
    known.status = std::move(status);
    known.name_space = namespace_of(pod);
    known.name = name_of(pod);
    known.is_finished = known.is_finished || is_finished;
    ++known.version;
    schedule(uid);
}

void StatusManager::schedule(const std::string& uid) {
    Versioned& status = statuses_.at(uid);
    if (std::exchange(status.is_scheduled, true)) return;
    environment_.post({component_, "status", uid}, [this, uid] {
        line_.push_back(uid);
        if (!is_draining_) spawn(drain());
    });
}

void StatusManager::tick() {
    for (const auto& [uid, status] : statuses_)
        if (needs_update(uid, status) || needs_reconcile(uid, status)) schedule(uid);
    environment_.after(tick_period, {component_, "status-tick", {}}, [this] { tick(); });
}

Task<> StatusManager::drain() {
    is_draining_ = true;
    while (!line_.empty()) {
        std::string uid = std::move(line_.front());
        line_.pop_front();
        co_await sync_pod(std::move(uid));
    }
    is_draining_ = false;
}

Task<> StatusManager::sync_pod(std::string uid) {
    const auto found = statuses_.find(uid);
    if (found == statuses_.end()) co_return;
    found->second.is_scheduled = false;
    const Versioned status = found->second;  // it may change while requests are under way
    const auto path = client::collection_path("v1", "pods", status.name_space) + "/" + status.name;

    const Response got = co_await api_.call(client::get_request(path));
    if (!got.is_success()) co_return;  // a pod that is gone leaves the configuration as well
    Json pod = got.body;
    if (uid_of(pod) != uid) {  // deleted and created again: this status is of nobody
        forget(uid);
        co_return;
    }
    const Json merged = merge(pod, status.status, uid);
    const Json patch = pod_status_patch(uid, member(pod, "status"), merged);
    if (!patch.is_null()) {
        const Response patched = co_await api_.call(client::patch_request(path + "/status", patch));
        if (!patched.is_success()) co_return;
        pod = patched.body;
    }
    if (const auto known = statuses_.find(uid); known != statuses_.end())
        known->second.written = std::max(known->second.written, status.version);

    if (!can_be_deleted(pod, status.is_finished)) co_return;
    Request request = client::delete_request(path);
    request.body = {{"apiVersion", "v1"},
                    {"kind", "DeleteOptions"},
                    {"gracePeriodSeconds", 0},
                    {"preconditions", {{"uid", uid}}}};
    const Response deleted = co_await api_.call(std::move(request));
    if (deleted.is_success()) forget(uid);
}

bool StatusManager::needs_update(const std::string& uid, const Versioned& status) const {
    if (status.written < status.version) return true;
    const Object pod = pods_.find(uid);
    return pod && can_be_deleted(*pod, status.is_finished);
}

/// Somebody else has written what is the kubelet's.
bool StatusManager::needs_reconcile(const std::string& uid, const Versioned& status) const {
    const Object pod = pods_.find(uid);
    if (!pod) return false;
    const Json& stored = member(*pod, "status");
    if (member(stored, "phase") != member(status.status, "phase")) return true;
    const Json& conditions = member(status.status, "conditions");
    return std::any_of(conditions.begin(), conditions.end(), [&](const Json& condition) {
        const Json* other = condition_of(stored, string_at(condition, "/type"));
        return other == nullptr || !is_same_condition(condition, *other);
    });
}

/// mergePodStatus: conditions of others stay; a phase becomes terminal only when nothing runs.
Json StatusManager::merge(const Json& pod, const Json& status, const std::string& uid) const {
    const Json& stored = member(pod, "status");
    Json merged = stored.is_object() ? stored : Json::object();
    for (const auto* field : own_fields) {
        if (status.contains(field))
            merged[field] = status[field];
        else
            merged.erase(field);
    }
    // A terminal phase is final, whoever has written it, and comes only when nothing runs any more.
    const bool is_final = is_terminal_phase(stored);
    const bool is_early = is_terminal_phase(status) && !is_final && pods_.could_have_running_containers(uid);
    if (is_final || is_early) {
        for (const auto* field : {"phase", "reason", "message"}) {
            merged.erase(field);
            if (stored.contains(field)) merged[field] = stored[field];
        }
    }
    Json conditions = Json::array();
    for (const auto& condition : member(stored, "conditions"))
        if (!is_own_condition(condition)) conditions.push_back(condition);
    for (const auto& condition : member(status, "conditions"))
        if (is_own_condition(condition)) conditions.push_back(condition);
    merged["conditions"] = std::move(conditions);
    if (is_terminal_phase(merged)) set_unready(merged, to_rfc3339(environment_.now()));
    return merged;
}

}  // namespace kcheck::reference::kubelet
