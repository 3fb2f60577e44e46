// kcheck gate: everything that CI asks of an implementation, in one call.
//
// Verification of each configuration; replay of every transition of its reachable graph, and of random
// walks beyond; the counterexample of every variant, with the switch on and with it off; and
// the conformance of recordings.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace kcheck::cli {

struct GatePlan {
    /// Words of a call of kcheck, each as they would be on the command line.
    std::vector<std::string> verify;  // all that is promised holds
    std::vector<std::string> cover;   // every transition is replayed
    std::vector<std::string> walk;    // random walks are replayed
    std::vector<std::string> conform;
    bool variants = true;
};

/// What is done where no file says otherwise.
GatePlan default_plan();
/// Reads YAML with the members `verify`, `cover`, `walk`, `conform` (lists of strings) and `variants`
/// (true or false); paths of recordings are relative to the file. The error begins with file:line:column.
tl::expected<GatePlan, UsageError> read_plan(const std::string& file);

struct GateCase {
    enum class Status : std::uint8_t { passed, failed, incomplete, skipped };
    std::string suite;  // "verify", "cover", "walk", "variant", "conform"
    std::string name;
    Status status = Status::passed;
    std::string summary;  // one line
    std::string details;  // of a failure
    double seconds = 0;
};

std::string junit(const std::vector<GateCase>& cases);
/// SARIF 2.1.0: a result for each case that did not pass.
std::string sarif(const std::vector<GateCase>& cases);
std::string json(const std::vector<GateCase>& cases);

struct Gated {
    std::string text;
    ExitCode exit;
};
/// Prints a line for each case as it ends, unless the output is JSON. The error: a wrong plan, or a
/// driver that fails.
tl::expected<Gated, UsageError> gate(const Options& options);

}  // namespace kcheck::cli
