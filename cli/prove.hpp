// kcheck prove: safety properties by k-induction, or a bounded search for a violation.
#pragma once

#include <atomic>

#include <tl/expected.hpp>

#include "cli/result.hpp"

namespace kcheck::cli {

/// Why the properties named in the call cannot be proved, if they cannot: no such property,
/// or one of liveness.
tl::expected<std::vector<const invariants::Property*>, UsageError> provable(
    const std::vector<std::string>& names);

tl::expected<Result, InternalError> prove(const model::Pipeline& pipeline,
                                          const std::vector<const invariants::Property*>& wanted,
                                          const Options& options, const std::atomic<bool>& stop);

}  // namespace kcheck::cli
