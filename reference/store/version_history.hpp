// The keys of a store with their past: what etcd keeps in its index and its backend
// (etcd server/mvcc: treeIndex, kvstore.go), in memory.
//
// Every commit is one version of one key; a removal is a version too, a tombstone. What has been
// compacted is gone: as of a revision from compacted() on, the store can be read; the commits
// after compacted() can be listed. No locks: who uses it from several threads brings them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reference/store/store.hpp"

namespace kcheck::reference::store {

/// Shared by the index, the list of commits and whoever is writing them to disk. A tombstone has
/// the revision of the removal, version 0, and no value.
using Version = std::shared_ptr<const KeyValue>;

inline bool is_tombstone(const KeyValue& version) { return version.version == 0; }

struct StoreCommit {
    Version current;
    Version previous;  // null: the key was created
};

StoreEvent to_event(const StoreCommit& commit);

class VersionHistory {
public:
    /// That of the last commit. As in etcd, that of an empty store is 1.
    Revision revision() const { return revision_; }
    /// The oldest as of which the store can be read.
    Revision compacted() const { return compacted_; }

    /// Null: there is no such key.
    Version newest(const std::string& key) const;
    std::vector<Version> newest() const;
    /// As Store::range. Throws std::invalid_argument if `revision` has not come yet.
    RangeResult range(const std::string& prefix, const std::string& start, std::int64_t limit,
                      Revision revision) const;
    /// Those of revisions > `after`, oldest first. Throws Compacted if some are gone.
    std::vector<StoreCommit> commits_after(Revision after) const;
    std::size_t commits() const { return commits_.size(); }

    /// Puts one commit on top; its revision becomes that of the store.
    void apply(StoreCommit commit);
    /// Begins with what the store was as of `revision`, its past compacted.
    void restore(const std::vector<Version>& versions, Revision revision);
    /// Throws std::invalid_argument if `revision` has not come yet. An older one than compacted()
    /// changes nothing.
    void compact(Revision revision);
    /// Sets the counter back without touching what is stored (see EmbeddedStore).
    void step_back();

private:
    using Versions = std::deque<Version>;  // of one key, oldest first

    void require_not_future(Revision revision) const;
    void forget(const StoreCommit& commit);

    std::map<std::string, Versions> keys_;
    std::deque<StoreCommit> commits_;  // of revisions > compacted_
    Revision revision_ = 1;
    Revision compacted_ = 0;
};

}  // namespace kcheck::reference::store
