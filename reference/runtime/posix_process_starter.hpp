// Real processes as containers: fork and exec of one program, whatever the image.
//
// Each runs in a session and process group of its own, with no terminal and none of our files, and
// outlives us. Exits are seen through pidfds (Linux 5.3), so processes that an earlier runtime has
// started are noticed as well, and no signal handler is needed.
#pragma once

#include "reference/runtime/process_starter.hpp"

namespace kcheck::reference::runtime {

class PosixProcessStarter final : public ProcessStarter {
public:
    /// The program with its first arguments ({"/usr/bin/kcheck", "pause"}); the title of the
    /// container follows. Throws std::system_error if the system refuses an epoll instance.
    explicit PosixProcessStarter(std::vector<std::string> command);
    ~PosixProcessStarter() override;
    PosixProcessStarter(const PosixProcessStarter&) = delete;
    PosixProcessStarter& operator=(const PosixProcessStarter&) = delete;

    tl::expected<ProcessId, std::string> start(const ProcessSpec& spec,
                                               const std::function<void(const ProcessId&)>& record) override;
    bool adopt(const ProcessId& process) override;
    void kill(const ProcessId& process, int signal) override;
    std::vector<ExitedProcess> reap() override;

    /// Readable while reap() has something to return: for the event loop of the process.
    int exit_fd() const { return epoll_; }

private:
    struct Process {
        int pidfd = -1;
        bool is_child = false;
    };
    bool watch(const ProcessId& process, bool is_child);

    std::vector<std::string> command_;
    int epoll_ = -1;
    std::map<ProcessId, Process> processes_;
};

}  // namespace kcheck::reference::runtime
