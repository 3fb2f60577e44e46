// What makes an EmbeddedStore survive kill -9: a log of commits, and a snapshot in place of its past.
//
// In the directory:
//   log       frames; one holds the commits of one append, so that either all of them count or none
//   snapshot  frames: the store as of one revision. Replaced by rename, so it is always whole
// A frame is: magic, length of the payload, CRC-32 of the payload (32 bits each, little-endian), and
// the payload, a sequence of versions. Commits of the log that the snapshot has already are skipped,
// so a crash between writing a snapshot and emptying the log is harmless.
//
// Damage at the end of the log is the torn write of a crash: nobody was told of those commits, and
// they are cut off. Damage with a whole frame behind it is a broken disk, and refused (as etcd
// does, server/wal: ErrCRCMismatch).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reference/store/disk.hpp"
#include "reference/store/version_history.hpp"

namespace kcheck::reference::store {

class WriteAheadLog {
public:
    /// Locks the log on `disk` against other processes and brings `history` to where it was. Throws
    /// std::runtime_error if it is locked or damaged, std::system_error if it cannot be read or
    /// written.
    WriteAheadLog(std::shared_ptr<Disk> disk, VersionHistory& history);
    ~WriteAheadLog();
    WriteAheadLog(const WriteAheadLog&) = delete;
    WriteAheadLog& operator=(const WriteAheadLog&) = delete;

    /// When it returns, the commits are on the disk. If it throws (std::system_error), they
    /// may or may not be: the log must not be used any more.
    void append(const std::vector<StoreCommit>& commits);
    /// Bytes of the log; after a snapshot 0.
    std::size_t size() const { return size_; }
    /// Replaces the log by what the store is as of `revision`. Throws as append.
    void snapshot(const std::vector<Version>& versions, Revision revision);

private:
    void load_snapshot(VersionHistory& history) const;
    void replay(VersionHistory& history);

    std::shared_ptr<Disk> disk_;
    std::unique_ptr<File> log_;
    std::size_t size_ = 0;
};

}  // namespace kcheck::reference::store
