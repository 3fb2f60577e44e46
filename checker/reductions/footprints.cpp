#include <algorithm>
#include <unordered_set>

#include "checker/reductions/independence.hpp"

namespace kcheck::checker::reductions {
namespace {

bool is_identity(const std::pair<ir::VariableId, ir::Term>& assignment) {
    const ir::Node& node = assignment.second.node();
    return node.op == ir::Op::variable && static_cast<ir::VariableId>(node.value) == assignment.first;
}

}  // namespace

std::vector<ir::Term> conjuncts_of(ir::Term root) {
    std::vector<ir::Term> conjuncts, pending{root};
    std::unordered_set<ir::NodeId> seen;
    while (!pending.empty()) {
        const ir::Term term = pending.back();
        pending.pop_back();
        if (!seen.insert(term.id()).second) continue;
        if (term.node().op == ir::Op::both) {
            pending.emplace_back(term.arena(), term.node().b);
            pending.emplace_back(term.arena(), term.node().a);
        } else {
            conjuncts.push_back(term);
        }
    }
    return conjuncts;
}

std::vector<ActionFootprint> footprints_of(const ir::TransitionSystem& system) {
    std::vector<ActionFootprint> footprints;
    for (const ir::Action& action : system.actions) {
        ActionFootprint footprint;
        std::vector<ir::Term> terms{action.guard};
        footprint.guard = ir::variables_of(*system.arena, terms);
        for (const auto& assignment : action.assignments) {
            if (is_identity(assignment)) continue;
            footprint.writes.push_back(assignment.first);
            terms.push_back(assignment.second);
        }
        footprint.reads = ir::variables_of(*system.arena, terms);
        std::ranges::sort(footprint.writes);
        footprint.conjuncts = conjuncts_of(action.guard);
        footprints.push_back(std::move(footprint));
    }
    return footprints;
}

}  // namespace kcheck::checker::reductions
