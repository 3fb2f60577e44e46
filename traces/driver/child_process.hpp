// A program at the other end of three pipes, that leaves nothing behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace kcheck::traces::driver {

/// A file descriptor and its owner.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    Descriptor& operator=(Descriptor&& other) noexcept;

    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }
    void reset();

private:
    int fd_;
};

/// How a process ended, as waitpid tells it.
struct ExitStatus {
    int code = 0;
    int signal = 0;  // that killed it; 0 if it exited
};
/// "exited with status 3", "was killed by signal 11 (Segmentation fault)"
std::string to_string(const ExitStatus& status);

/// The leader of a process group of its own. It is killed if the thread that started it ends.
class ChildProcess {
public:
    /// The message names the call of the system that failed, and why.
    static tl::expected<ChildProcess, std::string> start(const std::vector<std::string>& argv);
    /// Kills what is left of the group.
    ~ChildProcess();
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;

    // This side of the pipes: no read or write on them blocks.
    Descriptor input, output, error;
    Descriptor ended;  // becomes readable when the leader ends (a pidfd)

    /// Kills every process of the group and waits for the leader. How it ended if it had before;
    /// else, that it was killed.
    ExitStatus finish();

private:
    explicit ChildProcess(pid_t pid) : pid_(pid) {}

    pid_t pid_ = -1;  // -1: finished
    ExitStatus status_;
};

/// Writes what fits into a pipe now. 0 if nothing does; -1 if nobody reads it any more. Raises no SIGPIPE.
ssize_t write_some(const Descriptor& to, const char* bytes, std::size_t count);

/// Appends what is there to `into`; false at the end of the file.
bool read_some(const Descriptor& from, std::string& into);

}  // namespace kcheck::traces::driver
