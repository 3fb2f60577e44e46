// Deletes pods from nodes with NoExecute taints that they do not tolerate, or not any longer
// (pkg/controller/tainteviction/taint_eviction.go).
//
// Each pod has a timer, by its name, of the shortest tolerationSeconds among the tolerations that it
// needs; it starts anew when this process does. When it fires: GET, PATCH of the condition
// DisruptionTarget, DELETE by name. 5 quick tries, then it is dropped, until the taints, the pod
// or its node change (kubernetes#140639). Budgets (PodDisruptionBudget) do not stop it.
// Activities: {"taint-eviction-controller", "evict" or "retry", pod}.
#pragma once

#include <map>
#include <string>

#include "reference/client/api.hpp"
#include "reference/client/event_recorder.hpp"
#include "reference/client/informer.hpp"

namespace kcheck::reference::controllers {

class TaintEviction {
public:
    TaintEviction(Environment& environment, client::Api& api, client::Informer& nodes, client::Informer& pods,
                  bool records_events);
    TaintEviction(const TaintEviction&) = delete;
    TaintEviction& operator=(const TaintEviction&) = delete;

    /// Before the informers are started. Begins once both have synced.
    void start();

private:
    struct Scheduled {
        Time since;
        TimerId timer = 0;
    };
    void node_changed(const Json& node);
    void pod_changed(const Json& pod);
    void process(const Json& pod, const Json& taints);
    void schedule(const std::string& key, std::chrono::seconds delay);
    void cancel(const std::string& key);

    Task<> evict(std::string key);
    Task<bool> try_to_evict(std::string key);
    Task<> pause(std::string key);

    Environment& environment_;
    client::Api& api_;
    client::Informer& nodes_;
    client::Informer& pods_;
    client::EventRecorder events_;
    bool started_ = false;
    std::map<std::string, Scheduled> scheduled_;  // by "namespace/name"
};

}  // namespace kcheck::reference::controllers
