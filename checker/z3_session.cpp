// A watchdog thread polls the clock and the stop flag and interrupts the context.
// Z3_interrupt does nothing between checks and its effect ends with the check it
// hits, so once a limit is reached the watchdog keeps interrupting until the
// session ends; no check can slip through.
#include "checker/z3_session.hpp"

#include "checker/limits.hpp"

namespace kcheck::checker {
namespace {
constexpr auto poll_interval = std::chrono::milliseconds(10);
constexpr unsigned polls_for_a_measurement = 5;  // of memory
}  // namespace

Session::Session(const SymbolicOptions& options) : options_(options), watchdog_([this] { watch(); }) {}

Session::~Session() {
    {
        const std::lock_guard lock(mutex_);
        done_ = true;
    }
    wake_.notify_one();
    watchdog_.join();
}

void Session::watch() {
    std::unique_lock lock(mutex_);
    for (unsigned polls = 0; !wake_.wait_for(lock, poll_interval, [this] { return done_; }); ++polls) {
        if (polls % polls_for_a_measurement == 0 && resident_bytes() > options_.memory_max_bytes)
            too_large_ = true;
        if (due() != Reason::none) context_.interrupt();
    }
}

Session::Reason Session::due() const {
    if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) return Reason::stopped;
    if (too_large_) return Reason::memory;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    return elapsed.count() >= options_.timeout_s ? Reason::timeout : Reason::none;
}

void Session::poll() const {
    switch (due()) {
        case Reason::none: return;
        case Reason::timeout: throw Interrupted("timeout");
        case Reason::stopped: throw Interrupted("stopped");
        case Reason::memory: throw Interrupted("memory");
    }
}

z3::solver Session::new_solver() {
    // Incremental bit-blasting SAT. The general solver falls back to its SMT core
    // on the second check of a sequence, which is many times slower here.
    z3::solver solver(context_, "QF_FD");
    // Otherwise Z3 takes the interrupt of the user for itself while a check runs.
    solver.set("ctrl_c", false);
    return solver;
}

std::optional<z3::model> Session::find_model(z3::solver& solver, const z3::expr& condition) {
    poll();
    // The SAT core takes literals as assumptions; what it learns under one stays valid.
    const z3::expr assumed(context_, Z3_mk_fresh_const(context_, "assume", context_.bool_sort()));
    solver.add(z3::implies(assumed, condition));
    z3::expr_vector assumptions(context_);
    assumptions.push_back(assumed);
    try {
        switch (solver.check(assumptions)) {
            case z3::sat: return solver.get_model();
            case z3::unsat: solver.add(!assumed); return std::nullopt;
            case z3::unknown: break;
        }
    } catch (const z3::exception& error) {
        poll();
        throw Interrupted(std::string("z3: ") + error.msg());
    }
    poll();
    throw Interrupted("z3: " + solver.reason_unknown());
}

}  // namespace kcheck::checker
