#include "reference/store/write_ahead_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>
#include <cerrno>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

namespace kcheck::reference::store {

namespace {

constexpr std::uint32_t magic = 0x4b435731;
constexpr std::size_t frame_header_bytes = 12;
constexpr std::size_t snapshot_frame_bytes = 1 << 20;

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
    throw std::system_error(errno, std::generic_category(), fmt::format("{}: {}", path.string(), what));
}

/// Closes a file at the end of its scope.
struct File {
    int descriptor;
    explicit File(int opened) : descriptor(opened) {}
    ~File() { ::close(descriptor); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
};

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

// ---- files

std::string read_all(int file, const std::filesystem::path& path) {
    std::string bytes;
    std::string piece(1 << 20, '\0');
    for (;;) {
        const auto got = ::pread(file, piece.data(), piece.size(), static_cast<off_t>(bytes.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(path, "read");
        if (got == 0) return bytes;
        bytes.append(piece, 0, static_cast<std::size_t>(got));
    }
}

void write_all(int file, std::string_view bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(path, "write");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void sync_directory(const std::filesystem::path& directory) {
    const File file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (file.descriptor < 0 || ::fsync(file.descriptor) != 0) fail(directory, "fsync");
}

}  // namespace

WriteAheadLog::WriteAheadLog(const std::filesystem::path& directory, VersionHistory& history)
    : directory_(directory) {
    std::filesystem::create_directories(directory_);
    const auto path = directory_ / "log";
    log_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_ < 0) fail(path, "open");
    try {
        if (::flock(log_, LOCK_EX | LOCK_NB) != 0)
            throw std::runtime_error(fmt::format("{}: another process uses this store", directory_.string()));
        load_snapshot(history);
        replay(history);
        sync_directory(directory_);
    } catch (...) {
        ::close(log_);
        throw;
    }
}

WriteAheadLog::~WriteAheadLog() { ::close(log_); }

void WriteAheadLog::append(const std::vector<StoreCommit>& commits) {
    std::string payload;
    for (const StoreCommit& commit : commits) put_version(payload, *commit.current);
    const std::string bytes = frame(payload);
    write_all(log_, bytes, directory_ / "log");
    if (::fdatasync(log_) != 0) fail(directory_ / "log", "fdatasync");
    size_ += bytes.size();
}

void WriteAheadLog::snapshot(const std::vector<Version>& versions, Revision revision) {
    const auto path = directory_ / "snapshot.new";
    {
        const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (file.descriptor < 0) fail(path, "open");
        std::string payload;
        put_integer(payload, revision);
        put_integer(payload, static_cast<std::uint64_t>(versions.size()));
        for (const Version& version : versions) {
            put_version(payload, *version);
            if (payload.size() < snapshot_frame_bytes) continue;
            write_all(file.descriptor, frame(payload), path);
            payload.clear();
        }
        if (!payload.empty()) write_all(file.descriptor, frame(payload), path);
        if (::fdatasync(file.descriptor) != 0) fail(path, "fdatasync");
    }
    std::filesystem::rename(path, directory_ / "snapshot");
    sync_directory(directory_);
    if (::ftruncate(log_, 0) != 0 || ::fdatasync(log_) != 0) fail(directory_ / "log", "ftruncate");
    size_ = 0;
}

void WriteAheadLog::load_snapshot(VersionHistory& history) const {
    const auto path = directory_ / "snapshot";
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.descriptor < 0 && errno == ENOENT) return;
    if (file.descriptor < 0) fail(path, "open");
    const std::string bytes = read_all(file.descriptor, path);

    const auto refuse = [&] { throw std::runtime_error(fmt::format("{}: damaged snapshot", path.string())); };
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
    const auto path = directory_ / "log";
    const std::string bytes = read_all(log_, path);
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
            fmt::format("{}: damaged at byte {}, with commits behind the damage", path.string(), size_));
    if (::ftruncate(log_, static_cast<off_t>(size_)) != 0 || ::fdatasync(log_) != 0) fail(path, "ftruncate");
}

}  // namespace kcheck::reference::store
