// The term form of a pipeline together with that of properties: what the solver
// proves about.
#pragma once

#include <span>
#include <string>

#include "invariants/property.hpp"

namespace kcheck::invariants {

/// The pipeline's transition system with one ir::Invariant for each name or id. Throws
/// std::invalid_argument for a name that is not that of a safety property.
ir::TransitionSystem system_with(const model::Pipeline& pipeline, std::span<const std::string> names);

}  // namespace kcheck::invariants
