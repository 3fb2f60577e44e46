#include "reference/runtime/runtime_checkpoint.hpp"

#include <fstream>
#include <stdexcept>

#include "reference/base/files.hpp"

namespace kcheck::reference::runtime {

namespace {

namespace fs = std::filesystem;

void save(const fs::path& path, const Json& content) {
    write_private_file(path, content.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Json load(const fs::path& path) {
    std::ifstream file(path);
    auto content = Json::parse(file, nullptr, false);
    if (!content.is_object() && !content.is_array())
        throw std::runtime_error(path.string() + ": is no checkpoint of a container runtime");
    return content;
}

}  // namespace

RuntimeCheckpoint::RuntimeCheckpoint(const std::string& directory) : directory_(directory) {
    if (!directory.empty()) fs::create_directories(directory_ / "containers");
}

void RuntimeCheckpoint::save_container(const std::string& id, const Json& container) const {
    if (!directory_.empty()) save(directory_ / "containers" / (id + ".json"), container);
}

void RuntimeCheckpoint::remove_container(const std::string& id) const {
    if (!directory_.empty()) fs::remove(directory_ / "containers" / (id + ".json"));
}

std::vector<Json> RuntimeCheckpoint::load_containers() const {
    std::vector<Json> containers;
    if (directory_.empty()) return containers;
    for (const auto& entry : fs::directory_iterator(directory_ / "containers"))
        if (entry.path().extension() == ".json") containers.push_back(load(entry.path()));
    return containers;
}

void RuntimeCheckpoint::save_images(const Json& images) const {
    if (!directory_.empty()) save(directory_ / "images.json", images);
}

Json RuntimeCheckpoint::load_images() const {
    const auto path = directory_ / "images.json";
    return directory_.empty() || !fs::exists(path) ? Json() : load(path);
}

}  // namespace kcheck::reference::runtime
