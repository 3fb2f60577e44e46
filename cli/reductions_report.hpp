// What kcheck prove reductions shows.
#pragma once

#include <string>

#include "cli/setup.hpp"
#include "scenarios/prove_reductions.hpp"

namespace kcheck::cli {

/// As text, or the same as Markdown, without times and without states that need not be reachable: it changes
/// only where what is proved does.
std::string relations_text(const Description& of, const scenarios::ProvedReductions& proved, bool markdown);
/// What each pair of schemas is, one object a row (docs/cli.md).
std::string relations_json(const Description& of, const scenarios::ProvedReductions& proved);

/// A few lines: how many pairs were decided how, and, but for Markdown, in what time.
std::string relations_totals(const scenarios::ProvedReductions& proved, bool with_time);

}  // namespace kcheck::cli
