// The local copy of one type's objects that an informer keeps (client-go/tools/cache:
// thread_safe_store.go), by key "namespace/name" ("name" if cluster-scoped) and by further indexes.
//
// An object is never changed once it is stored: whoever has read it may keep it across requests
// while the store moves on. Lists are ordered by key, so what follows from them is reproducible.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "reference/base/objects.hpp"

namespace kcheck::reference::client {

class Indexer {
public:
    /// The values under which an object is to be found. Called with stored objects only.
    using IndexFunction = std::function<std::vector<std::string>(const Json& object)>;

    /// The store must be empty. One that is there under this name already stays.
    void add_index(const std::string& name, IndexFunction function);

    Object get(const std::string& key) const;  // null: there is none
    std::vector<Object> list() const;
    /// Throws std::out_of_range if there is no such index.
    std::vector<Object> by_index(const std::string& name, const std::string& value) const;
    std::size_t size() const { return objects_.size(); }
    const std::map<std::string, Object>& objects() const { return objects_; }

    /// The object that was there before, or null.
    Object put(const std::string& key, Object object);
    Object remove(const std::string& key);

private:
    struct Index {
        IndexFunction function;
        std::map<std::string, std::set<std::string>> keys;  // by value
    };

    std::map<std::string, Object> objects_;
    std::map<std::string, Index> indexes_;
};

/// Name of the index by index_by_controller, which several components share.
inline constexpr const char* controller_index = "controller";
/// An index by the UID of the controller (the owner reference with controller: true). Objects
/// without one are found under orphans_of their namespace.
std::vector<std::string> index_by_controller(const Json& object);
std::string orphans_of(const std::string& space);

}  // namespace kcheck::reference::client
