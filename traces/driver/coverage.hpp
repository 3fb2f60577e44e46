// Conformance by coverage: runs of the pipeline that together take every transition of the
// reachable graph, each as a trace that can be replayed on an implementation.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces::driver {

struct Run {
    std::vector<Edge> path;  // of representatives, from the initial state
    Trace trace;             // of no property
};

struct Coverage {
    bool complete = true;  // false: a limit, or somebody, ended the search for transitions; there are no runs
    std::uint64_t states = 0;
    std::uint64_t transitions = 0;    // of the reachable graph under the reductions of the pipeline
    std::uint64_t out_of_bounds = 0;  // of them: they leave the bounds of the encoding, and are in no run
    std::uint64_t covered = 0;        // by the runs that were handed out
    std::uint64_t runs = 0;
    std::uint64_t path_edges = 0;  // transitions of all runs together
    std::uint64_t steps = 0;       // of all traces together
};

/// Told of each run; false: no more runs.
using OnRun = std::function<bool(const Run&)>;

struct CoverageOptions {
    std::uint64_t states_max = 1'000'000;
    const std::atomic<bool>* stop = nullptr;
};

/// As few runs as possible (path_cover.hpp), made one at a time. Fails if a run cannot be followed, which
/// is an error of kcheck.
tl::expected<Coverage, std::string> cover(const model::Pipeline& pipeline, const OnRun& on_run,
                                          const CoverageOptions& options = {});

/// A run of at most `length` transitions, each chosen among all that there are; equal for equal seeds.
tl::expected<Run, std::string> random_walk(const model::Pipeline& pipeline, std::uint64_t seed,
                                           std::size_t length);

}  // namespace kcheck::traces::driver
