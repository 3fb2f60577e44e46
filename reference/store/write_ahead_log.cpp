#include "reference/store/write_ahead_log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "reference/store/log_frames.hpp"

namespace kcheck::reference::store {

namespace {

constexpr std::size_t snapshot_frame_bytes = 1 << 20;

}  // namespace

bool is_full(const std::error_code& error) {
    return error == std::errc::no_space_on_device || error == std::errc::file_too_large ||
           error == std::error_code(EDQUOT, std::generic_category());
}

WriteAheadLog::WriteAheadLog(std::shared_ptr<Disk> disk, VersionHistory& history,
                             const std::function<void(const std::string&)>& notice)
    : disk_(std::move(disk)), lock_(disk_->open_or_create("lock")) {
    if (!lock_->lock())
        throw std::runtime_error(fmt::format("{}: another process uses this store", disk_->path({})));
    log_ = disk_->open_or_create("log");
    load_snapshot(history);
    replay(history, notice);
    disk_->sync();
}

WriteAheadLog::~WriteAheadLog() = default;

void WriteAheadLog::append(const std::vector<StoreCommit>& commits) {
    if (!trusted_) throw std::logic_error("an append to a log that is not trusted");
    std::string payload;
    for (const StoreCommit& commit : commits) put_version(payload, *commit.current);
    const std::string bytes = to_frame(payload);
    if (has_rest_) {
        log_->truncate(size_);
        has_rest_ = false;
    }
    try {
        has_rest_ = true;
        log_->append(bytes);
    } catch (const std::system_error& error) {
        if (!is_full(error.code())) trusted_ = false;
        throw;
    }
    try {
        log_->sync();
    } catch (...) {
        trusted_ = false;
        throw;
    }
    has_rest_ = false;
    size_ += bytes.size();
}

void WriteAheadLog::snapshot(const std::vector<Version>& versions, Revision revision) {
    write_snapshot(versions, revision);
    begin_log({});
}

void WriteAheadLog::write_snapshot(const std::vector<Version>& versions, Revision revision) {
    const auto file = disk_->open_or_create("snapshot.new");
    file->truncate(0);
    try {
        std::string payload;
        put_integer(payload, revision);
        put_integer(payload, static_cast<std::uint64_t>(versions.size()));
        for (const Version& version : versions) {
            put_version(payload, *version);
            if (payload.size() < snapshot_frame_bytes) continue;
            file->append(to_frame(payload));
            payload.clear();
        }
        if (!payload.empty()) file->append(to_frame(payload));
        file->sync();
    } catch (...) {
        try {
            file->truncate(0);  // the log may need the room
        } catch (const std::system_error&) {
            // It stays as it is: nobody reads it.
        }
        throw;
    }
    disk_->rename("snapshot.new", "snapshot");
    disk_->sync();
}

/// Until the directory is synced, either file may be the log after a crash.
void WriteAheadLog::begin_log(std::string_view bytes) {
    auto fresh = disk_->open_or_create("log.new");
    fresh->truncate(0);
    fresh->append(bytes);
    fresh->sync();
    trusted_ = false;
    disk_->rename("log.new", "log");
    disk_->sync();
    log_ = std::move(fresh);
    size_ = bytes.size();
    has_rest_ = false;
    trusted_ = true;
}

std::string WriteAheadLog::read(const File& file, const char* name) const {
    std::string bytes = file.read();
    if (is_of_earlier_format(bytes))
        throw std::runtime_error(fmt::format("{}: written by an earlier version", disk_->path(name)));
    return bytes;
}

void WriteAheadLog::load_snapshot(VersionHistory& history) const {
    const auto file = disk_->open("snapshot");
    if (!file) return;
    const std::string bytes = read(*file, "snapshot");

    const auto refuse = [&] {
        throw std::runtime_error(fmt::format("{}: damaged snapshot", disk_->path("snapshot")));
    };
    std::vector<Version> versions;
    std::optional<Revision> revision;
    std::uint64_t count = 0;
    for (std::string_view rest = bytes; !rest.empty();) {
        auto [state, payload, size] = read_frame(rest, bytes.size() - rest.size());
        if (state != Frame::State::whole) refuse();
        rest.remove_prefix(size);
        if (!revision) {
            revision = take_integer<Revision>(payload);
            count = take_integer<std::uint64_t>(payload);
        }
        while (!payload.empty()) versions.push_back(take_version(payload));
    }
    if (!revision || versions.size() != count) refuse();
    history.restore(versions, *revision);
}

void WriteAheadLog::replay(VersionHistory& history, const std::function<void(const std::string&)>& notice) {
    const std::string bytes = read(*log_, "log");
    const Revision in_snapshot = history.revision();
    std::string_view rest = bytes;
    while (!rest.empty()) {
        auto [state, payload, size] = read_frame(rest, size_);
        if (state == Frame::State::corrupt)
            throw std::runtime_error(fmt::format("{}: damaged at byte {}{}", disk_->path("log"), size_,
                                                 has_whole_frame(rest.substr(1))
                                                     ? ", with commits behind the damage"
                                                     : ", in the last commit"));
        if (state == Frame::State::torn) break;
        rest.remove_prefix(size);
        size_ += size;
        while (!payload.empty()) {
            Version version = take_version(payload);
            if (version->mod_revision <= in_snapshot) continue;
            Version previous = history.newest(version->key);
            history.apply({std::move(version), std::move(previous)});
        }
    }
    renew(std::string_view(bytes).substr(0, size_), notice);
    if (!rest.empty())
        notice(fmt::format("{}: cut off {} bytes at byte {}, of a write that a crash has torn",
                           disk_->path("log"), rest.size(), size_));
}

/// What has been read may be in the memory of the system only: who wrote the last commit may have been killed
/// before its sync, or have seen it fail, and then no other sync of that file would write it. Without room
/// for a new file the log can be read, and there are no writes until there is room for a snapshot.
void WriteAheadLog::renew(std::string_view bytes, const std::function<void(const std::string&)>& notice) {
    try {
        begin_log(bytes);
    } catch (const std::system_error& error) {
        if (!trusted_ || !is_full(error.code())) throw;
        trusted_ = false;
        if (const auto fresh = disk_->open("log.new")) fresh->truncate(0);  // a snapshot may need the room
        notice(fmt::format("{}: not written anew: {}", disk_->path("log"), error.what()));
    }
}

}  // namespace kcheck::reference::store
