#include "reference/runtime/image_registry.hpp"

#include <fstream>

#include <fmt/format.h>

namespace kcheck::reference::runtime {

namespace {

using Failure = RegistryImage::Failure;
using Error = tl::unexpected<std::string>;

tl::expected<RegistryImage, std::string> parse_image(const std::string& where, const Json& entry,
                                                     RegistryImage image) {
    if (!entry.is_object()) return Error(where + " must be an object");
    for (const auto& [key, value] : entry.items()) {
        const bool is_count = value.is_number_integer() && value.get<std::int64_t>() >= 0;
        if (key == "sizeBytes" || key == "delayMilliseconds") {
            if (!is_count)
                return Error(fmt::format("{}.{} must be a number that is not negative", where, key));
            if (key == "sizeBytes")
                image.size_bytes = value.get<std::int64_t>();
            else
                image.delay = std::chrono::milliseconds(value.get<std::int64_t>());
        } else if (key == "fails") {
            if (value == "never") {
                image.failure = Failure::never;
            } else if (value == "always") {
                image.failure = Failure::always;
            } else if (value == "not found") {
                image.failure = Failure::not_found;
            } else if (is_count) {
                image.failure = Failure::first_pulls;
                image.failing_pulls = value.get<int>();
            } else {
                return Error(where +
                             ".fails must be \"never\", \"always\", \"not found\" or a number of pulls");
            }
        } else {
            return Error(fmt::format("{} has no member \"{}\"", where, key));
        }
    }
    return image;
}

}  // namespace

tl::expected<ImageRegistry, std::string> ImageRegistry::parse(const Json& table) {
    ImageRegistry registry;
    if (!table.is_object()) return Error("the table of images must be an object");
    for (const auto& [key, value] : table.items())
        if (key != "default" && key != "images")
            return Error(fmt::format("the table of images has no member \"{}\"", key));
    if (table.contains("default")) {
        auto image = parse_image("default", table["default"], {});
        if (!image) return Error(image.error());
        registry.default_ = *image;
    }
    const Json images = table.value("images", Json::object());
    if (!images.is_object()) return Error("images must be an object");
    for (const auto& [name, entry] : images.items()) {
        auto image = parse_image(fmt::format("images[\"{}\"]", name), entry, registry.default_);
        if (!image) return Error(image.error());
        registry.images_[name] = *image;
    }
    return registry;
}

tl::expected<ImageRegistry, std::string> ImageRegistry::read(const std::string& path) {
    std::ifstream file(path);
    if (!file) return Error(path + ": cannot be read");
    const auto table = Json::parse(file, nullptr, false);
    if (table.is_discarded()) return Error(path + ": is not JSON");
    auto registry = parse(table);
    if (!registry) return Error(path + ": " + registry.error());
    return registry;
}

ImageRegistry::Pull ImageRegistry::pull(const std::string& image) {
    RegistryImage& found = images_.try_emplace(image, default_).first->second;
    switch (found.failure) {
        case Failure::never: return {found.delay, found.size_bytes};
        case Failure::first_pulls:
            if (found.failing_pulls-- > 0) break;
            found = {found.size_bytes, found.delay};
            return {found.delay, found.size_bytes};
        case Failure::always: break;
        case Failure::not_found:
            return {found.delay,
                    Error(fmt::format("failed to pull image \"{0}\": failed to resolve reference "
                                      "\"{0}\": {0}: not found",
                                      image))};
    }
    return {found.delay,
            Error(fmt::format("failed to pull image \"{}\": the registry is unavailable", image))};
}

}  // namespace kcheck::reference::runtime
