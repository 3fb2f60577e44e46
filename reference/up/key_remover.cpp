#include "reference/up/key_remover.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kcheck::reference::up {

namespace {

std::system_error failed(const char* what) { return {errno, std::system_category(), what}; }

/// Until the other end says something, or is gone. True: it is gone.
bool wait_for_end(int pipe) {
    char said = 0;
    ssize_t size = 0;
    do size = ::read(pipe, &said, 1);
    while (size < 0 && errno == EINTR);
    return size == 0;
}

[[noreturn]] void become_remover(int pipe, const std::function<void()>& clean_up) {
    // Whoever ends a cluster by its terminal, or its process group, does not end this one.
    ::setsid();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) std::signal(signal, SIG_IGN);
    ::prctl(PR_SET_NAME, "kcheck-keys");
    // Nobody waits for the end of this output.
    const int null = ::open("/dev/null", O_RDWR);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, standard);
    if (wait_for_end(pipe)) {
        try {
            clean_up();
        } catch (const std::exception&) {
            ::_exit(1);
        }
    }
    ::_exit(0);
}

}  // namespace

KeyRemover::KeyRemover(std::function<void()> clean_up) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw failed("pipe");
    // A grandchild: nobody here waits for its end.
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[1]);
        const pid_t remover = ::fork();
        if (remover == 0) become_remover(ends[0], clean_up);
        ::_exit(remover < 0 ? 1 : 0);
    }
    const int error = errno;
    ::close(ends[0]);
    alive_ = ends[1];
    int status = 1;
    if (child > 0) ::waitpid(child, &status, 0);
    if (status != 0) {
        ::close(alive_);
        errno = error;
        throw failed("fork");
    }
}

KeyRemover::~KeyRemover() { ::close(alive_); }

void KeyRemover::dismiss() {
    const auto ignored = ::write(alive_, "", 1);
    static_cast<void>(ignored);
}

}  // namespace kcheck::reference::up
