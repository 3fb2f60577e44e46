// What kcheck says of a configuration, as a user gets it.
#pragma once

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/check.hpp"
#include "tests/invariants_small.hpp"

namespace kcheck::tests {

using scenarios::PropertyResult;
using scenarios::Result;
using Said = scenarios::Verdict;

inline scenarios::CheckOptions asking(std::vector<std::string> properties) {
    scenarios::CheckOptions options;
    options.properties = std::move(properties);
    return options;
}

/// Throws where kcheck contradicts itself.
inline Result checked(const model::Configuration& configuration, const scenarios::CheckOptions& options,
                      const model::Reductions& wanted = {}, const scenarios::Watching& watching = {}) {
    auto result = scenarios::check(configuration, wanted, options, watching);
    if (!result) throw std::logic_error(result.error().message);
    return std::move(*result);
}

inline const PropertyResult& row_of(const Result& result, std::string_view property) {
    for (const auto& row : result.properties)
        if (row.property->name == property) return row;
    throw std::invalid_argument("no such property: " + std::string(property));
}

inline std::string verdict_of(const Result& result, std::string_view property) {
    return std::string(scenarios::to_string(row_of(result, property).verdict));
}

/// Of one property, alone.
inline std::string verdict_of(const model::Configuration& configuration, const std::string& property,
                              const model::Reductions& wanted = {}) {
    return verdict_of(checked(configuration, asking({property}), wanted), property);
}

struct Used {
    int crashes = 0, lost_replies = 0;
    int all() const { return crashes + lost_replies; }
};

/// The faults on the way to the end of the trace.
inline Used faults_of(const traces::Trace& trace) {
    const auto pipeline = traces::pipeline_of(trace);
    const auto& k = pipeline.encoding();
    const auto& last = trace.state(trace.steps.size());
    return {last.at(k.crashes_used), last.at(k.replies_lost)};
}

}  // namespace kcheck::tests
