#include "reference/apiserver/watch_caches.hpp"

namespace kcheck::reference::apiserver {

namespace {

const std::string root = "/registry/";
constexpr std::size_t events_most = 4096;  // of a resource
constexpr auto wait_most = std::chrono::seconds(3);

}  // namespace

WatchCaches::WatchCaches(store::Store& store) {
    const auto stored = store.range(root);
    revision_ = stored.revision;
    for (const auto& resource : resources()) {
        auto cache = std::make_unique<WatchCache>(resource, events_most);
        cache->load(stored.items, stored.revision);
        by_name_[resource.plural] = cache.get();
        caches_[&resource] = std::move(cache);
    }
    // Of keys that are not Kubernetes' too: their commits are progress.
    watch_ = store.watch(
        {}, stored.revision, [this](const store::StoreEvent& event) { on_event(event); },
        [this](const std::string&) { on_end(); });
}

WatchCaches::~WatchCaches() {
    watch_.reset();
    for (const auto& [resource, cache] : caches_) cache->end_watches();
}

void WatchCaches::on_event(const store::StoreEvent& event) {
    if (const auto& key = event.current.key; key.starts_with(root)) {
        const auto end = key.find('/', root.size());
        const auto found = by_name_.find(key.substr(root.size(), end - root.size()));
        if (found != by_name_.end()) found->second->apply(event);
    }
    {
        const std::lock_guard lock(mutex_);
        revision_ = event.revision;
    }
    advanced_.notify_all();
}

void WatchCaches::on_end() {
    {
        const std::lock_guard lock(mutex_);
        broken_ = true;
    }
    for (const auto& [resource, cache] : caches_) cache->end_watches();
    advanced_.notify_all();
}

bool WatchCaches::wait_for(store::Revision revision) {
    std::unique_lock lock(mutex_);
    return advanced_.wait_for(lock, wait_most, [&] { return broken_ || revision_ >= revision; }) && !broken_;
}

store::Revision WatchCaches::revision() const {
    const std::lock_guard lock(mutex_);
    return revision_;
}

void WatchCaches::send_bookmarks() {
    const auto progress = revision();
    for (const auto& [resource, cache] : caches_) {
        cache->advance(progress);
        cache->send_bookmarks();
    }
}

}  // namespace kcheck::reference::apiserver
