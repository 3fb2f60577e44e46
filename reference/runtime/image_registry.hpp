// An image registry that has every image, except where a table says otherwise: nothing is
// downloaded, but a pull takes its time and may fail, as a kubelet has to live with.
//
//   {"default": {"sizeBytes": 52428800, "delayMilliseconds": 200},
//    "images": {"docker.io/library/slow:1":  {"delayMilliseconds": 30000},
//               "docker.io/library/flaky:1": {"fails": 2},             the first two pulls
//               "docker.io/library/gone:1":  {"fails": "not found"}}}  also "always", "never"
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include <tl/expected.hpp>

#include "reference/base/json.hpp"

namespace kcheck::reference::runtime {

struct RegistryImage {
    enum class Failure : std::uint8_t { never, first_pulls, always, not_found };

    std::int64_t size_bytes = 50 << 20;
    std::chrono::milliseconds delay{200};
    Failure failure = Failure::never;
    int failing_pulls = 0;  // with first_pulls
};

class ImageRegistry {
public:
    /// Every image is there, and takes as long as `image` says.
    explicit ImageRegistry(RegistryImage image = {}) : default_(image) {}
    /// An error names the member that is wrong, and what would be right.
    static tl::expected<ImageRegistry, std::string> parse(const Json& table);
    static tl::expected<ImageRegistry, std::string> read(const std::string& path);

    struct Pull {
        std::chrono::milliseconds delay{0};
        tl::expected<std::int64_t, std::string> size_bytes;  // or why it fails, after the delay
    };
    Pull pull(const std::string& image);

private:
    RegistryImage default_;
    std::map<std::string, RegistryImage> images_;
};

}  // namespace kcheck::reference::runtime
