// Small configurations of the pipeline, and its properties in the checker's terms.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "checker/explicit.hpp"
#include "checker/liveness.hpp"
#include "invariants/property.hpp"
#include "model/pipeline.hpp"

namespace kcheck::tests {

using invariants::Kind;
using invariants::Property;
using model::Pipeline;
using model::Valuation;

/// A configuration, short enough for a table.
struct Small {
    std::vector<int> replicas = {1};  // of each operation
    int nodes = 1;
    int crashes = 0;
    int lost_replies = 0;
    int capacity = 110;               // of each node

    model::Configuration with(std::set<std::string> variants = {}) const {
        model::Configuration configuration;
        configuration.operations.clear();
        for (const int wanted : replicas)
            configuration.operations.push_back({configuration.operations.empty()
                                                    ? model::UserOperation::Kind::apply
                                                    : model::UserOperation::Kind::scale,
                                                wanted});
        configuration.nodes.clear();
        for (int n = 0; n < nodes; ++n)
            configuration.nodes.push_back({"node-" + std::to_string(n), true, capacity, {}});
        configuration.crashes = crashes;
        configuration.lost_replies = lost_replies;
        configuration.variants = std::move(variants);
        return configuration;
    }

    std::string text() const {
        std::string text = "replicas";
        for (const int wanted : replicas) text += " " + std::to_string(wanted);
        return text + ", nodes " + std::to_string(nodes) + ", crashes " + std::to_string(crashes) +
               ", lost replies " + std::to_string(lost_replies) +
               (capacity < 110 ? ", capacity " + std::to_string(capacity) : "");
    }
};

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
    const auto on_states = [&pipeline](const Property::Predicate& predicate) {
        return [&](const Valuation& state) { return predicate(pipeline.cluster(), state); };
    };
    switch (property.form) {
        case invariants::Form::eventually_always: result.form = Form::eventually_always; break;
        case invariants::Form::always_eventually: result.form = Form::always_eventually; break;
        case invariants::Form::leads_to: result.form = Form::leads_to; break;
        case invariants::Form::finitely_often: result.form = Form::finitely_often; break;
    }
    if (property.goal) result.goal = on_states(property.goal);
    if (property.premise) result.premise = on_states(property.premise);
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
