// Every workload of a call, one after the other, each judged by what is left out of it.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "scenarios/verdict.hpp"

namespace kcheck::scenarios {

inline constexpr std::string_view too_large =
    "the configuration is too large: it has more state than kcheck has room for (try fewer "
    "replicas, nodes, operations or faults)";

/// Decides one workload, in `left_s` seconds if it can; throws std::length_error if it is too large.
using DecideOne = std::function<tl::expected<Result, InternalError>(const Workload& workload, double left_s)>;

/// `timeout_s` is for all of them together. Of several, one that is too large is incomplete for this reason;
/// where there is one only, throws std::length_error.
tl::expected<std::vector<Outcome>, InternalError> run_all(std::span<const Workload> workloads, bool strict,
                                                          double timeout_s, const DecideOne& decide_one);

}  // namespace kcheck::scenarios
