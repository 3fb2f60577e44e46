#include "reference/client/work_queue.hpp"

#include <algorithm>

namespace kcheck::reference::client {

using std::chrono::milliseconds;

WorkQueue::WorkQueue(Environment& environment, std::string component, std::size_t workers, Sync sync)
    : environment_(environment),
      component_(std::move(component)),
      workers_(workers),
      sync_(std::move(sync)) {}

void WorkQueue::start() {
    started_ = true;
    dispatch();
}

void WorkQueue::add(const std::string& key) {
    if (!waiting_.insert(key).second) return;
    if (syncing_.contains(key)) return;  // run() queues it when the sync has ended
    queue_.push_back(key);
    dispatch();
}

void WorkQueue::add_after(const std::string& key, milliseconds delay) {
    if (delay.count() <= 0) return add(key);
    const auto end = environment_.monotonic() + delay;
    const auto earlier = delayed_.find(key);
    if (earlier != delayed_.end()) {
        if (earlier->second.end <= end) return;
        environment_.cancel(earlier->second.timer);
    }
    const auto timer = environment_.after(delay, {component_, "requeue", key}, [this, key] {
        delayed_.erase(key);
        add(key);
    });
    delayed_[key] = {end, timer};
}

void WorkQueue::add_rate_limited(const std::string& key) {
    constexpr milliseconds first{5}, longest{1'000'000};
    constexpr int doublings_max = 18;  // 5 ms * 2^18 > 1000 s
    const int failures = std::min(failures_[key]++, doublings_max);
    add_after(key, std::min(milliseconds(first * (1LL << failures)), longest));
}

int WorkQueue::failures(const std::string& key) const {
    const auto found = failures_.find(key);
    return found == failures_.end() ? 0 : found->second;
}

void WorkQueue::dispatch() {
    while (started_ && busy_ < workers_ && !queue_.empty()) {
        ++busy_;
        auto key = std::move(queue_.front());
        queue_.pop_front();
        environment_.post({component_, "sync", key}, [this, key] { spawn(run(key)); });
    }
}

Task<> WorkQueue::run(std::string key) {
    waiting_.erase(key);
    syncing_.insert(key);
    co_await sync_(key);
    syncing_.erase(key);
    --busy_;
    if (waiting_.contains(key)) queue_.push_back(key);
    dispatch();
}

}  // namespace kcheck::reference::client
