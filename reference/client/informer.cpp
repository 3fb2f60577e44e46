#include "reference/client/informer.hpp"

#include <algorithm>

#include "reference/base/objects.hpp"
#include "reference/client/requests.hpp"

namespace kcheck::reference::client {

namespace {

using std::chrono::milliseconds;

// reflector.go:NewReflectorWithOptions, without the jitter.
constexpr milliseconds backoff_min{800};
constexpr milliseconds backoff_max{30'000};

}  // namespace

Informer::Informer(Environment& environment, Api& api, InformerOptions options)
    : environment_(environment), api_(api), options_(std::move(options)), backoff_(backoff_min) {}

void Informer::start() { spawn(list()); }

Task<> Informer::list() {
    Request request = get_request(options_.path);
    request.query = options_.selectors;
    const Response response = co_await api_.call(std::move(request));
    if (!response.is_success()) {
        retry();
        co_return;
    }
    must_list_ = false;
    replace(response.body);
    if (!synced_) {
        synced_ = true;
        for (const auto& callback : synced_callbacks_) callback();
        if (options_.resync_period.count() > 0) resync();
    }
    watch();
}

/// controller.go:processReplacedAllInfo: the deleted first, then the rest.
void Informer::replace(const Json& list) {
    last_ = resource_version_of(list);
    std::map<std::string, Object> listed;
    const Json& items = member(list, "items");
    for (const auto& item : items) listed[key_of(item)] = std::make_shared<const Json>(item);
    std::vector<std::pair<std::string, Object>> gone;
    for (const auto& [key, object] : store_.objects())
        if (!listed.contains(key)) gone.emplace_back(key, object);
    for (const auto& [key, object] : gone) drop(key, object, true);
    for (auto& [key, object] : listed) store(std::move(object));
}

void Informer::watch() {
    Request request = get_request(options_.path);
    request.query = options_.selectors;
    request.query["resourceVersion"] = last_;
    request.query["allowWatchBookmarks"] = "true";
    stream_ = api_.watch(std::move(request),
                         {[this](WatchEvent event) { receive(std::move(event)); }, [this] { retry(); }});
}

void Informer::receive(WatchEvent event) {
    if (event.type == "ERROR") {
        // Compacted (410 Expired or Gone): only a list can help. Anything else may pass.
        if (int_at(event.object, "/code") == 410) must_list_ = true;
        return;
    }
    progressed_ = true;
    last_ = resource_version_of(event.object);
    if (event.type == "BOOKMARK") return;
    auto object = std::make_shared<const Json>(std::move(event.object));
    if (event.type == "DELETED")
        drop(key_of(*object), object, false);
    else
        store(std::move(object));
}

/// The old stream must not be destroyed from within its own callback: a timer does it.
void Informer::retry() {
    milliseconds delay{0};
    if (std::exchange(progressed_, false))
        backoff_ = backoff_min;
    else
        delay = std::exchange(backoff_, std::min(2 * backoff_, backoff_max));
    environment_.after(delay, {options_.component, must_list_ ? "list" : "watch", options_.path}, [this] {
        stream_.reset();
        if (must_list_)
            spawn(list());
        else
            watch();
    });
}

void Informer::resync() {
    environment_.after(options_.resync_period, {options_.component, "resync", options_.path}, [this] {
        for (const auto& object : store_.list())
            for (const auto& handlers : handlers_)
                if (handlers.on_update) handlers.on_update(object, object);
        resync();
    });
}

void Informer::store(Object object) {
    const auto old = store_.put(key_of(*object), object);
    for (const auto& handlers : handlers_) {
        if (old && handlers.on_update) handlers.on_update(old, object);
        if (!old && handlers.on_add) handlers.on_add(object);
    }
}

void Informer::drop(const std::string& key, const Object& last_seen, bool final_state_unknown) {
    store_.remove(key);
    for (const auto& handlers : handlers_)
        if (handlers.on_delete) handlers.on_delete(last_seen, final_state_unknown);
}

void when_synced(const std::vector<Informer*>& informers, const std::function<void()>& then) {
    const auto left = std::make_shared<std::size_t>(informers.size());
    for (auto* informer : informers)
        informer->on_synced([left, then] {
            if (--*left == 0) then();
        });
}

}  // namespace kcheck::reference::client
