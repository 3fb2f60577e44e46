// The levels that a run climbs: what may go wrong, from nothing to all that is asked for.
//
// 0: every cache is fresh and nothing fails, which is the logic of the configuration; 1: caches lag;
// 2: replies are lost; 3: processes crash. Each level includes the one before: what is violated at one is
// violated at every higher one (tests/gates_metamorphic.cpp).
#pragma once

#include <string_view>
#include <vector>

#include "model/configuration.hpp"

namespace kcheck::scenarios {

inline constexpr int highest_level = 3;

/// "caches lag"
std::string_view name_of_level(int level);

struct Level {
    int number = 0;
    model::Configuration configuration;  // with all that may go wrong at this level
};

/// The lowest level that has everything that may go wrong in the configuration.
int level_of(const model::Configuration& configuration);

/// What is left of the configuration at the level: no crashes below 3, no lost replies below 2, no lag
/// below 1.
model::Configuration at_level(model::Configuration configuration, int level);

/// From 0 up to the configuration itself. A level that has nothing more than the one before is left out.
std::vector<Level> levels_of(const model::Configuration& configuration);

/// Every budget of faults that the level has and a lower one has not, fewer faults first; the last is the
/// level's own configuration.
std::vector<model::Configuration> budgets_of(const Level& level);

}  // namespace kcheck::scenarios
