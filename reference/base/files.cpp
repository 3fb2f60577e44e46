#include "reference/base/files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kcheck::reference {

namespace {

namespace fs = std::filesystem;

constexpr mode_t only_owner = 0600;

std::runtime_error failed(const char* what, const fs::path& file, int error = errno) {
    return std::runtime_error(fmt::format("cannot {} {}: {}", what, file.string(), std::strerror(error)));
}

bool write_all(int descriptor, std::string_view rest) {
    while (!rest.empty()) {
        const auto written = ::write(descriptor, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

void write_private_file(const fs::path& file, std::string_view content) {
    const fs::path fresh = file.string() + ".new";
    ::unlink(fresh.c_str());  // of a process that was killed
    const int descriptor =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, only_owner);
    if (descriptor < 0) throw failed("write", fresh);
    const bool is_written = write_all(descriptor, content);
    const int error = errno;
    if (::close(descriptor) != 0 || !is_written) {
        ::unlink(fresh.c_str());
        throw failed("write", fresh, error);
    }
    if (std::rename(fresh.c_str(), file.c_str()) != 0) throw failed("write", file);
}

int open_to_append(const fs::path& file) {
    constexpr int appending = O_WRONLY | O_APPEND | O_CLOEXEC;
    int descriptor = ::open(file.c_str(), appending | O_CREAT | O_EXCL | O_NOFOLLOW, only_owner);
    if (descriptor < 0 && errno == EEXIST) descriptor = ::open(file.c_str(), appending);
    if (descriptor < 0) throw failed("write", file);
    return descriptor;
}

void make_private_directory(const fs::path& directory) {
    if (::mkdir(directory.c_str(), 0700) == 0) return;
    if (errno != EEXIST) throw failed("make", directory);
    struct stat found {};
    if (::lstat(directory.c_str(), &found) != 0) throw failed("read", directory);
    if (!S_ISDIR(found.st_mode)) throw failed("use", directory, ENOTDIR);
    if (found.st_uid != ::geteuid()) throw failed("use", directory, EPERM);
}

}  // namespace kcheck::reference
