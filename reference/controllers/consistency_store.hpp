// The resourceVersions of a controller's own writes, which its caches have to reach before the
// owner is synced again (pkg/controller/util/consistency/consistency.go).
//
// Only writes whose outcome is known are recorded; deletions are not.
#pragma once

#include <map>
#include <string>

#include "reference/client/informer.hpp"

namespace kcheck::reference::controllers {

class ConsistencyStore {
public:
    /// `written` is the object of the reply, of the type that the informer holds.
    void wrote(const std::string& owner, const client::Informer& informer, const Json& written);
    /// Whether every informer has reached what was written for this owner.
    bool is_ready(const std::string& owner) const;
    void forget(const std::string& owner) { writes_.erase(owner); }

private:
    std::map<std::string, std::map<const client::Informer*, std::int64_t>> writes_;
};

}  // namespace kcheck::reference::controllers
