// Starting a program and getting rid of it.
//
// Between fork and exec the child calls only what is async-signal-safe (signal-safety(7)): kcheck
// may have threads. The leader is not waited for before its group is killed: while it is a
// zombie, its number cannot be that of another group.
#include "traces/driver/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/core.h>

namespace kcheck::traces::driver {

namespace {

struct Pipe {
    Descriptor read, write;
};

std::string because(const char* call) { return fmt::format("{}: {}", call, std::strerror(errno)); }

bool open_pipe(Pipe& pipe) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    pipe.read = Descriptor(ends[0]);
    pipe.write = Descriptor(ends[1]);
    return true;
}

/// Moves a descriptor out of the way of 0, 1 and 2, which a process that was started without them may get.
bool keep_clear_of_standard(Descriptor& descriptor) {
    if (descriptor.get() > STDERR_FILENO) return true;
    const int moved = fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0) return false;
    descriptor = Descriptor(moved);
    return true;
}

bool make_nonblocking(const Descriptor& descriptor) {
    const int flags = fcntl(descriptor.get(), F_GETFL);
    return flags >= 0 && fcntl(descriptor.get(), F_SETFL, flags | O_NONBLOCK) == 0;
}

[[noreturn]] void become(char* const* argv, pid_t parent, const std::array<int, 3>& standard) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // it has died before the line above
    for (int fd = 0; fd < 3; ++fd)
        if (dup2(standard[static_cast<std::size_t>(fd)], fd) < 0) _exit(127);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD}) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execv(argv[0], argv);
    constexpr char message[] = "the program cannot be executed\n";
    [[maybe_unused]] const auto written = write(STDERR_FILENO, message, sizeof message - 1);
    _exit(127);
}

/// Holds back the SIGPIPE that a write of this thread may raise, and takes it away.
class NoSigpipe {
public:
    NoSigpipe() {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    ~NoSigpipe() {
        const int error = errno;
        const timespec at_once{};
        if (sigismember(&before_, SIGPIPE) == 0) {
            while (sigtimedwait(&sigpipe_, nullptr, &at_once) < 0 && errno == EINTR) {
            }
            pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        }
        errno = error;
    }
    NoSigpipe(const NoSigpipe&) = delete;
    NoSigpipe& operator=(const NoSigpipe&) = delete;

private:
    sigset_t sigpipe_{}, before_{};
};

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

void Descriptor::reset() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
}

std::string to_string(const ExitStatus& status) {
    return status.signal != 0
               ? fmt::format("was killed by signal {} ({})", status.signal, strsignal(status.signal))
               : fmt::format("exited with status {}", status.code);
}

tl::expected<ChildProcess, std::string> ChildProcess::start(const std::vector<std::string>& argv) {
    Pipe in, out, err;
    for (auto* pipe : {&in, &out, &err})
        if (!open_pipe(*pipe) || !keep_clear_of_standard(pipe->read) || !keep_clear_of_standard(pipe->write))
            return tl::unexpected(because("pipe"));
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);

    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return tl::unexpected(because("fork"));
    if (pid == 0) become(words.data(), parent, {in.read.get(), out.write.get(), err.write.get()});
    setpgid(pid, pid);  // whoever comes first; it fails if the child has begun its program already
    ChildProcess child(pid);
    child.input = std::move(in.write);
    child.output = std::move(out.read);
    child.error = std::move(err.read);
    // Not by its name: the header of glibc 2.36 declares pidfd_open for C only.
    child.ended = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!child.ended.is_open()) return tl::unexpected(because("pidfd_open"));
    for (const auto* pipe : {&child.input, &child.output, &child.error})
        if (!make_nonblocking(*pipe)) return tl::unexpected(because("fcntl"));
    return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : input(std::move(other.input)),
      output(std::move(other.output)),
      error(std::move(other.error)),
      ended(std::move(other.ended)),
      pid_(std::exchange(other.pid_, -1)),
      status_(other.status_) {}

ChildProcess::~ChildProcess() { finish(); }

ExitStatus ChildProcess::finish() {
    if (pid_ < 0) return status_;
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);  // where it has not come to be a leader
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    status_ = WIFSIGNALED(status) ? ExitStatus{0, WTERMSIG(status)} : ExitStatus{WEXITSTATUS(status), 0};
    return status_;
}

ssize_t write_some(const Descriptor& to, const char* bytes, std::size_t count) {
    const NoSigpipe guard;
    const ssize_t written = write(to.get(), bytes, count);
    if (written >= 0) return written;
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

bool read_some(const Descriptor& from, std::string& into) {
    std::array<char, 65536> buffer;
    const ssize_t count = read(from.get(), buffer.data(), buffer.size());
    if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace kcheck::traces::driver
