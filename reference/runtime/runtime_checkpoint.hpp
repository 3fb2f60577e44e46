// What a container runtime remembers across its own restarts: one JSON file for each container, one
// for the images, in a directory.
//
// A file is replaced by renaming, so a runtime that is killed leaves the old or the new one. It is
// not forced to the disk: a machine that loses power loses its containers as well.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reference/base/json.hpp"

namespace kcheck::reference::runtime {

class RuntimeCheckpoint {
public:
    /// Makes the directory; an empty name: nothing is remembered. Throws std::filesystem::filesystem_error.
    explicit RuntimeCheckpoint(const std::string& directory);

    /// These throw std::runtime_error with the name of the file.
    void save_container(const std::string& id, const Json& container) const;
    void remove_container(const std::string& id) const;
    std::vector<Json> load_containers() const;
    void save_images(const Json& images) const;
    Json load_images() const;  // null: there are none

private:
    std::filesystem::path directory_;
};

}  // namespace kcheck::reference::runtime
