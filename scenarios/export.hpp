// The plain pipeline as data, for other checkers.
#pragma once

#include <span>
#include <string>

#include "invariants/property.hpp"

namespace kcheck::scenarios {

/// Name of the invariant that no run leaves the bounds of the encoding.
inline constexpr const char* within_bounds_name = "within-bounds";

/// Every step that the plain pipeline has, those of the pod garbage collector among them. As in a search,
/// a run that leaves the bounds of the encoding ends there. Its invariants: within_bounds_name, then the
/// properties in their order. Throws std::invalid_argument for a name that is not that of a safety property.
ir::TransitionSystem plain_system(const model::Pipeline& pipeline, std::span<const std::string> names);

}  // namespace kcheck::scenarios
