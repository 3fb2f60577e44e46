// `kcheck up`: the executable implementation, as a program of its own beside this one.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace kcheck::cli {

/// Becomes `kcheck-reference up ARGUMENTS...`, from the directory that kcheck itself is in. Returns
/// only if there is no such program.
UsageError become_up(const std::vector<std::string>& arguments);

}  // namespace kcheck::cli
