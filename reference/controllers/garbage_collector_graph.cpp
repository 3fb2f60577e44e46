#include "reference/controllers/garbage_collector_graph.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"

namespace kcheck::reference::controllers {

namespace {

const OwnerReference* reference_to(const std::vector<OwnerReference>& owners, const std::string& uid) {
    const auto found = std::find_if(owners.begin(), owners.end(), [&](const OwnerReference& reference) {
        return reference.owner.uid == uid;
    });
    return found == owners.end() ? nullptr : &*found;
}

}  // namespace

bool has_deletion_finalizer(const Json& object, const std::string& finalizer) {
    const Json& finalizers = at(object, "/metadata/finalizers");
    return std::find(finalizers.begin(), finalizers.end(), Json(finalizer)) != finalizers.end();
}

std::vector<OwnerReference> owner_references(const Json& object) {
    std::vector<OwnerReference> references;
    for (const auto& owner : at(object, "/metadata/ownerReferences"))
        references.push_back({{string_at(owner, "/apiVersion"), string_at(owner, "/kind"),
                               namespace_of(object), string_at(owner, "/name"), string_at(owner, "/uid")},
                              bool_at(owner, "/blockOwnerDeletion")});
    return references;
}

/// graph_builder.go:processGraphChanges, addEvent and updateEvent; processTransitions.
GraphWork OwnerGraph::observe(const Json& object, const std::string& api_version, const std::string& kind) {
    GraphWork work;
    const auto uid = uid_of(object);
    GraphNode& node = nodes_[uid];
    node.identity = {api_version, kind, namespace_of(object), name_of(object), uid};
    node.observed = true;
    node.deleting = is_deleting(object);
    change_owners(node, owner_references(object), work);

    const bool orphaning = node.deleting && has_deletion_finalizer(object, finalizer_orphan);
    if (orphaning && !std::exchange(node.orphaning, true)) work.to_orphan.insert(uid);
    const bool foreground = node.deleting && has_deletion_finalizer(object, finalizer_foreground);
    if (foreground && !std::exchange(node.deleting_dependents, true)) {
        work.to_delete.insert(uid);
        work.to_delete.insert(node.dependents.begin(), node.dependents.end());
    }
    return work;
}

/// addDependentToOwners, removeDependentFromOwners, addUnblockedOwnersToDeleteQueue.
void OwnerGraph::change_owners(GraphNode& node, std::vector<OwnerReference> owners, GraphWork& work) {
    const auto& uid = node.identity.uid;
    for (const auto& old : node.owners) {
        const auto* kept = reference_to(owners, old.owner.uid);
        const auto owner = nodes_.find(old.owner.uid);
        if (owner == nodes_.end()) continue;
        if (kept == nullptr) owner->second.dependents.erase(uid);
        const bool unblocked = old.blocks && (kept == nullptr || !kept->blocks);
        if (unblocked && owner->second.deleting_dependents) work.to_delete.insert(old.owner.uid);
    }
    for (const auto& reference : owners) {
        if (reference_to(node.owners, reference.owner.uid) != nullptr) continue;
        const auto [owner, is_new] = nodes_.try_emplace(reference.owner.uid, GraphNode{reference.owner});
        owner->second.dependents.insert(uid);
        if (is_new) work.to_delete.insert(reference.owner.uid);
    }
    node.owners = std::move(owners);
}

/// graph_builder.go:processGraphChanges, deleteEvent.
GraphWork OwnerGraph::remove(const std::string& uid) {
    GraphWork work;
    const auto found = nodes_.find(uid);
    if (found == nodes_.end()) return work;
    const GraphNode node = std::move(found->second);
    nodes_.erase(found);
    work.to_delete = node.dependents;
    for (const auto& reference : node.owners) {
        const auto owner = nodes_.find(reference.owner.uid);
        if (owner == nodes_.end()) continue;
        owner->second.dependents.erase(uid);
        if (owner->second.deleting_dependents) work.to_delete.insert(reference.owner.uid);
    }
    return work;
}

const GraphNode* OwnerGraph::find(const std::string& uid) const {
    const auto found = nodes_.find(uid);
    return found == nodes_.end() ? nullptr : &found->second;
}

std::vector<const GraphNode*> OwnerGraph::blocking_dependents(const GraphNode& owner) const {
    std::vector<const GraphNode*> blocking;
    for (const auto& uid : owner.dependents) {
        const auto* dependent = find(uid);
        if (dependent == nullptr) continue;
        const auto* reference = reference_to(dependent->owners, owner.identity.uid);
        if (reference != nullptr && reference->blocks) blocking.push_back(dependent);
    }
    return blocking;
}

}  // namespace kcheck::reference::controllers
