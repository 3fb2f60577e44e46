#include "reference/store/disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace kcheck::reference::store {

namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
    throw std::system_error(errno, std::generic_category(), fmt::format("{}: {}", path, what));
}

class PosixFile final : public File {
public:
    PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
    ~PosixFile() override { ::close(descriptor_); }
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;

    std::string read() const override {
        std::string bytes;
        std::string piece(1 << 20, '\0');
        for (;;) {
            const auto got =
                ::pread(descriptor_, piece.data(), piece.size(), static_cast<off_t>(bytes.size()));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail(path_, "read");
            if (got == 0) return bytes;
            bytes.append(piece, 0, static_cast<std::size_t>(got));
        }
    }
    void append(std::string_view bytes) override {
        while (!bytes.empty()) {
            const auto written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail(path_, "write");
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void truncate(std::size_t size) override {
        if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail(path_, "ftruncate");
    }
    void sync() override {
        if (::fdatasync(descriptor_) != 0) fail(path_, "fdatasync");
    }
    bool lock() override {
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
        if (errno != EWOULDBLOCK) fail(path_, "flock");
        return false;
    }

private:
    int descriptor_;
    std::string path_;
};

constexpr int open_flags = O_RDWR | O_APPEND | O_CLOEXEC;

void sync_directory(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) fail(path.string(), "open");
    const PosixFile opened(descriptor, path.string());
    if (::fsync(descriptor) != 0) fail(path.string(), "fsync");
}

}  // namespace

/// A directory that was made is there after a crash when the one above it has been synced.
PosixDisk::PosixDisk(std::filesystem::path directory) : directory_(std::filesystem::absolute(directory)) {
    std::vector<std::filesystem::path> above;
    for (auto path = directory_; !std::filesystem::exists(path); path = path.parent_path())
        above.push_back(path.parent_path());
    std::filesystem::create_directories(directory_);
    for (const auto& path : above) sync_directory(path);
}

std::unique_ptr<File> PosixDisk::open(const std::string& name) {
    const int descriptor = ::open(path(name).c_str(), open_flags);
    if (descriptor < 0 && errno == ENOENT) return nullptr;
    if (descriptor < 0) fail(path(name), "open");
    return std::make_unique<PosixFile>(descriptor, path(name));
}

std::unique_ptr<File> PosixDisk::open_or_create(const std::string& name) {
    const int descriptor = ::open(path(name).c_str(), open_flags | O_CREAT, 0600);
    if (descriptor < 0) fail(path(name), "open");
    return std::make_unique<PosixFile>(descriptor, path(name));
}

void PosixDisk::rename(const std::string& from, const std::string& to) {
    std::filesystem::rename(path(from), path(to));
}

void PosixDisk::sync() { sync_directory(directory_); }

std::string PosixDisk::path(const std::string& name) const {
    return name.empty() ? directory_.string() : (directory_ / name).string();
}

}  // namespace kcheck::reference::store
