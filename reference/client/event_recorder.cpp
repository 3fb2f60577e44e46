#include "reference/client/event_recorder.hpp"

#include <fmt/format.h>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::client {

namespace {

constexpr std::size_t known_max = 4096;  // events_cache.go:maxLruCacheEntries

}  // namespace

EventRecorder::EventRecorder(Environment& environment, Api& api, std::string component, bool enabled)
    : environment_(environment), api_(api), component_(std::move(component)), enabled_(enabled) {}

void EventRecorder::record(const Json& object, const std::string& api_version, const std::string& kind,
                           const std::string& type, const std::string& reason, const std::string& message) {
    if (!enabled_) return;
    const auto now = environment_.now();
    const auto ignore = [](const Response&) {};
    const auto identity = fmt::format("{} {} {} {}", uid_of(object), type, reason, message);
    if (const auto known = known_.find(identity); known != known_.end()) {
        const Json again = {{"count", ++known->second.count}, {"lastTimestamp", to_rfc3339(now)}};
        api_.send(patch_request(known->second.path, again), ignore);
        return;
    }
    const auto space = namespace_of(object).empty() ? "default" : namespace_of(object);
    const auto path = collection_path("v1", "events", space);
    const auto nanoseconds =
        std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    const auto name = fmt::format("{}.{:x}", name_of(object), nanoseconds);
    const Json event = {{"apiVersion", "v1"},
                        {"kind", "Event"},
                        {"metadata", {{"name", name}, {"namespace", space}}},
                        {"involvedObject",
                         {{"apiVersion", api_version},
                          {"kind", kind},
                          {"name", name_of(object)},
                          {"namespace", namespace_of(object)},
                          {"uid", uid_of(object)},
                          {"resourceVersion", resource_version_of(object)}}},
                        {"type", type},
                        {"reason", reason},
                        {"message", message},
                        {"source", {{"component", component_}}},
                        {"count", 1},
                        {"firstTimestamp", to_rfc3339(now)},
                        {"lastTimestamp", to_rfc3339(now)}};
    if (known_.size() >= known_max) known_.clear();
    known_.emplace(identity, Known{path + "/" + name, 1});
    api_.send(post_request(path, event), ignore);
}

}  // namespace kcheck::reference::client
