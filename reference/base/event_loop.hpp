// The Environment of a free-running process: one thread, the real clocks, Boost.Asio beneath.
#pragma once

#include <map>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "reference/base/environment.hpp"

namespace kcheck::reference {

class EventLoop final : public Environment {
public:
    EventLoop() = default;
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    void post(Activity activity, std::function<void()> work) override;
    TimerId after(std::chrono::milliseconds delay, Activity activity, std::function<void()> work) override;
    void cancel(TimerId timer) override;
    Time now() const override { return Clock::now(); }
    Time monotonic() const override {
        return Time(
            std::chrono::duration_cast<Clock::duration>(std::chrono::steady_clock::now().time_since_epoch()));
    }
    /// Always `preferred`: a component prefers what its original would take.
    std::size_t choose(const Activity&, const std::vector<std::string>&, std::size_t preferred) override {
        return preferred;
    }

    /// Runs until stop() is called; all that is posted by then and has not run is dropped with the loop.
    void run();
    /// SIGTERM and SIGINT end run() too.
    void stop_on_signals();
    /// From any thread.
    void stop() { context_.stop(); }

    boost::asio::io_context& context() { return context_; }

private:
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_{context_};
    std::map<TimerId, std::unique_ptr<boost::asio::steady_timer>> timers_;
    TimerId last_timer_ = 0;
};

}  // namespace kcheck::reference
