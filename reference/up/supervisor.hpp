// Keeps the processes of a cluster running: what dies is started again, and nothing is left behind.
//
// Every process has a process group of its own, a log file and a pid file. The kernel sends it
// SIGTERM if the supervisor dies, and gives the supervisor whatever it leaves running (Linux:
// PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>

#include "reference/base/event_loop.hpp"

namespace kcheck::reference::up {

struct Program {
    std::string name;                // "kubelet-node-0"; that of its files too
    std::vector<std::string> words;  // the executable, and its arguments
};

class Supervisor {
public:
    /// Logs go to <directory>/logs/<name>.log, pids to <directory>/pids/<name>. `report` is told, in one
    /// line, of each death, and of the start that follows it.
    Supervisor(EventLoop& loop, std::filesystem::path directory,
               std::function<void(const std::string& line)> report);
    /// Stops everything first.
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    /// Starts it, and again whenever it ends: at once the first time, then after longer and longer
    /// pauses (at most 10 s) until it has lived for 10 s. Throws std::system_error if there is no
    /// process to be had.
    void start(Program program);
    /// How often a program has ended.
    int deaths(const std::string& name) const;
    /// SIGTERM to all; SIGKILL, after five seconds, to those that are left and to whatever they have
    /// started. Returns when no child is left.
    void stop_all();

private:
    struct Running {
        Program program;
        pid_t pid = 0;  // 0: waits to be started again
        Time started;
        std::chrono::milliseconds pause{0};
        int deaths = 0;
    };

    void launch(Running& running);
    void await_children();
    void reap();
    void died(Running& running, int status);
    std::filesystem::path log_of(const Program& program) const;
    std::filesystem::path pid_file_of(const Program& program) const;

    EventLoop& loop_;
    const std::filesystem::path directory_;
    const std::function<void(const std::string&)> report_;
    boost::asio::signal_set child_signal_;
    std::map<std::string, Running> programs_;
    bool stopping_ = false;
};

}  // namespace kcheck::reference::up
