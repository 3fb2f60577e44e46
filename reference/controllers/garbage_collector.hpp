// The garbage collector: deletes what has lost its owners, and carries out foreground and orphaning
// deletion (pkg/controller/garbagecollector/garbagecollector.go).
//
// The graph comes from informers and may be behind; before anything is deleted, the object and each
// of its owners are read from kube-apiserver, by name and UID. Deletions carry the UID and the
// resourceVersion that was read; one that conflicts only over other fields than the owners is
// repeated without the resourceVersion. Dependents that the graph has not seen when their owner is
// orphaned keep their reference, and are collected later, as in Kubernetes.
//
// Only the kinds that it is given are collected; an owner of any other kind counts as existing.
// Activities: {"garbage-collector", "sync", UID}, {"garbage-collector-orphan", "sync", UID}.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "reference/client/api.hpp"
#include "reference/client/informer.hpp"
#include "reference/client/work_queue.hpp"
#include "reference/controllers/garbage_collector_graph.hpp"

namespace kcheck::reference::controllers {

struct CollectedKind {
    std::string api_version, kind, plural;  // "apps/v1", "ReplicaSet", "replicasets"
    client::Informer* informer = nullptr;   // of all of them, shared with other controllers
};

class GarbageCollector {
public:
    GarbageCollector(Environment& environment, client::Api& api, std::vector<CollectedKind> kinds);
    GarbageCollector(const GarbageCollector&) = delete;
    GarbageCollector& operator=(const GarbageCollector&) = delete;

    /// Before the informers are started. Begins once all have synced.
    void start();

private:
    enum class Outcome : std::uint8_t { done, retry, absent };
    /// An object as kube-apiserver has it now. found: false: there is none of that UID.
    struct Latest {
        bool failed = false;
        bool found = false;
        Json object;
    };
    struct Classified {
        bool failed = false;
        std::vector<std::string> solid, dangling, waiting;  // UIDs of owners
    };

    void enqueue(const GraphWork& work);
    Task<> sync(std::string uid);
    Task<Outcome> attempt_to_delete(std::string uid);
    Task<Outcome> process_deleting_dependents(std::string uid);
    Task<Outcome> remove_references(ObjectIdentity item, std::vector<std::string> owners);
    Task<Outcome> unblock_references(ObjectIdentity item);
    Task<Outcome> delete_object(Json object, ObjectIdentity item, std::string policy);
    Task<Outcome> remove_finalizer(ObjectIdentity item, std::string finalizer);
    Task<Classified> classify(std::vector<OwnerReference> references);
    Task<Latest> get_latest(ObjectIdentity item);

    Task<> sync_orphan(std::string uid);
    Task<> orphan_dependent(ObjectIdentity dependent, std::string owner, bool* failed);

    bool has_dependent_deleting_dependents(const GraphNode& node) const;
    std::string path_of(const ObjectIdentity& item) const;
    bool is_known_kind(const ObjectIdentity& item) const;
    void remember_absent(const std::string& uid);

    client::Api& api_;
    std::vector<CollectedKind> kinds_;
    OwnerGraph graph_;
    client::WorkQueue to_delete_, to_orphan_;
    std::set<std::string> absent_;        // owners that are known not to exist: uid_cache.go
    std::deque<std::string> absent_age_;  // the same, oldest first
};

}  // namespace kcheck::reference::controllers
