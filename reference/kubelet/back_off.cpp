#include "reference/kubelet/back_off.hpp"

#include <algorithm>

namespace kcheck::reference::kubelet {

void BackOff::next(const std::string& key, Time event, Time now) {
    const auto [entry, is_new] = entries_.try_emplace(key);
    const bool begins = is_new || has_expired(entry->second, event);
    entry->second = {begins ? initial_ : std::min(2 * entry->second.delay, max_), now};
}

bool BackOff::is_in_back_off_since(const std::string& key, Time event, Time now) const {
    const auto entry = entries_.find(key);
    if (entry == entries_.end() || has_expired(entry->second, event)) return false;
    return now - event < entry->second.delay;
}

bool BackOff::is_in_back_off(const std::string& key, Time now) const {
    const auto entry = entries_.find(key);
    if (entry == entries_.end() || has_expired(entry->second, now)) return false;
    return now - entry->second.last_update < entry->second.delay;
}

std::chrono::seconds BackOff::delay(const std::string& key) const {
    const auto entry = entries_.find(key);
    return entry == entries_.end() ? std::chrono::seconds(0) : entry->second.delay;
}

void BackOff::forget(const std::string& prefix) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

}  // namespace kcheck::reference::kubelet
