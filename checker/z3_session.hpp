// A Z3 context whose checks end when time is up or somebody says stop.
#pragma once

#include <z3++.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "checker/symbolic.hpp"

namespace kcheck::checker {

/// Thrown by Session; caught before a result leaves the engine.
struct Interrupted : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Session {
public:
    explicit Session(const SymbolicOptions& options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    z3::context& context() { return context_; }
    z3::solver new_solver();
    /// A model of what the solver holds together with `condition`, or nullopt if
    /// there is none. Throws Interrupted if there is no answer.
    std::optional<z3::model> find_model(z3::solver& solver, const z3::expr& condition);
    /// Throws Interrupted if time is up or a stop was asked for.
    void poll() const;

private:
    enum class Reason : std::uint8_t { none, timeout, stopped, memory };
    Reason due() const;
    void watch();

    SymbolicOptions options_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::atomic<bool> too_large_ = false;  // written by the watchdog
    z3::context context_;
    bool done_ = false;  // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable wake_;
    std::thread watchdog_;  // last: it reads the members above
};

}  // namespace kcheck::checker
