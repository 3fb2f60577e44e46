// Forgets a store's history beyond a while ago, as each kube-apiserver does
// (apiserver/pkg/storage/etcd3/compact.go).
//
// Each interval, the store is compacted to the revision that it had an interval before: what was written
// since can still be read and watched. Several kube-apiservers of one etcd agree by a key,
// "compact_rev_key": who writes it over what it has seen there compacts, the others wait for their next turn.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "reference/store/store.hpp"

namespace kcheck::reference::store {

/// The turns of one kube-apiserver.
class Compaction {
public:
    explicit Compaction(Store& store) : store_(store) {}
    /// One turn. Returns the revision to which this one has compacted; none: it is the first, or another
    /// was faster. Throws StoreUnavailable.
    std::optional<Revision> take_turn();

private:
    Store& store_;
    Revision key_revision_ = 0;  // of the key, as it was last seen
    Revision before_ = 0;        // of the store, a turn ago
};

/// Takes a turn each interval, on a thread of its own, from construction to destruction.
class Compactor {
public:
    /// `failed` is told, in a line for people, of turns that fail: the next one makes up for them.
    Compactor(Store& store, std::chrono::milliseconds interval,
              std::function<void(const std::string&)> failed);
    ~Compactor();
    Compactor(const Compactor&) = delete;
    Compactor& operator=(const Compactor&) = delete;

private:
    void run();

    Compaction compaction_;
    const std::chrono::milliseconds interval_;
    const std::function<void(const std::string&)> failed_;
    std::mutex mutex_;
    std::condition_variable ended_changed_;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace kcheck::reference::store
