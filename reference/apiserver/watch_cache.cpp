#include "reference/apiserver/watch_cache.hpp"

#include <algorithm>

namespace kcheck::reference::apiserver {

ObjectPtr decode_stored(const std::string& value, store::Revision revision) {
    Json object = Json::parse(value, nullptr, false);
    if (!object.is_object()) object = Json::object();
    set_resource_version(object, revision);
    return std::make_shared<const Json>(std::move(object));
}

void set_resource_version(Json& object, store::Revision revision) {
    Json& metadata = object["metadata"];
    if (!metadata.is_object()) metadata = Json::object();
    metadata["resourceVersion"] = std::to_string(revision);
}

void WatchCache::load(const std::vector<store::KeyValue>& items, store::Revision revision) {
    const std::lock_guard lock(mutex_);
    for (const auto& item : items)
        if (item.key.starts_with(resource_.key_prefix()))
            items_[item.key] = {decode_stored(item.value, item.mod_revision), item.mod_revision};
    forgotten_ = revision_ = revision;
}

void WatchCache::apply(const store::StoreEvent& event) {
    const std::lock_guard lock(mutex_);
    const auto& key = event.current.key;
    const auto found = items_.find(key);
    Event applied{event.revision, key, nullptr, found == items_.end() ? nullptr : found->second.object,
                  event.type == store::StoreEvent::Type::remove};
    if (applied.removed) {
        if (!applied.previous) return;
        Json last = *applied.previous;
        set_resource_version(last, event.revision);
        applied.current = std::make_shared<const Json>(std::move(last));
        items_.erase(found);
    } else {
        applied.current = decode_stored(event.current.value, event.revision);
        items_[key] = {applied.current, event.revision};
    }
    revision_ = std::max(revision_, event.revision);
    events_.push_back(std::move(applied));
    if (events_.size() > events_most_) {
        forgotten_ = events_.front().revision;
        events_.pop_front();
    }
    forget_stopped();
    for (const auto& watcher : watchers_) deliver(*watcher, events_.back());
}

void WatchCache::advance(store::Revision progress) {
    const std::lock_guard lock(mutex_);
    revision_ = std::max(revision_, progress);
}

CacheSnapshot WatchCache::list(const std::string& key_prefix, const Selection& selection) const {
    CacheSnapshot result;
    {
        const std::lock_guard lock(mutex_);
        result.revision = revision_;
        for (auto item = items_.lower_bound(key_prefix);
             item != items_.end() && item->first.starts_with(key_prefix); ++item)
            result.objects.push_back(item->second.object);
    }
    if (!selection.empty())
        std::erase_if(result.objects,
                      [&](const ObjectPtr& object) { return !selection.matches(resource_, *object); });
    return result;
}

ObjectPtr WatchCache::find(const std::string& key, store::Revision mod_revision) const {
    const std::lock_guard lock(mutex_);
    const auto found = items_.find(key);
    return found != items_.end() && found->second.revision == mod_revision ? found->second.object : nullptr;
}

ObjectPtr WatchCache::find(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = items_.find(key);
    return found == items_.end() ? nullptr : found->second.object;
}

std::shared_ptr<WatchCache::Watcher> WatchCache::watch(WatchOptions options) {
    auto watcher = std::make_shared<Watcher>(std::move(options));
    const auto& wanted = watcher->options_;
    const std::lock_guard lock(mutex_);
    if (ended_) throw store::StoreUnavailable("the watch cache is being rebuilt");
    if (wanted.after && *wanted.after < forgotten_) throw store::Compacted(forgotten_);
    forget_stopped();
    watchers_.push_back(watcher);
    if (wanted.after) {
        for (const auto& event : events_) deliver(*watcher, event);
        return watcher;
    }
    for (auto item = items_.lower_bound(wanted.key_prefix);
         item != items_.end() && item->first.starts_with(wanted.key_prefix); ++item)
        if (wanted.selection.matches(resource_, *item->second.object))
            watcher->send("ADDED", item->second.object);
    return watcher;
}

/// cache_watcher.go:convertToWatchEvent.
void WatchCache::deliver(Watcher& watcher, const Event& event) const {
    const auto& wanted = watcher.options_;
    if (wanted.after && event.revision <= *wanted.after) return;
    if (!event.key.starts_with(wanted.key_prefix)) return;
    const bool before = event.previous && wanted.selection.matches(resource_, *event.previous);
    const bool after = !event.removed && wanted.selection.matches(resource_, *event.current);
    if (after) {
        watcher.send(before ? "MODIFIED" : "ADDED", event.current);
    } else if (before && event.removed) {
        watcher.send("DELETED", event.current);
    } else if (before) {
        Json last = *event.previous;
        set_resource_version(last, event.revision);
        watcher.send("DELETED", std::make_shared<const Json>(std::move(last)));
    }
}

void WatchCache::send_bookmarks() {
    const std::lock_guard lock(mutex_);
    forget_stopped();
    for (const auto& watcher : watchers_) {
        if (!watcher->options_.bookmarks) continue;
        const auto revision = std::max(revision_, watcher->options_.after.value_or(0));
        const Json bookmark{
            {"kind", resource_.kind},
            {"apiVersion", resource_.api_version()},
            {"metadata", {{"resourceVersion", std::to_string(revision)}, {"creationTimestamp", nullptr}}}};
        watcher->send("BOOKMARK", std::make_shared<const Json>(bookmark));
    }
}

void WatchCache::end_watches() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (const auto& watcher : std::exchange(watchers_, {})) watcher->end();
}

void WatchCache::forget_stopped() {
    std::erase_if(watchers_, [](const auto& watcher) { return watcher->stopped(); });
}

void WatchCache::Watcher::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
}

void WatchCache::Watcher::send(const std::string& type, const ObjectPtr& object) {
    const std::lock_guard lock(mutex_);
    if (!stopped_) options_.on_event(type, object);
}

void WatchCache::Watcher::end() {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(stopped_, true)) options_.on_end();
}

bool WatchCache::Watcher::stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
}

}  // namespace kcheck::reference::apiserver
