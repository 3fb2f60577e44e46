// The one definition of fairness (docs/model.md): which steps of the pipeline must not be
// postponed for ever, by component and object.
//
// A class is a component and an object that it works on. A run is fair if each weak class is taken
// infinitely often or disabled infinitely often, and each strong class is taken infinitely often
// or disabled from some point on (checker/liveness.hpp). A class is enabled where one of its actions is,
// in the state as it stands, and would change something. So endless refused work of one pod excuses
// nobody from the work of another. Faults, and what outlives a crash, need never happen.
#pragma once

#include <stdexcept>
#include <string>

#include "ir/class_mask.hpp"

namespace kcheck::model {

class Fairness {
public:
    /// Throws std::length_error if these are more classes than the engines have room for.
    Fairness(int pods, int nodes, int watches) : pods_(pods), nodes_(nodes), watches_(watches) {
        if (size() > static_cast<int>(ir::ClassMask::capacity))
            throw std::length_error("this configuration has more pods and nodes than kcheck has room for");
    }

    // Controllers have one object each, the Deployment and the ReplicaSet.
    ir::ClassMask deployment_controller() const { return bit(0); }
    ir::ClassMask replicaset_controller() const { return bit(1); }
    /// None: that a pod which has terminated is removed some day is promised to nobody.
    ir::ClassMask pod_garbage_collector() const { return {}; }
    /// Strong: a watch that can deliver again and again does.
    ir::ClassMask receipt(int watch) const { return bit(2 + watch); }
    /// Strong: pulls may fail, but not always.
    ir::ClassMask image_pull(int node) const { return bit(2 + watches_ + node); }
    ir::ClassMask scheduling(int pod) const { return bit(of_pods() + pod); }
    ir::ClassMask binding(int pod) const { return bit(of_pods() + pods_ + pod); }
    /// minReadySeconds pass.
    ir::ClassMask time(int pod) const { return bit(of_pods() + 2 * pods_ + pod); }
    /// What the kubelet and its runtime do for the pod, and what they report of it.
    ir::ClassMask kubelet(int node, int pod) const { return bit(of_kubelets() + node * pods_ + pod); }
    ir::ClassMask report(int node, int pod) const {
        return bit(of_kubelets() + (nodes_ + node) * pods_ + pod);
    }

    int size() const { return of_kubelets() + 2 * nodes_ * pods_; }
    bool is_strong(int i) const { return i >= 2 && i < of_pods(); }
    /// Classes that no exchange of pods or nodes moves: of the first `watches` watches, which are no
    /// kubelet's.
    ir::ClassMask unmoved(int watches) const {
        return ir::ClassMask::first(static_cast<std::size_t>(2 + watches));
    }
    /// "kube-scheduler: binding of pod[2]"; `watch`: what the watch is called.
    template <class WatchName>
    std::string name(int i, WatchName&& watch) const {
        const auto pod = [](int p) { return "pod[" + std::to_string(p) + "]"; };
        const auto node = [](int n) { return "[" + std::to_string(n) + "]"; };
        if (i == 0) return "deployment-controller";
        if (i == 1) return "replicaset-controller";
        if (i < 2 + watches_) return watch(i - 2);
        if (i < of_pods()) return "container-runtime" + node(i - 2 - watches_) + ": pull of the image";
        if (i < of_kubelets()) {
            static constexpr const char* what[]{"kube-scheduler: scheduling of ",
                                                "kube-scheduler: binding of ", "time: minReadySeconds of "};
            return what[(i - of_pods()) / pods_] + pod((i - of_pods()) % pods_);
        }
        const int n = (i - of_kubelets()) / pods_;
        return "kubelet" + node(n % nodes_) + (n < nodes_ ? ": work on " : ": report of ") +
               pod((i - of_kubelets()) % pods_);
    }

private:
    static ir::ClassMask bit(int i) { return ir::ClassMask::bit(static_cast<std::size_t>(i)); }
    int of_pods() const { return 2 + watches_ + nodes_; }
    int of_kubelets() const { return of_pods() + 3 * pods_; }

    int pods_, nodes_, watches_;
};

}  // namespace kcheck::model
