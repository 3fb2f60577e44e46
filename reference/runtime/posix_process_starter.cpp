#include "reference/runtime/posix_process_starter.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace kcheck::reference::runtime {

namespace {

// glibc 2.36 declares its wrappers without extern "C".
int open_pidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }
void send_signal(int pidfd, int signal) { syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0); }

/// None if there is no such process, or only its zombie.
std::optional<std::uint64_t> start_time_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    // The second field is the name in parentheses, and may hold anything.
    std::istringstream rest(line.substr(line.rfind(')') + 1));
    std::string field;
    std::uint64_t start_time = 0;
    for (int number = 3; number < 22; ++number) {
        rest >> field;
        if (number == 3 && (field == "Z" || field == "X")) return std::nullopt;
    }
    rest >> start_time;
    return start_time;
}

/// C strings that live as long as what they point into.
std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& text : strings) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// In the child, between fork and exec: only what is safe after a fork of a process with threads.
/// Waits for a byte from the parent, which comes when the parent has recorded the process; the end
/// of the pipe instead means that the parent is gone. Reports an errno if exec fails.
[[noreturn]] void become(int go, int report, char** arguments, char** environment) {
    char byte = 0;
    if (read(go, &byte, 1) != 1) _exit(1);
    setsid();
    const int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
    // Everything above 2 closes with exec, `report` included.
    syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    execve(arguments[0], arguments, environment);
    const int error = errno;
    if (write(report, &error, sizeof error) < 0) _exit(126);
    _exit(127);
}

struct Pipe {
    int ends[2] = {-1, -1};
    bool open() { return pipe2(ends, O_CLOEXEC) == 0; }
    void close(int end) {
        if (ends[end] >= 0) ::close(std::exchange(ends[end], -1));
    }
    ~Pipe() {
        close(0);
        close(1);
    }
};

/// 0 once the program runs: the pipe closed with exec.
int read_report(int report) {
    int error = 0;
    ssize_t length = 0;
    do length = read(report, &error, sizeof error);
    while (length < 0 && errno == EINTR);
    return length == sizeof error ? error : 0;
}

int wait_for(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return ProcessStarter::unknown_exit_code;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

PosixProcessStarter::PosixProcessStarter(std::vector<std::string> command)
    : command_(std::move(command)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

PosixProcessStarter::~PosixProcessStarter() {
    for (const auto& [process, known] : processes_) close(known.pidfd);
    close(epoll_);
}

tl::expected<ProcessId, std::string> PosixProcessStarter::start(
    const ProcessSpec& spec, const std::function<void(const ProcessId&)>& record) {
    const auto failure = [](const char* what, int error) {
        return tl::unexpected(std::string(what) + ": " + std::strerror(error));
    };
    std::vector<std::string> arguments = command_;
    arguments.push_back(spec.title);
    std::vector<std::string> environment;
    for (const auto& [name, value] : spec.environment) environment.push_back(name + "=" + value);
    auto argv = pointers(arguments);
    auto envp = pointers(environment);

    Pipe go, report;
    if (!go.open() || !report.open()) return failure("pipe", errno);
    const pid_t pid = fork();
    if (pid < 0) return failure("fork", errno);
    if (pid == 0) {
        close(go.ends[1]);  // so that the death of the parent is the end of the pipe
        become(go.ends[0], report.ends[1], argv.data(), envp.data());
    }
    report.close(1);
    const ProcessId process{pid, start_time_of(pid).value_or(0)};
    record(process);
    int error = 0;
    // Our own end for reading is still open: a child that has been killed is no SIGPIPE.
    if (write(go.ends[1], "g", 1) != 1) error = errno;
    if (error == 0) error = read_report(report.ends[0]);
    if (error == 0 && !watch(process, true)) error = errno;
    if (error != 0) {
        ::kill(pid, SIGKILL);
        wait_for(pid);
        return failure(command_.front().c_str(), error);
    }
    return process;
}

bool PosixProcessStarter::adopt(const ProcessId& process) {
    // The pidfd first: what it refers to cannot change while it is compared.
    return watch(process, false);
}

bool PosixProcessStarter::watch(const ProcessId& process, bool is_child) {
    const int pidfd = open_pidfd(process.pid);
    if (pidfd < 0) return false;
    // A child that has exited already still has its exit to be reaped.
    const auto start_time = start_time_of(process.pid);
    epoll_event event{};
    event.events = EPOLLIN;
    if ((!is_child && start_time != process.start_time) ||
        epoll_ctl(epoll_, EPOLL_CTL_ADD, pidfd, &event) != 0) {
        close(pidfd);
        return false;
    }
    processes_[process] = {pidfd, is_child};
    return true;
}

void PosixProcessStarter::kill(const ProcessId& process, int signal) {
    const auto known = processes_.find(process);
    if (known == processes_.end()) return;
    // As long as the leader is there, the group of its number is its own.
    if (signal == SIGKILL && start_time_of(process.pid) == process.start_time) ::kill(-process.pid, SIGKILL);
    send_signal(known->second.pidfd, signal);
}

std::vector<ExitedProcess> PosixProcessStarter::reap() {
    std::vector<ExitedProcess> exited;
    for (auto entry = processes_.begin(); entry != processes_.end();) {
        const auto& [process, known] = *entry;
        siginfo_t info{};
        const bool is_over = known.is_child ? waitid(P_PID, static_cast<id_t>(process.pid), &info,
                                                     WEXITED | WNOHANG | WNOWAIT) == 0 &&
                                                  info.si_pid == process.pid
                                            : start_time_of(process.pid) != process.start_time;
        if (!is_over) {
            ++entry;
            continue;
        }
        int exit_code = unknown_exit_code;
        if (known.is_child) {
            // What the container has left behind goes with it, while the zombie still holds its number.
            ::kill(-process.pid, SIGKILL);
            exit_code = wait_for(process.pid);
        }
        exited.push_back({process, exit_code});
        epoll_ctl(epoll_, EPOLL_CTL_DEL, known.pidfd, nullptr);
        close(known.pidfd);
        entry = processes_.erase(entry);
    }
    return exited;
}

}  // namespace kcheck::reference::runtime
