// The newest state and the last events of one resource, as kube-apiserver keeps them for lists and
// watches (apiserver/pkg/storage/cacher/watch_cache.go, cacher.go, cache_watcher.go).
//
// Objects are parsed once and shared: nobody changes them. No function calls the store.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "reference/apiserver/resource.hpp"
#include "reference/apiserver/selectors.hpp"
#include "reference/store/store.hpp"

namespace kcheck::reference::apiserver {

using ObjectPtr = std::shared_ptr<const Json>;

/// A stored object as the API shows it: with metadata.resourceVersion. A value that is no JSON
/// object, which only a stranger can have written, is an object with nothing else in it.
ObjectPtr decode_stored(const std::string& value, store::Revision revision);

/// Sets metadata.resourceVersion.
void set_resource_version(Json& object, store::Revision revision);

struct CacheSnapshot {
    std::vector<ObjectPtr> objects;  // ordered by key
    store::Revision revision = 0;
};

struct WatchOptions {
    std::string key_prefix;  // "/registry/pods/default/"
    Selection selection;
    std::optional<store::Revision> after;  // none: begin with what is there, as ADDED
    bool bookmarks = false;
    /// "ADDED", ... with the object; called in order, one at a time, under locks of the cache.
    std::function<void(const std::string& type, const ObjectPtr& object)> on_event;
    std::function<void()> on_end;
};

class WatchCache {
public:
    WatchCache(const Resource& resource, std::size_t events_most)
        : resource_(resource), events_most_(events_most) {}

    /// Everything there is as of `revision`; before the first event.
    void load(const std::vector<store::KeyValue>& items, store::Revision revision);
    void apply(const store::StoreEvent& event);
    /// `progress`: every event up to this revision has been applied. Called after `apply`.
    void advance(store::Revision progress);

    CacheSnapshot list(const std::string& key_prefix, const Selection& selection) const;
    /// The object of this key if the cache has it as of exactly this revision, else null.
    ObjectPtr find(const std::string& key, store::Revision mod_revision) const;
    /// Null if there is none in the cache, which may be behind the store.
    ObjectPtr find(const std::string& key) const;

    class Watcher;
    /// Throws Compacted if events after `options.after` are no longer here, and StoreUnavailable
    /// if the cache has ended its watches.
    std::shared_ptr<Watcher> watch(WatchOptions options);
    void send_bookmarks();
    void end_watches();

private:
    struct Event {
        store::Revision revision = 0;
        std::string key;
        ObjectPtr current;   // of a removal: the last state, at the revision of the removal
        ObjectPtr previous;  // null: created
        bool removed = false;
    };
    struct Item {
        ObjectPtr object;
        store::Revision revision = 0;
    };

    void deliver(Watcher& watcher, const Event& event) const;
    void forget_stopped();

    const Resource& resource_;
    const std::size_t events_most_;
    mutable std::mutex mutex_;
    std::map<std::string, Item> items_;
    std::deque<Event> events_;
    store::Revision forgotten_ = 0;  // events up to this one are not in `events_`
    store::Revision revision_ = 0;
    std::vector<std::shared_ptr<Watcher>> watchers_;
    bool ended_ = false;
};

/// One consumer. Outlives its cache.
class WatchCache::Watcher {
public:
    explicit Watcher(WatchOptions options) : options_(std::move(options)) {}
    /// No callback runs after this has returned. May be called from within a callback.
    void stop();

private:
    friend class WatchCache;
    void send(const std::string& type, const ObjectPtr& object);
    void end();
    bool stopped() const;

    const WatchOptions options_;
    mutable std::recursive_mutex mutex_;  // held while a callback runs, which may call stop()
    bool stopped_ = false;
};

}  // namespace kcheck::reference::apiserver
