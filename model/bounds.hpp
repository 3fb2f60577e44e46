// How much room the encoding of a configuration has. A run that needs more is marked in
// `bounds.exceeded` and ends there; whoever explores gives it more room and begins again.
#pragma once

#include <string>
#include <vector>

#include "model/configuration.hpp"

namespace kcheck::model {

struct Bounds {
    int pods = 1;             // pods that exist, or that somebody remembers, at once
    int generations = 1;      // highest metadata.generation
    std::vector<int> events;  // for each of Pipeline::watches(): events on their way at once
    int nodes = 0;            // whose kubelets have the last of these

    bool operator==(const Bounds&) const = default;

    /// As little as a run of the configuration needs that meets no trouble.
    static Bounds least(const Configuration& configuration);
    /// More than any run of the pipeline needs, as far as anybody has seen.
    static Bounds ample(const Configuration& configuration);

    /// More room where `exceeded`, a value of the variable `bounds.exceeded`, says that it was short.
    void grow(int exceeded);
    /// No less room than `other` has.
    void cover(const Bounds& other);
    /// "4 pods at once, 6 events on a watch"
    std::string text() const;
};

/// Values of `bounds.exceeded`; watch w is at exceeded_events + w.
inline constexpr int exceeded_pods = 1, exceeded_generations = 2, exceeded_events = 3;

}  // namespace kcheck::model
