// What makes an EmbeddedStore survive kill -9: a log of commits, and a snapshot in place of its past.
//
// In the directory:
//   lock      keeps other processes out
//   log       frames (log_frames.hpp); one holds the commits of one append, so that either all of them
//             count or none
//   snapshot  frames: the store as of one revision
// Both are replaced by rename, so they are always whole. Commits of the log that the snapshot has already
// are skipped, so a crash between replacing the one and the other is harmless.
//
// A frame at the end of the log whose end is missing is the torn write of a crash: nobody was told of those
// commits, and they are cut off. Everything else that is not as it was written is a broken disk, whether or
// not a frame follows it, and refused.
//
// A disk that is full takes no append; what it took of it is cut off again, and later appends work once there
// is room. After a failed sync nobody knows what is on the disk, and a second sync would not say (the system
// may have dropped the pages that it could not write, and call them clean): the file is never written again,
// and only a snapshot, with a new log behind it, makes the log usable once more. A process that starts does
// not know what the one before has seen: it writes what it has read of the log to a new file.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reference/store/disk.hpp"
#include "reference/store/version_history.hpp"

namespace kcheck::reference::store {

class WriteAheadLog {
public:
    /// Locks `disk` against other processes and brings `history` to where it was. Tells `notice`, in a line
    /// for people, of what it has cut off. Throws std::runtime_error if it is locked or damaged,
    /// std::system_error if it cannot be read or written.
    WriteAheadLog(std::shared_ptr<Disk> disk, VersionHistory& history,
                  const std::function<void(const std::string&)>& notice);
    ~WriteAheadLog();
    WriteAheadLog(const WriteAheadLog&) = delete;
    WriteAheadLog& operator=(const WriteAheadLog&) = delete;

    /// When it returns, the commits are on the disk; of none, that it takes some. Requires is_trusted().
    /// If it throws (std::system_error) and is still trusted, they are not, nor will be; if it is not,
    /// they may or may not be.
    void append(const std::vector<StoreCommit>& commits);
    /// Whether what has been acknowledged is sure to be found in the files that are there.
    bool is_trusted() const { return trusted_; }
    /// Bytes of the log; after a snapshot 0.
    std::size_t size() const { return size_; }
    /// Replaces snapshot and log by what the store is as of `revision`. Throws std::system_error; what was
    /// there before then counts, if the log is still trusted.
    void snapshot(const std::vector<Version>& versions, Revision revision);

private:
    void write_snapshot(const std::vector<Version>& versions, Revision revision);
    void begin_log(std::string_view bytes);
    std::string read(const File& file, const char* name) const;
    void load_snapshot(VersionHistory& history) const;
    void replay(VersionHistory& history, const std::function<void(const std::string&)>& notice);
    void renew(std::string_view bytes, const std::function<void(const std::string&)>& notice);

    std::shared_ptr<Disk> disk_;
    std::unique_ptr<File> lock_, log_;
    std::size_t size_ = 0;
    bool has_rest_ = false;  // behind size_, of an append that failed
    bool trusted_ = true;
};

/// Whether an error says that there is no room: nothing is broken, and later there may be.
bool is_full(const std::error_code& error);

}  // namespace kcheck::reference::store
