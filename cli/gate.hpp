// kcheck gate: a plan, an implementation, and what is written of it.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "scenarios/gate.hpp"

namespace kcheck::cli {

std::string junit(const std::vector<scenarios::GateCase>& cases);
/// SARIF 2.1.0: a result for each case that did not pass.
std::string sarif(const std::vector<scenarios::GateCase>& cases);
std::string json(const std::vector<scenarios::GateCase>& cases);

struct Gated {
    std::string text;
    ExitCode exit;
};
/// Prints a line for each case as it ends, unless the output is JSON. The error: a wrong plan, or a
/// driver that fails.
tl::expected<Gated, UsageError> gate(const Options& options);

}  // namespace kcheck::cli
