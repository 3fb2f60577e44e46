// The addresses of the pods of a node: 10.244.<node>.1 to 254, as the host-local plugin of CNI gives
// them away. Nothing listens there.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace kcheck::reference::runtime {

class PodNetwork {
public:
    explicit PodNetwork(int node) : prefix_("10.244." + std::to_string(node) + ".") {}

    /// The address that the pod has, or the first that is free; none if all are taken.
    std::optional<std::string> address_of(const std::string& uid);
    /// The pod has this one already, from before a restart.
    void reserve(const std::string& uid, const std::string& address);
    void release(const std::string& uid) { by_pod_.erase(uid); }

private:
    std::string prefix_;
    std::map<std::string, std::string> by_pod_;
};

}  // namespace kcheck::reference::runtime
