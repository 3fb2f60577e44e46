#include "reference/store/embedded_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <unordered_map>

namespace kcheck::reference::store {

/// A write in the queue, on the stack of whoever waits for it.
struct EmbeddedStore::Write {
    const std::string& key;
    const std::string* value;  // null: remove
    Revision expected;
    bool is_probe = false;  // writes nothing, but to the disk
    WriteResult result = {};
    std::string failure = {};  // not empty: the outcome is unknown,
    bool is_full = false;      // or there was no room for it
    bool done = false;         // guarded by queue_mutex_
};

struct EmbeddedStore::Watcher {
    std::string prefix;
    Revision after;
    std::function<void(const StoreEvent&)> on_event;
    bool ended = false;

    bool wants(const StoreCommit& commit) const {
        return !ended && commit.current->mod_revision > after && commit.current->key.starts_with(prefix);
    }
};

class EmbeddedStore::Watch final : public StoreWatch {
public:
    Watch(EmbeddedStore& store, std::shared_ptr<Watcher> watcher)
        : store_(store), watcher_(std::move(watcher)) {}
    ~Watch() override { store_.end(*watcher_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    EmbeddedStore& store_;
    std::shared_ptr<Watcher> watcher_;
};

namespace {

std::optional<KeyValue> value_of(const Version& version) {
    return version ? std::optional(*version) : std::nullopt;
}

Version next_version(const std::string& key, const std::string* value, Revision revision,
                     const Version& previous) {
    auto next = std::make_shared<KeyValue>();
    next->key = key;
    next->mod_revision = revision;
    if (!value) return next;
    next->value = *value;
    next->create_revision = previous ? previous->create_revision : revision;
    next->version = previous ? previous->version + 1 : 1;
    return next;
}

}  // namespace

EmbeddedStore::EmbeddedStore(EmbeddedStoreOptions options)
    : options_(std::move(options)), snapshot_at_(options_.log_bytes_max) {
    auto disk = options_.disk;
    if (!disk && !options_.directory.empty()) disk = std::make_shared<PosixDisk>(options_.directory);
    if (disk) log_.emplace(std::move(disk), history_, options_.notice);
}

EmbeddedStore::~EmbeddedStore() = default;

// ---- reads

std::optional<KeyValue> EmbeddedStore::get(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return value_of(history_.newest(key));
}

RangeResult EmbeddedStore::range(const std::string& prefix, const std::string& start, std::int64_t limit,
                                 Revision revision) {
    const std::lock_guard lock(mutex_);
    return history_.range(prefix, start, limit, revision);
}

Revision EmbeddedStore::revision() {
    const std::lock_guard lock(mutex_);
    return history_.revision();
}

void EmbeddedStore::compact(Revision revision) {
    const std::lock_guard lock(mutex_);
    history_.compact(revision);
}

// ---- writes

WriteResult EmbeddedStore::put(const std::string& key, const std::string& value, Revision expected) {
    Write it{key, &value, expected};
    return write(it);
}

WriteResult EmbeddedStore::remove(const std::string& key, Revision expected) {
    Write it{key, nullptr, expected};
    return write(it);
}

WriteResult EmbeddedStore::write(Write& write) {
    std::unique_lock lock(queue_mutex_);
    queue_.push_back(&write);
    queue_moved_.wait(lock, [&] { return write.done || !committing_; });
    if (!write.done) {
        committing_ = true;
        const std::vector<Write*> batch = std::move(queue_);
        queue_.clear();
        lock.unlock();
        commit(batch);
        lock.lock();
        for (Write* each : batch) each->done = true;
        committing_ = false;
        queue_moved_.notify_all();
    }
    if (write.is_full) throw StoreFull(write.failure);
    if (!write.failure.empty()) throw StoreUnavailable(write.failure);
    return std::move(write.result);
}

/// Only one writer at a time is here, so nothing but a compaction moves the history meanwhile.
void EmbeddedStore::commit(const std::vector<Write*>& batch) {
    const auto fail = [&](const std::exception& error, bool is_full) {
        for (Write* write : batch) {
            write->failure = error.what();
            write->is_full = is_full;
        }
    };
    try {
        std::vector<StoreCommit> commits = decide(batch);
        const bool probes =
            std::any_of(batch.begin(), batch.end(), [](const Write* write) { return write->is_probe; });
        make_durable(commits, probes);
        show(std::move(commits));
    } catch (const StoreFull& error) {
        fail(error, true);
        disk_failed(error.what());
    } catch (const std::system_error& error) {
        // A sync that says that there is no room does not say what of these commits is on the disk.
        fail(error, is_full(error.code()) && log_->is_trusted());
        disk_failed(error.what());
    } catch (const std::exception& error) {
        fail(error, false);
    }
}

std::vector<StoreCommit> EmbeddedStore::decide(const std::vector<Write*>& batch) const {
    const std::lock_guard lock(mutex_);
    Revision revision = history_.revision();
    std::vector<StoreCommit> commits;
    std::unordered_map<std::string_view, Version> ahead;  // what the commits before leave
    for (Write* write : batch) {
        if (write->is_probe) continue;
        const auto found = ahead.find(write->key);
        Version previous = found != ahead.end() ? found->second : history_.newest(write->key);
        if (previous && is_tombstone(*previous)) previous = nullptr;
        const bool as_expected = (previous ? previous->mod_revision : 0) == write->expected;
        if (!as_expected || (!write->value && !previous)) {
            write->result = {false, revision, value_of(previous)};
            continue;
        }
        Version next = next_version(write->key, write->value, ++revision, previous);
        write->result = {true, revision, std::nullopt};
        ahead[next->key] = next;
        commits.push_back({std::move(next), std::move(previous)});
    }
    return commits;
}

void EmbeddedStore::make_durable(const std::vector<StoreCommit>& commits, bool is_probe) {
    if (!log_ || (commits.empty() && !is_probe)) return;
    if (!log_->is_trusted() || log_->size() > snapshot_at_) {
        try {
            renew_log();
        } catch (const std::system_error& error) {
            // Nothing of these commits has been written yet, whatever has become of those before.
            if (is_full(error.code())) throw StoreFull(error.what());
            throw;
        }
    }
    log_->append(commits);
    disk_works();
}

/// Of a log that is merely long, there is no need: it is tried again when it has become longer.
void EmbeddedStore::renew_log() {
    std::unique_lock lock(mutex_);
    const auto versions = history_.newest();
    const Revision revision = history_.revision();
    lock.unlock();
    snapshot_at_ = options_.log_bytes_max;
    try {
        log_->snapshot(versions, revision);
    } catch (const std::system_error& error) {
        if (!log_->is_trusted()) throw;
        snapshot_at_ = log_->size() + options_.log_bytes_max / 8;
        options_.notice(fmt::format("no snapshot: {}", error.what()));
    }
}

void EmbeddedStore::disk_failed(const std::string& why) {
    const std::lock_guard lock(trouble_mutex_);
    if (trouble_ != why) options_.notice(fmt::format("writes fail: {}", why));
    trouble_ = why;
}

void EmbeddedStore::disk_works() {
    const std::lock_guard lock(trouble_mutex_);
    if (!trouble_.empty()) options_.notice("writes work again");
    trouble_.clear();
}

std::string EmbeddedStore::trouble() {
    {
        const std::lock_guard lock(trouble_mutex_);
        if (trouble_.empty()) return {};
    }
    const std::string none;
    Write probe{none, nullptr, 0, true};
    try {
        write(probe);
    } catch (const StoreUnavailable& error) {
        return error.what();
    }
    return {};
}

void EmbeddedStore::show(std::vector<StoreCommit> commits) {
    const std::lock_guard lock(mutex_);
    for (StoreCommit& commit : commits) {
        history_.apply(commit);
        deliver(commit);
    }
    if (history_.commits() <= options_.commits_max) return;
    const std::size_t excess = history_.commits() - options_.commits_max;
    history_.compact(history_.compacted() + static_cast<Revision>(excess));
}

// ---- watches

std::unique_ptr<StoreWatch> EmbeddedStore::watch(const std::string& prefix, Revision after,
                                                 std::function<void(const StoreEvent&)> on_event,
                                                 std::function<void(const std::string&)>) {
    const std::lock_guard lock(mutex_);
    auto watcher = std::make_shared<Watcher>(Watcher{prefix, after, std::move(on_event)});
    for (const StoreCommit& commit : history_.commits_after(after))
        if (watcher->wants(commit)) watcher->on_event(to_event(commit));
    // From here on, whatever comes is new to it, even if its revision should be an old one.
    if (after <= history_.revision()) watcher->after = 0;
    watchers_.push_back(watcher);
    return std::make_unique<Watch>(*this, std::move(watcher));
}

void EmbeddedStore::deliver(const StoreCommit& commit) noexcept {
    delivering_ = true;
    std::optional<StoreEvent> event;
    for (const auto& watcher : watchers_) {
        if (!watcher->wants(commit)) continue;
        if (!event) event = to_event(commit);
        watcher->on_event(*event);
    }
    delivering_ = false;
    watchers_.remove_if([](const auto& watcher) { return watcher->ended; });
}

/// From within a callback, the list is being walked: deliver() takes the watcher out afterwards.
void EmbeddedStore::end(Watcher& watcher) {
    const std::lock_guard lock(mutex_);
    watcher.ended = true;
    if (delivering_) return;
    watchers_.remove_if([&](const auto& each) { return each.get() == &watcher; });
}

void EmbeddedStore::repeat_last_revision() {
    if (log_) throw std::logic_error("revisions cannot repeat in a log");
    const std::lock_guard lock(mutex_);
    history_.step_back();
}

}  // namespace kcheck::reference::store
