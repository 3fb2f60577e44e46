// What each client reads of the pods that it watches, from the term form of its
// actions: the reason that an event need not be queued for it.
#pragma once

#include "model/encoding.hpp"

namespace kcheck::model {

/// Builds the pipeline once with every field and looks at what the actions of each client
/// read of its cache, other than to refresh it.
Footprint footprint_of(const Configuration& configuration, const Reductions& reductions, Bounds bounds);

}  // namespace kcheck::model
