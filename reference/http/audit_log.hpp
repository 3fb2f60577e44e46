// What was asked and what was written, as lines of JSON for `kcheck conform` and for people.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "reference/apiserver/api_server.hpp"
#include "reference/base/environment.hpp"
#include "reference/http/caller.hpp"

namespace kcheck::reference::http {

/// A file that only grows, a line a write: a process that is killed leaves whole lines. Thread-safe.
class LineFile {
public:
    /// Throws std::runtime_error with the name of the file.
    explicit LineFile(const std::filesystem::path& file);
    ~LineFile();
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    /// Throws std::runtime_error if the disk is full or failing.
    void append(const Json& line);

private:
    std::filesystem::path file_;
    int descriptor_;
    std::mutex mutex_;
};

/// Requests, as events of audit.k8s.io/v1: reads with level Metadata, writes with RequestResponse.
class AuditLog {
public:
    explicit AuditLog(const std::filesystem::path& file) : lines_(file) {}
    /// Stage ResponseComplete; of a watch, ResponseStarted. The user is the one who was authenticated, and
    /// impersonatedUser the one as whom the request ran.
    void record(const Call& call, const Response& response, Time received);

private:
    LineFile lines_;
};

/// Commits, in order of revision:
///   {"revision","user","verb","resource","subresource","key","object"}, the object of a removal null.
class CommitLog {
public:
    explicit CommitLog(const std::filesystem::path& file) : lines_(file) {}
    void record(const apiserver::Commit& commit);

private:
    LineFile lines_;
};

}  // namespace kcheck::reference::http
