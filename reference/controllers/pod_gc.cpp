#include "reference/controllers/pod_gc.hpp"

#include <algorithm>
#include <tuple>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::controllers {

namespace {

const Activity collecting = {"pod-garbage-collector", "collect", ""};

std::string node_of(const Json& pod) { return string_at(pod, "/spec/nodeName"); }

std::string path_of(const Json& pod) {
    return client::collection_path("v1", "pods", namespace_of(pod)) + "/" + name_of(pod);
}

}  // namespace

PodGcController::PodGcController(Environment& environment, client::Api& api, client::Informer& pods,
                                 client::Informer& nodes, PodGcOptions options)
    : environment_(environment), api_(api), pods_(pods), nodes_(nodes), options_(options) {}

void PodGcController::start() {
    client::when_synced({&pods_, &nodes_}, [this] { environment_.post(collecting, [this] { collect(); }); });
}

void PodGcController::collect() {
    collect_terminated();
    collect_of_nodes_out_of_service();
    collect_orphaned();
    collect_unscheduled_terminating();
    environment_.after(options_.period, collecting, [this] { collect(); });
}

/// Evicted pods first, then by age (podgc: byEvictionAndCreationTimestamp).
void PodGcController::collect_terminated() {
    if (!options_.terminated_threshold) return;
    std::vector<Object> terminated;
    for (const auto& pod : pods_.store().list())
        if (is_pod_terminal(*pod)) terminated.push_back(pod);
    if (terminated.size() <= *options_.terminated_threshold) return;
    const auto rank = [](const Object& pod) {
        return std::tuple(string_at(*pod, "/status/reason") != "Evicted", created_at(*pod), key_of(*pod));
    };
    std::sort(terminated.begin(), terminated.end(),
              [&](const Object& a, const Object& b) { return rank(a) < rank(b); });
    terminated.resize(terminated.size() - *options_.terminated_threshold);
    for (const auto& pod : terminated) remove(pod, "PodGC: terminated pods beyond the threshold");
}

bool PodGcController::is_out_of_service(const std::string& name) const {
    const auto node = nodes_.get(name);
    if (!node || condition_is_true(*node, "Ready")) return false;
    const Json& taints = at(*node, "/spec/taints");
    return std::any_of(taints.begin(), taints.end(), [](const Json& taint) {
        return string_at(taint, "/key") == "node.kubernetes.io/out-of-service";
    });
}

void PodGcController::collect_of_nodes_out_of_service() {
    for (const auto& pod : pods_.store().list())
        if (is_deleting(*pod) && is_out_of_service(node_of(*pod)))
            remove(pod, "PodGC: node is out of service");
}

void PodGcController::collect_orphaned() {
    std::map<std::string, std::vector<Object>> orphans;  // by node
    for (const auto& pod : pods_.store().list())
        if (!node_of(*pod).empty() && !nodes_.get(node_of(*pod))) orphans[node_of(*pod)].push_back(pod);
    std::erase_if(absent_since_, [&](const auto& entry) { return !orphans.contains(entry.first); });
    for (auto& [node, pods] : orphans) {
        const auto since = absent_since_.try_emplace(node, environment_.now()).first->second;
        if (since + options_.quarantine <= environment_.now())
            spawn(remove_if_node_is_absent(node, std::move(pods)));
    }
}

Task<> PodGcController::remove_if_node_is_absent(std::string node, std::vector<Object> pods) {
    const Response found =
        co_await api_.call(client::get_request(client::collection_path("v1", "nodes") + "/" + node));
    if (found.status != 404) co_return;
    for (const auto& pod : pods) remove(pod, "PodGC: node no longer exists");
}

void PodGcController::collect_unscheduled_terminating() {
    for (const auto& pod : pods_.store().list())
        if (is_deleting(*pod) && node_of(*pod).empty()) remove(pod, "PodGC: terminating and never scheduled");
}

void PodGcController::remove(const Object& pod, const std::string& message) {
    if (being_removed_.insert(uid_of(*pod)).second) spawn(fail_and_delete(pod, message));
}

/// markFailedAndDeletePodWithCondition. Whatever fails is tried again by the next pass.
Task<> PodGcController::fail_and_delete(Object pod, std::string message) {
    bool may_delete = true;
    if (!is_pod_terminal(*pod)) {
        const Json condition = {{"type", "DisruptionTarget"},
                                {"status", "True"},
                                {"reason", "DeletionByPodGC"},
                                {"message", message},
                                {"lastTransitionTime", to_rfc3339(environment_.now())}};
        const Json patch = {{"metadata", {{"uid", uid_of(*pod)}}},
                            {"status", {{"phase", "Failed"}, {"conditions", Json::array({condition})}}}};
        const Response patched = co_await api_.call(client::patch_request(path_of(*pod) + "/status", patch));
        may_delete = patched.is_success();
    }
    if (may_delete) {
        auto request = client::delete_request(path_of(*pod));
        request.body = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"gracePeriodSeconds", 0}};
        co_await api_.call(std::move(request));
    }
    being_removed_.erase(uid_of(*pod));
}

}  // namespace kcheck::reference::controllers
