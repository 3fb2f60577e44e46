#include "reference/store/compactor.hpp"

#include <fmt/format.h>

namespace kcheck::reference::store {

namespace {

const std::string key = "compact_rev_key";

}  // namespace

std::optional<Revision> Compaction::take_turn() {
    const WriteResult written = store_.put(key, std::to_string(before_), key_revision_);
    const Revision wanted = before_;
    before_ = written.revision;
    if (!written.committed) {
        key_revision_ = written.current ? written.current->mod_revision : 0;
        return std::nullopt;
    }
    key_revision_ = written.revision;
    if (wanted == 0) return std::nullopt;
    store_.compact(wanted);
    return wanted;
}

Compactor::Compactor(Store& store, std::chrono::milliseconds interval,
                     std::function<void(const std::string&)> failed)
    : compaction_(store), interval_(interval), failed_(std::move(failed)), thread_([this] { run(); }) {}

Compactor::~Compactor() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    ended_changed_.notify_all();
    thread_.join();
}

void Compactor::run() {
    std::unique_lock lock(mutex_);
    while (!ended_changed_.wait_for(lock, interval_, [this] { return ended_; })) {
        lock.unlock();
        try {
            compaction_.take_turn();
        } catch (const std::exception& error) {
            failed_(fmt::format("the history could not be compacted: {}", error.what()));
        }
        lock.lock();
    }
}

}  // namespace kcheck::reference::store
