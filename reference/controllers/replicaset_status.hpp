// What a ReplicaSet's status says of its pods (pkg/controller/replicaset/replica_set_utils.go).
#pragma once

#include <string>
#include <vector>

#include "reference/base/environment.hpp"
#include "reference/client/indexer.hpp"
#include "reference/controllers/failure.hpp"

namespace kcheck::reference::controllers {

/// The new status. `pods`: those that it owns and that are active. `diff`: how many of them are
/// too many (negative: missing). `failure`: of the creations or deletions of this sync.
/// observedGeneration is that of `replica_set`.
Json replica_set_status(const Json& replica_set, const std::vector<Object>& pods, int diff,
                        const SyncResult& failure, Time now);

/// Whether there is anything to write.
bool replica_set_status_differs(const Json& replica_set, const Json& status);

}  // namespace kcheck::reference::controllers
