// A controller's keys that wait to be synced (client-go/util/workqueue: queue.go,
// delaying_queue.go, default_rate_limiters.go), and the workers that sync them.
//
// A key waits at most once, and is never synced twice at a time: added while it is being synced,
// it runs once more afterwards. Keys begin in the order in which they were added; at most
// `workers` syncs are in progress. All that happens is an activity of the environment:
// {component, "sync", key} where a sync begins, {component, "requeue", key} where a delay ends.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "reference/base/environment.hpp"
#include "reference/base/task.hpp"

namespace kcheck::reference::client {

class WorkQueue {
public:
    /// Called with a key; adds it again itself if it has failed.
    using Sync = std::function<Task<>(std::string key)>;

    WorkQueue(Environment& environment, std::string component, std::size_t workers, Sync sync);
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    /// Before that, keys only gather.
    void start();

    void add(const std::string& key);
    /// Of several delays of one key, the one that ends first counts.
    void add_after(const std::string& key, std::chrono::milliseconds delay);
    /// After 5 ms, doubled with every failure since `forget`, up to 1000 s.
    void add_rate_limited(const std::string& key);
    void forget(const std::string& key) { failures_.erase(key); }
    int failures(const std::string& key) const;

    const std::string& component() const { return component_; }
    bool is_delayed(const std::string& key) const { return delayed_.contains(key); }
    bool is_idle() const { return waiting_.empty() && syncing_.empty(); }

private:
    struct Delay {
        Time end;
        TimerId timer = 0;
    };
    void dispatch();
    Task<> run(std::string key);

    Environment& environment_;
    std::string component_;
    std::size_t workers_;
    Sync sync_;
    bool started_ = false;
    std::size_t busy_ = 0;           // workers that are syncing or have been told to begin
    std::deque<std::string> queue_;  // not yet given to a worker
    std::set<std::string> waiting_;  // queue.go: dirty
    std::set<std::string> syncing_;  // queue.go: processing
    std::map<std::string, Delay> delayed_;
    std::map<std::string, int> failures_;
};

}  // namespace kcheck::reference::client
