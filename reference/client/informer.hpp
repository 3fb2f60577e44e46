// A local copy of all objects of one type that a selector names, and who is told of its changes
// (client-go/tools/cache: reflector.go, controller.go, shared_informer.go).
//
// Lists, then watches from the list's resourceVersion. A watch that ends is begun again at the
// last resourceVersion seen; one that is refused because that has been compacted (410) is followed
// by a new list. Handlers run synchronously, in the order in which they were added, after the
// store holds the change.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/api.hpp"
#include "reference/client/indexer.hpp"

namespace kcheck::reference::client {

struct ObjectHandlers {
    std::function<void(const Object&)> on_add = {};
    /// A new list may show an object of another UID under the same name: it arrives as an update.
    std::function<void(const Object& old, const Object& current)> on_update = {};
    /// `final_state_unknown`: a new list did not have it; the object may be an old version
    /// (cache.DeletedFinalStateUnknown).
    std::function<void(const Object& object, bool final_state_unknown)> on_delete = {};
};

struct InformerOptions {
    std::string component;  // of its activities: "kube-controller-manager"
    std::string path;       // of the collection: "/api/v1/pods"
    Query selectors = {};   // "fieldSelector", "labelSelector"
    /// How often every object is handed to on_update as it is; 0: never.
    std::chrono::milliseconds resync_period{0};
};

class Informer {
public:
    Informer(Environment& environment, Api& api, InformerOptions options);
    Informer(const Informer&) = delete;
    Informer& operator=(const Informer&) = delete;

    void add_handlers(ObjectHandlers handlers) { handlers_.push_back(std::move(handlers)); }
    void add_index(const std::string& name, Indexer::IndexFunction function) {
        store_.add_index(name, std::move(function));
    }
    /// Called once the first list is in the store and its handlers have run.
    void on_synced(std::function<void()> callback) { synced_callbacks_.push_back(std::move(callback)); }
    void start();

    bool has_synced() const { return synced_; }
    const Indexer& store() const { return store_; }
    Object get(const std::string& key) const { return store_.get(key); }
    /// Of the last list, event or bookmark; empty before the first.
    const std::string& last_resource_version() const { return last_; }
    const InformerOptions& options() const { return options_; }

private:
    Task<> list();
    void replace(const Json& list);
    void watch();
    void receive(WatchEvent event);
    void retry();
    void resync();
    void store(Object object);
    void drop(const std::string& key, const Object& last_seen, bool final_state_unknown);

    Environment& environment_;
    Api& api_;
    InformerOptions options_;
    Indexer store_;
    std::vector<ObjectHandlers> handlers_;
    std::vector<std::function<void()>> synced_callbacks_;
    std::unique_ptr<WatchStream> stream_;
    std::string last_;
    bool synced_ = false;
    bool must_list_ = true;
    bool progressed_ = false;  // this watch has brought something: it may be begun anew at once
    std::chrono::milliseconds backoff_;
};

/// Runs `then` as soon as all have synced (cache.WaitForCacheSync). Call before they are started.
void when_synced(const std::vector<Informer*>& informers, const std::function<void()>& then);

}  // namespace kcheck::reference::client
