// etcd as kube-apiserver uses it: a revisioned store, one key and one compare-and-set a write.
//
// The contract is that of etcd v3 (api/etcdserverpb/rpc.proto): every commit raises the one
// revision counter by 1; a key's mod_revision is that of its last write. Implementations:
// EmbeddedStore (in memory, with a log on disk) and EtcdStore (a real etcd). All functions may be
// called from several threads at once and throw StoreUnavailable if the outcome is not known.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace kcheck::reference::store {

using Revision = std::int64_t;

struct KeyValue {
    std::string key;
    std::string value;
    Revision create_revision = 0;
    Revision mod_revision = 0;
    std::int64_t version = 0;  // writes since creation; 1: created by the last
};

struct StoreEvent {
    enum class Type : std::uint8_t { put, remove };
    Type type = Type::put;
    Revision revision = 0;             // of the commit
    KeyValue current;                  // of a removal: only the key
    std::optional<KeyValue> previous;  // none: the key was created
};

/// No answer, or one that does not say whether the write committed.
class StoreUnavailable : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// The store has no room. The write has not been committed, nor will be; later there may be room.
class StoreFull : public StoreUnavailable {
    using StoreUnavailable::StoreUnavailable;
};
/// A revision that has been compacted was asked for.
class Compacted : public std::runtime_error {
public:
    explicit Compacted(Revision oldest_revision)
        : std::runtime_error("mvcc: required revision has been compacted"), oldest(oldest_revision) {}
    Revision oldest;
};

struct RangeResult {
    std::vector<KeyValue> items;  // ordered by key
    Revision revision = 0;        // that of the store when it was read
    std::int64_t remaining = 0;   // keys after the last item
};

struct WriteResult {
    bool committed = false;
    Revision revision = 0;            // of the commit; if it failed, that of the store
    std::optional<KeyValue> current;  // if it failed: what is stored
};

/// Ends the watch when destroyed; no event arrives after the destructor has returned. It waits for
/// a callback under way: the caller must hold no lock that the callback takes.
class StoreWatch {
public:
    virtual ~StoreWatch() = default;
};

class Store {
public:
    virtual ~Store() = default;

    virtual std::optional<KeyValue> get(const std::string& key) = 0;
    /// Keys that begin with `prefix`, from `start` on (empty: from the first). limit 0: all.
    /// revision 0: the newest; else as of that one (throws Compacted, or std::invalid_argument if it
    /// has not come yet).
    virtual RangeResult range(const std::string& prefix, const std::string& start = {},
                              std::int64_t limit = 0, Revision revision = 0) = 0;
    /// Commits if the key's mod_revision is `expected`; 0: if there is no such key.
    virtual WriteResult put(const std::string& key, const std::string& value, Revision expected) = 0;
    /// As put; but where there is no such key, nothing is committed.
    virtual WriteResult remove(const std::string& key, Revision expected) = 0;
    virtual Revision revision() = 0;
    /// Every event of keys with `prefix` of revisions > `after`, in order, each exactly once.
    /// `on_event` is called from a thread of the store, from within a writer's call, or (of what
    /// is there already) from within this one; it must not throw, nor call the store, but it may
    /// end watches. `on_end` is called at most once, if the watch breaks: after that, nothing
    /// arrives. Throws Compacted.
    virtual std::unique_ptr<StoreWatch> watch(const std::string& prefix, Revision after,
                                              std::function<void(const StoreEvent&)> on_event,
                                              std::function<void(const std::string& why)> on_end) = 0;
    /// Forgets what is older than `revision`.
    virtual void compact(Revision revision) = 0;
    /// Why it cannot be read or written at present, in a line; empty: it can. Does not throw.
    virtual std::string trouble() {
        try {
            revision();
            return {};
        } catch (const std::exception& error) {
            return error.what();
        }
    }
};

}  // namespace kcheck::reference::store
