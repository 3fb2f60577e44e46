// The term form of a pipeline together with that of properties: what the solver
// proves about.
#pragma once

#include <span>
#include <string>

#include "invariants/property.hpp"

namespace kcheck::invariants {

/// Adds one ir::Invariant for each name or id to a system over the pipeline's variables. Throws
/// std::invalid_argument for a name that is not that of a safety property.
void add_invariants(ir::TransitionSystem& system, const model::Pipeline& pipeline,
                    std::span<const std::string> names);

/// The same, added to the pipeline's transition system.
ir::TransitionSystem system_with(const model::Pipeline& pipeline, std::span<const std::string> names);

}  // namespace kcheck::invariants
