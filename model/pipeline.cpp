#include "model/pipeline.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/core.h>

namespace kcheck::model {

Pipeline::Pipeline(const Configuration& configuration, Reductions reductions)
    : Pipeline(configuration, reductions, Bounds::ample(configuration)) {}

Pipeline::Pipeline(const Configuration& configuration, Reductions reductions, const Bounds& bounds)
    : Pipeline(configuration, reductions.sound_for(configuration), bounds,
               footprint_of(configuration, reductions.sound_for(configuration), bounds)) {}

Pipeline::Pipeline(const Configuration& configuration, Reductions reductions, Bounds bounds,
                   Footprint footprint)
    : encoding_(std::make_unique<Encoding>(configuration, reductions, std::move(bounds), footprint)),
      fairness_(encoding_->pods(), encoding_->nodes(), first_kubelet_watch + encoding_->nodes()) {
    used_bytes_ = encoding_->layout.size();
    add_actions();
    add_watches();
    add_collections();
    if (configuration.caches_are_fresh()) keep_fresh();
    order_actions();
    symmetry_ = std::make_unique<Symmetry>(*encoding_);
}

void Pipeline::order_actions() {
    const auto watches = [](const ActionInfo& action) -> std::vector<int> {
        switch (action.reader) {
            case Reader::nobody: return {};
            case Reader::deployment_controller: return {dc_deployments_watch, dc_replica_sets_watch};
            case Reader::replicaset_controller: return {rsc_replica_sets_watch, rsc_pods_watch};
            case Reader::scheduler: return {scheduler_watch};
            case Reader::kubelet: return {first_kubelet_watch + action.node};
        }
        return {};
    };
    for (auto& action : actions_) action.watches = watches(action);
    order_.resize(actions_.size());
    std::iota(order_.begin(), order_.end(), 0);
    std::ranges::stable_sort(order_, {}, [&](int a) { return actions_[static_cast<std::size_t>(a)].status; });
    // In the order in which one enables the next: the pull, then the containers.
    local_actions_.resize(static_cast<std::size_t>(encoding_->nodes()));
    if (encoding_->reductions.local_steps)
        for (std::size_t a = 0; a < actions_.size(); ++a)
            if (actions_[a].local)
                local_actions_[static_cast<std::size_t>(actions_[a].node)].push_back(static_cast<int>(a));
}

bool Pipeline::is_left_out(const ActionInfo& action) const {
    const auto& on = encoding_->reductions;
    if (on.idle_faults && action.idle) return true;
    // No sync ends with a status: what becomes of the reply to one is as idle as of the others.
    return on.status_last &&
           (action.ends_sync || (on.idle_faults && action.status == 3 && action.known >= 0));
}

ir::ClassMask Pipeline::classes(const Move& move) const {
    if (move.action < actions_.size()) return actions_[move.action].progress;
    const auto past_actions = move.action - actions_.size();
    if (past_actions < watches_.size()) return fairness_.receipt(static_cast<int>(past_actions));
    return collections_[past_actions - watches_.size()].progress;
}

std::vector<std::string> Pipeline::progress_names() const {
    std::vector<std::string> names;
    for (int i = 0; i < fairness_.size(); ++i)
        names.push_back(fairness_.name(i, [&](int w) {
            const auto& watch = watches_[static_cast<std::size_t>(w)];
            return fmt::format("{}: receipt of {}", watch.client, watch.type);
        }));
    return names;
}

std::string Pipeline::describe(const Move& move) const {
    const auto name = [](const ActionInfo& action) {
        return fmt::format("{}: {}", action.component, action.what);
    };
    if (move.action < actions_.size()) return name(actions_[move.action]);
    const auto past_actions = move.action - actions_.size();
    if (past_actions >= watches_.size()) return name(collections_[past_actions - watches_.size()]);
    const auto& watch = watches_[past_actions];
    return fmt::format("{}: receive the next event of {}", watch.client, watch.type);
}

ir::TransitionSystem Pipeline::transition_system() const {
    ir::TransitionSystem system;
    for (const auto& variable : layout().variables())
        system.variables.push_back({variable.name, variable.size, 0});
    const auto translate = [&](std::string name, const auto& body) {
        SymbolicStep step(*system.arena, layout());
        body(step);
        ir::Action action;
        action.name = std::move(name);
        action.guard = step.guard();
        for (const auto& [variable, term] : step.assignments())
            action.assignments.emplace_back(variable, term);
        system.actions.push_back(std::move(action));
    };
    for (const auto& action : actions_) translate(action.component + ": " + action.what, action.symbolic);
    for (const auto& watch : watches_)
        translate(fmt::format("{}: receive the next event of {}", watch.client, watch.type), watch.symbolic);
    return system;
}

}  // namespace kcheck::model
