// The watch caches of all resources, fed by one watch of the store.
//
// One watch for all, since that is how a cache learns that it has seen everything up to a revision
// although nothing of its own has changed: no progress notifications are needed.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "reference/apiserver/watch_cache.hpp"

namespace kcheck::reference::apiserver {

class WatchCaches {
public:
    /// Reads everything under /registry/. Throws StoreUnavailable.
    explicit WatchCaches(store::Store& store);
    /// Ends all watches.
    ~WatchCaches();
    WatchCaches(const WatchCaches&) = delete;
    WatchCaches& operator=(const WatchCaches&) = delete;

    WatchCache& of(const Resource& resource) { return *caches_.at(&resource); }
    /// The store's watch has ended: nothing arrives any more; make new ones.
    bool broken() const { return broken_; }
    /// Waits until everything up to `revision` has been applied. False: not within three seconds
    /// (watch_cache.go: blockTimeout).
    bool wait_for(store::Revision revision);
    store::Revision revision() const;
    void send_bookmarks();

private:
    void on_event(const store::StoreEvent& event);
    void on_end();

    std::map<const Resource*, std::unique_ptr<WatchCache>> caches_;
    std::map<std::string, WatchCache*> by_name_;  // "pods"
    std::atomic<bool> broken_ = false;
    mutable std::mutex mutex_;
    std::condition_variable advanced_;
    store::Revision revision_ = 0;
    std::unique_ptr<store::StoreWatch> watch_;  // the first to go
};

}  // namespace kcheck::reference::apiserver
