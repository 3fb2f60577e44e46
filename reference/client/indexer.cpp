#include "reference/client/indexer.hpp"

#include "reference/base/objects.hpp"

namespace kcheck::reference::client {

void Indexer::add_index(const std::string& name, IndexFunction function) {
    indexes_.emplace(name, Index{std::move(function), {}});
}

Object Indexer::get(const std::string& key) const {
    const auto found = objects_.find(key);
    return found == objects_.end() ? nullptr : found->second;
}

std::vector<Object> Indexer::list() const {
    std::vector<Object> all;
    all.reserve(objects_.size());
    for (const auto& [key, object] : objects_) all.push_back(object);
    return all;
}

std::vector<Object> Indexer::by_index(const std::string& name, const std::string& value) const {
    std::vector<Object> found;
    const auto& index = indexes_.at(name);
    const auto keys = index.keys.find(value);
    if (keys == index.keys.end()) return found;
    for (const auto& key : keys->second) found.push_back(objects_.at(key));
    return found;
}

Object Indexer::put(const std::string& key, Object object) {
    auto previous = remove(key);
    for (auto& [name, index] : indexes_)
        for (const auto& value : index.function(*object)) index.keys[value].insert(key);
    objects_[key] = std::move(object);
    return previous;
}

Object Indexer::remove(const std::string& key) {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return nullptr;
    auto removed = std::move(found->second);
    objects_.erase(found);
    for (auto& [name, index] : indexes_) {
        for (const auto& value : index.function(*removed)) {
            const auto keys = index.keys.find(value);
            if (keys == index.keys.end()) continue;
            keys->second.erase(key);
            if (keys->second.empty()) index.keys.erase(keys);
        }
    }
    return removed;
}

std::vector<std::string> index_by_controller(const Json& object) {
    const Json* controller = controller_of(object);
    if (controller == nullptr) return {orphans_of(namespace_of(object))};
    return {string_at(*controller, "/uid")};
}

std::string orphans_of(const std::string& space) { return "orphan/" + space; }

}  // namespace kcheck::reference::client
