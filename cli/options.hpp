// What one call of kcheck asks for, and the table of options that says how to ask.
//
// The table is the only list of options there is: the parser, --help and docs/cli.md
// are made from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "model/configuration.hpp"

namespace kcheck::cli {

/// The exit codes are part of the interface: scripts decide by them.
enum class ExitCode : int {
    holds = 0,       // every property that was asked for holds, or is proved
    violated = 1,    // a counterexample was found and re-executed
    usage = 2,       // the call or its input is wrong; one line says how
    incomplete = 3,  // a limit was reached, or something is not modelled; never a pass
    internal = 70,   // kcheck contradicts itself (EX_SOFTWARE of sysexits.h)
};

struct ExitCodeInfo {
    ExitCode code;
    std::string_view meaning;
};
std::span<const ExitCodeInfo> exit_codes();

enum class Command : std::uint8_t {
    check,
    prove,
    prove_reductions,
    list,
    explain,
    replay,
    conform,
    gate,
    exporting,
    up,
};

struct CommandInfo {
    Command command;
    std::string_view name;       // empty for check, which is what kcheck does without a command
    std::string_view arguments;  // as in the usage line
    std::string_view help;
};
std::span<const CommandInfo> commands();

enum class Output : std::uint8_t { text, json, markdown };

/// The defaults are those of the table.
struct Options {
    Command command = Command::check;
    std::vector<std::string> arguments;  // of the command

    std::vector<std::string> files;
    std::vector<std::string> assume;  // names of manifests/effects.hpp
    bool strict = false;
    std::optional<std::string> deployment;
    std::optional<int> replicas, nodes;
    std::optional<model::Strategy> strategy;
    std::vector<model::UserOperation> operations;  // after the first apply; see Configuration::then
    std::vector<std::string> images;               // those of set-image are by their place here

    std::optional<int> crashes, lost_replies;  // 1 of each, but of recordings: none
    std::optional<int> staleness;
    bool asks_for_lag = false;  // by name, "unlimited" or a number above 0
    std::optional<int> level;   // the highest; of scenarios/levels.hpp
    std::vector<std::string> variants;

    std::vector<std::string> properties;  // empty: all
    std::vector<std::string> no_reductions;
    bool fail_fast = false;
    int k_max = 5;
    std::optional<int> bmc;

    std::optional<int> threads;
    std::optional<std::uint64_t> max_states;
    std::optional<std::size_t> max_memory_bytes;
    std::optional<double> timeout_s;

    std::optional<std::string> junit, sarif;
    int walks = 100;
    std::uint64_t seed = 1;

    bool promela = false, tla = false;
    std::optional<std::string> output_file;
    std::optional<std::string> table_file;

    Output output = Output::text;
    std::optional<std::string> trace_out, itf_out;
    std::optional<std::string> on;  // "reference" or "exec:COMMAND"
    double driver_timeout_s = 30;
    bool receipts = false;
    bool no_color = false;
    bool help = false;
    bool version = false;
};

/// A wrong call, in one line, with what would be right.
struct UsageError {
    std::string message;
};
inline tl::unexpected<UsageError> refuse(std::string message) {
    return tl::unexpected(UsageError{std::move(message)});
}
using Applied = tl::expected<void, UsageError>;

struct OptionInfo {
    std::string_view name;      // "replicas": --replicas
    char letter;                // -f; 0 if there is none
    std::string_view value;     // "N" in --replicas N; empty for a flag
    std::string_view fallback;  // what holds without it, in words
    std::string_view help;
    bool repeatable;
    std::string_view heading;  // in --help
    std::vector<Command> of;   // the commands that it means something to
    Applied (*apply)(Options&, const std::string& value);

    bool concerns(Command command) const;
};
const std::vector<OptionInfo>& options();

/// The text of --help.
std::string help_text();

}  // namespace kcheck::cli
