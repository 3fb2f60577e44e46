// Deletion in up to two commits: the object is marked (deletionTimestamp, grace, finalizers of the
// garbage collector), and removed once its grace is 0 and it has no finalizers
// (registry/generic/registry/store.go:Delete, updateForGracefulDeletionAndFinalizers;
// registry/rest/delete.go:BeforeDelete; pkg/registry/core/pod/strategy.go:CheckGracefulDelete).
#include <algorithm>

#include <fmt/format.h>

#include "reference/apiserver/object_meta.hpp"
#include "reference/apiserver/registry.hpp"
#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr auto orphan = "orphan";
constexpr auto foreground = "foregroundDeletion";

struct Plan {
    Json object;           // as it is to be marked
    bool pending = false;  // being deleted already: nothing to do
    bool removes = false;  // after the mark
    bool marks = false;
};

void check_preconditions(const Resource& resource, const Json& object, const DeleteOptions& options) {
    const auto name = string_at(object, "/metadata/name");
    const auto uid = string_at(object, "/metadata/uid");
    if (options.uid && *options.uid != uid)
        throw conflict(
            resource.kind, resource.group, name,
            fmt::format("the UID in the precondition ({}) does not match the UID in record ({}). The "
                        "object might have been deleted and then recreated",
                        *options.uid, uid));
    const auto version = string_at(object, "/metadata/resourceVersion");
    if (options.resource_version && *options.resource_version != version)
        throw conflict(resource.kind, resource.group, name,
                       fmt::format("the ResourceVersion in the precondition ({}) does not match the "
                                   "ResourceVersion in record ({}). The object might have been modified",
                                   *options.resource_version, version));
}

void count_generation(Json& metadata) {
    if (const auto generation = int_at(metadata, "/generation"); generation > 0)
        metadata["generation"] = generation + 1;
}

std::int64_t grace_of_pod(const Json& pod, const DeleteOptions& options) {
    auto grace = options.grace_seconds.value_or(int_at(pod, "/spec/terminationGracePeriodSeconds"));
    const auto phase = string_at(pod, "/status/phase");
    if (string_at(pod, "/spec/nodeName").empty() || phase == "Failed" || phase == "Succeeded") grace = 0;
    return grace < 0 ? 1 : grace;
}

/// Longest times that a time stamp can still be moved by.
std::chrono::seconds seconds_of(std::int64_t grace) {
    constexpr std::int64_t century = 100LL * 366 * 24 * 3600;
    return std::chrono::seconds(std::clamp<std::int64_t>(grace, 0, century));
}

enum class Grace : std::uint8_t { none, marks, pending };

Grace plan_grace(Json& metadata, const Json& pod, const DeleteOptions& options, Time now) {
    if (!is_being_deleted(pod)) {
        const auto grace = grace_of_pod(pod, options);
        metadata["deletionTimestamp"] = to_rfc3339(now + seconds_of(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        count_generation(metadata);
        return Grace::marks;
    }
    const auto before = int_at(metadata, "/deletionGracePeriodSeconds");
    if (before == 0) return Grace::none;
    if (!options.grace_seconds || *options.grace_seconds >= before) return Grace::pending;
    const auto begun = from_rfc3339(string_at(metadata, "/deletionTimestamp")) - seconds_of(before);
    const auto grace = *options.grace_seconds < 0 ? 1 : *options.grace_seconds;
    metadata["deletionTimestamp"] = to_rfc3339(begun + seconds_of(grace));
    metadata["deletionGracePeriodSeconds"] = grace;
    return Grace::marks;
}

/// deletionFinalizersForGarbageCollection.
std::vector<std::string> planned_finalizers(const Json& object, const DeleteOptions& options) {
    bool orphans = has_finalizer(object, orphan);
    bool waits = has_finalizer(object, foreground);
    if (options.orphan_dependents) {
        orphans = *options.orphan_dependents;
        waits = false;
    } else if (!options.propagation_policy.empty()) {
        orphans = options.propagation_policy == "Orphan";
        waits = options.propagation_policy == "Foreground";
    }
    auto result = finalizers_of(object);
    std::erase_if(result, [](const std::string& name) { return name == orphan || name == foreground; });
    if (orphans) result.emplace_back(orphan);
    if (waits) result.emplace_back(foreground);
    return result;
}

void set_finalizers(Json& metadata, const std::vector<std::string>& finalizers) {
    if (finalizers.empty())
        metadata.erase("finalizers");
    else
        metadata["finalizers"] = finalizers;
}

Plan plan_deletion(const Resource& resource, const Json& current, const DeleteOptions& options, Time now) {
    Plan plan{.object = current};
    check_preconditions(resource, current, options);
    Json& metadata = plan.object["metadata"];
    const auto grace = resource.kind == "Pod" ? plan_grace(metadata, current, options, now) : Grace::none;
    if (grace == Grace::pending) {
        plan.pending = true;
        return plan;
    }
    const auto finalizers = planned_finalizers(current, options);
    if (finalizers != finalizers_of(current)) set_finalizers(metadata, finalizers);
    if (grace == Grace::marks) {
        plan.marks = true;
        plan.removes = finalizers.empty() && int_at(metadata, "/deletionGracePeriodSeconds") == 0;
        return plan;
    }
    if (finalizers.empty()) {
        plan.removes = true;
        return plan;
    }
    // Without a grace of its own, but somebody has to finish first (store.go:markAsDeleting).
    if (!is_being_deleted(current)) {
        count_generation(metadata);
        metadata["deletionTimestamp"] = to_rfc3339(now);
    }
    metadata["deletionGracePeriodSeconds"] = 0;
    plan.marks = plan.object != current;
    return plan;
}

}  // namespace

Deleted Registry::remove(const Call& call, const ObjectKey& key, DeleteOptions options) {
    for (auto stored = read(key);;) {
        if (!stored) throw not_found(key.resource, key.name);
        const auto current = decode(key, *stored);
        auto plan = plan_deletion(key.resource, *current, options, options_.now());
        // The first look decides, though a binding may come before the mark: CheckGracefulDelete leaves its
        // grace in the options.
        if (plan.marks && key.resource.kind == "Pod")
            options.grace_seconds = int_at(plan.object, "/metadata/deletionGracePeriodSeconds");
        if (plan.pending) return {*current, false};
        if (call.dry_run) return {std::move(plan.object), plan.removes};
        if (plan.marks) {
            auto result = write(call, key, plan.object, stored->mod_revision);
            if (!result.committed) {
                stored = std::move(result.current);
                continue;
            }
            set_resource_version(plan.object, result.revision);
        }
        if (!plan.removes) return {std::move(plan.object), false};
        return {remove_now(call, key, std::move(plan.object), plan.marks, options), true};
    }
}

/// The second commit. Somebody else may be faster, which is as good if the object has been marked.
Json Registry::remove_now(const Call& call, const ObjectKey& key, Json last, bool marked,
                          const DeleteOptions& options) {
    const auto uid = string_at(last, "/metadata/uid");
    // That there is no room now does not say that nothing has happened: the mark has been committed.
    const auto remove_marked = [&](const std::string& version) {
        try {
            return write(call, key, Json(), std::stoll(version));
        } catch (const store::StoreFull& error) {
            if (!marked) throw;
            throw store::StoreUnavailable(error.what());
        }
    };
    for (;;) {
        const auto version = string_at(last, "/metadata/resourceVersion");
        const auto result = remove_marked(version);
        if (result.committed) {
            set_resource_version(last, result.revision);
            return last;
        }
        const auto current = result.current ? decode(key, *result.current) : nullptr;
        if (!current || string_at(*current, "/metadata/uid") != uid) {
            if (marked) return last;
            throw not_found(key.resource, key.name);
        }
        // A mark of our own has changed the resourceVersion that the caller has named.
        if (!marked) check_preconditions(key.resource, *current, options);
        last = *current;
    }
}

}  // namespace kcheck::reference::apiserver
