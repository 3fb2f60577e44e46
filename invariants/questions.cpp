#include "invariants/questions.hpp"

namespace kcheck::invariants {

namespace {

using model::Pipeline;
using model::Valuation;
using Liveness = checker::Liveness<Valuation, model::Move>;

Liveness::Form form_of(Form form) {
    switch (form) {
        case Form::eventually_always: return Liveness::Form::eventually_always;
        case Form::always_eventually: return Liveness::Form::always_eventually;
        case Form::leads_to: return Liveness::Form::leads_to;
        case Form::finitely_often: break;
    }
    return Liveness::Form::finitely_often;
}

StatePredicate within(const Pipeline& pipeline, const Property::Predicate& predicate) {
    if (!predicate) return {};
    return [&pipeline, &predicate](const Valuation& state) {
        return state[pipeline.encoding().exceeded] != 0 || predicate(pipeline.encoding(), state);
    };
}

Liveness liveness_of(const Pipeline& pipeline, const Property& property) {
    Liveness question{std::string(property.name),
                      form_of(property.form),
                      within(pipeline, property.goal),
                      within(pipeline, property.premise),
                      {}};
    if (property.counted)
        question.counted = [&pipeline, &property](const model::Move& move) {
            return property.counted(pipeline, move);
        };
    return question;
}

}  // namespace

Questions questions_of(const Pipeline& pipeline, std::span<const Property* const> properties) {
    Questions questions;
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const Property& property = *properties[i];
        if (property.kind == Kind::safety) {
            questions.invariants.push_back({std::string(property.name), within(pipeline, property.holds)});
            questions.of_invariant.push_back(i);
            continue;
        }
        questions.liveness.push_back(liveness_of(pipeline, property));
        questions.of_liveness.push_back(i);
        if (property.form == Form::eventually_always)
            questions.reachability.push_back({questions.liveness.size() - 1, questions.liveness.back().goal});
    }
    questions.invariants.push_back({"within-bounds", [&pipeline](const Valuation& state) {
                                        return state[pipeline.encoding().exceeded] == 0;
                                    }});
    return questions;
}

std::vector<checker::FairnessClass> fairness_of(const Pipeline& pipeline) {
    std::vector<checker::FairnessClass> classes;
    for (auto& name : pipeline.progress_names()) {
        const bool strong = pipeline.fairness().is_strong(static_cast<int>(classes.size()));
        classes.push_back({std::move(name), strong ? checker::Fairness::strong : checker::Fairness::weak});
    }
    return classes;
}

checker::Safety<Valuation> never_witnessed(const Pipeline& pipeline, const Property& property) {
    return {std::string(property.name) + ": never witnessed", [&pipeline, &property](const Valuation& state) {
                return !property.witness(pipeline.encoding(), state);
            }};
}

}  // namespace kcheck::invariants
