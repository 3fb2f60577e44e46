// Does the model admit what was recorded?
//
// A recording shows the writes to etcd and who asked for them. What the components knew, what they
// had on their way and what they did in memory is not shown: the model is admitted to have done
// anything there. The search keeps the set of all states of the plain transition system (no
// reduction but the projection of watches) that agree with the writes so far. A write of one
// component depends on the memory of its own process and on what is stored; what other processes
// do unseen can as well happen just before their own next write (Lipton 1975). So before each
// write only the unseen steps of its writer's process are taken, all of them, and then those steps
// that commit just this write. Crashes read what is stored: with a budget for them they are tried
// everywhere.
//
// What a write of a kind that the model does not have is to lead to, nobody can say: it ends what is
// decided, and the writes before it are what is admitted.
//
// Complete: if the set becomes empty, no run of the model makes these writes. Sound: each state of
// the set is reached by a run that makes them.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "traces/recordings/nearest.hpp"
#include "traces/recordings/recording.hpp"

namespace kcheck::traces::recordings {

struct ConformOptions {
    int crashes = 0;
    int lost_replies = 0;
    std::size_t states_max = 4'000'000;  // of the set, at any time
    double timeout_s = std::numeric_limits<double>::infinity();
    const std::atomic<bool>* stop = nullptr;
};

struct Conformance {
    bool admitted = false;
    bool complete = true;         // false: it was not decided, for this reason
    std::size_t writes = 0;       // admitted, in their order: the longest prefix that is
    std::size_t states_peak = 0;  // of the set
    std::optional<std::size_t>
        refused{};                       // index of the first write that is not admitted, or beyond the model
    std::string reason{};                // why not
    std::optional<Nearest> nearest{};    // of what the writer can do, in the states that agree so far
    std::vector<std::string> instead{};  // what the writer could have written
};

/// Fails if the recording asks for more than the model has, with a message that says what.
tl::expected<Conformance, std::string> conform(const Recording& recording, const ConformOptions& options);

}  // namespace kcheck::traces::recordings
