// Every property, decided by visiting every reachable state: the climb of levels, budgets and bounds.
#pragma once

#include <tl/expected.hpp>

#include "scenarios/decide.hpp"

namespace kcheck::scenarios {

struct CheckOptions {
    std::vector<std::string> properties;  // empty: all, of which those decide that are not soft
    bool fail_fast = false;               // end at the first violation of one that decides
    Limits limits = {};
};

/// Explores the pipeline of the configuration level by level (levels.hpp), within a level with one fault,
/// with two, up to its budgets: so a counterexample is of the lowest level and has the fewest faults that
/// suffice. The limits are those of the whole climb. `wanted`: what may be left
/// out; what is not sound for the configuration is not (model/encoding.hpp). The encoding begins small and
/// grows until no run leaves it.
///
/// Throws std::length_error if the configuration needs more variables than there is room for.
tl::expected<Result, InternalError> check(const model::Configuration& configuration,
                                          const model::Reductions& wanted, const CheckOptions& options,
                                          const Watching& watching);

}  // namespace kcheck::scenarios
