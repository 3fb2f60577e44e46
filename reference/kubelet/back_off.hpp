// How long to leave alone what has failed: longer each time (client-go/util/flowcontrol/backoff.go,
// without jitter).
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "reference/base/environment.hpp"

namespace kcheck::reference::kubelet {

class BackOff {
public:
    BackOff(std::chrono::seconds initial, std::chrono::seconds max) : initial_(initial), max_(max) {}

    /// It failed, and is tried again now: the next delay is twice the last, or the initial one if
    /// twice the longest delay has passed since. `event`: when what failed had begun to fail.
    void next(const std::string& key, Time event, Time now);
    /// Whether less than the delay has passed since `event`; or since the last failure.
    bool is_in_back_off_since(const std::string& key, Time event, Time now) const;
    bool is_in_back_off(const std::string& key, Time now) const;
    std::chrono::seconds delay(const std::string& key) const;  // 0: none
    /// Forgets all keys with the prefix.
    void forget(const std::string& prefix);

private:
    struct Entry {
        std::chrono::seconds delay{0};
        Time last_update;
    };
    bool has_expired(const Entry& entry, Time event) const { return event - entry.last_update > 2 * max_; }

    std::chrono::seconds initial_, max_;
    std::map<std::string, Entry> entries_;
};

}  // namespace kcheck::reference::kubelet
