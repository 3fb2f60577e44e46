// A world for tests of the kubelet: time and turns that pass when they are told to.
#pragma once

#include <filesystem>
#include <fstream>
#include <list>
#include <optional>
#include <stdexcept>

#include <unistd.h>

#include "reference/base/environment.hpp"

namespace kcheck::reference::testing {

/// Work runs when run() is called, timers when advance() passes them.
class TestEnvironment final : public Environment {
public:
    void post(Activity activity, std::function<void()> work) override {
        works_.push_back({std::move(activity), std::move(work)});
    }
    TimerId after(std::chrono::milliseconds delay, Activity activity, std::function<void()> work) override {
        timers_.push_back({++last_timer_, now_ + delay, {std::move(activity), std::move(work)}});
        return last_timer_;
    }
    void cancel(TimerId timer) override {
        timers_.remove_if([&](const Timer& other) { return other.id == timer; });
    }
    Time now() const override { return now_; }
    std::size_t choose(const Activity&, const std::vector<std::string>&, std::size_t preferred) override {
        return preferred;
    }

    /// False: there is nothing to run.
    bool run_one() {
        if (works_.empty()) return false;
        const auto work = std::move(works_.front());
        works_.pop_front();
        work.run();
        return true;
    }
    void run() {
        for (int turns = 0; run_one(); ++turns)
            if (turns > 10'000) throw std::runtime_error("it never comes to rest");
    }
    /// Lets time pass, timer by timer.
    void advance(std::chrono::milliseconds duration) {
        const Time end = now_ + duration;
        run();
        while (true) {
            auto next = timers_.end();
            for (auto timer = timers_.begin(); timer != timers_.end(); ++timer)
                if (timer->due <= end && (next == timers_.end() || timer->due < next->due)) next = timer;
            if (next == timers_.end()) break;
            now_ = std::max(now_, next->due);
            const auto work = std::move(next->work.run);
            timers_.erase(next);
            work();
            run();
        }
        now_ = end;
    }
    bool has_timer(const std::string& verb) const {
        for (const auto& timer : timers_)
            if (timer.work.activity.verb == verb) return true;
        return false;
    }
    /// What waits for its turn, "verb object".
    std::vector<std::string> waiting() const {
        std::vector<std::string> result;
        for (const auto& work : works_) result.push_back(work.activity.verb + " " + work.activity.object);
        return result;
    }
    void drop_everything() {
        works_.clear();
        timers_.clear();
    }

private:
    struct Work {
        Activity activity;
        std::function<void()> run;
    };
    struct Timer {
        TimerId id;
        Time due;
        Work work;
    };
    std::list<Work> works_;
    std::list<Timer> timers_;
    TimerId last_timer_ = 0;
    Time now_ = from_rfc3339("2026-01-01T00:00:00Z");
};

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "kcheck-kubelet-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
        path = name;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string path;
};

}  // namespace kcheck::reference::testing
