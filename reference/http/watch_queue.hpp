// What a watch has brought and its client has not read yet (apiserver/pkg/storage/cacher: cacheWatcher).
//
// Events come on the thread of a commit and must not wait for anybody. A client that reads more
// slowly than its events come is cut off once what waits for it passes a limit; it lists anew.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "reference/base/message.hpp"

namespace kcheck::reference::http {

/// Shared by the queues of a server: the sum of what waits in them.
struct WatchMemory {
    std::atomic<std::size_t> bytes = 0;
    std::size_t bytes_most = 256 << 20;       // of all queues; beyond, those above their fair share are cut
    std::size_t bytes_most_of_one = 8 << 20;  // of one queue
    std::size_t bytes_fair = 1 << 20;         // the share that is never cut
};

class WatchQueue {
public:
    enum class News { something_to_take, cut };
    /// `wake` is called from any thread: when there is something to take, once until it is taken; and
    /// when the client is cut off, for whoever still waits for it to read.
    WatchQueue(std::shared_ptr<WatchMemory> memory, std::function<void(News)> wake);
    ~WatchQueue();
    WatchQueue(const WatchQueue&) = delete;
    WatchQueue& operator=(const WatchQueue&) = delete;

    /// From now on the limit of one queue holds. Before, the state at which the watch begins arrives
    /// all at once, and its size is not the client's fault.
    void begin_live();
    void push(const WatchEvent& event);
    /// After what waits is taken, there is no more.
    void end();

    struct Taken {
        std::string lines;  // one JSON object a line, each with its newline
        bool ended = false;
    };
    /// What was taken before has been written by now, and counts no longer.
    Taken take();

private:
    void announce(std::unique_lock<std::mutex> held);
    void cut(std::unique_lock<std::mutex> held);

    const std::shared_ptr<WatchMemory> memory_;  // a queue may outlive its server
    const std::function<void(News)> wake_;
    std::mutex mutex_;
    Taken waiting_;
    std::size_t taken_bytes_ = 0;
    bool live_ = false;
    bool announced_ = false;
    bool cut_ = false;
};

}  // namespace kcheck::reference::http
