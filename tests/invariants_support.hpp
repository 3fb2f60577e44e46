// The properties of a pipeline in the checker's terms.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "checker/explicit.hpp"
#include "checker/liveness.hpp"
#include "invariants/property.hpp"
#include "model/pipeline.hpp"
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

inline checker::Safety<Valuation> safety_of(const Pipeline& pipeline, const Property& property) {
    return {std::string(property.name),
            [&](const Valuation& state) { return property.holds(pipeline.cluster(), state); }};
}

inline checker::LivenessOf<Pipeline> liveness_of(const Pipeline& pipeline, const Property& property) {
    using Form = checker::LivenessOf<Pipeline>::Form;
    checker::LivenessOf<Pipeline> result;
    result.name = property.name;
    switch (property.form) {
        case invariants::Form::eventually_always: result.form = Form::eventually_always; break;
        case invariants::Form::always_eventually: result.form = Form::always_eventually; break;
        case invariants::Form::leads_to: result.form = Form::leads_to; break;
        case invariants::Form::finitely_often: result.form = Form::finitely_often; break;
    }
    // A run that leaves the bounds of the encoding ends there, and says nothing.
    if (property.goal)
        result.goal = [&](const Valuation& state) {
            return state[pipeline.cluster().exceeded] != 0 || property.goal(pipeline.cluster(), state);
        };
    if (property.premise)
        result.premise = [&](const Valuation& state) { return property.premise(pipeline.cluster(), state); };
    if (property.counted)
        result.counted = [&](const model::Move& move) { return property.counted(pipeline, move); };
    return result;
}

inline std::vector<checker::FairnessClass> fairness_of(const Pipeline& pipeline) {
    std::vector<checker::FairnessClass> classes;
    const auto names = pipeline.progress_names();
    for (std::size_t i = 0; i < names.size(); ++i)
        classes.push_back({names[i], (pipeline.strong_progress() >> i & 1U) != 0 ? checker::Fairness::strong
                                                                                 : checker::Fairness::weak});
    return classes;
}

enum class Verdict : std::uint8_t { holds, violated, unknown };

inline const char* text_of(Verdict verdict) {
    return verdict == Verdict::holds ? "holds" : verdict == Verdict::violated ? "violated" : "unknown";
}

/// Of each property, in the order given. Unknown if the search was cut short, or if a
/// run left the bounds of the encoding.
struct Verdicts {
    std::vector<Verdict> of;
    std::uint64_t states = 0;
    bool complete = false;
};

inline Verdicts verdicts_of(const Pipeline& pipeline, const std::vector<const Property*>& properties,
                            checker::ExploreOptions options = {}) {
    std::vector<checker::SafetyOf<Pipeline>> safety;
    std::vector<checker::LivenessOf<Pipeline>> liveness;
    for (const auto* property : properties) {
        if (property->kind == Kind::safety) safety.push_back(safety_of(pipeline, *property));
        else liveness.push_back(liveness_of(pipeline, *property));
    }
    safety.push_back({"within-bounds", [&](const Valuation& state) {
                          return state[pipeline.cluster().exceeded] == 0;
                      }});
    options.never_stop.insert(safety.size() - 1);
    options.record_graph = !liveness.empty();
    const auto found = checker::explore<Pipeline>(pipeline, safety, options, liveness);
    std::vector<checker::LivenessResult<Pipeline>> fair;
    if (!liveness.empty())
        fair = checker::check_liveness<Pipeline>(pipeline, found, fairness_of(pipeline), liveness);

    const bool exhaustive = found.complete() && !found.violations.back();
    Verdicts verdicts{{}, found.states, exhaustive};
    std::size_t s = 0, l = 0;
    for (const auto* property : properties) {
        const bool violated = property->kind == Kind::safety
                                  ? found.violations[s++].has_value()
                                  : fair[l++].verdict == checker::LivenessVerdict::violated;
        verdicts.of.push_back(violated ? Verdict::violated : exhaustive ? Verdict::holds : Verdict::unknown);
    }
    return verdicts;
}

inline std::vector<const Property*> all_properties() {
    std::vector<const Property*> all;
    for (const auto& property : invariants::properties()) all.push_back(&property);
    return all;
}

}  // namespace kcheck::tests
