#include "cli/output_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "kubernetes/text.hpp"

namespace kcheck::cli {

namespace fs = std::filesystem;

tl::expected<OutputFile, UsageError> OutputFile::open(std::string path) {
    std::error_code ignored;
    const auto status = fs::status(path, ignored);
    if (fs::is_directory(status))
        return tl::unexpected(UsageError{
            fmt::format("cannot write {}: it is a directory (name a file)", kubernetes::quote(path))});
    const bool in_place = fs::exists(status) && !fs::is_regular_file(status);
    OutputFile file(path, in_place ? path : path + ".part");
    errno = 0;
    file.stream_.open(file.written_, std::ios::binary);
    if (!file.stream_) return tl::unexpected(file.failure());
    return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      written_(std::exchange(other.written_, std::string())),
      stream_(std::move(other.stream_)) {}

OutputFile::~OutputFile() {
    if (written_.empty() || written_ == path_) return;
    stream_.close();
    std::error_code ignored;
    fs::remove(written_, ignored);
}

tl::expected<void, UsageError> OutputFile::commit(const std::string& content) {
    errno = 0;
    stream_ << content;
    stream_.close();
    if (!stream_) return tl::unexpected(failure());
    if (written_ == path_) return {};
    std::error_code error;
    fs::rename(written_, path_, error);
    if (error)
        return tl::unexpected(
            UsageError{fmt::format("cannot write {}: {}", kubernetes::quote(path_), error.message())});
    written_.clear();
    return {};
}

UsageError OutputFile::failure() const {
    return {fmt::format("cannot write {}: {} (name a file in a directory that can be written)",
                        kubernetes::quote(path_), errno != 0 ? std::strerror(errno) : "the disk refuses")};
}

}  // namespace kcheck::cli
