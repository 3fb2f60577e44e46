// Safety properties by k-induction, or a bounded search for a violation.
#pragma once

#include <atomic>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "scenarios/verdict.hpp"

namespace kcheck::scenarios {

struct ProofOptions {
    int k_max = 5;
    std::optional<int> bmc;  // no induction: search for a violation of so many steps
    std::size_t memory_max_bytes = std::numeric_limits<std::size_t>::max();
    double timeout_s = std::numeric_limits<double>::infinity();
};

struct ProofWatching {
    const std::atomic<bool>* stop = nullptr;
    std::function<void(const std::string&)> say;         // what is being done
    std::function<void(const PropertyResult&)> decided;  // as soon as it is known
};

/// Each property is decided on its own: one that is hard costs the others nothing but waiting.
/// Requires both functions of `watching`.
tl::expected<Result, InternalError> prove(const model::Pipeline& pipeline,
                                          const std::vector<const invariants::Property*>& wanted,
                                          const ProofOptions& options, const ProofWatching& watching);

}  // namespace kcheck::scenarios
