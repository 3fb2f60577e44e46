// The independence relation of the plain pipeline's actions, and what the hand-written reductions claim.
//
// The claims stand beside the actions, as data (model::ActionInfo); here is what each of them means:
//
//   idle-faults  `idle`    it does what the same request without the fault does, or what the fault alone does
//   local-steps  `local`,  and the receipts of a kubelet: it commutes with every action of others, and with
//   the other
//                          such steps of its node, and hinders nothing of its own node
//   status-last  `status`  the next of the same writer writes it anew, whatever happens between
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/reductions/relation_table.hpp"
#include "model/pipeline.hpp"

namespace kcheck::scenarios {

/// By action of Pipeline::transition_system: its schema, and which pod and which node it is about.
checker::reductions::Instances instances_of(const model::Pipeline& pipeline);

/// What the reductions claim that are on, of those that are sound for the configuration.
std::vector<checker::reductions::Statement> statements_of(const model::Pipeline& pipeline,
                                                          const model::Reductions& on);

struct ProvedReductions {
    checker::reductions::RelationTable relations;
    std::vector<checker::reductions::Stated> stated;
    std::vector<std::string> budgets;      // that are proved to be budgets
    std::vector<std::string> not_budgets;  // that claim to be, and are none
    ir::TransitionSystem system;           // what the states and conditions are about
    std::string not_used;        // why the file of what was proved before was not used; empty if it was
    std::size_t invariants = 0;  // clauses that were proved first, and that the rest assumes
    std::size_t queries = 0;
    double solver_s = 0, seconds = 0;

    /// Every claim was discharged.
    bool all_hold() const;
};

/// `file`: what was proved before about the same terms, which is then written again. Throws
/// std::runtime_error if it cannot be.
ProvedReductions prove_reductions(const model::Configuration& configuration, const model::Reductions& wanted,
                                  const std::optional<std::string>& file);

}  // namespace kcheck::scenarios
