// A fixed crew of threads that does the items of one job after another. The caller
// works too; a job is over when all of its items are done.
#pragma once

#include <atomic>
#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kcheck::checker {

class Workers {
public:
    /// `threads` counts the caller; 0 is taken as 1.
    explicit Workers(unsigned threads);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    unsigned count() const { return static_cast<unsigned>(crew_.size()) + 1; }

    /// Runs job(0) .. job(items-1), in any order, in several threads if `parallel`.
    /// Rethrows the first exception of a job once all threads have stopped.
    void for_each(std::size_t items, bool parallel, const std::function<void(std::size_t)>& job);

private:
    void work();

    std::barrier<> start_;
    std::barrier<> finish_;
    bool over_ = false;  // written before, read after start_
    const std::function<void(std::size_t)>* job_ = nullptr;
    std::size_t items_ = 0;
    std::atomic<std::size_t> next_{0};
    std::mutex failure_mutex_;
    std::exception_ptr failure_;
    std::vector<std::jthread> crew_;  // joined before anything that it uses is gone
};

}  // namespace kcheck::checker
