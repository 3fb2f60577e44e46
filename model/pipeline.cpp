#include "model/pipeline.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace kcheck::model {

Pipeline::Pipeline(Configuration configuration, Reductions reductions)
    : Pipeline(configuration, reductions, footprint_of(configuration, reductions)) {}

Pipeline::Pipeline(Configuration configuration, Reductions reductions, Footprint footprint)
    : cluster_(std::make_unique<Cluster>(std::move(configuration), reductions, footprint)) {
    used_bytes_ = cluster_->layout.size();
    add_actions();
    add_watches();
    build_groups();
    symmetry_ = std::make_unique<Symmetry>(*cluster_);
}

void Pipeline::build_groups() {
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
    for (int status = 0; status <= last_status; ++status)
        for (std::size_t a = 0; a < actions_.size(); ++a) {
            if (actions_[a].status != status) continue;
            auto group = std::ranges::find_if(groups_, [&](const Group& candidate) {
                return candidate.status == status && candidate.watches == actions_[a].watches;
            });
            if (group == groups_.end()) group = groups_.insert(group, Group{status, actions_[a].watches, {}});
            group->actions.push_back(static_cast<int>(a));
        }
    // In the order in which one enables the next: the pull, then the containers.
    local_actions_.resize(static_cast<std::size_t>(cluster_->nodes()));
    if (cluster_->reductions.local_steps)
        for (std::size_t a = 0; a < actions_.size(); ++a)
            if (actions_[a].local)
                local_actions_[static_cast<std::size_t>(actions_[a].node)].push_back(static_cast<int>(a));
}

void Pipeline::expand(const Group& group, const Valuation& state, Scratch& scratch) const {
    scratch.count = 0;
    auto& first = scratch.next_view();
    first.received = {};
    first.complete = true;
    assign(first.state, state);
    if (!cluster_->reductions.lazy_refresh) return;
    for (std::size_t i = 0; i < group.watches.size(); ++i) {
        const auto& watch = watches_[static_cast<std::size_t>(group.watches[i])];
        // Every view so far, with one, two, ... events more of this watch.
        const auto bases = scratch.count;
        for (std::size_t base = 0; base < bases; ++base) {
            auto from = base;
            while (watch.pending(scratch.views[from].state)) {
                auto& view = scratch.next_view();
                view.received = scratch.views[from].received;
                view.complete = true;
                assign(view.state, scratch.views[from].state);
                NativeStep step(view.state);
                watch.native(step);
                if (!step.enabled()) {
                    --scratch.count;
                    break;
                }
                ++view.received[i];
                scratch.views[from].complete = false;
                from = scratch.count - 1;
            }
        }
    }
    if (group.watches.size() == 2)  // complete means: of both watches
        for (std::size_t v = 0; v < scratch.count; ++v) {
            auto& view = scratch.views[v];
            view.complete = true;
            for (const auto w : group.watches) {
                if (!watches_[static_cast<std::size_t>(w)].pending(view.state)) continue;
                assign(scratch.probe, view.state);
                NativeStep step(scratch.probe);
                watches_[static_cast<std::size_t>(w)].native(step);
                view.complete = view.complete && !step.enabled();
            }
        }
}

ir::ClassMask Pipeline::receipt_class(int watch) const {
    return ir::ClassMask::bit(static_cast<std::size_t>(Progress::kubelet_first) +
                              2 * static_cast<std::size_t>(cluster_->nodes()) +
                              static_cast<std::size_t>(watch));
}

ir::ClassMask Pipeline::classes(const Move& move) const {
    if (move.action >= actions_.size())
        return receipt_class(static_cast<int>(move.action) - static_cast<int>(actions_.size()));
    const auto& action = actions_[move.action];
    auto classes = action.progress;
    for (std::size_t i = 0; i < action.watches.size(); ++i)
        if (move.received[i] > 0) classes |= receipt_class(action.watches[i]);
    return classes;
}

std::vector<std::string> Pipeline::progress_names() const {
    std::vector<std::string> names{
        "deployment-controller", "replicaset-controller", "scheduling", "binding", "time", "image-pull"};
    for (int n = 0; n < cluster_->nodes(); ++n) {
        names.push_back(fmt::format("kubelet[{}]", n));
        names.push_back(fmt::format("kubelet[{}]-status", n));
    }
    for (const auto& watch : watches_) names.push_back(fmt::format("{}-watch-{}", watch.client, watch.type));
    return names;
}

ir::ClassMask Pipeline::strong_progress() const {
    auto strong = ir::ClassMask::bit(static_cast<std::size_t>(Progress::image_pull));
    for (std::size_t w = 0; w < watches_.size(); ++w) strong |= receipt_class(static_cast<int>(w));
    return strong;
}

std::string Pipeline::describe(const Move& move) const {
    if (move.action >= actions_.size()) {
        const auto& watch = watches_[move.action - actions_.size()];
        return fmt::format("{}: receive the next event of {}", watch.client, watch.type);
    }
    return fmt::format("{}: {}", actions_[move.action].component, actions_[move.action].what);
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
        for (const auto& [slot, term] : step.assignments()) action.assignments.emplace_back(slot, term);
        system.actions.push_back(std::move(action));
    };
    for (const auto& action : actions_) translate(action.component + ": " + action.what, action.symbolic);
    for (const auto& watch : watches_)
        translate(fmt::format("{}: receive the next event of {}", watch.client, watch.type), watch.symbolic);
    return system;
}

}  // namespace kcheck::model
