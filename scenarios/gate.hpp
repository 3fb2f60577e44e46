// What a gate does: everything that CI asks of an implementation.
//
// Verification of each configuration; replay of every transition of its reachable graph, and of random
// walks beyond; the counterexample of every variant, with the switch on and with it off; and
// the conformance of recordings.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "scenarios/check.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/workload.hpp"
#include "traces/driver/run_on.hpp"

namespace kcheck::scenarios {

struct GateCase {
    enum class Status : std::uint8_t { passed, failed, incomplete, skipped };
    std::string suite;  // "verify", "cover", "walk", "variant", "conform"
    std::string name;
    Status status = Status::passed;
    std::string summary;  // one line
    std::string details;  // of a failure
    double seconds = 0;
};

/// What a line of a plan asks for.
struct GateCall {
    Workload workload;
    CheckOptions options;
    bool strict = false;
};

struct GateOptions {
    /// Understands a line of `verify`, `cover` or `walk`. The error says what is wrong with it.
    std::function<tl::expected<GateCall, std::string>(const std::string& line)> read;
    std::function<void(const GateCase&)> on_case;  // told of each as it ends
    const std::atomic<bool>* stop = nullptr;       // required
    std::string implementation;                    // in errors: "--on reference"
    CheckOptions of_variants;                      // how counterexamples are searched
    int walks = 100;
    std::uint64_t seed = 1;  // of the first walk
};

/// Requires all functions of the options. The error: a line of the plan, a recording, or the driver.
/// Throws std::logic_error where kcheck contradicts itself.
tl::expected<std::vector<GateCase>, std::string> run_gate(const GatePlan& plan,
                                                          traces::driver::Replayer replayer,
                                                          const GateOptions& options);

/// Failed before incomplete before passed; what was skipped counts for nothing. `stopped`: not all was run.
GateCase::Status overall(const std::vector<GateCase>& cases, bool stopped);

}  // namespace kcheck::scenarios
