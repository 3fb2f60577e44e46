// A state as `kubectl get` would print it, and what each component still believes.
#pragma once

#include <ostream>

#include "traces/counterexamples/names.hpp"

namespace kcheck::traces {

/// The state after `steps_done` steps. READY of Deployments and ReplicaSets is what their
/// status says, so "-" where minReadySeconds makes it differ from AVAILABLE: the model keeps the
/// latter. The containers are those of the runtimes, which kubectl does not show.
void write_tables(std::ostream& out, const Trace& trace, const model::Pipeline& pipeline, const Names& names,
                  std::size_t steps_done);

/// A line for each component whose cache lags; nothing if none does.
void write_beliefs(std::ostream& out, const Trace& trace, const model::Pipeline& pipeline, const Names& names,
                   std::size_t steps_done);

}  // namespace kcheck::traces
