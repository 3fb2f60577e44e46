#include "invariants/system.hpp"

#include <stdexcept>

namespace kcheck::invariants {

void add_invariants(ir::TransitionSystem& system, const model::Pipeline& pipeline,
                    std::span<const std::string> names) {
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
}

ir::TransitionSystem system_with(const model::Pipeline& pipeline, std::span<const std::string> names) {
    auto system = pipeline.transition_system();
    add_invariants(system, pipeline, names);
    return system;
}

}  // namespace kcheck::invariants
