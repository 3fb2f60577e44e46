// What was found of every workload, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "cli/setup.hpp"
#include "cli/terminal.hpp"

namespace kcheck::cli {

using scenarios::Outcome;
using scenarios::PropertyResult;
using scenarios::Result;
using scenarios::Verdict;

/// The report that ends a run. Of one workload: what was checked, a line for each property,
/// the shortest counterexample, the numbers, the verdict. Of several: a table with a line
/// for each, and the counterexample of the first that is violated.
std::string report_text(const Setup& setup, const std::vector<Outcome>& outcomes, const Options& options,
                        const Paint& paint);

/// The same as one JSON document; docs/result.schema.json describes it.
std::string report_json(const Setup& setup, const std::vector<Outcome>& outcomes);

/// The counterexample that is shown in full and written to files: of the first property named
/// that is violated, else of the first that decides, else none.
const PropertyResult* shown(const Options& options, const Result& result);

/// The same of the first workload that has one.
const PropertyResult* shown(const Options& options, const std::vector<Outcome>& outcomes);

}  // namespace kcheck::cli
