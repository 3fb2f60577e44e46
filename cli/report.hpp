// A Result for people and for programs.
#pragma once

#include <string>

#include "cli/result.hpp"
#include "cli/terminal.hpp"

namespace kcheck::cli {

/// The report that ends a run: what was checked, a line for each property, the numbers, the
/// shortest counterexample, the verdict.
std::string report_text(const model::Pipeline& pipeline, const Options& options, const Result& result,
                        const Paint& paint);

/// The same as one JSON document; docs/result.schema.json describes it.
std::string report_json(const model::Pipeline& pipeline, const Result& result);

/// The counterexample that is shown in full and written to files: of the first property named
/// that is violated, else of the first that decides, else none.
const PropertyResult* shown(const Options& options, const Result& result);

}  // namespace kcheck::cli
