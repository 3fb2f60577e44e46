#include "reference/runtime/pod_network.hpp"

#include <set>

namespace kcheck::reference::runtime {

std::optional<std::string> PodNetwork::address_of(const std::string& uid) {
    if (const auto known = by_pod_.find(uid); known != by_pod_.end()) return known->second;
    std::set<std::string> taken;
    for (const auto& [pod, address] : by_pod_) taken.insert(address);
    for (int host = 1; host < 255; ++host)
        if (const auto address = prefix_ + std::to_string(host); !taken.contains(address))
            return by_pod_[uid] = address;
    return std::nullopt;
}

void PodNetwork::reserve(const std::string& uid, const std::string& address) {
    if (address.starts_with(prefix_)) by_pod_[uid] = address;
}

}  // namespace kcheck::reference::runtime
