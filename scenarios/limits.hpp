// What a run may cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "checker/store.hpp"

namespace kcheck::scenarios {

struct Limits {
    unsigned threads = 1;
    std::uint64_t states_max = checker::StateStore::states_max;
    std::size_t memory_max_bytes = std::numeric_limits<std::size_t>::max();
    double timeout_s = std::numeric_limits<double>::infinity();
};

/// Three quarters of what the machine, or the control group that the process runs in, has.
std::size_t most_of_the_memory_bytes();

}  // namespace kcheck::scenarios
