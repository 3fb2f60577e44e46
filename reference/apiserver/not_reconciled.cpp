#include "reference/apiserver/not_reconciled.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reference/apiserver/status_error.hpp"
#include "reference/apiserver/strategy.hpp"
#include "reference/base/json_access.hpp"
#include "reference/store/store.hpp"

namespace kcheck::reference::apiserver {

namespace {

const User reporter{"system:apiserver", {"system:masters"}};

Json event_about(const Resource& resource, const Json& object, const std::string& now) {
    const Json& metadata = member(object, "metadata");
    const auto space = text_of(metadata, "namespace");
    // A UID is given once: so is the event. Names of RBAC may be what an event's may not.
    auto name = fmt::format("{}.{}", text_of(metadata, "name"), text_of(metadata, "uid").substr(0, 8));
    std::replace_if(
        name.begin(), name.end(),
        [](char c) { return c != '.' && (c < 'a' || c > 'z') && (c < '0' || c > '9'); }, '-');
    return {{"apiVersion", "v1"},
            {"kind", "Event"},
            {"metadata", {{"name", name}, {"namespace", space.empty() ? "default" : space}}},
            {"involvedObject",
             {{"apiVersion", resource.api_version()},
              {"kind", resource.kind},
              {"name", text_of(metadata, "name")},
              {"namespace", space},
              {"uid", text_of(metadata, "uid")},
              {"resourceVersion", text_of(metadata, "resourceVersion")}}},
            {"type", "Warning"},
            {"reason", "NotReconciled"},
            {"message", fmt::format("{} is stored, but nothing in this cluster acts on it: {}", resource.kind,
                                    resource.not_reconciled)},
            {"source", {{"component", "kube-apiserver"}}},
            {"count", 1},
            {"firstTimestamp", now},
            {"lastTimestamp", now}};
}

}  // namespace

void report_not_reconciled(Registry& registry, const Resource& resource, const Json& created) {
    if (resource.not_reconciled.empty()) return;
    static const Resource& events = *find_resource("", "v1", "events");
    try {
        Json event = decode_object(events, event_about(resource, created, to_rfc3339(registry.now())));
        const auto space = text_of(member(event, "metadata"), "namespace");
        registry.create(Call{reporter, "create"}, {events, space, ""}, std::move(event));
    } catch (const StatusError&) {
        // A name that is too long for an event's, or one that is there already.
    } catch (const store::StoreUnavailable&) {
        // The object is stored, and that is what its creator is told.
    }
}

}  // namespace kcheck::reference::apiserver
