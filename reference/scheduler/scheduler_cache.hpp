// What the scheduler takes the cluster to be: nodes, the pods bound to them, and the pods that it
// has assumed there itself (pkg/scheduler/backend/cache/cache.go).
//
// An assumed pod takes up room from the moment of the decision until its binding has failed
// (forget) or the informer has shown it bound (add_pod). It never expires. Scheduling cycles do not
// wait, so the cache itself is their snapshot.
#pragma once

#include <map>
#include <string>

#include "reference/scheduler/node_info.hpp"

namespace kcheck::reference::scheduler {

class SchedulerCache {
public:
    void set_node(const Object& node);
    void remove_node(const std::string& name);

    /// A pod that the informer shows bound, new or changed: it is where it is, whatever was assumed.
    void add_pod(const Object& pod);
    /// Of whatever kind; nothing happens if there is none.
    void remove_pod(const std::string& uid);

    void assume(const PodInfo& pod, const std::string& node);
    /// Nothing happens unless the pod is assumed: it may have been confirmed or removed meanwhile.
    void forget(const std::string& uid);
    bool is_assumed(const std::string& uid) const;

    const Nodes& nodes() const { return nodes_; }

private:
    struct Place {
        std::string node;
        bool assumed = false;
    };
    void put(const PodInfo& pod, Place place);

    Nodes nodes_;
    std::map<std::string, Place> places_;  // of every pod, by UID
};

}  // namespace kcheck::reference::scheduler
