#include "reference/base/event_loop.hpp"

#include <csignal>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace kcheck::reference {

void EventLoop::post(Activity, std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

TimerId EventLoop::after(std::chrono::milliseconds delay, Activity, std::function<void()> work) {
    const TimerId id = ++last_timer_;
    auto timer = std::make_unique<boost::asio::steady_timer>(context_, delay);
    // Whether it was cancelled is asked of the map: a timer that has expired, but whose turn has
    // not come yet, can no longer be cancelled in Asio.
    timer->async_wait([this, id, work = std::move(work)](const boost::system::error_code&) {
        if (timers_.erase(id) > 0) work();
    });
    timers_.emplace(id, std::move(timer));
    return id;
}

void EventLoop::cancel(TimerId timer) { timers_.erase(timer); }

void EventLoop::run() {
    const auto stays = boost::asio::make_work_guard(context_);
    context_.run();
}

void EventLoop::stop_on_signals() {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stop();
    });
}

}  // namespace kcheck::reference
