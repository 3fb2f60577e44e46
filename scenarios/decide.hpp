// One exploration of one pipeline, and what it says of each property.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/explicit_search.hpp"
#include "invariants/property.hpp"
#include "scenarios/limits.hpp"
#include "scenarios/verdict.hpp"
#include "traces/counterexamples/trace.hpp"

namespace kcheck::scenarios {

struct Watching {
    const std::atomic<bool>* stop = nullptr;  // set when the user has had enough
    std::function<void(const checker::Progress&)> progress;
    std::function<void(int level)> begins = {};  // may be empty; a check comes to a level (levels.hpp)
};

/// When the exploration ends before it has visited everything.
struct EndAt {
    bool bounds_left = false;  // a run leaves the bounds of the encoding
    bool any_violation = false;
};

enum class Answer : std::uint8_t { open, holds, violated };

struct Finding {
    const invariants::Property* property = nullptr;
    Answer answer = Answer::open;
    // If violated: the run, in states as the exploration has them.
    std::vector<traces::Edge> path;
    std::optional<std::size_t> cycle;  // liveness: index into `path`, as in traces::Trace
};

struct Decided {
    std::vector<Finding> findings;  // in the order of the properties
    bool complete = false;          // every state was visited, and no run leaves the bounds of the encoding
    int exceeded = 0;               // a value of bounds.exceeded that was met; 0: no run leaves the bounds
    std::string cut_short;          // why not everything was visited, or not all of it decided
    Covered covered;
    double exploring_s = 0, liveness_s = 0;
    std::size_t peak_bytes = 0;
    std::string contradiction;  // of two algorithms: a defect of kcheck
};

/// Throws what the constructor of the pipeline and the exploration throw.
Decided decide(const model::Pipeline& pipeline, std::span<const invariants::Property* const> properties,
               EndAt end_at, const Limits& limits, const Watching& watching);

}  // namespace kcheck::scenarios
