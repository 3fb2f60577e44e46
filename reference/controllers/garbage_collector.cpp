#include "reference/controllers/garbage_collector.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::controllers {

namespace {

constexpr std::size_t gc_workers = 20;   // --concurrent-gc-syncs
constexpr std::size_t absent_max = 500;  // garbagecollector.go:NewGarbageCollector
constexpr int conflicts_max = 5;         // client-go/util/retry: DefaultBackoff, without its delays

std::string policy_of(const Json& object) {
    if (has_deletion_finalizer(object, finalizer_orphan)) return "Orphan";
    if (has_deletion_finalizer(object, finalizer_foreground)) return "Foreground";
    return "Background";
}

}  // namespace

GarbageCollector::GarbageCollector(Environment& environment, client::Api& api,
                                   std::vector<CollectedKind> kinds)
    : api_(api),
      kinds_(std::move(kinds)),
      to_delete_(environment, "garbage-collector", gc_workers, [this](std::string uid) { return sync(uid); }),
      to_orphan_(environment, "garbage-collector-orphan", gc_workers,
                 [this](std::string uid) { return sync_orphan(uid); }) {}

void GarbageCollector::start() {
    std::vector<client::Informer*> informers;
    for (const auto& kind : kinds_) {
        const auto observe = [this, kind](const Object& object) {
            enqueue(graph_.observe(*object, kind.api_version, kind.kind));
        };
        const auto forget = [this](const Object& object) {
            if (graph_.find(uid_of(*object)) != nullptr) remember_absent(uid_of(*object));
            enqueue(graph_.remove(uid_of(*object)));
        };
        kind.informer->add_handlers({observe,
                                     [observe, forget](const Object& old, const Object& current) {
                                         if (uid_of(*old) != uid_of(*current)) forget(old);
                                         observe(current);
                                     },
                                     [forget](const Object& object, bool) { forget(object); }});
        informers.push_back(kind.informer);
    }
    client::when_synced(informers, [this] {
        to_delete_.start();
        to_orphan_.start();
    });
}

void GarbageCollector::enqueue(const GraphWork& work) {
    for (const auto& uid : work.to_delete) to_delete_.add(uid);
    for (const auto& uid : work.to_orphan) to_orphan_.add(uid);
}

/// garbagecollector.go:attemptToDeleteWorker.
Task<> GarbageCollector::sync(std::string uid) {
    const Outcome outcome = co_await attempt_to_delete(uid);
    if (outcome == Outcome::absent) enqueue(graph_.remove(uid));  // the "virtual delete event"
    const auto* node = graph_.find(uid);
    // It exists, but the informer has yet to show it.
    const bool is_awaited = node != nullptr && !node->observed && is_known_kind(node->identity);
    if (outcome == Outcome::retry || is_awaited)
        to_delete_.add_rate_limited(uid);
    else
        to_delete_.forget(uid);
}

/// garbagecollector.go:attemptToDeleteItem.
Task<GarbageCollector::Outcome> GarbageCollector::attempt_to_delete(std::string uid) {
    const auto* node = graph_.find(uid);
    if (node == nullptr) co_return Outcome::done;
    if (node->deleting && !node->deleting_dependents) co_return Outcome::done;
    const ObjectIdentity item = node->identity;
    if (!is_known_kind(item)) co_return Outcome::done;
    const Latest latest = co_await get_latest(item);
    if (latest.failed) co_return Outcome::retry;
    if (!latest.found) co_return Outcome::absent;

    node = graph_.find(uid);  // it may have changed while the request was on its way
    if (node == nullptr) co_return Outcome::done;
    if (node->deleting_dependents) {
        const Outcome outcome = co_await process_deleting_dependents(uid);
        co_return outcome;
    }
    const auto references = owner_references(latest.object);
    if (references.empty()) co_return Outcome::done;
    const Classified owners = co_await classify(references);
    if (owners.failed) co_return Outcome::retry;

    if (!owners.solid.empty()) {
        auto lost = owners.dangling;
        lost.insert(lost.end(), owners.waiting.begin(), owners.waiting.end());
        if (lost.empty()) co_return Outcome::done;
        const Outcome outcome = co_await remove_references(item, lost);
        co_return outcome;
    }
    std::string policy = policy_of(latest.object);
    node = graph_.find(uid);
    if (!owners.waiting.empty() && node != nullptr && !node->dependents.empty()) {
        policy = "Foreground";
        if (has_dependent_deleting_dependents(*node)) {  // perhaps a circle: nobody waits for this one
            const Outcome unblocked = co_await unblock_references(item);
            if (unblocked != Outcome::done) co_return unblocked;
        }
    }
    const Outcome outcome = co_await delete_object(latest.object, item, policy);
    co_return outcome;
}

/// garbagecollector.go:processDeletingDependentsItem.
Task<GarbageCollector::Outcome> GarbageCollector::process_deleting_dependents(std::string uid) {
    const auto* node = graph_.find(uid);
    const auto blocking = graph_.blocking_dependents(*node);
    if (blocking.empty()) {
        const ObjectIdentity item = node->identity;
        const Outcome outcome = co_await remove_finalizer(item, finalizer_foreground);
        co_return outcome;
    }
    for (const auto* dependent : blocking)
        if (!dependent->deleting_dependents) to_delete_.add(dependent->identity.uid);
    co_return Outcome::done;
}

bool GarbageCollector::has_dependent_deleting_dependents(const GraphNode& node) const {
    return std::any_of(node.dependents.begin(), node.dependents.end(), [&](const std::string& uid) {
        const auto* dependent = graph_.find(uid);
        return dependent != nullptr && dependent->deleting_dependents;
    });
}

/// garbagecollector.go:classifyReferences, isDangling.
Task<GarbageCollector::Classified> GarbageCollector::classify(std::vector<OwnerReference> references) {
    Classified result;
    for (const auto& reference : references) {
        const ObjectIdentity& owner = reference.owner;
        if (!is_known_kind(owner)) {
            result.solid.push_back(owner.uid);
            continue;
        }
        if (absent_.contains(owner.uid)) {
            result.dangling.push_back(owner.uid);
            continue;
        }
        const Latest latest = co_await get_latest(owner);
        if (latest.failed) {
            result.failed = true;
            co_return result;
        }
        if (!latest.found) {
            remember_absent(owner.uid);
            result.dangling.push_back(owner.uid);
        } else if (is_deleting(latest.object) &&
                   has_deletion_finalizer(latest.object, finalizer_foreground)) {
            result.waiting.push_back(owner.uid);
        } else {
            result.solid.push_back(owner.uid);
        }
    }
    co_return result;
}

Task<GarbageCollector::Latest> GarbageCollector::get_latest(ObjectIdentity item) {
    Latest latest;
    Response response = co_await api_.call(client::get_request(path_of(item)));
    latest.failed = !response.is_success() && response.status != 404;
    latest.found = response.is_success() && uid_of(response.body) == item.uid;
    latest.object = std::move(response.body);
    co_return latest;
}

/// garbagecollector/operations.go:deleteObject.
Task<GarbageCollector::Outcome> GarbageCollector::delete_object(Json object, ObjectIdentity item,
                                                                std::string policy) {
    Json preconditions = {{"uid", item.uid}, {"resourceVersion", resource_version_of(object)}};
    for (bool is_last = false;; is_last = true) {
        auto request = client::delete_request(path_of(item));
        request.body = {{"apiVersion", "v1"},
                        {"kind", "DeleteOptions"},
                        {"preconditions", preconditions},
                        {"propagationPolicy", policy}};
        const Response response = co_await api_.call(std::move(request));
        if (response.is_success()) co_return Outcome::done;
        if (response.status == 404) co_return Outcome::absent;
        if (response.status != 409 || is_last) co_return Outcome::retry;
        const Latest latest = co_await get_latest(item);
        if (latest.failed) co_return Outcome::retry;
        if (!latest.found) co_return Outcome::absent;
        const auto pointer = "/metadata/ownerReferences";
        if (at(latest.object, pointer) != at(object, pointer)) co_return Outcome::retry;
        preconditions.erase("resourceVersion");
    }
}

/// controller_ref_manager.go:GenerateDeleteOwnerRefStrategicMergeBytes.
Task<GarbageCollector::Outcome> GarbageCollector::remove_references(ObjectIdentity item,
                                                                    std::vector<std::string> owners) {
    Json references = Json::array();
    for (const auto& uid : owners) references.push_back({{"$patch", "delete"}, {"uid", uid}});
    const Json patch = {{"metadata", {{"uid", item.uid}, {"ownerReferences", references}}}};
    const Response response = co_await api_.call(client::patch_request(path_of(item), patch));
    co_return response.is_success() || response.status == 404 ? Outcome::done : Outcome::retry;
}

/// garbagecollector/patch.go:unblockOwnerReferencesStrategicMergePatch.
Task<GarbageCollector::Outcome> GarbageCollector::unblock_references(ObjectIdentity item) {
    Json references = Json::array();
    const auto* node = graph_.find(item.uid);
    for (const auto& reference : node->owners)
        if (reference.blocks)
            references.push_back({{"uid", reference.owner.uid}, {"blockOwnerDeletion", false}});
    const Json patch = {{"metadata", {{"uid", item.uid}, {"ownerReferences", references}}}};
    const Response response = co_await api_.call(client::patch_request(path_of(item), patch));
    co_return response.is_success() ? Outcome::done : Outcome::retry;
}

/// garbagecollector/operations.go:removeFinalizer. Guarded by the resourceVersion.
Task<GarbageCollector::Outcome> GarbageCollector::remove_finalizer(ObjectIdentity item,
                                                                   std::string finalizer) {
    for (int attempt = 0; attempt < conflicts_max; ++attempt) {
        const Latest latest = co_await get_latest(item);
        if (latest.failed) co_return Outcome::retry;
        if (!latest.found || !has_deletion_finalizer(latest.object, finalizer)) co_return Outcome::done;
        Json left = Json::array();
        for (const auto& other : at(latest.object, "/metadata/finalizers"))
            if (other != finalizer) left.push_back(other);
        auto request = client::patch_request(
            path_of(item),
            {{"metadata", {{"resourceVersion", resource_version_of(latest.object)}, {"finalizers", left}}}});
        request.content_type = "application/merge-patch+json";
        const Response response = co_await api_.call(std::move(request));
        if (response.is_success() || response.status == 404) co_return Outcome::done;
        if (response.status != 409) co_return Outcome::retry;
    }
    co_return Outcome::retry;
}

/// garbagecollector.go:attemptToOrphanWorker.
Task<> GarbageCollector::sync_orphan(std::string uid) {
    const auto* node = graph_.find(uid);
    if (node == nullptr) co_return;
    const ObjectIdentity owner = node->identity;
    bool failed = false;
    std::vector<Task<>> patches;
    for (const auto& dependent : node->dependents)
        if (const auto* found = graph_.find(dependent))
            patches.push_back(orphan_dependent(found->identity, uid, &failed));
    co_await WhenAll(std::move(patches));
    if (!failed) {
        const Outcome outcome = co_await remove_finalizer(owner, finalizer_orphan);
        failed = outcome == Outcome::retry;
    }
    if (failed)
        to_orphan_.add_rate_limited(uid);
    else
        to_orphan_.forget(uid);
}

Task<> GarbageCollector::orphan_dependent(ObjectIdentity dependent, std::string owner, bool* failed) {
    const std::vector<std::string> owners(1, owner);
    const Outcome outcome = co_await remove_references(dependent, owners);
    if (outcome == Outcome::retry) *failed = true;
}

bool GarbageCollector::is_known_kind(const ObjectIdentity& item) const {
    return std::any_of(kinds_.begin(), kinds_.end(), [&](const CollectedKind& kind) {
        return kind.api_version == item.api_version && kind.kind == item.kind;
    });
}

std::string GarbageCollector::path_of(const ObjectIdentity& item) const {
    const auto kind = std::find_if(kinds_.begin(), kinds_.end(), [&](const CollectedKind& candidate) {
        return candidate.api_version == item.api_version && candidate.kind == item.kind;
    });
    return client::collection_path(kind->api_version, kind->plural, item.space) + "/" + item.name;
}

void GarbageCollector::remember_absent(const std::string& uid) {
    if (!absent_.insert(uid).second) return;
    absent_age_.push_back(uid);
    if (absent_age_.size() <= absent_max) return;
    absent_.erase(absent_age_.front());
    absent_age_.pop_front();
}

}  // namespace kcheck::reference::controllers
