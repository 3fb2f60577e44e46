#include "reference/kubelet/kubelet.hpp"

#include <algorithm>
#include <utility>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"
#include "reference/kubelet/admission.hpp"

namespace kcheck::reference::kubelet {

namespace {

constexpr std::chrono::seconds relist_period{1};  // kubelet.go:genericPlegRelistPeriod

/// config.go:podsDifferSemanticallyMeaningfully. Another status is no news: most of it is our own.
bool has_changed(const Json& before, const Json& now) {
    for (const auto* part : {"/spec", "/metadata/labels", "/metadata/annotations",
                             "/metadata/deletionTimestamp", "/metadata/deletionGracePeriodSeconds"})
        if (at(before, part) != at(now, part)) return true;
    return false;
}

}  // namespace

Kubelet::Kubelet(Environment& environment, client::Api& api, runtime::ContainerRuntime& runtime,
                 KubeletOptions options)
    : environment_(environment),
      options_(std::move(options)),
      component_("kubelet/" + options_.node.name),
      events_(environment, api, "kubelet", options_.records_events),
      network_(options_.pod_subnet),
      statuses_(environment, api, component_,
                {.find =
                     [this](const std::string& uid) {
                         const auto pod = pods_.find(uid);
                         return pod == pods_.end() ? nullptr : pod->second;
                     },
                 .could_have_running_containers =
                     [this](const std::string& uid) { return workers_.could_have_running_containers(uid); }}),
      syncer_(environment, statuses_, events_, network_, options_.node.host_ip),
      workers_(environment, runtime, syncer_, component_),
      node_(environment, api, component_, options_.node),
      informer_(environment, api, informer_options()),
      runtime_(runtime) {
    allocatable_ = scheduler::read_resources(node_.initial_node()["status"]["allocatable"]);
    informer_.add_handlers({.on_add = [this](const Object& pod) { add_pod(pod); },
                            .on_update =
                                [this](const Object& old, const Object& pod) {
                                    // Deleted and created again while nobody watched.
                                    if (uid_of(*old) != uid_of(*pod)) remove_pod(uid_of(*old));
                                    pods_.contains(uid_of(*pod)) ? update_pod(pod) : add_pod(pod);
                                },
                            .on_delete = [this](const Object& pod, bool) { remove_pod(uid_of(*pod)); }});
    informer_.on_synced([this] { pods_synced(); });
}

void Kubelet::start() {
    if (options_.registers_node) node_.register_node();
    if (options_.sends_heartbeats) node_.start_heartbeats();
    statuses_.start();
    informer_.start();
}

client::InformerOptions Kubelet::informer_options() const {
    client::InformerOptions options{.component = component_, .path = client::collection_path("v1", "pods")};
    if (!options_.switches.contains(Switch::kubelet_ignores_node_name))
        options.selectors["fieldSelector"] = "spec.nodeName=" + options_.node.name;
    return options;
}

/// The selector sees to the name of the node.
bool Kubelet::is_ours(const Json& pod) const { return !string_at(pod, "/spec/nodeName").empty(); }

void Kubelet::add_pod(const Object& pod) {
    if (!is_ours(*pod)) return;
    const auto uid = uid_of(*pod);
    pods_[uid] = pod;
    network_.reserve(uid, string_at(*pod, "/status/podIP"));
    if (has_synced_) request_admission(pod);
}

void Kubelet::update_pod(const Object& pod) {
    const auto uid = uid_of(*pod);
    const Object before = std::exchange(pods_[uid], pod);
    if (admitted_.contains(uid)) {
        has_changed(*before, *pod) ? workers_.update(pod) : workers_.refresh(pod);
    } else if (is_deleting(*pod) && statuses_.find(uid) != nullptr) {
        // It was rejected: its worker has nothing to stop, and sees to its removal.
        admitted_.insert(uid);
        workers_.update(pod);
    }
}

void Kubelet::remove_pod(const std::string& uid) {
    if (pods_.erase(uid) == 0) return;
    statuses_.forget(uid);
    if (admitted_.erase(uid) > 0)
        workers_.remove(uid);
    else
        network_.release(uid);
}

/// The first of the configuration: the oldest pods are admitted first (HandlePodAdditions).
void Kubelet::pods_synced() {
    has_synced_ = true;
    std::vector<Object> pods;
    for (const auto& [uid, pod] : pods_) pods.push_back(pod);
    std::stable_sort(pods.begin(), pods.end(),
                     [](const Object& a, const Object& b) { return created_at(*a) < created_at(*b); });
    for (const auto& pod : pods) request_admission(pod);
    spawn(relist());
}

void Kubelet::request_admission(const Object& pod) {
    environment_.post({component_, "admit", key_of(*pod)}, [this, uid = uid_of(*pod)] { admit(uid); });
}

void Kubelet::admit(const std::string& uid) {
    const auto found = pods_.find(uid);
    if (found == pods_.end()) return;
    const Object& pod = found->second;
    // What ends anyway needs no room: its worker does no more than see to that.
    const bool needs_room = !is_deleting(*pod) && !is_pod_terminal(*pod) &&
                            !options_.switches.contains(Switch::kubelet_admits_everything);
    if (needs_room) {
        if (const auto rejection = rejection_of(pod, allocatable_, active_pods())) {
            const auto message = "Pod was rejected: " + rejection->message;
            events_.record(*pod, "v1", "Pod", "Warning", rejection->reason, rejection->message);
            Json status = {{"phase", "Failed"}, {"reason", rejection->reason}, {"message", message}};
            set_conditions(status);
            return statuses_.set(*pod, std::move(status));
        }
    }
    admitted_.insert(uid);
    workers_.update(pod);
}

std::vector<Object> Kubelet::active_pods() const {
    std::vector<Object> active;
    for (const auto& uid : admitted_)
        if (const Object& pod = pods_.at(uid); is_active(pod)) active.push_back(pod);
    return active;
}

/// kubelet_pods.go:filterOutInactivePods. A terminating pod holds its room until nothing of it runs.
bool Kubelet::is_active(const Object& pod) const {
    const auto uid = uid_of(*pod);
    const PodWorker* worker = workers_.find(uid);
    if (worker != nullptr && worker->is_stopped) return false;
    const Json* status = statuses_.find(uid);
    return !is_pod_terminal(*pod) && (status == nullptr || !is_terminal_phase(*status));
}

/// pleg/generic.go:Relist, and then kubelet_pods.go:HandlePodCleanups.
Task<> Kubelet::relist() {
    const runtime::RuntimeResult listed = co_await runtime_.call("ListContainers", Json::object());
    if (listed) {
        std::map<std::string, Json> containers;
        for (const auto& container : member(*listed, "containers"))
            containers[string_at(container, "/podUid")].push_back(container);
        for (const auto& [uid, last] : last_relist_)
            if (!containers.contains(uid)) workers_.look_at(uid);
        for (const auto& [uid, now] : containers)
            if (const auto last = last_relist_.find(uid); last == last_relist_.end() || last->second != now)
                workers_.look_at(uid);
        clean_up(containers);
        last_relist_ = std::move(containers);
    }
    // Without relisting, once is enough: it finds what ran before this kubelet did.
    if (options_.relists || !listed)
        environment_.after(relist_period, {component_, "relist", {}}, [this] { spawn(relist()); });
}

void Kubelet::clean_up(const std::map<std::string, Json>& containers_by_pod) {
    for (const auto& [uid, containers] : containers_by_pod)
        if (!pods_.contains(uid)) workers_.kill_orphan(uid);
}

}  // namespace kcheck::reference::kubelet
