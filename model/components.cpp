#include "model/components.hpp"

#include "model/deployment_controller.hpp"
#include "model/environment.hpp"
#include "model/kube_scheduler.hpp"
#include "model/kubectl.hpp"
#include "model/kubelet.hpp"
#include "model/replicaset_controller.hpp"

namespace kcheck::model {

void add_components(Encoding& encoding) {
    encoding.add_component<Kubectl>();
    encoding.add_component<DeploymentController>();
    for (int t = 0; t < encoding.replica_sets(); ++t) encoding.add_component<ReplicaSetController>(t);
    encoding.add_component<KubeScheduler>();
    for (int n = 0; n < encoding.nodes(); ++n) encoding.add_component<Kubelet>(n);
    encoding.add_component<Time>();
    encoding.add_component<KubeApiserver>();
}

}  // namespace kcheck::model
