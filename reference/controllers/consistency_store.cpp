#include "reference/controllers/consistency_store.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"

namespace kcheck::reference::controllers {

void ConsistencyStore::wrote(const std::string& owner, const client::Informer& informer,
                             const Json& written) {
    auto& newest = writes_[owner][&informer];
    newest = std::max(newest, revision_of(written));
}

bool ConsistencyStore::is_ready(const std::string& owner) const {
    const auto found = writes_.find(owner);
    if (found == writes_.end()) return true;
    return std::all_of(found->second.begin(), found->second.end(), [](const auto& write) {
        return parse_revision(write.first->last_resource_version()) >= write.second;
    });
}

}  // namespace kcheck::reference::controllers
