// Lists: consistent, of a cache, or as of a revision; in pages whose tokens name the revision of the
// first (etcd3/store.go:GetList, cacher/delegator.go, storage/continue.go).
#include <algorithm>

#include <fmt/format.h>

#include "reference/apiserver/registry.hpp"
#include "reference/apiserver/status_error.hpp"
#include "reference/base/base64.hpp"

namespace kcheck::reference::apiserver {

namespace {

struct Continuation {
    store::Revision revision = 0;
    std::string start;  // the key to go on from, after the prefix
};

std::string write_token(const Continuation& continuation) {
    const Json token{{"v", "meta.k8s.io/v1"}, {"rv", continuation.revision}, {"start", continuation.start}};
    return base64url_encode(token.dump());
}

Continuation read_token(const std::string& text) {
    const auto decoded = base64url_decode(text);
    const Json token = decoded ? Json::parse(*decoded, nullptr, false) : Json();
    const Continuation result{int_at(token, "/rv"), string_at(token, "/start")};
    const bool known =
        string_at(token, "/v") == "meta.k8s.io/v1" && result.revision > 0 && !result.start.empty();
    if (!known) throw bad_request("continue key is not valid: incorrect encoding or version");
    return result;
}

/// The first key after that of `object`.
std::string after(const ObjectKey& key, const Json& object) {
    const ObjectKey last{key.resource, string_at(object, "/metadata/namespace"),
                         string_at(object, "/metadata/name")};
    return last.text().substr(key.text().size()) + '\0';
}

}  // namespace

ListResult Registry::list(const ObjectKey& key, const ListOptions& options) {
    if (!options.continue_token.empty()) {
        if (options.revision.value_or(0) != 0)
            throw bad_request("specifying resource version is not allowed when using continue");
        const auto continuation = read_token(options.continue_token);
        try {
            return list_store(key, options, continuation.revision, continuation.start);
        } catch (const store::Compacted&) {
            throw expired(
                "The provided continue parameter is too old to display a consistent list result. You must "
                "start "
                "a new list without the continue parameter.");
        }
    }
    if (options.exact) {
        try {
            return list_store(key, options, options.revision.value_or(0), {});
        } catch (const store::Compacted&) {
            throw expired("The resourceVersion for the provided list is too old.");
        }
    }
    const auto caches = this->caches();
    if (options.revision) {
        if (!caches->wait_for(*options.revision))
            throw too_large_resource_version(*options.revision, caches->revision());
    } else if (!caches->wait_for(store_.revision())) {
        return list_store(key, options, 0, {});
    }
    return list_cache(key, options, *caches);
}

ListResult Registry::list_cache(const ObjectKey& key, const ListOptions& options, WatchCaches& caches) {
    auto& cache = caches.of(key.resource);
    cache.advance(caches.revision());
    auto snapshot = cache.list(key.text(), options.selection);
    ListResult result{std::move(snapshot.objects), snapshot.revision};
    const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(options.limit, 0));
    if (limit == 0 || result.objects.size() <= limit) return result;
    if (options.selection.empty())
        result.remaining = static_cast<std::int64_t>(result.objects.size() - limit);
    result.objects.resize(limit);
    result.continue_token = write_token({result.revision, after(key, *result.objects.back())});
    return result;
}

ListResult Registry::list_store(const ObjectKey& key, const ListOptions& options, store::Revision revision,
                                const std::string& start) {
    if (revision > 0)
        if (const auto newest = store_.revision(); revision > newest)
            throw too_large_resource_version(revision, newest);
    const auto prefix = key.text();
    const auto caches = this->caches();
    ListResult result;
    result.revision = revision;
    auto from = start.empty() ? start : prefix + start;
    for (;;) {
        const auto page =
            store_.range(prefix, from, std::max<std::int64_t>(options.limit, 0), result.revision);
        if (result.revision == 0) result.revision = page.revision;
        for (const auto& item : page.items) {
            auto object = caches->of(key.resource).find(item.key, item.mod_revision);
            if (!object) object = decode_stored(item.value, item.mod_revision);
            from = item.key + '\0';
            if (!options.selection.matches(key.resource, *object)) continue;
            result.objects.push_back(std::move(object));
            if (static_cast<std::int64_t>(result.objects.size()) != options.limit) continue;
            const auto remaining = page.remaining + (&page.items.back() - &item);
            if (remaining == 0) return result;
            if (options.selection.empty()) result.remaining = remaining;
            result.continue_token = write_token({result.revision, from.substr(prefix.size())});
            return result;
        }
        if (page.remaining == 0) return result;
    }
}

}  // namespace kcheck::reference::apiserver
