// kcheck prove reductions: the independence relation of the plain pipeline, and what the reductions claim.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace kcheck::cli {

struct ProvedText {
    std::string text;
    std::vector<std::string> notes;  // for standard error
    ExitCode exit = ExitCode::holds;
};

tl::expected<ProvedText, UsageError> prove_reductions(const Options& options);

}  // namespace kcheck::cli
