// The pod garbage collector (pkg/controller/podgc/gc_controller.go): deletes, with grace period 0 and
// by name, pods that nobody else will.
//
// Every 20 s, one pass over the informers' stores, an activity {"pod-garbage-collector", "collect",
// ""}: the oldest of the terminated pods beyond a threshold; terminating pods on nodes that are out
// of service; pods of nodes that are gone (absent for 40 s, and then again by a live GET);
// terminating pods that were never bound. Pods that have not ended are set to Failed first.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "reference/client/api.hpp"
#include "reference/client/informer.hpp"

namespace kcheck::reference::controllers {

struct PodGcOptions {
    std::chrono::milliseconds period{20'000};
    std::chrono::milliseconds quarantine{40'000};
    /// How many terminated pods may stay (--terminated-pod-gc-threshold); none: all.
    std::optional<std::size_t> terminated_threshold = 12'500;
};

class PodGcController {
public:
    PodGcController(Environment& environment, client::Api& api, client::Informer& pods,
                    client::Informer& nodes, PodGcOptions options);
    PodGcController(const PodGcController&) = delete;
    PodGcController& operator=(const PodGcController&) = delete;

    /// Before the informers are started. Begins once both have synced.
    void start();

private:
    void collect();
    void collect_terminated();
    void collect_of_nodes_out_of_service();
    void collect_orphaned();
    void collect_unscheduled_terminating();
    bool is_out_of_service(const std::string& node) const;

    /// Once for each pod at a time.
    void remove(const Object& pod, const std::string& message);
    Task<> fail_and_delete(Object pod, std::string message);
    Task<> remove_if_node_is_absent(std::string node, std::vector<Object> pods);

    Environment& environment_;
    client::Api& api_;
    client::Informer& pods_;
    client::Informer& nodes_;
    PodGcOptions options_;
    std::map<std::string, Time> absent_since_;  // nodes that pods are bound to
    std::set<std::string> being_removed_;       // UIDs
};

}  // namespace kcheck::reference::controllers
