#include "reference/store/write_ahead_log.hpp"

#include <fmt/format.h>

#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

namespace kcheck::reference::store {

namespace {

constexpr std::uint32_t magic = 0x4b435731;
constexpr std::size_t frame_header_bytes = 12;
constexpr std::size_t snapshot_frame_bytes = 1 << 20;

// ---- bytes

template <class Integer>
void put_integer(std::string& bytes, Integer value) {
    const Integer little = boost::endian::native_to_little(value);
    bytes.append(reinterpret_cast<const char*>(&little), sizeof little);
}

void put_version(std::string& bytes, const KeyValue& version) {
    put_integer(bytes, version.create_revision);
    put_integer(bytes, version.mod_revision);
    put_integer(bytes, version.version);
    put_integer(bytes, static_cast<std::uint32_t>(version.key.size()));
    put_integer(bytes, static_cast<std::uint32_t>(version.value.size()));
    bytes += version.key;
    bytes += version.value;
}

std::uint32_t crc_of(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

std::string frame(std::string_view payload) {
    if (payload.size() > std::numeric_limits<std::uint32_t>::max())
        throw std::length_error("a commit of 4 GiB or more");
    std::string bytes;
    put_integer(bytes, magic);
    put_integer(bytes, static_cast<std::uint32_t>(payload.size()));
    put_integer(bytes, crc_of(payload));
    return bytes.append(payload);
}

template <class Integer>
Integer take_integer(std::string_view& bytes) {
    if (bytes.size() < sizeof(Integer)) throw std::runtime_error("a version ends early");
    Integer value;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return boost::endian::little_to_native(value);
}

std::string take_string(std::string_view& bytes, std::size_t size) {
    if (bytes.size() < size) throw std::runtime_error("a version ends early");
    std::string result(bytes.substr(0, size));
    bytes.remove_prefix(size);
    return result;
}

Version take_version(std::string_view& bytes) {
    auto version = std::make_shared<KeyValue>();
    version->create_revision = take_integer<Revision>(bytes);
    version->mod_revision = take_integer<Revision>(bytes);
    version->version = take_integer<std::int64_t>(bytes);
    const auto key_size = take_integer<std::uint32_t>(bytes);
    const auto value_size = take_integer<std::uint32_t>(bytes);
    version->key = take_string(bytes, key_size);
    version->value = take_string(bytes, value_size);
    return version;
}

/// The payload of the frame that `bytes` begin with; none if there is no whole one.
std::optional<std::string_view> payload_of(std::string_view bytes) {
    if (bytes.size() < frame_header_bytes) return std::nullopt;
    if (take_integer<std::uint32_t>(bytes) != magic) return std::nullopt;
    const auto size = take_integer<std::uint32_t>(bytes);
    const auto crc = take_integer<std::uint32_t>(bytes);
    if (bytes.size() < size) return std::nullopt;
    const std::string_view payload = bytes.substr(0, size);
    if (crc_of(payload) != crc) return std::nullopt;
    return payload;
}

bool has_whole_frame(std::string_view bytes) {
    std::string pattern;
    put_integer(pattern, magic);
    for (auto at = bytes.find(pattern); at != bytes.npos; at = bytes.find(pattern, at + 1))
        if (payload_of(bytes.substr(at))) return true;
    return false;
}

}  // namespace

WriteAheadLog::WriteAheadLog(std::shared_ptr<Disk> disk, VersionHistory& history)
    : disk_(std::move(disk)), log_(disk_->open_or_create("log")) {
    if (!log_->lock())
        throw std::runtime_error(fmt::format("{}: another process uses this store", disk_->path({})));
    load_snapshot(history);
    replay(history);
    disk_->sync();
}

WriteAheadLog::~WriteAheadLog() = default;

void WriteAheadLog::append(const std::vector<StoreCommit>& commits) {
    std::string payload;
    for (const StoreCommit& commit : commits) put_version(payload, *commit.current);
    const std::string bytes = frame(payload);
    log_->append(bytes);
    log_->sync();
    size_ += bytes.size();
}

void WriteAheadLog::snapshot(const std::vector<Version>& versions, Revision revision) {
    {
        const auto file = disk_->open_or_create("snapshot.new");
        file->truncate(0);
        std::string payload;
        put_integer(payload, revision);
        put_integer(payload, static_cast<std::uint64_t>(versions.size()));
        for (const Version& version : versions) {
            put_version(payload, *version);
            if (payload.size() < snapshot_frame_bytes) continue;
            file->append(frame(payload));
            payload.clear();
        }
        if (!payload.empty()) file->append(frame(payload));
        file->sync();
    }
    disk_->rename("snapshot.new", "snapshot");
    disk_->sync();
    log_->truncate(0);
    log_->sync();
    size_ = 0;
}

void WriteAheadLog::load_snapshot(VersionHistory& history) const {
    const auto file = disk_->open("snapshot");
    if (!file) return;
    const std::string bytes = file->read();

    const auto refuse = [&] {
        throw std::runtime_error(fmt::format("{}: damaged snapshot", disk_->path("snapshot")));
    };
    std::vector<Version> versions;
    std::optional<Revision> revision;
    std::uint64_t count = 0;
    for (std::string_view rest = bytes; !rest.empty();) {
        auto payload = payload_of(rest);
        if (!payload) refuse();
        rest.remove_prefix(frame_header_bytes + payload->size());
        if (!revision) {
            revision = take_integer<Revision>(*payload);
            count = take_integer<std::uint64_t>(*payload);
        }
        while (!payload->empty()) versions.push_back(take_version(*payload));
    }
    if (!revision || versions.size() != count) refuse();
    history.restore(versions, *revision);
}

void WriteAheadLog::replay(VersionHistory& history) {
    const std::string bytes = log_->read();
    const Revision in_snapshot = history.revision();
    std::string_view rest = bytes;
    while (!rest.empty()) {
        auto payload = payload_of(rest);
        if (!payload) break;
        rest.remove_prefix(frame_header_bytes + payload->size());
        while (!payload->empty()) {
            Version version = take_version(*payload);
            if (version->mod_revision <= in_snapshot) continue;
            Version previous = history.newest(version->key);
            history.apply({std::move(version), std::move(previous)});
        }
    }
    size_ = bytes.size() - rest.size();
    if (rest.empty()) return;
    if (has_whole_frame(rest.substr(1)))
        throw std::runtime_error(
            fmt::format("{}: damaged at byte {}, with commits behind the damage", disk_->path("log"), size_));
    log_->truncate(size_);
    log_->sync();
}

}  // namespace kcheck::reference::store
