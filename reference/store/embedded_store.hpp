// The store without etcd: a VersionHistory in memory, and a WriteAheadLog if it is to last.
//
// Threads. Writers queue up; the first in the queue commits for all of them at once (group commit,
// as LevelDB's DBImpl::Write): it decides each write on what is stored and what is before it in the
// queue, makes all of them durable with one fdatasync, and only then shows them to readers and
// watches. So nobody ever sees a commit that a crash could take back, and a failed disk loses
// writes that nobody was told of.
//
// Disks. A full one refuses writes (StoreFull) until it has room. After one has failed to sync, the writes
// that were waiting for it have an unknown outcome (StoreUnavailable); whoever writes next brings all that
// has been committed into new files before it commits anything, and fails as well if it cannot.
//
// Watches are registered, served and ended under the mutex of the history, and so is every commit
// applied: a watch sees what is there already from within the call of watch(), and every later
// commit from within a writer's call, with no gap and no event twice between the two. It follows
// that a callback of a watch may end watches but must not call the store otherwise, must not
// throw, and must not wait for a lock that somebody holds while calling the store.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "reference/store/disk.hpp"
#include "reference/store/store.hpp"
#include "reference/store/version_history.hpp"
#include "reference/store/write_ahead_log.hpp"

namespace kcheck::reference::store {

struct EmbeddedStoreOptions {
    /// Where it lasts; empty: in memory only. One store a directory at a time.
    std::filesystem::path directory = {};
    /// In place of a directory of the operating system.
    std::shared_ptr<Disk> disk = {};
    /// Commits that are kept for reads of the past and for watches from there; beyond, the oldest
    /// are compacted. kube-apiserver has etcd compacted every 5 minutes instead.
    std::size_t commits_max = 10'000;
    /// The log is replaced by a snapshot when it is longer; that takes as long as writing all
    /// that is stored, and delays the writes meanwhile.
    std::size_t log_bytes_max = std::size_t{64} << 20;
    /// Told, in a line for people, what has been cut off a log, and when the disk fails and works again.
    std::function<void(const std::string&)> notice = [](const std::string&) {};
};

/// Watches must end before the store does. Reads of revisions to come, and compaction
/// there, throw std::invalid_argument.
class EmbeddedStore final : public Store {
public:
    /// Throws as WriteAheadLog.
    explicit EmbeddedStore(EmbeddedStoreOptions options = {});
    ~EmbeddedStore() override;

    std::optional<KeyValue> get(const std::string& key) override;
    RangeResult range(const std::string& prefix, const std::string& start = {}, std::int64_t limit = 0,
                      Revision revision = 0) override;
    WriteResult put(const std::string& key, const std::string& value, Revision expected) override;
    WriteResult remove(const std::string& key, Revision expected) override;
    Revision revision() override;
    std::unique_ptr<StoreWatch> watch(const std::string& prefix, Revision after,
                                      std::function<void(const StoreEvent&)> on_event,
                                      std::function<void(const std::string& why)> on_end) override;
    void compact(Revision revision) override;
    /// Tries the disk, if the last write has failed.
    std::string trouble() override;

    /// A defect, for Switch::revisions_repeat_after_restart: the counter steps back by one, so that
    /// the next commit has the revision of the last one, as after a restore of etcd from a
    /// backup. Watches that are there go on. Requires a store in memory.
    void repeat_last_revision();

private:
    struct Write;
    struct Watcher;
    class Watch;

    WriteResult write(Write& write);
    void commit(const std::vector<Write*>& batch);
    std::vector<StoreCommit> decide(const std::vector<Write*>& batch) const;
    void make_durable(const std::vector<StoreCommit>& commits, bool is_probe);
    void renew_log();
    void disk_failed(const std::string& why);
    void disk_works();
    void show(std::vector<StoreCommit> commits);
    void deliver(const StoreCommit& commit) noexcept;
    void end(Watcher& watcher);

    const EmbeddedStoreOptions options_;

    std::mutex queue_mutex_;
    std::condition_variable queue_moved_;
    std::vector<Write*> queue_;
    bool committing_ = false;  // a writer is at it; guarded by queue_mutex_

    // Only the committing writer touches these two.
    std::optional<WriteAheadLog> log_;
    std::size_t snapshot_at_;  // bytes of the log

    std::mutex trouble_mutex_;
    std::string trouble_;  // of the disk, when it was last written to

    // Recursive, for callbacks that end a watch. Taken while holding no other mutex of the store.
    mutable std::recursive_mutex mutex_;
    VersionHistory history_;
    std::list<std::shared_ptr<Watcher>> watchers_;
    bool delivering_ = false;
};

}  // namespace kcheck::reference::store
