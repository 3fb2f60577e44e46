#include "scenarios/export.hpp"

#include "invariants/system.hpp"
#include "traces/counterexamples/actions.hpp"

namespace kcheck::scenarios {

ir::TransitionSystem plain_system(const model::Pipeline& pipeline, std::span<const std::string> names) {
    auto system = traces::Actions(pipeline).transition_system();
    const auto inside = system.arena->variable(pipeline.encoding().exceeded) == 0;
    for (auto& action : system.actions) action.guard = action.guard && inside;
    system.invariants.push_back({.name = within_bounds_name, .holds = inside, .lemma = {}});
    invariants::add_invariants(system, pipeline, names);
    return system;
}

}  // namespace kcheck::scenarios
