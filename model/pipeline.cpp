#include "model/pipeline.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/core.h>

#include "model/deployment_controller.hpp"
#include "model/kube_scheduler.hpp"
#include "model/kubelet.hpp"
#include "model/pod_garbage_collector.hpp"
#include "model/replicaset_controller.hpp"

namespace kcheck::model {

Pipeline::Pipeline(const Configuration& configuration, Reductions reductions)
    : Pipeline(configuration, reductions, Bounds::ample(configuration)) {}

Pipeline::Pipeline(const Configuration& configuration, Reductions reductions, const Bounds& bounds)
    : Pipeline(configuration, reductions.sound_for(configuration), bounds,
               footprint_of(configuration, reductions.sound_for(configuration), bounds)) {}

Pipeline::Pipeline(const Configuration& configuration, Reductions reductions, Bounds bounds,
                   Footprint footprint)
    : encoding_(
          std::make_unique<Encoding>(configuration, reductions, std::move(bounds), std::move(footprint))) {
    used_bytes_ = encoding_->layout.size();
    add_actions();
    add_watches();
    add_collections();
    if (configuration.caches_are_fresh()) keep_fresh();
    order_actions();
    symmetry_ = std::make_unique<Symmetry>(*encoding_);
}

void Pipeline::add_actions() {
    Actions actions(*encoding_, actions_);
    const auto& components = encoding_->components();
    for (const auto& component : components) component->add_actions(actions);
    if (encoding_->has_crashes())
        for (const auto& process : encoding_->processes) actions.crash(process);
    if (encoding_->has_late_requests())
        for (const auto& component : components) component->add_late_requests(actions);
    deployment_controller_ = &encoding_->the<DeploymentController>();
    replicaset_controller_ = &encoding_->the<ReplicaSetController>();
    scheduler_ = &encoding_->the<KubeScheduler>();
    for (const auto& kubelet : encoding_->all<Kubelet>()) kubelets_.push_back(&kubelet);
}

void Pipeline::add_watches() {
    const auto of_store = [&](const auto& store) {
        for (const auto* watch : store.watches) {
            auto& info = watches_[static_cast<std::size_t>(watch->index)];
            const auto* queue = &watch->queue;
            info.client = watch->client;
            info.type = watch->type;
            info.node = watch->node;
            info.progress = watch->progress;
            info.pending = [queue](const Valuation& state) { return state[queue->front().key] != 0; };
            info.queued = [queue](const Valuation& state) {
                int queued = 0;
                for (const auto& event : *queue) queued += state[event.key] != 0 ? 1 : 0;
                return queued;
            };
            info.text = [watch](auto& c) {
                if (!c.require(pending(c, *watch) && watch->receives(std::as_const(c)))) return;
                watch->deliver(c);
            };
        }
    };
    watches_.resize(encoding_->watches().size());
    std::apply([&](const auto&... store) { (of_store(store), ...); }, encoding_->stores);
}

void Pipeline::keep_fresh() {
    for (auto& action : actions_)
        action.text = [text = std::move(action.text), &watches = encoding_->watches()](auto& c) {
            text(c);
            if (c.is_out()) return;
            for (const auto& watch : watches) watch->catch_up(c);
        };
}

void Pipeline::add_collections() {
    Actions actions(*encoding_, collections_);
    actions.of(pod_garbage_collector::name, {});
    actions.for_each_pod([&](int p) {
        actions
            .step(Verb::collect, fmt::format("remove pod[{}], which has terminated", p), {},
                  [&k = *encoding_, p](auto& c) { pod_garbage_collector::collect(c, k, p); })
            .writes = true;
    });
}

void Pipeline::order_actions() {
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
    if (past_actions < watches_.size()) return watches_[past_actions].progress;
    return collections_[past_actions - watches_.size()].progress;
}

std::vector<std::string> Pipeline::progress_names() const {
    std::vector<std::string> names;
    for (int i = 0; i < fairness().size(); ++i) names.push_back(fairness().name(i));
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
    // In the order of Move.
    std::uint16_t next = 0;
    for (const auto& action : actions_) translate(describe({next++}), action.text);
    for (const auto& watch : watches_) translate(describe({next++}), watch.text);
    for (const auto& collection : collections_) translate(describe({next++}), collection.text);
    return system;
}

}  // namespace kcheck::model
