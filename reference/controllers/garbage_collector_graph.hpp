// Who owns whom, as far as the garbage collector has seen
// (pkg/controller/garbagecollector: graph.go, graph_builder.go).
//
// Nodes are objects by UID. An owner that is named by an object but has not been seen itself is in
// the graph as well, unobserved: whether it exists is found out by asking for it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "reference/base/json.hpp"

namespace kcheck::reference::controllers {

struct ObjectIdentity {
    std::string api_version, kind, space, name, uid;
};

struct OwnerReference {
    ObjectIdentity owner;
    bool blocks = false;  // blockOwnerDeletion
    bool operator==(const OwnerReference& other) const {
        return owner.uid == other.owner.uid && blocks == other.blocks;
    }
};
std::vector<OwnerReference> owner_references(const Json& object);

struct GraphNode {
    ObjectIdentity identity;
    std::vector<OwnerReference> owners = {};
    std::set<std::string> dependents = {};  // UIDs
    bool observed = false;
    bool deleting = false;             // has a deletionTimestamp
    bool deleting_dependents = false;  // and the finalizer foregroundDeletion
    bool orphaning = false;            // and the finalizer orphan
};

/// UIDs of what is to be looked at because of a change.
struct GraphWork {
    std::set<std::string> to_delete = {};
    std::set<std::string> to_orphan = {};  // owners that are to be taken from their dependents
};

class OwnerGraph {
public:
    /// An object is new or has changed. `api_version`, `kind`: items of lists do not say them.
    GraphWork observe(const Json& object, const std::string& api_version, const std::string& kind);
    /// An object is gone, or turned out never to have been there.
    GraphWork remove(const std::string& uid);

    const GraphNode* find(const std::string& uid) const;  // null: there is none
    /// Dependents without which the owner's foreground deletion has to wait.
    std::vector<const GraphNode*> blocking_dependents(const GraphNode& owner) const;

private:
    void change_owners(GraphNode& node, std::vector<OwnerReference> owners, GraphWork& work);

    std::map<std::string, GraphNode> nodes_;
};

/// metadata.finalizers, as far as the garbage collector knows them.
constexpr auto finalizer_foreground = "foregroundDeletion";
constexpr auto finalizer_orphan = "orphan";
bool has_deletion_finalizer(const Json& object, const std::string& finalizer);

}  // namespace kcheck::reference::controllers
