// What is the same for every resource (apiserver/pkg/registry/generic/registry/store.go, with
// storage/etcd3/store.go:GuaranteedUpdate below it).
//
// Every write is one key and one compare-and-set. All functions throw StatusError, StoreUnavailable
// and Compacted, and may be called from several threads at once.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "reference/apiserver/api_server.hpp"
#include "reference/apiserver/resource.hpp"
#include "reference/apiserver/watch_caches.hpp"

namespace kcheck::reference::apiserver {

/// On whose behalf, and as what, something is done.
struct Call {
    User user;
    std::string verb;
    std::string subresource = {};
    bool dry_run = false;
};

struct ObjectKey {
    const Resource& resource;
    std::string namespace_name;  // empty: of no namespace, or of all
    std::string name;            // empty: all

    std::string text() const;  // "/registry/pods/default/a"
};

struct ListOptions {
    std::optional<store::Revision> revision = {};  // none: the newest
    bool exact = false;                            // as of that revision, not of a later one
    std::int64_t limit = 0;                        // 0: all
    std::string continue_token = {};
    Selection selection = {};
};

struct ListResult {
    std::vector<ObjectPtr> objects;
    store::Revision revision = 0;
    std::string continue_token = {};
    std::optional<std::int64_t> remaining = {};  // not counted where something is selected
};

struct DeleteOptions {
    std::optional<std::int64_t> grace_seconds = {};
    std::optional<std::string> uid = {}, resource_version = {};
    std::optional<bool> orphan_dependents = {};
    std::string propagation_policy = {};
};

struct Deleted {
    Json object;           // the last state
    bool removed = false;  // else it is only marked
};

/// What to store in place of `current`, which has its resourceVersion.
using Transform = std::function<Json(const Json& current)>;

class Registry {
public:
    Registry(store::Store& store, const ApiServerOptions& options);

    Json create(const Call& call, const ObjectKey& key, Json object);
    /// The newest: read from the store.
    ObjectPtr get(const ObjectKey& key);
    /// As the cache has it, which has seen at least `at_least`. Throws a 504 if it does not come to.
    ObjectPtr get_cached(const ObjectKey& key, store::Revision at_least);
    ListResult list(const ObjectKey& key, const ListOptions& options);

    /// PUT and PATCH, of the object or its status: the resource's strategy is applied to what
    /// `transform` returns. A lost compare-and-set runs it again; the caller sees a 409 only if the
    /// resourceVersion in what it returns is not the current one, or `uid` is not.
    Json update(const Call& call, const ObjectKey& key, const Transform& transform,
                const std::string& uid = {});
    /// Without any strategy: what `transform` returns is stored.
    Json modify(const Call& call, const ObjectKey& key, const Transform& transform,
                const std::string& uid = {});
    Deleted remove(const Call& call, const ObjectKey& key, DeleteOptions options);

    /// The current ones; made anew if the store's watch has ended.
    std::shared_ptr<WatchCaches> caches();
    Time now() const { return options_.now(); }

private:
    struct Change {
        Json object;
        bool remove = false;  // its last finalizer has gone
    };
    Json guaranteed_update(const Call& call, const ObjectKey& key, const std::string& uid,
                           const std::function<Change(const Json& current)>& change);
    Json remove_now(const Call& call, const ObjectKey& key, Json last, bool marked,
                    const DeleteOptions& options);
    /// An empty `object`: removes. Reports the commit.
    store::WriteResult write(const Call& call, const ObjectKey& key, const Json& object,
                             store::Revision expected);
    std::optional<store::KeyValue> read(const ObjectKey& key);
    ObjectPtr decode(const ObjectKey& key, const store::KeyValue& stored);
    std::string generate_name(const std::string& base);
    std::string generate_uid();
    ListResult list_store(const ObjectKey& key, const ListOptions& options, store::Revision revision,
                          const std::string& start);
    ListResult list_cache(const ObjectKey& key, const ListOptions& options, WatchCaches& caches);

    store::Store& store_;
    const ApiServerOptions& options_;
    std::mutex commits_;  // held from the write until it is reported, if somebody listens
    std::mutex caches_mutex_;
    std::shared_ptr<WatchCaches> caches_;
    std::mutex uids_mutex_;
    std::uint64_t uids_ = 0;  // given, where they repeat after a restart
};

}  // namespace kcheck::reference::apiserver
