// The little of a file system that a WriteAheadLog writes to: the files of one directory.
//
// Between the log and the operating system stands this interface, so that tests have disks that tear
// records, fill up, fail to sync and forget what was not synced. What it promises is what POSIX does and no
// more: bytes and names are sure to outlive a crash of the machine only once they are synced, and after a
// sync that failed nothing is known of what was written since the one before (fsync(2); Rebello et al., "Can
// Applications Recover from fsync Failures?", USENIX ATC 2020).
//
// Errors are std::system_error with an errno, and name the file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace kcheck::reference::store {

/// An open file. Closed by its destructor, which syncs nothing.
class File {
public:
    virtual ~File() = default;

    /// All of it.
    virtual std::string read() const = 0;
    /// Writes at the end. If it throws (ENOSPC, EIO), any part of `bytes` may be there.
    virtual void append(std::string_view bytes) = 0;
    /// Cuts it, or fills it up with zeros.
    virtual void truncate(std::size_t size) = 0;
    /// When it returns, content and size outlive a crash of the machine.
    virtual void sync() = 0;
    /// Keeps other processes, and other opens in this one, from locking it until it is closed; false if one
    /// of them has.
    virtual bool lock() = 0;
};

/// A directory of files that have names and no folders.
class Disk {
public:
    virtual ~Disk() = default;

    /// Null: there is no such file.
    virtual std::unique_ptr<File> open(const std::string& name) = 0;
    /// Opens it; new and empty, if there is none.
    virtual std::unique_ptr<File> open_or_create(const std::string& name) = 0;
    /// In place of what has the name `to`, at once: whoever looks sees the one or the other.
    virtual void rename(const std::string& from, const std::string& to) = 0;
    /// When it returns, creations and renames outlive a crash of the machine.
    virtual void sync() = 0;
    /// What people call the file, in messages; empty: the directory.
    virtual std::string path(const std::string& name) const = 0;
};

/// A directory of the operating system.
class PosixDisk final : public Disk {
public:
    /// Creates it if it is missing.
    explicit PosixDisk(std::filesystem::path directory);

    std::unique_ptr<File> open(const std::string& name) override;
    std::unique_ptr<File> open_or_create(const std::string& name) override;
    void rename(const std::string& from, const std::string& to) override;
    void sync() override;
    std::string path(const std::string& name) const override;

private:
    std::filesystem::path directory_;
};

}  // namespace kcheck::reference::store
