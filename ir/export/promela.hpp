// A transition system as a model for SPIN (Holzmann, The SPIN Model Checker, 2004).
#pragma once

#include <string>

#include "ir/transition_system.hpp"

namespace kcheck::ir {

/// One process, in whose states nothing but the variables differs: pan stores as many states as the
/// system has reachable ones. Each action is a d_step that computes in hidden variables, which are no
/// part of a state; where its guard does not hold it leaves the state as it is, so pan sees no deadlock,
/// and its transitions count these steps too. Each invariant is an assertion in every state; pan says
/// which by its line, and -DINVARIANT_<n> for spin leaves but the n-th (from 1).
/// `title`, of lines, opens the comment at the top, which goes on with how to run pan.
std::string to_promela(const TransitionSystem& system, const std::string& title);

}  // namespace kcheck::ir
