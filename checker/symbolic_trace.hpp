// From what Z3 found in the cone to a trace of the whole system.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/cone.hpp"

namespace kcheck::checker {

/// What a model says: values by position in the cone, actions of the system.
struct Path {
    std::vector<std::vector<std::int32_t>> states;  // at least the first; at most actions.size() + 1
    std::vector<std::size_t> actions;
};

struct CheckedTrace {
    SymbolicTrace trace;
    Part part;  // what fails at its end, and where
    std::string name;
};

/// Re-executes `path` on the system with ir::Evaluator; variables outside the
/// cone start at their initial value. Throws std::logic_error unless every action
/// is enabled, every state is the one the path names, all properties hold and all
/// assignments in the cone are in range before the end, and not at the end.
CheckedTrace execute(const ir::TransitionSystem& system, const Problem& problem, const Path& path);

}  // namespace kcheck::checker
