#include "reference/simulation/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace kcheck::reference::simulation {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

void SimulatedDisk::Bytes::write(std::size_t which) {
    const auto begin = which * sector;
    const auto end = std::min(begin + sector, seen.size());
    if (begin >= end) return;
    stored.resize(std::max(stored.size(), end));
    stored.replace(begin, end - begin, seen, begin, end - begin);
}

class SimulatedDisk::OpenFile final : public store::File {
public:
    OpenFile(SimulatedDisk& disk, std::string name, std::shared_ptr<Inode> inode)
        : disk_(disk), name_(std::move(name)), inode_(std::move(inode)) {}
    ~OpenFile() override {
        if (has_locked_) inode_->is_locked = false;
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    std::string read() const override { return inode_->bytes.seen; }

    void append(std::string_view bytes) override {
        const auto room =
            disk_.capacity ? *disk_.capacity - std::min(*disk_.capacity, disk_.used()) : bytes.size();
        auto& [seen, stored, dirty] = inode_->bytes;
        const auto begin = seen.size();
        seen += bytes.substr(0, room);
        for (auto which = begin / sector; which * sector < seen.size(); ++which) dirty.insert(which);
        if (room < bytes.size()) fail(ENOSPC, disk_.path(name_) + ": write");
    }

    void truncate(std::size_t size) override {
        auto& bytes = inode_->bytes;
        inode_->before.push_back(bytes);
        const auto before = bytes.seen.size();
        bytes.seen.resize(size, '\0');
        bytes.stored.resize(std::min(bytes.stored.size(), size));
        bytes.dirty.erase(bytes.dirty.lower_bound((size + sector - 1) / sector), bytes.dirty.end());
        for (auto which = before / sector; which * sector < size; ++which) bytes.dirty.insert(which);
    }

    void sync() override {
        auto& bytes = inode_->bytes;
        if (disk_.next_sync_of_file_fails()) {
            disk_.write_some(bytes);
            bytes.dirty.clear();
            fail(EIO, disk_.path(name_) + ": fdatasync");
        }
        for (const auto which : std::exchange(bytes.dirty, {})) bytes.write(which);
        bytes.stored.resize(bytes.seen.size(), '\0');
        inode_->before.clear();
    }

    bool lock() override {
        if (inode_->is_locked) return false;
        return inode_->is_locked = has_locked_ = true;
    }

private:
    SimulatedDisk& disk_;
    std::string name_;
    std::shared_ptr<Inode> inode_;
    bool has_locked_ = false;
};

std::unique_ptr<store::File> SimulatedDisk::open(const std::string& name) {
    const auto found = names_.find(name);
    if (found == names_.end()) return nullptr;
    return std::make_unique<OpenFile>(*this, name, found->second);
}

std::unique_ptr<store::File> SimulatedDisk::open_or_create(const std::string& name) {
    if (!names_.contains(name)) {
        unsynced_.push_back(names_);
        names_[name] = std::make_shared<Inode>();
    }
    return open(name);
}

void SimulatedDisk::rename(const std::string& from, const std::string& to) {
    if (!names_.contains(from)) fail(ENOENT, path(from) + ": rename");
    unsynced_.push_back(names_);
    names_[to] = std::move(names_[from]);
    names_.erase(from);
}

void SimulatedDisk::sync() {
    if (next_sync_fails()) fail(EIO, path({}) + ": fsync");
    unsynced_.clear();
}

bool SimulatedDisk::next_sync_fails() {
    if (failing_syncs == 0) return false;
    --failing_syncs;
    return true;
}

bool SimulatedDisk::next_sync_of_file_fails() {
    const bool is_named = failing_syncs_of_files_.erase(++syncs_of_files_) > 0;
    return next_sync_fails() || is_named;
}

void SimulatedDisk::fail_syncs_of_files(const std::set<int>& numbers) {
    for (const int number : numbers) failing_syncs_of_files_.insert(syncs_of_files_ + number);
}

std::shared_ptr<SimulatedDisk> SimulatedDisk::copy() const {
    auto disk = std::make_shared<SimulatedDisk>();
    disk->dice_ = dice_;
    // A file that has two names is one, and that of another time is the same.
    std::map<const Inode*, std::shared_ptr<Inode>> copies;
    const auto copied = [&](const Names& names) {
        Names result;
        for (const auto& [name, inode] : names) {
            auto& twin = copies[inode.get()];
            if (!twin) twin = std::make_shared<Inode>(Inode{inode->bytes, inode->before, false});
            result.emplace(name, twin);
        }
        return result;
    };
    disk->names_ = copied(names_);
    for (const auto& names : unsynced_) disk->unsynced_.push_back(copied(names));
    return disk;
}

std::string SimulatedDisk::path(const std::string& name) const {
    return name.empty() ? "simulated disk" : "simulated disk/" + name;
}

std::size_t SimulatedDisk::used() const {
    std::size_t all = 0;
    for (const auto& [name, inode] : names_) all += inode->bytes.seen.size();
    return all;
}

/// A file grows by whole sectors, or to its end: half a sector is neither written nor cut.
void SimulatedDisk::write_some(Bytes& bytes) {
    auto size = bytes.stored.size();
    if (one_in(2)) {
        size = bytes.seen.size();
    } else if (size < bytes.seen.size()) {
        const auto some = size + up_to(bytes.seen.size() - size);
        size = std::max(size, some - some % sector);
    }
    for (const auto which : bytes.dirty)
        if (one_in(2)) bytes.write(which);
    bytes.stored.resize(size, '\0');
}

void SimulatedDisk::crash() {
    const auto happened = up_to(unsynced_.size());
    if (happened < unsynced_.size()) names_ = unsynced_[happened];
    unsynced_.clear();
    for (const auto& [name, inode] : names_) {
        if (inode->is_locked) throw std::logic_error(path(name) + " is open");
        const auto truncations = up_to(inode->before.size());
        if (truncations < inode->before.size()) inode->bytes = inode->before[truncations];
        inode->before.clear();
        write_some(inode->bytes);
        inode->bytes.dirty.clear();
        inode->bytes.seen = inode->bytes.stored;
    }
}

std::optional<std::string> SimulatedDisk::content(const std::string& name) const {
    const auto found = names_.find(name);
    if (found == names_.end()) return std::nullopt;
    return found->second->bytes.seen;
}

}  // namespace kcheck::reference::simulation
