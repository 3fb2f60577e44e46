#include "scenarios/prove_reductions.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "checker/reductions/inductive_clauses.hpp"
#include "checker/reductions/table_file.hpp"

namespace kcheck::scenarios {

namespace {

using namespace checker::reductions;

constexpr std::size_t sampled_states = 1000;

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// Of an action by number, as in Move: of which pod and which node.
struct About {
    std::string component;
    int pod = -1, node = -1;
    const model::ActionInfo* info = nullptr;  // none: a receipt

    /// It writes a status, and its sender learns that.
    bool writes_status() const {
        return info != nullptr && info->status > 0 && info->known < 0 && !info->ends_sync;
    }
};

std::vector<About> what_actions_are_about(const model::Pipeline& pipeline) {
    std::vector<About> about;
    const auto add = [&](const model::ActionInfo& info) {
        about.push_back({info.component, info.pod, info.goes_to >= 0 ? info.goes_to : info.node, &info});
    };
    for (const auto& action : pipeline.actions()) add(action);
    for (const auto& watch : pipeline.watches()) about.push_back({watch.client, -1, watch.node});
    for (const auto& collection : pipeline.collections()) add(collection);
    return about;
}

std::string schema_name(const model::Pipeline& pipeline, const About& about, std::string text) {
    if (about.pod >= 0) replace_all(text, fmt::format("pod[{}]", about.pod), "a pod");
    if (about.info != nullptr && about.info->goes_to >= 0) {
        const auto& node = pipeline.encoding().configuration.nodes[static_cast<std::size_t>(about.node)];
        replace_all(text, node.name, "a node");
    } else if (about.node >= 0) {
        replace_all(text, fmt::format("[{}]: ", about.node), ": ");
    }
    return text;
}

/// Of what the fault is that makes a fault of a request, and nothing else: number of the action.
std::size_t restart_of_apiserver(const model::Pipeline& pipeline) {
    const auto& actions = pipeline.actions();
    const auto found = std::ranges::find_if(actions, [](const model::ActionInfo& action) {
        return action.verb == model::Verb::crash && action.component == "kube-apiserver";
    });
    return static_cast<std::size_t>(found - actions.begin());
}

/// What is written to a record that is none: 0 everywhere.
template <class K>
void add_empty(const model::Variables<K>& record, model::VariableId present, std::vector<Clause>& clauses) {
    for (const auto variable : record.field)
        if (variable != model::nowhere && variable != present)
            clauses.push_back({{variable, 0, true}, {present, 0, false}});
}

/// What the frame keeps true of stores, copies and queues, if no component breaks it: records that are none
/// are 0, and the queues have no holes.
std::vector<Clause> shape_of(const model::Encoding& encoding) {
    std::vector<Clause> clauses;
    const auto of_store = [&]<class K>(const model::Store<K>& store) {
        for (const auto& object : store.objects) add_empty(object, object[K::exists], clauses);
        for (const auto* watch : store.watches) {
            for (const auto& copy : watch->copy) add_empty(copy, copy[K::exists], clauses);
            for (std::size_t i = 0; i < watch->queue.size(); ++i) {
                add_empty(watch->queue[i].record, watch->queue[i].key, clauses);
                if (i > 0)
                    clauses.push_back({{watch->queue[i].key, 0, true}, {watch->queue[i - 1].key, 0, false}});
            }
        }
    };
    std::apply([&](const auto&... store) { (of_store(store), ...); }, encoding.stores);
    return clauses;
}

/// The plain pipeline without the steps that leave the bounds of the encoding, which no run takes that a
/// verdict speaks of.
ir::TransitionSystem within_bounds(const model::Pipeline& pipeline) {
    auto system = pipeline.transition_system();
    const auto exceeded = pipeline.encoding().exceeded;
    for (auto& action : system.actions)
        for (auto& [variable, term] : action.assignments)
            if (variable == exceeded) {
                action.guard = action.guard && term == 0;
                term = system.arena->variable(exceeded);  // 0 before and after
            }
    return system;
}

class Statements {
public:
    Statements(const model::Pipeline& pipeline, const model::Reductions& on)
        : pipeline_(pipeline), about_(what_actions_are_about(pipeline)) {
        const auto sound = on.sound_for(pipeline.encoding().configuration);
        for (std::size_t a = 0; a < about_.size(); ++a) {
            if (sound.idle_faults && about_[a].info != nullptr && about_[a].info->idle) idle(a);
            if (sound.local_steps && is_local(a)) local(a);
            if (sound.status_last && about_[a].writes_status()) status(a);
        }
    }
    std::vector<Statement> take() { return std::move(statements_); }

private:
    void idle(std::size_t a) {
        const auto& info = *about_[a].info;
        const auto known = static_cast<std::size_t>(info.known);
        const bool restarts = info.reply.cause == model::Cause::restart;
        std::vector<std::size_t> instead;
        if (info.reply.commits()) instead.push_back(known);
        if (restarts) instead.push_back(restart_of_apiserver(pipeline_));
        instead.resize(2, no_action);
        const auto* says = info.reply.commits() ? restarts ? "is the request, then the restart"
                                                           : "is the request with its reply"
                           : restarts           ? "is the restart"
                                                : "changes nothing";
        statements_.push_back({"idle-faults", says, {Claim::dominated, a, instead[0], instead[1]}});
    }

    /// A receipt is local where the kubelet has local steps.
    bool is_local(std::size_t a) const {
        const auto& about = about_[a];
        if (about.info != nullptr) return about.info->local;
        return about.node >= 0 && std::ranges::any_of(about_, [&](const About& other) {
                   return other.info != nullptr && other.info->local && other.node == about.node;
               });
    }

    void local(std::size_t a) {
        const auto say = [&](std::size_t b, const char* what, Claim claim) {
            statements_.push_back({"local-steps", what, {claim, a, b}});
        };
        for (std::size_t b = 0; b < about_.size(); ++b) {
            if (b == a) continue;
            const bool own = about_[b].info != nullptr && about_[b].info->goes_to >= 0
                                 ? false
                                 : about_[b].node == about_[a].node;
            if (!own)
                say(b, "commutes with every action of others", Claim::accords);
            else if (is_local(b))
                say(b, "commutes with the local steps of its node", Claim::accords);
            else
                say(b, "hinders nothing that its node does", Claim::leaves_enabled);
        }
    }

    void status(std::size_t a) {
        for (std::size_t b = 0; b < about_.size(); ++b)
            if (b != a)
                statements_.push_back(
                    {"status-last", "is written anew by its next", {Claim::overwritten, a, b, a}});
    }

    const model::Pipeline& pipeline_;
    const std::vector<About> about_;
    std::vector<Statement> statements_;
};

}  // namespace

Instances instances_of(const model::Pipeline& pipeline) {
    Instances instances{{"pod", "node"}, {}};
    const auto about = what_actions_are_about(pipeline);
    for (std::size_t a = 0; a < about.size(); ++a) {
        const auto text = pipeline.describe({static_cast<std::uint16_t>(a)});
        instances.of_action.push_back(
            {schema_name(pipeline, about[a], text), {about[a].pod, about[a].node}, about[a].writes_status()});
    }
    return instances;
}

std::vector<Statement> statements_of(const model::Pipeline& pipeline, const model::Reductions& on) {
    return Statements(pipeline, on).take();
}

bool ProvedReductions::all_hold() const {
    return not_budgets.empty() &&
           std::ranges::all_of(stated, [](const Stated& claim) { return claim.refused.empty(); });
}

ProvedReductions prove_reductions(const model::Configuration& configuration, const model::Reductions& wanted,
                                  const std::optional<std::string>& file) {
    const auto began = std::chrono::steady_clock::now();
    const model::Pipeline pipeline(configuration, wanted.projection_alone());
    ProvedReductions result;
    result.system = within_bounds(pipeline);
    std::vector<Budget> budgets;
    for (const auto variable : {pipeline.encoding().crashes_used, pipeline.encoding().replies_lost}) {
        const Budget budget{variable, true};
        if (result.system.variables[variable].size < 2) continue;
        const auto& name = result.system.variables[variable].name;
        const bool is = !refute_budget(result.system, budget);
        if (is) budgets.push_back(budget);
        (is ? result.budgets : result.not_budgets).push_back(name);
    }
    auto samples = sample_states(result.system, sampled_states, 1);
    auto candidates = shape_of(pipeline.encoding());
    std::ranges::copy(values_not_in(result.system, samples), std::back_inserter(candidates));
    const auto invariants = inductive_subset(result.system, std::move(candidates));
    result.invariants = invariants.size();
    Independence independence(result.system, terms_of(result.system, invariants), budgets);
    if (file && std::filesystem::exists(*file)) result.not_used = load_table(*file, independence);
    const auto instances = instances_of(pipeline);
    Relations relations(result.system, instances, budgets, independence, std::move(samples));
    result.relations = relations.table();
    result.stated = relations.check(statements_of(pipeline, wanted));
    if (file) save_table(*file, independence);
    result.queries = independence.statistics().queries;
    result.solver_s = independence.statistics().seconds;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return result;
}

}  // namespace kcheck::scenarios
