// A transition system as a TLA+ module (Lamport, Specifying Systems, 2002).
#pragma once

#include <string>

#include "ir/transition_system.hpp"

namespace kcheck::ir {

/// The module `module`, with Init, an operator for each action, Next and Spec, TypeOK for the ranges, and
/// an operator for each invariant. `title`, of lines, opens the comment at the top, which goes on with the
/// configuration for TLC.
std::string to_tla(const TransitionSystem& system, const std::string& module, const std::string& title);

}  // namespace kcheck::ir
