#include "reference/store/version_history.hpp"

#include <algorithm>

namespace kcheck::reference::store {

namespace {

/// Where the versions of revisions > `revision` begin.
template <class Versions>
auto first_after(const Versions& versions, Revision revision) {
    return std::upper_bound(
        versions.begin(), versions.end(), revision,
        [](Revision wanted, const Version& version) { return wanted < version->mod_revision; });
}

}  // namespace

StoreEvent to_event(const StoreCommit& commit) {
    StoreEvent event;
    event.revision = commit.current->mod_revision;
    if (is_tombstone(*commit.current)) {
        event.type = StoreEvent::Type::remove;
        event.current.key = commit.current->key;
    } else {
        event.current = *commit.current;
    }
    if (commit.previous) event.previous = *commit.previous;
    return event;
}

Version VersionHistory::newest(const std::string& key) const {
    const auto found = keys_.find(key);
    if (found == keys_.end() || is_tombstone(*found->second.back())) return nullptr;
    return found->second.back();
}

std::vector<Version> VersionHistory::newest() const {
    std::vector<Version> result;
    for (const auto& [key, versions] : keys_)
        if (!is_tombstone(*versions.back())) result.push_back(versions.back());
    return result;
}

RangeResult VersionHistory::range(const std::string& prefix, const std::string& start, std::int64_t limit,
                                  Revision revision) const {
    require_not_future(revision);
    if (revision != 0 && revision < compacted_) throw Compacted(compacted_);
    RangeResult result;
    result.revision = revision_;
    for (auto at = keys_.lower_bound(std::max(prefix, start)); at != keys_.end(); ++at) {
        const auto& [key, versions] = *at;
        if (!key.starts_with(prefix)) break;
        const auto end = revision == 0 ? versions.end() : first_after(versions, revision);
        if (end == versions.begin()) continue;
        const KeyValue& version = **std::prev(end);
        if (is_tombstone(version)) continue;
        if (limit > 0 && static_cast<std::int64_t>(result.items.size()) == limit)
            ++result.remaining;
        else
            result.items.push_back(version);
    }
    return result;
}

std::vector<StoreCommit> VersionHistory::commits_after(Revision after) const {
    if (after < compacted_) throw Compacted(compacted_);
    const auto first = std::upper_bound(
        commits_.begin(), commits_.end(), after,
        [](Revision wanted, const StoreCommit& commit) { return wanted < commit.current->mod_revision; });
    return {first, commits_.end()};
}

void VersionHistory::apply(StoreCommit commit) {
    revision_ = commit.current->mod_revision;
    keys_[commit.current->key].push_back(commit.current);
    commits_.push_back(std::move(commit));
}

void VersionHistory::restore(const std::vector<Version>& versions, Revision revision) {
    keys_.clear();
    commits_.clear();
    for (const Version& version : versions) keys_[version->key].push_back(version);
    revision_ = compacted_ = revision;
}

void VersionHistory::compact(Revision revision) {
    require_not_future(revision);
    if (revision <= compacted_) return;
    while (!commits_.empty() && commits_.front().current->mod_revision <= revision) {
        forget(commits_.front());
        commits_.pop_front();
    }
    compacted_ = revision;
}

void VersionHistory::step_back() { revision_ = std::max<Revision>(revision_ - 1, 1); }

void VersionHistory::require_not_future(Revision revision) const {
    if (revision > revision_) throw std::invalid_argument("mvcc: required revision is a future revision");
}

/// Commits are forgotten oldest first, so what this one replaced is the key's first version.
void VersionHistory::forget(const StoreCommit& commit) {
    const auto found = keys_.find(commit.current->key);
    Versions& versions = found->second;
    while (versions.front() != commit.current) versions.pop_front();
    if (is_tombstone(*versions.front())) versions.pop_front();
    if (versions.empty()) keys_.erase(found);
}

}  // namespace kcheck::reference::store
