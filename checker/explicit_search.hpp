// Breadth-first search over packed states: the options, what is known when it ends,
// and the loop itself. explicit.hpp puts a model's types on top.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "checker/explicit_batch.hpp"
#include "checker/explicit_graph.hpp"
#include "checker/limits.hpp"
#include "checker/store.hpp"

namespace kcheck::checker {

struct Progress {
    std::uint64_t states = 0;
    std::uint64_t transitions = 0;
    std::uint32_t depth = 0;   // of the states that are being expanded
    std::uint64_t queued = 0;  // states not yet expanded
    std::size_t bytes = 0;     // of memory: the larger of what is accounted for and the resident set
    double elapsed_s = 0;
};

/// The limits on states and memory are looked at between blocks of a few ten thousand
/// successors, and may be passed by as much; the others every few hundred states.
struct ExploreOptions {
    unsigned threads = 1;  // no effect on anything but speed
    /// Stop at the end of the first level in which a property is violated ...
    bool stop_at_violation = false;
    /// ... other than these (indices of safety properties).
    std::set<std::size_t> never_stop;
    /// Keep the transitions, for liveness.hpp and reach.hpp.
    bool record_graph = false;

    std::uint64_t states_max = StateStore::states_max;
    /// Of the whole process: compared with its resident set, and with what the search accounts for.
    std::size_t memory_max_bytes = std::numeric_limits<std::size_t>::max();
    double timeout_s = std::numeric_limits<double>::infinity();
    const std::atomic<bool>* stop = nullptr;  // set by another thread, or a signal handler

    std::function<void(const Progress&)> progress;  // from the calling thread, about once a second
    double progress_interval_s = 1;

    HashFunction hash = xxh3;
    std::uint64_t seed = 0;  // of the hash; the numbering of states depends on it, no count does
};

struct Violation {
    StateId state;
    std::uint32_t depth;  // length of a shortest path to it; no violation of the property is nearer
};

/// Equal for equal models, properties, seeds and limits that count states, whatever
/// the number of threads, but for the times and the bytes.
struct Exploration {
    Ended ended = Ended::complete;
    bool complete() const { return ended == Ended::complete; }

    std::uint64_t states = 0;
    std::uint64_t transitions = 0;  // self loops included
    std::uint32_t depth = 0;        // of the deepest state: the longest of the shortest paths
    std::uint64_t frontier = 0;     // states visited but not expanded; 0 if complete
    std::uint64_t deadlocks = 0;    // states expanded that have no successor
    std::uint64_t quiescent = 0;    // states expanded in which no fair class is enabled
    /// Of these the ones that are first by (depth, id); trace_to leads there. All that are quiescent:
    /// TransitionGraph::quiescent.
    std::optional<StateId> first_deadlock, first_quiescent;
    /// By safety property: the violating state that is first by (depth, id).
    std::vector<std::optional<Violation>> violations;

    double seconds = 0;
    std::size_t peak_bytes = 0;  // largest resident set of the process so far

    StateStore store;
    std::optional<TransitionGraph> graph;  // if record_graph
};

/// Throws ModelError if the model throws, has no initial state, or, in the first states and in
/// samples of the others, breaks its promises: successors that are a function, and a pack and an
/// unpack that are each other's inverse. Throws std::length_error as store.hpp says, and
/// std::bad_alloc.
Exploration search(const PackedModel& model, const ExploreOptions& options);

}  // namespace kcheck::checker
