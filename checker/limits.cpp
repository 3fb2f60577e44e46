#include "checker/limits.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace kcheck::checker {

namespace {

constexpr double measure_interval_s = 0.05;  // between looks at the memory in use

}  // namespace

std::string_view to_string(Ended ended) {
    switch (ended) {
        case Ended::complete: return "complete";
        case Ended::violation: return "stopped at the first violation";
        case Ended::states: return "limit on states";
        case Ended::memory: return "limit on memory";
        case Ended::timeout: return "limit on time";
        case Ended::stopped: return "interrupted";
    }
    return "?";
}

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0, resident = 0;
    if (!(statm >> total >> resident)) return 0;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void LimitWatch::look() {
    if (limits_.stop != nullptr && limits_.stop->load(std::memory_order_relaxed))
        throw LimitReached(Ended::stopped);
    const double now_s = elapsed_s();
    if (now_s >= limits_.timeout_s) throw LimitReached(Ended::timeout);
    if (now_s < measured_at_s_ + measure_interval_s) return;
    measured_at_s_ = now_s;
    before_allocating(0);
}

void LimitWatch::before_allocating(std::size_t bytes) const {
    if (limits_.memory_max_bytes == std::numeric_limits<std::size_t>::max()) return;
    const std::size_t room = limits_.memory_max_bytes - std::min(limits_.memory_max_bytes, resident_bytes());
    if (bytes > room) throw LimitReached(Ended::memory);
}

Limits LimitWatch::rest() const {
    Limits rest = limits_;
    rest.timeout_s = std::max(0.0, limits_.timeout_s - elapsed_s());
    return rest;
}

}  // namespace kcheck::checker
