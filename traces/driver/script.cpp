#include "traces/driver/script.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "model/deployment_controller.hpp"
#include "model/kube_scheduler.hpp"
#include "model/kubelet.hpp"
#include "model/replicaset_controller.hpp"
#include "traces/counterexamples/actions.hpp"
#include "traces/driver/deliveries.hpp"

namespace kcheck::traces::driver {

namespace {

using Json = nlohmann::ordered_json;
using model::VariableId;
using model::Verb;
using State = std::vector<int>;

const char* name_of(model::Outcome outcome) {
    switch (outcome) {
        case model::Outcome::known: return "replied";
        case model::Outcome::lost_committed: return "lost-committed";
        case model::Outcome::lost_uncommitted: return "lost-uncommitted";
        case model::Outcome::late: return "late";
    }
    return "";
}

const char* name_of(model::Cause cause) {
    switch (cause) {
        case model::Cause::none: return nullptr;
        case model::Cause::lost_reply: return "lost-reply";
        case model::Cause::restart: return "restart";
        case model::Cause::broken_connection: return "broken-connection";
        case model::Cause::conflict: return "conflict";
    }
    return nullptr;
}

class Translation {
public:
    Translation(const Trace& trace, const model::Pipeline& pipeline)
        : trace_(trace),
          pipeline_(pipeline),
          k_(pipeline.encoding()),
          actions_(pipeline),
          deliveries_(pipeline, actions_) {}

    Script run() {
        script_.configuration = configuration();
        script_.initial = stored_of(k_, trace_.initial);
        for (std::size_t i = 0; i < trace_.steps.size(); ++i) translate(i);
        script_.rests = trace_.cycle == trace_.steps.size();
        return std::move(script_);
    }

private:
    Json configuration() const {
        const auto& given = k_.configuration;
        Json replicas = Json::array(), nodes = Json::array();
        for (const auto& operation : given.operations) replicas.push_back(operation.replicas);
        for (const auto& node : given.nodes)
            nodes.push_back({{"name", node.name},
                             {"capacity", node.capacity},
                             {"schedulable", node.schedulable},
                             {"score", node.score}});
        return {{"deployment", given.deployment},
                {"replicas", replicas},
                {"nodes", nodes},
                {"waitsUntilAvailable", given.waits_until_available},
                {"variants", given.variants},
                {"statusLast", k_.reductions.status_last}};
    }

    void translate(std::size_t i) {
        const int action = trace_.steps[i].action;
        const auto& before = trace_.state(i);
        const auto& after = trace_.state(i + 1);
        const bool delivers = actions_.is_receipt(action) || actions_.verb(action) == Verb::drop_event;
        if (!delivers) append(i, step(action, i));
        for (const auto& delivery : deliveries_.step(action, valuation_of(before), valuation_of(after)))
            deliver(i, delivery);
        for (int n = 0; n < k_.nodes(); ++n) admit_new_pods(i, n);
    }

    void append(std::size_t i, Json message) {
        Json numbered{{"number", script_.steps.size() + 1}};
        numbered.update(message);
        script_.steps.push_back({std::move(numbered), i, stored_of(k_, trace_.state(i + 1))});
    }

    void deliver(std::size_t i, const Delivery& delivery) {
        const auto& watch = pipeline_.watches()[static_cast<std::size_t>(delivery.watch)];
        if (!delivery.lost)
            append(i, {{"component", watch.client},
                       {"verb", "receive"},
                       {"type", watch.type},
                       {"events", delivery.events}});
        else
            for (int lost = 0; lost < delivery.events; ++lost)
                append(i, {{"component", "kube-apiserver"}, {"verb", "drop-event"}});
    }

    /// The kubelet has heard of pod p, and that it is one to run.
    bool is_heard_of(const State& state, int n, int p) const {
        const auto& watch = k_.the<model::Kubelet>(n).pods;
        const auto& copy = watch.copy[static_cast<std::size_t>(p)];
        return state[copy[model::pod::exists]] == 1 && (watch.filter || state[copy[model::pod::node]] != 0);
    }

    int worker(const State& state, int n, int p) const {
        return state[k_.the<model::Kubelet>(n).worker[static_cast<std::size_t>(p)]];
    }

    /// The kubelet has listed it, and a step of its own admits it.
    bool is_admitted_apart(const State& state, int n, int p) const {
        return k_.crowded(n) && worker(state, n, p) == model::Kubelet::unseen;
    }

    void admit_new_pods(std::size_t i, int n) {
        const auto component = fmt::format("kubelet[{}]", n);
        const auto& step = trace_.steps[i];
        const bool restarts = step.component == component && actions_.verb(step.action) == Verb::crash;
        for (int p = 0; p < k_.pods(); ++p) {
            if (!is_heard_of(step.state, n, p)) continue;
            // What has ended is not admitted once more.
            const auto phase = step.state[k_.pod(p)[model::pod::phase]];
            const bool is_new =
                restarts ? phase != model::pod::terminal : !is_heard_of(trace_.state(i), n, p);
            if (!is_new || is_admitted_apart(step.state, n, p)) continue;
            const bool accepted = !k_.crowded(n) || worker(step.state, n, p) == model::Kubelet::admitted;
            append(i, {{"component", component}, {"verb", "admit"}, {"pod", p}, {"accepted", accepted}});
        }
    }

    Json step(int action, std::size_t i) const {
        const auto& before = trace_.state(i);
        const auto& after = trace_.state(i + 1);
        const auto* info = actions_.info(action);
        const auto verb = actions_.verb(action);
        Json json{{"component", actions_.component(action)}, {"verb", name_of(verb)}};
        if (info == nullptr) {
            json["pod"] = action - actions_.first_collection();
            return json;
        }
        if (verb == Verb::apply || verb == Verb::scale)
            json["replicas"] =
                k_.configuration.operations[static_cast<std::size_t>(before[k_.operations_done])].replicas;
        if (verb == Verb::create_pod || verb == Verb::late_create) {
            if (const int p = created(before, after); p >= 0) json["pod"] = p;
        } else if (verb == Verb::crash) {
            if (auto survivors = under_way(i); !survivors.empty()) json["underWay"] = survivors;
        } else if (info->pod >= 0) {
            json["pod"] = info->pod;
        }
        const auto of_pod = [&](const std::vector<VariableId>& variables) {
            return variables[static_cast<std::size_t>(info->pod)];
        };
        if (verb == Verb::delete_pod && before[k_.the<model::ReplicaSetController>().deletes] == 0)
            json["victims"] = victims(i);
        if (verb == Verb::assume) json["node"] = after[of_pod(k_.the<model::KubeScheduler>().assumed)] - 1;
        if (verb == Verb::late_bind)
            json["node"] = before[of_pod(k_.the<model::KubeScheduler>().late_binding)] - 1;
        if (verb == Verb::late_scale)
            json["replicas"] = before[k_.the<model::DeploymentController>().late_scale.front()] - 1;
        if (verb == Verb::admit)
            json["accepted"] = worker(after, info->node, info->pod) == model::Kubelet::admitted;
        if (info->reply.commits()) add_what_is_special(json, *info, before, after);
        if (info->request) {
            json["outcome"] = name_of(info->reply.outcome);
            if (const auto* cause = name_of(info->reply.cause)) json["cause"] = cause;
        }
        return json;
    }

    /// What kube-apiserver says to a request, and what happens only in variants, shows in no state.
    void add_what_is_special(Json& json, const model::ActionInfo& info, const State& before,
                             const State& after) const {
        if (info.verb == Verb::create_replicaset) json["accepted"] = true;
        if (info.verb == Verb::bind) {
            const auto bindings = k_.bindings[static_cast<std::size_t>(info.pod)];
            if (before[bindings] < 2) json["accepted"] = after[bindings] > before[bindings];
            if (k_.is(model::Variant::scheduler_writes_etcd)) json["direct"] = true;
        }
        const bool deletes = info.verb == Verb::delete_pod || info.verb == Verb::late_delete;
        if (deletes && is_removed_early(info.pod, before, after)) json["early"] = true;
        if (before[k_.lost_update] == 0 && after[k_.lost_update] == 1) json["unguarded"] = true;
        if (const int p = created(before, after); p >= 0 && !k_.number.empty())
            for (int q = 0; q < k_.pods(); ++q)
                if (q != p && after[k_.number[static_cast<std::size_t>(q)]] ==
                                  after[k_.number[static_cast<std::size_t>(p)]])
                    json["uidOf"] = q;
        if (before[k_.revision_repeated] == 0 && after[k_.revision_repeated] == 1)
            json["repeatsRevision"] = true;
    }

    /// A bound pod, by a DELETE that had looked at it before.
    bool is_removed_early(int p, const State& before, const State& after) const {
        const auto looked = k_.the<model::ReplicaSetController>().looked[static_cast<std::size_t>(p)];
        const auto& stored = k_.pod(p);
        return before[looked] == 1 && before[stored[model::pod::exists]] == 1 &&
               after[stored[model::pod::exists]] == 0;
    }

    int created(const State& before, const State& after) const {
        for (int p = 0; p < k_.pods(); ++p) {
            const auto exists = k_.pod(p)[model::pod::exists];
            if (before[exists] == 0 && after[exists] == 1) return p;
        }
        return -1;
    }

    /// The states that follow step i with the step to each, once around the cycle; until `each` is false.
    template <class F>
    void follow(std::size_t i, F&& each) const {
        const auto lasso = trace_.cycle && *trace_.cycle < trace_.steps.size();
        const auto cycle = lasso ? trace_.steps.size() - *trace_.cycle : 0;
        for (std::size_t at = i; at < trace_.steps.size() + cycle; ++at)
            if (!each(at < trace_.steps.size() ? at : at - cycle)) return;
    }

    /// Whether what `variable` says is on the network after step i arrives as it is then, by a step of that
    /// verb and pod.
    bool arrives(std::size_t i, VariableId variable, Verb verb, int pod) const {
        const int left = trace_.state(i + 1)[variable];
        bool found = false;
        follow(i + 1, [&](std::size_t here) {
            const auto action = trace_.steps[here].action;
            const auto* info = actions_.info(action);
            found = info != nullptr && info->verb == verb && info->pod == pod;
            return !found && trace_.state(here + 1)[variable] == left;
        });
        return found;
    }

    /// The requests that the crash in step i leaves on the network, beside those that are there. Of PUTs and
    /// DELETEs only what arrives: of several equal pods the model leaves open which the sync had chosen.
    Json under_way(std::size_t i) const {
        const auto& before = trace_.state(i);
        const auto& after = trace_.state(i + 1);
        Json json = Json::object();
        const auto changed = [&](VariableId variable) {
            return after[variable] != 0 && after[variable] != before[variable];
        };
        if (changed(k_.the<model::ReplicaSetController>().late_creations))
            json["creates"] = after[k_.the<model::ReplicaSetController>().late_creations] -
                              before[k_.the<model::ReplicaSetController>().late_creations];
        const auto scale = k_.the<model::DeploymentController>().late_scale.front();
        if (changed(scale) && arrives(i, scale, Verb::late_scale, -1)) json["scale"] = true;
        for (int p = 0; p < k_.pods(); ++p) {
            const auto at = static_cast<std::size_t>(p);
            const auto deletion = k_.the<model::ReplicaSetController>().late_deletion[at];
            if (changed(deletion) && arrives(i, deletion, Verb::late_delete, p)) json["deletes"].push_back(p);
            if (changed(k_.the<model::KubeScheduler>().late_binding[at])) json["bind"].push_back(p);
        }
        return json;
    }

    /// The pods that the sync of the DELETE in step i deletes, as far as the trace tells: it may end
    /// in the middle of the sync, and a crash may.
    std::vector<int> victims(std::size_t i) const {
        std::vector<int> pods;
        follow(i, [&](std::size_t here) {
            const auto& step = trace_.steps[here];
            const bool crashes =
                step.component == "kube-controller-manager" && actions_.verb(step.action) == Verb::crash;
            if (actions_.verb(step.action) == Verb::delete_pod)
                pods.push_back(actions_.info(step.action)->pod);
            if (crashes)
                for (const auto& pod : under_way(here).value("deletes", Json::array())) pods.push_back(pod);
            return !crashes && step.state[k_.the<model::ReplicaSetController>().deletes] != 0;
        });
        return pods;
    }

    const Trace& trace_;
    const model::Pipeline& pipeline_;
    const model::Encoding& k_;
    const Actions actions_;
    Deliveries deliveries_;
    Script script_;
};

}  // namespace

Script script_of(const Trace& trace, const model::Pipeline& pipeline) {
    return Translation(trace, pipeline).run();
}

Script script_of(const Trace& trace) {
    const auto pipeline = pipeline_of(trace);
    return script_of(trace, pipeline);
}

std::string describe(const Json& step) {
    auto text = fmt::format("{}: {}", step["component"].get<std::string>(), step["verb"].get<std::string>());
    for (const auto& [name, value] : step.items())
        if (name != "number" && name != "component" && name != "verb")
            text += fmt::format(", {} {}", name, value.is_string() ? value.get<std::string>() : value.dump());
    return text;
}

}  // namespace kcheck::traces::driver
