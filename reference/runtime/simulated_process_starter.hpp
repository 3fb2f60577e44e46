// Processes that exist as numbers only, for replays and tests: they run until they are told to stop.
#pragma once

#include <csignal>
#include <set>

#include "reference/runtime/process_starter.hpp"

namespace kcheck::reference::runtime {

class SimulatedProcessStarter final : public ProcessStarter {
public:
    tl::expected<ProcessId, std::string> start(const ProcessSpec&,
                                               const std::function<void(const ProcessId&)>& record) override {
        const ProcessId process{++last_, 0};
        running_.insert(process);
        record(process);
        return process;
    }
    bool adopt(const ProcessId& process) override { return running_.contains(process); }
    void kill(const ProcessId& process, int signal) override {
        if (signal != SIGTERM || !ignores_term) exit(process, signal == SIGTERM ? 0 : 128 + signal);
    }
    std::vector<ExitedProcess> reap() override { return std::exchange(exited_, {}); }

    /// The process ends by itself.
    void exit(ProcessId process, int exit_code) {
        if (running_.erase(process) > 0) exited_.push_back({process, exit_code});
    }
    const std::set<ProcessId>& running() const { return running_; }

    bool ignores_term = false;

private:
    pid_t last_ = 0;
    std::set<ProcessId> running_;
    std::vector<ExitedProcess> exited_;
};

}  // namespace kcheck::reference::runtime
