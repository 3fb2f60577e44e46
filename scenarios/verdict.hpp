// What a run of kcheck found, and the verdict that follows from it, before it is written for people or
// for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "invariants/property.hpp"
#include "scenarios/workload.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::scenarios {

/// undecided: it holds in the model, which leaves out what may decide the answer.
enum class Verdict : std::uint8_t { holds, proved, violated, incomplete, undecided, not_checked };
std::string_view to_string(Verdict verdict);

struct PropertyResult {
    const invariants::Property* property = nullptr;
    Verdict verdict = Verdict::not_checked;
    bool decides = false;                // the exit code: neither soft, unless it was named, nor left out
    std::optional<traces::Trace> trace;  // if violated; it has been re-executed
    std::string note;
};

/// Numbers of an exploration; a proof has none.
struct Covered {
    std::uint64_t states = 0, transitions = 0, frontier = 0, quiescent = 0;
    std::uint32_t depth = 0;
};

/// What a check found at one level (levels.hpp).
struct LevelResult {
    int number = 0;
    bool complete = false;  // every state of the level was visited, and all that was asked there decided
    Covered covered;        // of its last exploration: with all that may go wrong, if it is complete
    double seconds = 0;
};

struct Result {
    std::string command;  // the call, to print calls like it
    model::Configuration configuration;
    model::Reductions reductions;  // those that were on
    model::Bounds bounds;          // of the encoding, in the end
    Verdict verdict = Verdict::incomplete;
    std::string reason;  // why it is incomplete
    std::vector<PropertyResult> properties;
    std::optional<Covered> covered;   // of the last exploration
    std::vector<LevelResult> levels;  // of a check: those that it came to
    double seconds = 0;
    /// Parts of it, of a check: all explorations, liveness, and what it took to confirm counterexamples.
    double exploring_s = 0, liveness_s = 0, confirming_s = 0;
    std::size_t peak_bytes = 0;  // largest resident set
    std::string details;         // of a proof that failed: the state that it failed from
};

/// The verdict of all properties that decide: violated before incomplete before the rest.
Verdict overall(const std::vector<PropertyResult>& properties);

/// Holds and proved become undecided where something is left out that may decide, or under
/// --strict where an object is assumed to exist. A violation stays one, but where it is of an
/// infinite run that a later apply, which is left out, would not leave as it is.
void judge(Result& result, const Workload& workload, bool strict);

/// A workload and what was found of it.
struct Outcome {
    const Workload* workload = nullptr;
    Result result;
};
Verdict overall(const std::vector<Outcome>& outcomes);

/// Whether a verdict is a pass: everything that was asked for holds.
inline bool is_pass(Verdict verdict) { return verdict == Verdict::holds || verdict == Verdict::proved; }

/// kcheck contradicts itself. The message says how.
struct InternalError {
    std::string message;
};

}  // namespace kcheck::scenarios
