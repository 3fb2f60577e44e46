#include "reference/controllers/controller_manager.hpp"

#include <algorithm>
#include <stdexcept>

#include "reference/base/json.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::controllers {

namespace {

constexpr auto garbage_collector = "generic-garbage-collector";
constexpr auto namespaces = "namespace-controller";
constexpr auto node_lifecycle = "node-controller";
constexpr auto taint_eviction = "taint-eviction-controller";
constexpr auto pod_gc = "pod-garbage-collector";

std::string service_account(const std::string& controller) {
    return "system:serviceaccount:kube-system:" + controller;
}

}  // namespace

const std::set<std::string>& controller_names() {
    static const std::set<std::string> names = {DeploymentController::name,
                                                ReplicaSetController::name,
                                                garbage_collector,
                                                namespaces,
                                                node_lifecycle,
                                                taint_eviction,
                                                pod_gc};
    return names;
}

ControllerManager::ControllerManager(Environment& environment, const Connect& connect,
                                     ControllerManagerOptions options)
    : environment_(environment), options_(std::move(options)) {
    for (const auto& wanted : options_.controllers)
        if (!controller_names().contains(wanted))
            throw std::invalid_argument("there is no controller \"" + wanted + "\"");
    informers_api_ = &this->connect(connect, "system:kube-controller-manager");
    begin_apps(connect);
    begin_collectors(connect);
    begin_nodes(connect);
}

void ControllerManager::begin_apps(const Connect& connect) {
    const ControllerOptions options{.switches = options_.switches, .events = options_.events};
    if (has(DeploymentController::name))
        deployment_controller_ = std::make_unique<DeploymentController>(
            environment_, this->connect(connect, service_account(DeploymentController::name)),
            shared("apps/v1", "deployments"), shared("apps/v1", "replicasets"), shared("v1", "pods"),
            options);
    if (has(ReplicaSetController::name))
        replica_set_controller_ = std::make_unique<ReplicaSetController>(
            environment_, this->connect(connect, service_account(ReplicaSetController::name)),
            shared("apps/v1", "replicasets"), shared("v1", "pods"), options);
}

void ControllerManager::begin_collectors(const Connect& connect) {
    if (has(garbage_collector))
        garbage_collector_ = std::make_unique<GarbageCollector>(
            environment_, this->connect(connect, service_account(garbage_collector)),
            std::vector<CollectedKind>{
                {"apps/v1", "Deployment", "deployments", &shared("apps/v1", "deployments")},
                {"apps/v1", "ReplicaSet", "replicasets", &shared("apps/v1", "replicasets")},
                {"v1", "Pod", "pods", &shared("v1", "pods")}});
    if (has(namespaces))
        namespace_controller_ = std::make_unique<NamespaceController>(
            environment_, this->connect(connect, service_account(namespaces)), shared("v1", "namespaces"));
    if (has(pod_gc))
        pod_gc_ =
            std::make_unique<PodGcController>(environment_, this->connect(connect, service_account(pod_gc)),
                                              shared("v1", "pods"), shared("v1", "nodes"), options_.pod_gc);
}

void ControllerManager::begin_nodes(const Connect& connect) {
    if (has(node_lifecycle))
        node_lifecycle_ = std::make_unique<NodeLifecycleController>(
            environment_, this->connect(connect, service_account(node_lifecycle)), shared("v1", "nodes"),
            shared("coordination.k8s.io/v1", "leases", "kube-node-lease"), shared("v1", "pods"),
            options_.node_lifecycle);
    if (has(taint_eviction))
        taint_eviction_ = std::make_unique<TaintEviction>(
            environment_, this->connect(connect, service_account(taint_eviction)), shared("v1", "nodes"),
            shared("v1", "pods"), options_.events);
}

void ControllerManager::start() {
    if (deployment_controller_)
        client::when_synced(
            {&shared("apps/v1", "deployments"), &shared("apps/v1", "replicasets"), &shared("v1", "pods")},
            [this] { deployment_controller_->start(); });
    if (replica_set_controller_)
        client::when_synced({&shared("apps/v1", "replicasets"), &shared("v1", "pods")},
                            [this] { replica_set_controller_->start(); });
    if (garbage_collector_) garbage_collector_->start();
    if (namespace_controller_) namespace_controller_->start();
    if (node_lifecycle_) node_lifecycle_->start();
    if (taint_eviction_) taint_eviction_->start();
    if (pod_gc_) pod_gc_->start();
    for (const auto& [plural, informer] : informers_) informer->start();
}

bool ControllerManager::has_synced() const {
    return std::all_of(informers_.begin(), informers_.end(),
                       [](const auto& entry) { return entry.second->has_synced(); });
}

client::WorkQueue* ControllerManager::queue(const std::string& controller) {
    if (controller == DeploymentController::name && deployment_controller_)
        return &deployment_controller_->queue();
    if (controller == ReplicaSetController::name && replica_set_controller_)
        return &replica_set_controller_->queue();
    return nullptr;
}

const client::Informer* ControllerManager::informer(const std::string& plural) const {
    const auto found = informers_.find(plural);
    return found == informers_.end() ? nullptr : found->second.get();
}

client::Api& ControllerManager::connect(const Connect& connect, const std::string& user) {
    connections_.push_back(connect(user));
    return *connections_.back();
}

/// Made when the first controller asks for it.
client::Informer& ControllerManager::shared(const std::string& api_version, const std::string& plural,
                                            const std::string& space) {
    auto& informer = informers_[plural];
    if (!informer)
        informer = std::make_unique<client::Informer>(
            environment_, *informers_api_,
            client::InformerOptions{.component = "kube-controller-manager",
                                    .path = client::collection_path(api_version, plural, space),
                                    .selectors = {},
                                    .resync_period = options_.resync_period});
    return *informer;
}

}  // namespace kcheck::reference::controllers
