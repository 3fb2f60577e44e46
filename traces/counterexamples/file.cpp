#include "traces/counterexamples/file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/core.h>

namespace kcheck::traces {

tl::expected<void, std::string> write_file(const std::filesystem::path& path,
                                           const std::function<void(std::ostream&)>& write) {
    auto temporary = path;
    temporary += fmt::format(".{}.tmp", ::getpid());
    const auto refuse = [&](const std::string& why) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        return tl::unexpected(fmt::format("{}: cannot be written: {}", path.string(), why));
    };
    errno = 0;
    std::ofstream out(temporary, std::ios::binary);
    if (out) write(out);
    out.close();
    if (!out) return refuse(errno != 0 ? std::strerror(errno) : "the stream failed");
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    if (error) return refuse(error.message());
    return {};
}

}  // namespace kcheck::traces
