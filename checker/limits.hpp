// What may end a check before it is done, and how loops look at it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <string_view>

namespace kcheck::checker {

enum class Ended : std::uint8_t {
    complete,   // every reachable state was visited and expanded
    violation,  // stop_at_violation
    states,     // states_max
    memory,     // memory_max_bytes
    timeout,    // timeout_s
    stopped,    // *stop
};

std::string_view to_string(Ended ended);

struct Limits {
    /// Of the whole process: compared with its resident set, and with what is about to be allocated.
    std::size_t memory_max_bytes = std::numeric_limits<std::size_t>::max();
    double timeout_s = std::numeric_limits<double>::infinity();  // from the call on
    const std::atomic<bool>* stop = nullptr;                     // set by another thread, or a signal handler
};

/// A limit was reached; whoever set the limits says what that means.
class LimitReached : public std::exception {
public:
    explicit LimitReached(Ended ended) : ended_(ended) {}
    Ended ended() const { return ended_; }
    const char* what() const noexcept override { return "a limit was reached"; }

private:
    Ended ended_;
};

/// Bytes of memory that the process uses now; 0 if the system does not tell.
std::size_t resident_bytes();

/// Looks at limits from inside a loop. Its time begins when it is made.
class LimitWatch {
public:
    explicit LimitWatch(const Limits& limits = {}) : limits_(limits) {}

    /// Call it every few microseconds or more often; throws LimitReached.
    void tick() {
        if (++ticks_ % ticks_for_a_look == 0) look();
    }
    void look();
    /// Throws LimitReached if so much more memory is too much.
    void before_allocating(std::size_t bytes) const;

    double elapsed_s() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    /// The limits of a part that begins now.
    Limits rest() const;

private:
    using Clock = std::chrono::steady_clock;
    static constexpr unsigned ticks_for_a_look = 256;

    Limits limits_;
    Clock::time_point start_ = Clock::now();
    double measured_at_s_ = 0;
    unsigned ticks_ = 0;
};

}  // namespace kcheck::checker
