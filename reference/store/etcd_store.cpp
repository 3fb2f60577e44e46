#include "reference/store/etcd_store.hpp"

#include <algorithm>

#include "reference/base/base64.hpp"
#include "reference/store/etcd_client.hpp"
#include "reference/store/etcd_messages.hpp"
#include "reference/store/etcd_watch.hpp"

namespace kcheck::reference::store {

namespace {

// Larger ranges are read in pages of this size, as of one revision: it bounds the memory that their
// JSON takes.
constexpr std::int64_t page_items = 1000;
// How far back a write whose answer was lost is looked for.
constexpr int resolve_versions_max = 64;

// Kubernetes has no such key: what is asked is the revision, or whether a revision is there.
const std::string no_key(1, '\0');

bool says(const EtcdRefusal& refusal, const char* what) {
    return std::string_view(refusal.what()).find(what) != std::string_view::npos;
}
bool is_compacted(const EtcdRefusal& refusal) { return says(refusal, "revision has been compacted"); }
bool is_future(const EtcdRefusal& refusal) { return says(refusal, "future revision"); }

}  // namespace

EtcdStore::EtcdStore(const EtcdOptions& options)
    : client_(std::make_unique<EtcdClient>(options)),
      watches_(std::make_unique<EtcdWatches>(client_->endpoint(), options.timeout)) {}
EtcdStore::~EtcdStore() = default;

// ---- reads

std::optional<KeyValue> EtcdStore::get(const std::string& key) { return read_key(key, 0).item; }

Revision EtcdStore::revision() { return read_key(no_key, 0).revision; }

RangeResult EtcdStore::range(const std::string& prefix, const std::string& start, std::int64_t limit,
                             Revision revision) {
    for (;;) {
        try {
            return read_pages(prefix, start, limit, revision);
        } catch (const Compacted&) {
            // The newest has become old between two pages.
            if (revision != 0) throw;
        }
    }
}

RangeResult EtcdStore::read_pages(const std::string& prefix, const std::string& start, std::int64_t limit,
                                  Revision revision) {
    RangeResult result;
    std::string from = start;
    for (;;) {
        const auto left = limit - std::ssize(result.items);
        Json request = etcd::key_range(prefix, from);
        request["limit"] = std::to_string(limit > 0 ? std::min(left, page_items) : page_items);
        request["revision"] = std::to_string(revision);
        const Json reply = read(request);
        if (result.revision == 0) result.revision = etcd::number_at(reply, "/header/revision");
        if (revision == 0) revision = result.revision;
        const Json& items = at(reply, "/kvs");
        for (const Json& item : items) result.items.push_back(etcd::key_value(item));
        result.remaining = etcd::number_at(reply, "/count") - std::ssize(items);
        if (result.remaining <= 0 || std::ssize(result.items) == limit) return result;
        from = result.items.back().key + '\0';
    }
}

Json EtcdStore::read(const Json& range_request) {
    try {
        return client_->read("/v3/kv/range", range_request);
    } catch (const EtcdRefusal& refusal) {
        raise(refusal);
    }
}

EtcdStore::Reading EtcdStore::read_key(const std::string& key, Revision revision) {
    const Json reply = read({{"key", base64_encode(key)}, {"revision", std::to_string(revision)}});
    Reading result{std::nullopt, etcd::number_at(reply, "/header/revision")};
    if (const Json& item = at(reply, "/kvs/0"); !item.is_null()) result.item = etcd::key_value(item);
    return result;
}

void EtcdStore::raise(const EtcdRefusal& refusal) {
    if (is_compacted(refusal)) throw Compacted(compacted());
    if (is_future(refusal)) throw std::invalid_argument(refusal.what());
    throw StoreUnavailable(refusal.what());
}

/// etcd tells it to nobody but a watch that comes too late.
Revision EtcdStore::compacted() {
    Json create = etcd::key_range({});
    create["start_revision"] = "1";
    const std::string line =
        client_->find_line("/v3/watch", {{"create_request", std::move(create)}},
                           [](const std::string& each) { return etcd::compact_revision(each) != 0; });
    return etcd::compact_revision(line);
}

// ---- writes

WriteResult EtcdStore::put(const std::string& key, const std::string& value, Revision expected) {
    return write(key, expected, &value);
}

WriteResult EtcdStore::remove(const std::string& key, Revision expected) {
    if (expected != 0) return write(key, expected, nullptr);
    // etcd would call it a success to remove nothing.
    Reading now = read_key(key, 0);
    return {false, now.revision, std::move(now.item)};
}

WriteResult EtcdStore::write(const std::string& key, Revision expected, const std::string* value) {
    Json operation;
    if (value)
        operation["request_put"] = {{"key", base64_encode(key)}, {"value", base64_encode(*value)}};
    else
        operation["request_delete_range"] = {{"key", base64_encode(key)}};
    try {
        const Json reply =
            client_->write("/v3/kv/txn", etcd::compare_and(key, expected, std::move(operation)));
        WriteResult result{bool_at(reply, "/succeeded"), etcd::number_at(reply, "/header/revision"), {}};
        const Json& current = at(reply, "/responses/0/response_range/kvs/0");
        if (!current.is_null()) result.current = etcd::key_value(current);
        return result;
    } catch (const OutcomeUnknown&) {
        return resolve(key, expected, value);
    } catch (const EtcdRefusal& refusal) {
        raise(refusal);
    }
}

/// Goes back through the versions of the key to the one that was written over `expected`.
WriteResult EtcdStore::resolve(const std::string& key, Revision expected, const std::string* value) {
    const Reading now = read_key(key, 0);
    std::optional<KeyValue> next, version = now.item;
    try {
        for (int i = 0; version && version->mod_revision > expected && i < resolve_versions_max; ++i) {
            next = std::move(version);
            version = read_key(key, next->mod_revision - 1).item;
        }
    } catch (const Compacted&) {
        next.reset();
    }
    const bool reached = expected == 0 ? !version : version && version->mod_revision == expected;
    if (next && reached) {
        if (value && next->value == *value) return {true, next->mod_revision, std::nullopt};
        // A key that was expected not to exist may have been created by this call, removed by
        // another, and created again.
        if (expected != 0) return {false, now.revision, now.item};
    }
    throw StoreUnavailable("etcd: the answer was lost, and what is stored does not tell the outcome");
}

// ---- watches

std::unique_ptr<StoreWatch> EtcdStore::watch(const std::string& prefix, Revision after,
                                             std::function<void(const StoreEvent&)> on_event,
                                             std::function<void(const std::string&)> on_end) {
    try {
        // Not the watch alone: of the first event after `after` it would lack the previous version.
        read_key(no_key, std::max<Revision>(after, 1));
    } catch (const std::invalid_argument&) {
        // A revision to come: nothing of it has been compacted.
    }
    return watches_->watch(prefix, after, std::move(on_event), std::move(on_end));
}

void EtcdStore::compact(Revision revision) {
    try {
        client_->write("/v3/kv/compaction", {{"revision", std::to_string(revision)}});
    } catch (const EtcdRefusal& refusal) {
        if (!is_compacted(refusal)) raise(refusal);
    }
}

}  // namespace kcheck::reference::store
