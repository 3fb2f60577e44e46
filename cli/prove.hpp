// kcheck prove: safety properties by k-induction, or a bounded search for a violation.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/result.hpp"

namespace kcheck::cli {

/// Why the properties named in the call cannot be proved, if they cannot: no such property,
/// or one of liveness.
tl::expected<std::vector<const invariants::Property*>, UsageError> provable(
    const std::vector<std::string>& names);

struct ProofWatching {
    const std::atomic<bool>* stop = nullptr;
    std::function<void(const std::string&)> say;         // what is being done
    std::function<void(const PropertyResult&)> decided;  // as soon as it is known
};

/// Each property is decided on its own: one that is hard costs the others nothing but waiting.
/// Requires both functions of `watching`.
tl::expected<Result, InternalError> prove(const model::Pipeline& pipeline,
                                          const std::vector<const invariants::Property*>& wanted,
                                          const Options& options, const ProofWatching& watching);

}  // namespace kcheck::cli
