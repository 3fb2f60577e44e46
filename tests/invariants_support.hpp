// The properties of a pipeline in the checker's terms.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "checker/explicit.hpp"
#include "invariants/property.hpp"
#include "model/pipeline.hpp"
#include "scenarios/decide.hpp"
#include "tests/invariants_small.hpp"

namespace kcheck::tests {

using invariants::Kind;
using invariants::Property;
using model::Pipeline;
using model::Valuation;

inline const Property& property_of(std::string_view name) {
    const auto* property = invariants::find_property(name);
    if (!property) throw std::invalid_argument("no such property: " + std::string(name));
    return *property;
}

enum class Verdict : std::uint8_t { holds, violated, unknown };

inline const char* text_of(Verdict verdict) {
    return verdict == Verdict::holds ? "holds" : verdict == Verdict::violated ? "violated" : "unknown";
}

inline Verdict verdict_of(scenarios::Answer answer) {
    return answer == scenarios::Answer::violated ? Verdict::violated
           : answer == scenarios::Answer::holds  ? Verdict::holds
                                                 : Verdict::unknown;
}

/// Of each property, in the order given. Unknown if the search was cut short, or if a
/// run left the bounds of the encoding.
struct Verdicts {
    std::vector<Verdict> of;
    std::uint64_t states = 0;
    bool complete = false;
};

/// As kcheck decides them, for this pipeline and its bounds.
inline Verdicts verdicts_of(const Pipeline& pipeline, const std::vector<const Property*>& properties,
                            const checker::ExploreOptions& options = {}) {
    const auto decided = scenarios::decide(
        pipeline, properties, {.bounds_left = false, .any_violation = options.stop_at_violation},
        {options.threads, options.states_max, options.memory_max_bytes, options.timeout_s}, {});
    if (!decided.contradiction.empty()) throw std::logic_error(decided.contradiction);
    Verdicts verdicts{{}, decided.covered.states, decided.cut_short.empty() && decided.exceeded == 0};
    for (const auto& finding : decided.findings) verdicts.of.push_back(verdict_of(finding.answer));
    return verdicts;
}

inline std::vector<const Property*> all_properties() {
    std::vector<const Property*> all;
    for (const auto& property : invariants::properties()) all.push_back(&property);
    return all;
}

}  // namespace kcheck::tests
