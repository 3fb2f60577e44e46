#include "invariants/system.hpp"

#include <stdexcept>

namespace kcheck::invariants {

ir::TransitionSystem system_with(const model::Pipeline& pipeline, std::span<const std::string> names) {
    auto system = pipeline.transition_system();
    for (const auto& name : names) {
        const auto* property = find_property(name);
        if (!property || property->kind != Kind::safety)
            throw std::invalid_argument("not a safety property: " + name);
        model::SymbolicStep step(*system.arena, pipeline.layout());
        ir::Invariant invariant;
        invariant.name = property->name;
        invariant.holds = property->term(pipeline.encoding(), step);
        if (property->lemma) invariant.lemma = property->lemma(pipeline.encoding(), step);
        system.invariants.push_back(std::move(invariant));
    }
    return system;
}

}  // namespace kcheck::invariants
