// The container runtime of one node in a replay: images and containers as plain state.
//
// A call is carried out when the driver says so, and at once. No process is started: what runs is
// what the state says. It outlives the kubelet.
#pragma once

#include <map>
#include <set>
#include <string>

#include "reference/runtime/container_runtime.hpp"

namespace kcheck::reference::replay {

class NodeRuntime {
public:
    explicit NodeRuntime(bool images_arrive) : images_arrive_(images_arrive) {}

    runtime::RuntimeResult carry_out(const std::string& method, const Json& parameters,
                                     const std::string& now);
    /// The UID of the pod that a call is about; empty for PullImage, ImageStatus and ListContainers.
    std::string pod_of(const std::string& method, const Json& parameters) const;
    bool has_images() const { return !images_.empty(); }
    /// Pod UID to "created" or "running".
    std::map<std::string, std::string> containers() const;

private:
    bool images_arrive_;
    std::set<std::string> images_;
    std::map<std::string, Json> containers_;  // by id
    int created_ = 0;
};

}  // namespace kcheck::reference::replay
