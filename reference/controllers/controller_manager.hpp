// kube-controller-manager: one process with all controllers (cmd/kube-controller-manager/app).
//
// The informers are shared: whichever controllers there are see the same caches, and their lists
// and watches are those of system:kube-controller-manager. Every controller has a connection of
// its own, as system:serviceaccount:kube-system:<name>, for all else. There is no leader election:
// whoever starts it starts one.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/api.hpp"
#include "reference/client/informer.hpp"
#include "reference/client/work_queue.hpp"
#include "reference/controllers/deployment_controller.hpp"
#include "reference/controllers/garbage_collector.hpp"
#include "reference/controllers/namespace_controller.hpp"
#include "reference/controllers/node_lifecycle.hpp"
#include "reference/controllers/node_lifecycle_eviction.hpp"
#include "reference/controllers/pod_gc.hpp"
#include "reference/controllers/replicaset_controller.hpp"

namespace kcheck::reference::controllers {

/// Names of its controllers (cmd/kube-controller-manager/names); those that have requests of
/// their own are their service accounts as well.
const std::set<std::string>& controller_names();

struct ControllerManagerOptions {
    std::set<std::string> controllers = controller_names();
    Switches switches = {};
    bool events = true;
    /// 12 hours at least (--min-resync-period).
    std::chrono::milliseconds resync_period = std::chrono::hours(12);
    NodeLifecycleOptions node_lifecycle = {};
    PodGcOptions pod_gc = {};
};

class ControllerManager {
public:
    /// A connection as this user. Called once for each, by the constructor.
    using Connect = std::function<std::shared_ptr<client::Api>(const std::string& user)>;

    /// Throws std::invalid_argument if the options name a controller that there is not.
    ControllerManager(Environment& environment, const Connect& connect, ControllerManagerOptions options);
    ControllerManager(const ControllerManager&) = delete;
    ControllerManager& operator=(const ControllerManager&) = delete;

    void start();
    bool has_synced() const;

    /// "deployment-controller" or "replicaset-controller"; null if it was not asked for.
    client::WorkQueue* queue(const std::string& controller);
    /// "pods", "replicasets", ...; null if no controller needs it.
    const client::Informer* informer(const std::string& plural) const;
    const ReplicaSetController* replica_set_controller() const { return replica_set_controller_.get(); }

private:
    client::Api& connect(const Connect& connect, const std::string& user);
    client::Informer& shared(const std::string& api_version, const std::string& plural,
                             const std::string& space = {});
    void begin_apps(const Connect& connect);
    void begin_collectors(const Connect& connect);
    void begin_nodes(const Connect& connect);
    bool has(const std::string& controller) const { return options_.controllers.contains(controller); }

    Environment& environment_;
    ControllerManagerOptions options_;
    std::vector<std::shared_ptr<client::Api>> connections_;
    client::Api* informers_api_ = nullptr;
    std::map<std::string, std::unique_ptr<client::Informer>> informers_;  // by plural
    std::unique_ptr<DeploymentController> deployment_controller_;
    std::unique_ptr<ReplicaSetController> replica_set_controller_;
    std::unique_ptr<GarbageCollector> garbage_collector_;
    std::unique_ptr<NamespaceController> namespace_controller_;
    std::unique_ptr<NodeLifecycleController> node_lifecycle_;
    std::unique_ptr<TaintEviction> taint_eviction_;
    std::unique_ptr<PodGcController> pod_gc_;
};

}  // namespace kcheck::reference::controllers
