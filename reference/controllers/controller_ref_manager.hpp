// Which of its would-be children a controller owns: adopts those that match and are nobody's,
// releases those that are its own and match no more (pkg/controller/controller_ref_manager.go).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reference/client/api.hpp"
#include "reference/client/indexer.hpp"
#include "reference/controllers/failure.hpp"

namespace kcheck::reference::controllers {

struct ResourceKind {
    std::string api_version, kind, plural;
};
inline const ResourceKind replica_set_kind{"apps/v1", "ReplicaSet", "replicasets"};

struct Claim {
    Object owner;  // its spec.selector says which children match
    ResourceKind owner_kind;
    ResourceKind child_kind;
    std::vector<Object> candidates;
    /// Told of every child that was patched, as the reply has it. May be empty.
    std::function<void(const Json& child)> on_patched = {};
};

struct Claimed {
    std::vector<Object> children;
    SyncResult failure;  // the first; the others were tried nevertheless
};

/// Before the first adoption the owner is read once from kube-apiserver: a cached one may have
/// been deleted meanwhile. Patches carry the child's UID.
Task<Claimed> claim_children(client::Api& api, Claim claim);

}  // namespace kcheck::reference::controllers
