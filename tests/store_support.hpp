// What the tests of the stores share: one fixture for each kind of store, and a collector of events.
#pragma once

#include <catch2/catch.hpp>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "reference/store/embedded_store.hpp"
#include "reference/store/etcd_store.hpp"
#include "tests/etcd_process.hpp"

namespace kcheck::reference::testing {

/// A directory that goes away with its owner.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = std::filesystem::temp_directory_path() / "kcheck-store-XXXXXX";
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp " + pattern);
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// The fixtures: `available()`, and a `store` whose keys with `prefix` are the test's own.

struct InMemory {
    static bool available() { return true; }
    store::EmbeddedStore store;
    std::string prefix = "/registry/pods/";
};

struct OnDisk {
    static bool available() { return true; }
    TemporaryDirectory directory;
    store::EmbeddedStore store{store::EmbeddedStoreOptions{.directory = directory.path()}};
    std::string prefix = "/registry/pods/";
};

struct RealEtcd {
    static bool available() { return EtcdProcess::available(); }
    /// One for all tests of the executable.
    static EtcdProcess& process() {
        static EtcdProcess it;
        return it;
    }
    static std::string next_prefix() {
        static int tests = 0;
        return fmt::format("/registry/test-{}/", ++tests);
    }
    store::EtcdStore store{process().options(std::chrono::seconds(30))};
    std::string prefix = next_prefix();
};

#define ANY_STORE InMemory, OnDisk, RealEtcd

/// The events of a watch, for the thread of the test.
class Events {
public:
    std::function<void(const store::StoreEvent&)> on_event() {
        return [this](const store::StoreEvent& event) {
            const std::lock_guard lock(mutex_);
            events_.push_back(event);
            changed_.notify_all();
        };
    }
    std::function<void(const std::string&)> on_end() {
        return [this](const std::string& why) {
            const std::lock_guard lock(mutex_);
            end_ = why;
            changed_.notify_all();
        };
    }

    /// Waits until there are `count`; gives back whatever there is after a minute.
    std::vector<store::StoreEvent> wait(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::minutes(1), [&] { return events_.size() >= count; });
        return events_;
    }
    std::string wait_for_end() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::minutes(1), [&] { return !end_.empty(); });
        return end_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<store::StoreEvent> events_;
    std::string end_;
};

inline std::vector<store::Revision> revisions_of(const std::vector<store::StoreEvent>& events) {
    std::vector<store::Revision> result;
    for (const store::StoreEvent& event : events) result.push_back(event.revision);
    return result;
}

inline std::vector<std::string> keys_of(const store::RangeResult& range) {
    std::vector<std::string> result;
    for (const store::KeyValue& item : range.items) result.push_back(item.key);
    return result;
}

/// Commits whatever is there at present.
inline store::Revision put_over(store::Store& store, const std::string& key, const std::string& value) {
    const auto current = store.get(key);
    const store::WriteResult result = store.put(key, value, current ? current->mod_revision : 0);
    REQUIRE(result.committed);
    return result.revision;
}

}  // namespace kcheck::reference::testing
