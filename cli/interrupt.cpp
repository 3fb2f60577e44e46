#include "cli/interrupt.hpp"

#include <csignal>

namespace kcheck::cli {

namespace {

std::atomic<bool> stop = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_signal(int number) {
    stop = true;
    std::signal(number, SIG_DFL);
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    return stop;
}

}  // namespace kcheck::cli
