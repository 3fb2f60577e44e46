#include "reference/http/watch_queue.hpp"

#include <utility>

namespace kcheck::reference::http {

WatchQueue::WatchQueue(std::shared_ptr<WatchMemory> memory, std::function<void(News)> wake)
    : memory_(std::move(memory)), wake_(std::move(wake)) {}

WatchQueue::~WatchQueue() { memory_->bytes -= waiting_.lines.size() + taken_bytes_; }

void WatchQueue::begin_live() {
    const std::lock_guard held(mutex_);
    live_ = true;
}

void WatchQueue::push(const WatchEvent& event) {
    auto line = Json{{"type", event.type}, {"object", event.object}}.dump(-1, ' ', false,
                                                                          Json::error_handler_t::replace) +
                "\n";
    std::unique_lock held(mutex_);
    if (waiting_.ended || cut_) return;
    const auto after = waiting_.lines.size() + line.size();
    const auto total = memory_->bytes.load() + line.size();
    if ((live_ && after > memory_->bytes_most_of_one) ||
        (total > memory_->bytes_most && after > memory_->bytes_fair))
        return cut(std::move(held));
    memory_->bytes += line.size();
    waiting_.lines += line;
    announce(std::move(held));
}

void WatchQueue::end() {
    std::unique_lock held(mutex_);
    waiting_.ended = true;
    announce(std::move(held));
}

void WatchQueue::announce(std::unique_lock<std::mutex> held) {
    if (std::exchange(announced_, true)) return;
    held.unlock();
    wake_(News::something_to_take);
}

void WatchQueue::cut(std::unique_lock<std::mutex> held) {
    cut_ = true;
    memory_->bytes -= waiting_.lines.size();
    waiting_ = {};
    held.unlock();
    wake_(News::cut);
}

WatchQueue::Taken WatchQueue::take() {
    const std::lock_guard held(mutex_);
    announced_ = false;
    memory_->bytes -= taken_bytes_;
    taken_bytes_ = waiting_.lines.size();
    Taken taken = std::move(waiting_);
    waiting_ = {.lines = {}, .ended = taken.ended};
    return taken;
}

}  // namespace kcheck::reference::http
