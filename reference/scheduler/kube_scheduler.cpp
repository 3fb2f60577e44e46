#include "reference/scheduler/kube_scheduler.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/scheduler/filters.hpp"
#include "reference/scheduler/scores.hpp"

namespace kcheck::reference::scheduler {

namespace {

constexpr auto scheduler_name = "default-scheduler";
constexpr auto unschedulable = "Unschedulable";     // v1.PodReasonUnschedulable
constexpr auto scheduler_error = "SchedulerError";  // v1.PodReasonSchedulerError
constexpr std::size_t candidates_max = 100;         // of pods that the environment may prefer

bool is_bound(const Json& pod) { return !string_at(pod, "/spec/nodeName").empty(); }

bool is_ours(const Json& pod) {
    return string_at(pod, "/spec/schedulerName", scheduler_name) == scheduler_name;
}

bool has_pod_affinity(const Json& pod) { return !at(pod, "/spec/affinity/podAffinity").is_null(); }

/// eventhandlers.go:nodeSchedulingPropertiesChange: heartbeats help nobody.
bool is_same_node(const Json& a, const Json& b) {
    return at(a, "/spec") == at(b, "/spec") && at(a, "/metadata/labels") == at(b, "/metadata/labels") &&
           at(a, "/status/allocatable") == at(b, "/status/allocatable");
}

/// Go's binding.Name etc. without what it leaves empty (plugins/defaultbinder/default_binder.go).
Request binding_request(const Json& pod, const std::string& node) {
    Json binding = {
        {"apiVersion", "v1"},
        {"kind", "Binding"},
        {"metadata", {{"name", name_of(pod)}, {"namespace", namespace_of(pod)}, {"uid", uid_of(pod)}}},
        {"target", {{"kind", "Node"}, {"name", node}}}};
    return client::post_request(
        client::collection_path("v1", "pods", namespace_of(pod)) + "/" + name_of(pod) + "/binding",
        std::move(binding));
}

/// framework/types.go:FitError.Error: "0/3 nodes are available: 1 Insufficient cpu, 2 Too many pods."
std::string fit_error(std::size_t nodes, const std::map<std::string, int>& reasons) {
    if (nodes == 0) return "no nodes available to schedule pods";
    std::vector<std::string> parts;
    for (const auto& [reason, count] : reasons) parts.push_back(fmt::format("{} {}", count, reason));
    std::sort(parts.begin(), parts.end());
    return fmt::format("0/{} nodes are available: {}.", nodes, fmt::join(parts, ", "));
}

/// FNV-1a: spreads pods over equally good nodes where the environment does not mind.
std::size_t hash(const std::string& text) {
    std::uint64_t value = 14695981039346656037U;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return value;
}

}  // namespace

KubeScheduler::KubeScheduler(Environment& environment, client::Api& api, client::Informer& pods,
                             client::Informer& nodes, SchedulerOptions options)
    : environment_(environment),
      api_(api),
      pods_(pods),
      nodes_(nodes),
      options_(std::move(options)),
      events_(environment, api, scheduler_name, options_.records_events),
      queue_(environment, [this] { request_cycle(); }) {}

client::InformerOptions KubeScheduler::pod_informer_options() {
    return {.component = scheduler_component,
            .path = client::collection_path("v1", "pods"),
            .selectors = {{"fieldSelector", "status.phase!=Succeeded,status.phase!=Failed"}}};
}

client::InformerOptions KubeScheduler::node_informer_options() {
    return {.component = scheduler_component, .path = client::collection_path("v1", "nodes")};
}

void KubeScheduler::start() {
    pods_.add_handlers({[this](const Object& pod) { pod_added(pod); },
                        [this](const Object& old, const Object& current) { pod_updated(old, current); },
                        [this](const Object& pod, bool) { pod_deleted(pod); }});
    nodes_.add_handlers({[this](const Object& node) {
                             cache_.set_node(node);
                             move_all();
                         },
                         [this](const Object& old, const Object& current) { node_updated(old, current); },
                         [this](const Object& node, bool) { cache_.remove_node(name_of(*node)); }});
    client::when_synced({&pods_, &nodes_}, [this] {
        started_ = true;
        request_cycle();
    });
}

void KubeScheduler::pod_added(const Object& pod) {
    if (is_bound(*pod)) {
        queue_.remove(uid_of(*pod));
        cache_.add_pod(pod);
        queue_.move(has_pod_affinity);
    } else if (is_ours(*pod) && !is_deleting(*pod) && !cache_.is_assumed(uid_of(*pod))) {
        queue_.update(pod);
    }
}

void KubeScheduler::pod_updated(const Object& old, const Object& current) {
    if (uid_of(*old) != uid_of(*current)) {
        pod_deleted(old);
    } else if (!is_bound(*current) && is_deleting(*current)) {
        // eventhandlers.go:handleAssumedPodDeletion: it will not be bound any more.
        pod_deleted(current);
        return;
    }
    pod_added(current);
}

void KubeScheduler::pod_deleted(const Object& pod) {
    queue_.remove(uid_of(*pod));
    cache_.remove_pod(uid_of(*pod));
    move_all();
}

void KubeScheduler::node_updated(const Object& old, const Object& current) {
    cache_.set_node(current);
    if (!is_same_node(*old, *current)) move_all();
}

void KubeScheduler::move_all() {
    queue_.move([](const Json&) { return true; });
}

void KubeScheduler::request_cycle() {
    if (!started_ || cycle_requested_ || !queue_.has_active()) return;
    cycle_requested_ = true;
    environment_.post({scheduler_component, "schedule", ""}, [this] {
        cycle_requested_ = false;
        schedule_one();
        request_cycle();
    });
}

void KubeScheduler::schedule_one() {
    const auto candidates = queue_.candidates(candidates_max);
    if (candidates.empty()) return;  // removed meanwhile
    std::vector<std::string> keys;
    for (const auto& pod : candidates) keys.push_back(key_of(*pod));
    const auto chosen = environment_.choose({scheduler_component, "pop", ""}, keys, 0);
    schedule(queue_.pop(uid_of(*candidates.at(chosen))));
}

void KubeScheduler::schedule(QueuedPod queued) {
    const PodInfo pod(queued.pod);
    const InterPodAffinity affinity(pod, cache_.nodes());
    std::vector<const NodeInfo*> feasible;
    std::map<std::string, int> refusals;
    std::size_t nodes = 0;
    for (const auto& [name, node] : cache_.nodes()) {
        if (!node.node) continue;
        ++nodes;
        auto reasons = reasons_against(pod, node);
        if (reasons.empty()) reasons = affinity.reasons_against(node);
        if (reasons.empty()) feasible.push_back(&node);
        for (const auto& reason : reasons) ++refusals[reason];
    }
    if (feasible.empty()) return fail(std::move(queued), unschedulable, fit_error(nodes, refusals));
    const auto node = select_node(pod, feasible);
    cache_.assume(pod, node);
    spawn(bind(std::move(queued), node));
}

/// schedule_one.go:selectHost.
std::string KubeScheduler::select_node(const PodInfo& pod, const std::vector<const NodeInfo*>& feasible) {
    const auto scores = rank(pod, feasible);
    const auto best = *std::max_element(scores.begin(), scores.end());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < feasible.size(); ++i)
        if (scores[i] == best) names.push_back(name_of(*feasible[i]->node));
    return names.at(
        environment_.choose({scheduler_component, "node", pod.key}, names, hash(pod.uid) % names.size()));
}

std::vector<std::int64_t> KubeScheduler::rank(const PodInfo& pod,
                                              const std::vector<const NodeInfo*>& feasible) const {
    if (!options_.score_tables.empty()) {
        std::vector<std::int64_t> scores;
        for (const auto* node : feasible) {
            const auto found = options_.score_tables.find(name_of(*node->node));
            const bool has_table = found != options_.score_tables.end() && !found->second.empty();
            scores.push_back(has_table ? found->second[std::min(node->pods.size(), found->second.size() - 1)]
                                       : 0);
        }
        return scores;
    }
    if (!options_.scores) return std::vector<std::int64_t>(feasible.size(), 0);
    return score_nodes(pod, feasible);
}

Task<> KubeScheduler::bind(QueuedPod queued, std::string node) {
    const auto send = [&](std::function<void(Response)> done) {
        auto request = binding_request(*queued.pod, node);
        if (options_.write_binding)
            options_.write_binding(std::move(request), std::move(done));
        else
            api_.send(std::move(request), std::move(done));
    };
    const Response response = co_await Callback<Response>(send);
    if (response.is_success()) {  // it stays assumed until the informer confirms it
        events_.record(*queued.pod, "v1", "Pod", "Normal", "Scheduled",
                       fmt::format("Successfully assigned {} to {}", key_of(*queued.pod), node));
        co_return;
    }
    if (options_.switches.contains(Switch::bind_failure_is_forgotten)) co_return;
    cache_.forget(uid_of(*queued.pod));
    move_all();
    fail(std::move(queued), scheduler_error, "binding rejected: " + client::error_message(response));
}

/// schedule_one.go:handleSchedulingFailure.
void KubeScheduler::fail(QueuedPod queued, const std::string& reason, const std::string& message) {
    const auto current = pods_.get(key_of(*queued.pod));
    if (!current || uid_of(*current) != uid_of(*queued.pod) || is_bound(*current) || is_deleting(*current))
        return;
    queued.pod = current;
    if (reason == unschedulable)
        queue_.add_unschedulable(std::move(queued));
    else
        queue_.add_backing_off(std::move(queued));
    events_.record(*current, "v1", "Pod", "Warning", "FailedScheduling", message);
    if (options_.reports_failures) report_failure(*current, reason, message);
}

/// util/utils.go:PatchPodStatus. If it fails, the next attempt will say it again.
void KubeScheduler::report_failure(const Json& pod, const std::string& reason, const std::string& message) {
    Json condition = {
        {"type", "PodScheduled"}, {"status", "False"}, {"reason", reason}, {"message", message}};
    const Json* before = find_condition(pod, "PodScheduled");
    const bool had_failed = before != nullptr && string_at(*before, "/status") == "False";
    if (had_failed && string_at(*before, "/reason") == reason && string_at(*before, "/message") == message)
        return;
    condition["lastProbeTime"] = nullptr;
    condition["lastTransitionTime"] =
        had_failed ? at(*before, "/lastTransitionTime") : Json(to_rfc3339(environment_.now()));
    const auto path =
        client::collection_path("v1", "pods", namespace_of(pod)) + "/" + name_of(pod) + "/status";
    api_.send(client::patch_request(path, {{"status", {{"conditions", Json::array({condition})}}}}),
              [](const Response&) {});
}

}  // namespace kcheck::reference::scheduler
