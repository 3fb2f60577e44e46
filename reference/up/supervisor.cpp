#include "reference/up/supervisor.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "reference/base/files.hpp"

namespace kcheck::reference::up {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds first_pause(100);
constexpr milliseconds longest_pause(10'000);
constexpr seconds healthy_life(10);

std::string describe(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("was killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

std::string last_line_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string last;
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) last = line;
    return last;
}

/// In the child; only what is safe between fork and exec.
[[noreturn]] void become(char** words, int log, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);  // it died before the line above
    const int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
    syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    execv(words[0], words);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", words[0], std::strerror(errno));
    _exit(127);
}

std::vector<pid_t> children() {
    std::ifstream in(fmt::format("/proc/self/task/{}/children", getpid()));
    std::vector<pid_t> result;
    for (pid_t pid = 0; in >> pid;) result.push_back(pid);
    return result;
}

/// Waits until there are no children, or until `deadline`. True: there are none.
bool wait_for_children(std::chrono::steady_clock::time_point deadline) {
    while (true) {
        const pid_t pid = waitpid(-1, nullptr, WNOHANG);
        if (pid > 0) continue;
        if (pid < 0 && errno == ECHILD) return true;
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(milliseconds(5));
    }
}

}  // namespace

Supervisor::Supervisor(EventLoop& loop, std::filesystem::path directory,
                       std::function<void(const std::string& line)> report)
    : loop_(loop),
      directory_(std::move(directory)),
      report_(std::move(report)),
      child_signal_(loop.context(), SIGCHLD) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (const auto* folder : {"logs", "pids"}) make_private_directory(directory_ / folder);
    await_children();
}

Supervisor::~Supervisor() { stop_all(); }

void Supervisor::start(Program program) {
    auto& running = programs_[program.name];
    running.program = std::move(program);
    launch(running);
}

int Supervisor::deaths(const std::string& name) const {
    const auto found = programs_.find(name);
    return found == programs_.end() ? 0 : found->second.deaths;
}

std::filesystem::path Supervisor::log_of(const Program& program) const {
    return directory_ / "logs" / (program.name + ".log");
}

std::filesystem::path Supervisor::pid_file_of(const Program& program) const {
    return directory_ / "pids" / program.name;
}

void Supervisor::launch(Running& running) {
    std::vector<char*> words;
    for (auto& word : running.program.words) words.push_back(word.data());
    words.push_back(nullptr);
    const int log = open_to_append(log_of(running.program));
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) become(words.data(), log, parent);
    const int error = errno;
    close(log);
    if (pid < 0) throw std::system_error(error, std::system_category(), "fork");
    running.pid = pid;
    running.started = loop_.monotonic();
    write_private_file(pid_file_of(running.program), fmt::format("{}\n", pid));
}

void Supervisor::await_children() {
    child_signal_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        reap();
        await_children();
    });
}

void Supervisor::reap() {
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (auto& [name, running] : programs_)  // others were left by programs that have died
            if (running.pid == pid) died(running, status);
}

void Supervisor::died(Running& running, int status) {
    const auto& name = running.program.name;
    auto line = fmt::format("{} (pid {}) {}", name, running.pid, describe(status));
    if (!WIFSIGNALED(status)) line += fmt::format(": {}", last_line_of(log_of(running.program)));
    report_(line);
    running.pid = 0;
    ++running.deaths;
    if (loop_.monotonic() - running.started > healthy_life) running.pause = milliseconds(0);
    loop_.after(running.pause, {"up", "start", name}, [this, &running] {
        if (stopping_) return;
        launch(running);
        report_(fmt::format("{} is started again (pid {})", running.program.name, running.pid));
    });
    running.pause = std::clamp(running.pause * 2, first_pause, longest_pause);
}

void Supervisor::stop_all() {
    constexpr seconds grace(5);
    stopping_ = true;
    for (const auto& [name, running] : programs_)
        if (running.pid > 0) kill(running.pid, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + grace;
    // Killing a process gives us its children: until there are none.
    for (auto until = deadline; !wait_for_children(until);
         until = std::chrono::steady_clock::now() + first_pause)
        for (const auto pid : children()) kill(pid, SIGKILL);
    programs_.clear();
}

}  // namespace kcheck::reference::up
