#include "reference/controllers/node_lifecycle.hpp"

#include <algorithm>
#include <array>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::controllers {

namespace {

constexpr auto lifecycle_component = "node-lifecycle-controller";
constexpr std::size_t node_workers = 8;  // scheduler.UpdateWorkerSize
constexpr int status_attempts = 5;       // nodeHealthUpdateRetry
constexpr auto not_ready = "node.kubernetes.io/not-ready";
constexpr auto unreachable = "node.kubernetes.io/unreachable";

/// Conditions that the kubelet reports, and that are unknown once it does not any more.
const std::array<std::string, 4> kubelet_conditions = {"Ready", "MemoryPressure", "DiskPressure",
                                                       "PIDPressure"};

std::string node_path(const std::string& name) { return client::collection_path("v1", "nodes") + "/" + name; }

std::string ready_status(const Json& node) {
    const Json* ready = find_condition(node, "Ready");
    return ready == nullptr ? "Unknown" : string_at(*ready, "/status");
}

/// The entry of a list of conditions; it is added if it is not there.
Json& condition_of(Json& object, const std::string& type) {
    Json& conditions = object["status"]["conditions"];
    for (auto& condition : conditions)
        if (string_at(condition, "/type") == type) return condition;
    conditions.push_back({{"type", type}});
    return conditions.back();
}

bool is_managed(const Json& taint) {
    static const std::set<std::string> keys = {not_ready,
                                               unreachable,
                                               "node.kubernetes.io/memory-pressure",
                                               "node.kubernetes.io/disk-pressure",
                                               "node.kubernetes.io/pid-pressure",
                                               "node.kubernetes.io/network-unavailable",
                                               "node.kubernetes.io/unschedulable"};
    const auto effect = string_at(taint, "/effect");
    return keys.contains(string_at(taint, "/key")) && (effect == "NoSchedule" || effect == "NoExecute");
}

/// doNoScheduleTaintingPass: nodeConditionToTaintKeyStatusMap.
Json no_schedule_taints(const Json& node) {
    Json taints = Json::array();
    const auto add_if = [&](bool condition, const std::string& key) {
        if (condition) taints.push_back({{"key", key}, {"effect", "NoSchedule"}});
    };
    const auto status = ready_status(node);
    add_if(status == "False", not_ready);
    add_if(status == "Unknown", unreachable);
    add_if(condition_is_true(node, "MemoryPressure"), "node.kubernetes.io/memory-pressure");
    add_if(condition_is_true(node, "DiskPressure"), "node.kubernetes.io/disk-pressure");
    add_if(condition_is_true(node, "PIDPressure"), "node.kubernetes.io/pid-pressure");
    add_if(condition_is_true(node, "NetworkUnavailable"), "node.kubernetes.io/network-unavailable");
    add_if(bool_at(node, "/spec/unschedulable"), "node.kubernetes.io/unschedulable");
    return taints;
}

/// The taint with this key and effect, or null.
const Json* find_taint(const Json& taints, const std::string& key, const std::string& effect) {
    for (const auto& taint : taints)
        if (string_at(taint, "/key") == key && string_at(taint, "/effect") == effect) return &taint;
    return nullptr;
}

}  // namespace

NodeLifecycleController::NodeLifecycleController(Environment& environment, client::Api& api,
                                                 client::Informer& nodes, client::Informer& leases,
                                                 client::Informer& pods, NodeLifecycleOptions options)
    : environment_(environment),
      api_(api),
      nodes_(nodes),
      leases_(leases),
      pods_(pods),
      options_(options),
      queue_(environment, lifecycle_component, node_workers,
             [this](std::string name) { return sync(name); }) {}

void NodeLifecycleController::start() {
    nodes_.add_handlers({[this](const Object& node) { queue_.add(name_of(*node)); },
                         [this](const Object& old, const Object& current) { node_changed(old, current); },
                         [this](const Object& node, bool) {
                             health_.erase(name_of(*node));
                             has_unready_pods_.erase(name_of(*node));
                         }});
    client::when_synced({&nodes_, &leases_, &pods_}, [this] {
        queue_.start();
        monitor();
    });
}

void NodeLifecycleController::node_changed(const Object& old, const Object& current) {
    const auto name = name_of(*current);
    if (ready_status(*old) == "True" && ready_status(*current) != "True") has_unready_pods_.insert(name);
    if (ready_status(*current) == "True") has_unready_pods_.erase(name);
    queue_.add(name);
}

/// monitorNodeHealth.
void NodeLifecycleController::monitor() {
    for (const auto& node : nodes_.store().list()) {
        const auto name = name_of(*node);
        observe(name, *node);
        if (has_lapsed(name)) queue_.add(name);
    }
    environment_.after(options_.monitor_period, {lifecycle_component, "monitor", ""}, [this] { monitor(); });
}

/// tryUpdateNodeHealth: any change of the lease or of the conditions is a sign of life.
void NodeLifecycleController::observe(const std::string& name, const Json& node) {
    const auto lease = leases_.get("kube-node-lease/" + name);
    const Json renewed = lease ? at(*lease, "/spec/renewTime") : Json();
    const Json& conditions = at(node, "/status/conditions");
    const auto [entry, is_new] = health_.try_emplace(name);
    auto& health = entry->second;
    const bool never_reported = find_condition(node, "Ready") == nullptr;
    health.grace = never_reported ? options_.startup_grace_period : options_.grace_period;
    if (!is_new && health.lease == renewed && health.conditions == conditions) return;
    // What this controller has written itself is no sign of life.
    const bool is_ours = !is_new && health.lease == renewed && ready_status(node) == "Unknown";
    if (!is_ours) health.last_sign = environment_.monotonic();
    health.lease = renewed;
    health.conditions = conditions;
}

bool NodeLifecycleController::has_lapsed(const std::string& name) const {
    const auto health = health_.find(name);
    return health != health_.end() &&
           environment_.monotonic() > health->second.last_sign + health->second.grace;
}

bool NodeLifecycleController::is_any_node_ready() const {
    const auto nodes = nodes_.store().list();
    return std::any_of(nodes.begin(), nodes.end(), [this](const Object& node) {
        return ready_status(*node) == "True" && !has_lapsed(name_of(*node));
    });
}

Task<> NodeLifecycleController::sync(std::string name) {
    const Object node = nodes_.get(name);
    if (!node) co_return;
    observe(name, *node);
    Outcome outcome = Outcome::done;
    if (has_lapsed(name) && (find_condition(*node, "Ready") == nullptr || ready_status(*node) != "Unknown")) {
        outcome = co_await mark_unknown(*node);  // the informer's event brings the rest
    } else {
        outcome = co_await update_taints(node);
        if (has_unready_pods_.contains(name)) {
            const Outcome marked = co_await mark_pods_not_ready(name);
            if (marked == Outcome::retry) outcome = marked;
        }
    }
    if (outcome == Outcome::retry)
        queue_.add_rate_limited(name);
    else
        queue_.forget(name);
}

Task<NodeLifecycleController::Outcome> NodeLifecycleController::mark_unknown(Json node) {
    const auto name = name_of(node);
    for (int attempt = 0; attempt < status_attempts; ++attempt) {
        const auto now = to_rfc3339(environment_.now());
        for (const auto& type : kubelet_conditions) {
            Json& condition = condition_of(node, type);
            if (string_at(condition, "/status") == "Unknown") continue;
            const bool never_reported = !condition.contains("status");
            condition["status"] = "Unknown";
            condition["reason"] = never_reported ? "NodeStatusNeverUpdated" : "NodeStatusUnknown";
            condition["message"] =
                never_reported ? "Kubelet never posted node status." : "Kubelet stopped posting node status.";
            condition["lastTransitionTime"] = now;
            if (never_reported) condition["lastHeartbeatTime"] = at(node, "/metadata/creationTimestamp");
        }
        const Response updated = co_await api_.call(client::put_request(node_path(name) + "/status", node));
        if (updated.is_success() || updated.status == 404) co_return Outcome::done;
        Response latest = co_await api_.call(client::get_request(node_path(name)));
        if (latest.status == 404) co_return Outcome::done;
        if (!latest.is_success()) co_return Outcome::retry;
        node = std::move(latest.body);
    }
    co_return Outcome::retry;
}

/// controller_utils.go:MarkPodsNotReady.
Task<NodeLifecycleController::Outcome> NodeLifecycleController::mark_pods_not_ready(std::string node) {
    Outcome outcome = Outcome::done;
    const auto pods = pods_.store().list();
    for (const auto& pod : pods) {
        if (string_at(*pod, "/spec/nodeName") != node || !is_pod_ready(*pod)) continue;
        Json marked = *pod;
        Json& ready = condition_of(marked, "Ready");
        ready["status"] = "False";
        ready["lastTransitionTime"] = to_rfc3339(environment_.now());
        const auto path =
            client::collection_path("v1", "pods", namespace_of(*pod)) + "/" + name_of(*pod) + "/status";
        const Response response = co_await api_.call(client::put_request(path, std::move(marked)));
        if (!response.is_success() && response.status != 404) outcome = Outcome::retry;
    }
    if (outcome == Outcome::done) has_unready_pods_.erase(node);
    co_return outcome;
}

/// controller_utils.go:SwapNodeControllerTaint, client-go/.../PatchNodeTaints.
Task<NodeLifecycleController::Outcome> NodeLifecycleController::update_taints(Object node) {
    const Json taints = wanted_taints(*node);
    const Json& current = at(*node, "/spec/taints");
    if (taints == current || (taints.empty() && current.empty())) co_return Outcome::done;
    const Json patch = {{"metadata", {{"resourceVersion", resource_version_of(*node)}}},
                        {"spec", {{"taints", taints}}}};
    const Response response = co_await api_.call(client::patch_request(node_path(name_of(*node)), patch));
    co_return response.is_success() || response.status == 404 ? Outcome::done : Outcome::retry;
}

/// The taints of others as they are, and ours as the conditions ask for them.
Json NodeLifecycleController::wanted_taints(const Json& node) {
    const Json& current = at(node, "/spec/taints");
    Json taints = Json::array();
    for (const auto& taint : current)
        if (!is_managed(taint)) taints.push_back(taint);
    for (const auto& taint : no_schedule_taints(node)) {
        const Json* kept = find_taint(current, string_at(taint, "/key"), "NoSchedule");
        taints.push_back(kept == nullptr ? taint : *kept);
    }
    const auto status = ready_status(node);
    if (status == "True") return taints;
    const auto* key = status == "False" ? not_ready : unreachable;
    const auto* other = status == "False" ? unreachable : not_ready;
    const auto now = environment_.monotonic();
    if (const Json* kept = find_taint(current, key, "NoExecute")) {
        taints.push_back(*kept);
    } else if (find_taint(current, other, "NoExecute") != nullptr ||
               (is_any_node_ready() && now >= next_taint_)) {
        taints.push_back(
            {{"key", key}, {"effect", "NoExecute"}, {"timeAdded", to_rfc3339(environment_.now())}});
        next_taint_ = now + options_.taint_interval;
    } else {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_taint_ - now);
        queue_.add_after(name_of(node), std::max(left, options_.monitor_period));
    }
    return taints;
}

}  // namespace kcheck::reference::controllers
