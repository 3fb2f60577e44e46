// Threads wait at a barrier for a job and take items from a counter until none is
// left; a second barrier ends the job. Both barriers order memory, so what one job
// wrote the next may read without further synchronisation.
#include "checker/explicit_workers.hpp"

#include <algorithm>
#include <utility>

namespace kcheck::checker {

Workers::Workers(unsigned threads) : start_(std::max(threads, 1U)), finish_(std::max(threads, 1U)) {
    for (unsigned i = 1; i < threads; ++i)
        crew_.emplace_back([this] {
            for (;;) {
                start_.arrive_and_wait();
                if (over_) return;
                work();
                finish_.arrive_and_wait();
            }
        });
}

Workers::~Workers() {
    over_ = true;
    start_.arrive_and_wait();
}

void Workers::for_each(std::size_t items, bool parallel, const std::function<void(std::size_t)>& job) {
    if (!parallel || crew_.empty()) {
        for (std::size_t item = 0; item < items; ++item) job(item);
        return;
    }
    job_ = &job;
    items_ = items;
    next_ = 0;
    start_.arrive_and_wait();
    work();
    finish_.arrive_and_wait();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Workers::work() {
    try {
        for (std::size_t item; (item = next_.fetch_add(1, std::memory_order_relaxed)) < items_;)
            (*job_)(item);
    } catch (...) {
        next_ = items_;
        const std::lock_guard lock(failure_mutex_);
        if (!failure_) failure_ = std::current_exception();
    }
}

}  // namespace kcheck::checker
