// kcheck prove: safety properties by k-induction, or a bounded search for a violation.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/result.hpp"

namespace kcheck::cli {

/// Why the properties named in the call cannot be proved, if they cannot: no such property,
/// or one of liveness.
tl::expected<std::vector<const invariants::Property*>, UsageError> provable(
    const std::vector<std::string>& names);

/// The pipeline that proofs are about: without the reductions that are in the model's own steps, or
/// that make its queues short. (A proof enumerates nothing, so it has no need of them.)
/// The error: it is too large for the model.
tl::expected<std::unique_ptr<model::Pipeline>, UsageError> plain_form(const model::Pipeline& pipeline);

struct ProofWatching {
    const std::atomic<bool>* stop = nullptr;
    std::function<void(const std::string&)> say;         // what is being done
    std::function<void(const PropertyResult&)> decided;  // as soon as it is known
};

/// Each property is decided on its own: one that is hard costs the others nothing but waiting.
/// Requires both functions of `watching`, and a pipeline in its plain form.
tl::expected<Result, InternalError> prove(const model::Pipeline& pipeline,
                                          const std::vector<const invariants::Property*>& wanted,
                                          const Options& options, const ProofWatching& watching);

}  // namespace kcheck::cli
