// The kubelet's Node: registration, status and Lease (pkg/kubelet/kubelet_node_status.go,
// component-helpers/apimachinery/lease/controller.go).
//
// The Node is created if there is none, and given the labels that every Node has. Its status is compared
// every 10 s, and patched when it has changed or after 5 min; the Lease in kube-node-lease is renewed every
// 10 s and lasts 40 s.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "reference/base/environment.hpp"
#include "reference/client/api.hpp"

namespace kcheck::reference::kubelet {

struct NodeOptions {
    std::string name = {};
    std::string host_ip = "127.0.0.1";
    std::string cpu = "4", memory = "8Gi";  // quantities
    int pods = 110;
    std::map<std::string, std::string> labels = {};  // beside those that every Node has
};

class NodeStatus {
public:
    NodeStatus(Environment& environment, client::Api& api, std::string component, NodeOptions options);
    NodeStatus(const NodeStatus&) = delete;
    NodeStatus& operator=(const NodeStatus&) = delete;

    void register_node();
    void start_heartbeats();

    /// As it is registered.
    Json initial_node() const;

private:
    Json default_labels() const;
    Json wanted_status(const Json& node) const;
    Task<> try_register();
    Task<bool> label_existing();
    Task<> sync_status();
    Task<> renew_lease();
    /// The Lease as it is after one attempt; none if that failed.
    Task<std::optional<Json>> ensure_lease();
    Task<std::optional<Json>> put_lease(Json lease);
    Json renewed(Json lease) const;

    Environment& environment_;
    client::Api& api_;
    std::string component_;
    NodeOptions options_;
    std::chrono::milliseconds register_delay_;
    std::optional<Time> last_report_;
    std::optional<Json> lease_;  // as it was last written
    std::string node_uid_;
};

}  // namespace kcheck::reference::kubelet
