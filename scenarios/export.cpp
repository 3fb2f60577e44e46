#include "scenarios/export.hpp"

#include "invariants/system.hpp"

namespace kcheck::scenarios {

ir::TransitionSystem plain_system(const model::Pipeline& pipeline, std::span<const std::string> names) {
    auto system = invariants::system_with(pipeline, names);
    const auto inside = system.arena->variable(pipeline.encoding().exceeded) == 0;
    for (auto& action : system.actions) action.guard = action.guard && inside;
    system.invariants.insert(system.invariants.begin(),
                             {.name = within_bounds_name, .holds = inside, .lemma = {}});
    return system;
}

}  // namespace kcheck::scenarios
