// A disk in memory, for tests: it can be full, fail to sync, and forget at a crash what was not synced.
#pragma once

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "reference/store/disk.hpp"

namespace kcheck::reference::testing {

class MemoryDisk final : public store::Disk, public std::enable_shared_from_this<MemoryDisk> {
public:
    std::size_t room = std::string::npos;  // bytes that all files together may have
    int syncs = 0;                         // of files

    struct Content {
        std::string bytes;                                      // as who reads it sees it
        std::string synced;                                     // as it is after a crash of the machine
        std::vector<std::pair<std::size_t, std::size_t>> lost;  // never written, and called clean
        bool locked = false;
    };

    std::unique_ptr<store::File> open(const std::string& name) override {
        const auto found = names_.find(name);
        return found == names_.end() ? nullptr : std::make_unique<Handle>(shared_from_this(), found->second);
    }
    std::unique_ptr<store::File> open_or_create(const std::string& name) override {
        if (!names_.contains(name)) names_[name] = std::make_shared<Content>();
        return open(name);
    }
    void rename(const std::string& from, const std::string& to) override {
        names_[to] = names_.at(from);
        names_.erase(from);
    }
    void sync() override { synced_names_ = names_; }
    std::string path(const std::string& name) const override { return "disk/" + name; }

    /// Of those to come, counted from 1.
    void fail_syncs(const std::set<int>& numbers) {
        for (const int number : numbers) failing_syncs_.insert(syncs + number);
    }

    std::string& bytes(const std::string& name) { return names_.at(name)->bytes; }
    bool has(const std::string& name) const { return names_.contains(name); }

    /// The disk of the machine that starts after it has lost its power: what was not synced is gone, but for
    /// the first `kept` bytes behind what was, which may have come to the disk by themselves.
    std::shared_ptr<MemoryDisk> after_power_loss(std::size_t kept = 0) const {
        auto disk = std::make_shared<MemoryDisk>();
        for (const auto& [name, content] : synced_names_) {
            auto bytes = content->synced;
            if (content->bytes.starts_with(bytes)) bytes += content->bytes.substr(bytes.size(), kept);
            disk->names_[name] = std::make_shared<Content>(Content{bytes, bytes, {}});
        }
        disk->synced_names_ = disk->names_;
        return disk;
    }
    /// The same files, for a process that starts after the one before was killed.
    std::shared_ptr<MemoryDisk> after_kill() const {
        auto disk = std::make_shared<MemoryDisk>();
        for (const auto& [name, content] : names_)
            disk->names_[name] =
                std::make_shared<Content>(Content{content->bytes, content->synced, content->lost});
        disk->synced_names_ = disk->names_;
        return disk;
    }

private:
    class Handle final : public store::File {
    public:
        Handle(std::shared_ptr<MemoryDisk> disk, std::shared_ptr<Content> content)
            : disk_(std::move(disk)), content_(std::move(content)) {}
        ~Handle() override {
            if (holds_lock_) content_->locked = false;
        }
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;

        std::string read() const override { return content_->bytes; }
        void append(std::string_view bytes) override {
            const auto used = disk_->used();
            const auto fits = disk_->room > used ? disk_->room - used : 0;
            content_->bytes += bytes.substr(0, fits);
            if (fits < bytes.size()) throw error(ENOSPC, "write");
        }
        /// What is cut off is not missing any more; written again, it is new.
        void truncate(std::size_t size) override {
            content_->bytes.resize(size);
            for (auto& [begin, end] : content_->lost) end = std::min(end, size);
        }
        /// What a failed one should have brought to the disk, none brings there any more.
        void sync() override {
            auto& [bytes, synced, lost, locked] = *content_;
            if (disk_->failing_syncs_.contains(++disk_->syncs)) {
                lost.emplace_back(std::min(synced.size(), bytes.size()), bytes.size());
                throw error(EIO, "fdatasync");
            }
            synced = bytes;
            for (const auto& [begin, end] : lost)
                for (auto at = begin; at < std::min(end, synced.size()); ++at) synced[at] = '\0';
        }
        bool lock() override {
            if (content_->locked) return false;
            return holds_lock_ = content_->locked = true;
        }

    private:
        static std::system_error error(int number, const char* what) {
            return {number, std::generic_category(), std::string("disk: ") + what};
        }
        std::shared_ptr<MemoryDisk> disk_;
        std::shared_ptr<Content> content_;
        bool holds_lock_ = false;
    };

    std::size_t used() const {
        std::size_t sum = 0;
        for (const auto& [name, content] : names_) sum += content->bytes.size();
        return sum;
    }

    std::map<std::string, std::shared_ptr<Content>> names_, synced_names_;
    std::set<int> failing_syncs_;
};

}  // namespace kcheck::reference::testing
