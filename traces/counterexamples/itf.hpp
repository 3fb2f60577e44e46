// The Informal Trace Format of Apalache (its ADR-015): what TLA+ tools and ITF viewers read.
//
// States are structured as a TLA+ specification of the pipeline would have them: records,
// and functions as "#map". Pods are keyed by their slot, nodes by their name. A lasso has
// "loop": after the last state comes states[loop].
#pragma once

#include <ostream>

#include "traces/counterexamples/trace.hpp"

namespace kcheck::traces {

/// The initial state and one for each step; the state that closes a cycle is not repeated.
void write_itf(std::ostream& out, const Trace& trace);

}  // namespace kcheck::traces
