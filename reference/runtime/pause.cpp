#include "reference/runtime/pause.hpp"

#include <csignal>

namespace kcheck::reference::runtime {

int pause_main() {
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    // Blocked signals stay pending until they are waited for: none can arrive too early.
    sigprocmask(SIG_BLOCK, &stops, nullptr);
    int signal = 0;
    while (sigwait(&stops, &signal) != 0) {
    }
    return 0;
}

}  // namespace kcheck::reference::runtime
