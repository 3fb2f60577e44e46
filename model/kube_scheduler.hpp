// kube-scheduler (pkg/scheduler): filter and rank, assume, bind, confirm or forget.
//
// Scheduling cycles run one after the other on a snapshot of the cache; a
// binding cycle runs beside them for each assumed pod. The order of the queue
// is not modelled: back-off can put any pending pod first.
//
// A reply that says the pod is bound tells the scheduler what the pod's event
// would: the assumption is confirmed then and there, and the event, which
// changes nothing for it, is not queued. With the reduction watch-projection off, or where
// a variant has a pod bound more than once, the event arrives like any other.
#pragma once

#include <algorithm>

#include <fmt/core.h>

#include "model/action.hpp"

namespace kcheck::model {

class KubeScheduler : public Component {
public:
    static constexpr const char* name = "kube-scheduler";

    explicit KubeScheduler(Encoding& k)
        : k_(k),
          process_(k.process(name)),
          pods(k.watch<Pod>({
              .client = name,
              .process = process_,
              .projection = projection(k),
              .on_event = [this](auto& c, int p, const auto& event) { pod_changed(c, p, event); },
          })) {
        const int places = k.nodes() + 1;
        assumed = k.memory_for_pods(process_, "kube-scheduler.assumed", places, Values::node);
        binding = k.memory_for_pods(process_, "kube-scheduler.binding", 2);
        broken = k.memory_for_pods(process_, "kube-scheduler.connection_broken", k.has_crashes() ? 2 : 1);
        late_binding = k.add_for_pods("network.binding", k.has_late_requests() ? places : 1, Part::network,
                                      Values::node);
        for (int p = 0; p < k.pods(); ++p) {
            const auto exchangeable = Fairness::Object::exchangeable;
            scheduling_.push_back(
                k.fairness.add(fmt::format("{}: scheduling of pod[{}]", name, p), exchangeable));
            binding_.push_back(k.fairness.add(fmt::format("{}: binding of pod[{}]", name, p), exchangeable));
        }
        k.on_apiserver_restart.emplace_back([this](auto& c) {
            for (int p = 0; p < k_.pods(); ++p)
                c.when(c[binding[at(p)]] == 1, [&] { c.set(broken[at(p)], c.integer(1)); });
        });
        if (!k.has_late_requests()) return;
        // Every binding cycle without a reply leaves its request.
        k.on_crash(process_, [this](auto& c) {
            for (int p = 0; p < k_.pods(); ++p)
                c.when(c[binding[at(p)]] == 1 && may_bind(c, k_, p), [&] { leave_binding(c, p); });
        });
        const bool once =
            !k.is(Variant::binding_without_precondition) && !k.is(Variant::scheduler_writes_etcd);
        k.on_commit<Pod>([this, once](auto& c, int p) {  // a binding that would be refused
            const auto& stored = k_.pod(p);
            auto refused = c[stored[pod::exists]] == 0 || c[stored[pod::deleting]] == 1;
            if (once) refused = refused || c[stored[pod::node]] != 0;
            c.when(refused, [&] { c.set(late_binding[at(p)], c.integer(0)); });
        });
    }

    void add_actions(Actions& actions) const override {
        actions.of(name, {&pods});
        actions.for_each_pod([&](int p) {
            for (int n = 0; n < k_.nodes(); ++n)
                actions
                    .step(Verb::assume,
                          fmt::format("decide that pod[{}] goes to {} and assume it there", p,
                                      k_.configuration.nodes[at(n)].name),
                          scheduling_[at(p)], [this, p, n](auto& c) { assume(c, p, n); })
                    .goes_to = n;
        });
        actions.for_each_pod([&](int p) {
            actions.request(
                {.verb = Verb::bind,
                 .what = k_.is(Variant::scheduler_writes_etcd)
                             ? fmt::format("write the node of pod[{}] into etcd", p)
                             : fmt::format("POST binding of pod[{}]", p),
                 .progress = binding_[at(p)],
                 .reply_matters = true,
                 .broken = broken[at(p)],
                 // A refusal is forgotten either way.
                 .losable = [this, p](const auto& c) { return may_bind(c, k_, p); },
                 .leaves = [this, p](auto& c) { leave_binding(c, p); }},
                [this, p](auto& c) { decide_binding(c, p); },
                [this, p](auto& c, Reply reply) { return bind(c, p, reply.is_known()); },
                [this, p](auto& c, const auto& bound) { learn_of_binding(c, p, bound); },
                [this, p](auto& c) { learn_nothing(c, p); });
        });
    }

    void add_late_requests(Actions& actions) const override {
        actions.for_each_pod([&](int p) {
            actions.late(Verb::late_bind,
                         fmt::format("the POST binding of pod[{}] that kube-scheduler gave up arrives", p),
                         [this, p](auto& c) {
                             const auto node = c[late_binding[at(p)]];
                             if (!c.require(node != 0 && may_bind(c, k_, p))) return;
                             c.set(late_binding[at(p)], c.integer(0));
                             bind_pod(c, k_, p, node);
                         });
        });
    }

    template <class C>
    void leave_binding(C& c, int p) const {
        c.set(late_binding[at(p)], c[assumed[at(p)]]);
    }

    // ---- the scheduling cycle (schedule_one.go:schedulingCycle)

    template <class C>
    Bool<C> is_known(const C& c, int p) const {  // scheduler.go:newPodInformer leaves out terminal pods
        const auto& pod = pods.copy_of(p);
        return c[pod[pod::exists]] == 1 && c[pod[pod::phase]] != pod::terminal;
    }

    /// Pods that the snapshot counts on node n: bound in the cache, or assumed.
    template <class C>
    Int<C> pods_on(const C& c, int n) const {
        auto count = c.integer(0);
        for (int p = 0; p < k_.pods(); ++p)
            count = count + c.count(is_known(c, p) &&
                                    (c[pods.copy_of(p)[pod::node]] == n + 1 || c[assumed[at(p)]] == n + 1));
        return count;
    }

    template <class C>
    Bool<C> is_feasible(const C& c, int n) const {
        const auto& node = k_.configuration.nodes[at(n)];
        if (!node.schedulable || node.capacity == 0) return c.boolean(false);
        if (node.capacity >= k_.pods()) return c.boolean(true);
        return pods_on(c, n) < node.capacity;
    }

    /// The node's score, from its table; the last entry stands for all higher counts.
    template <class C>
    Int<C> score(const C& c, int n) const {
        const auto& table = k_.configuration.nodes[at(n)].score;
        if (table.empty()) return c.integer(0);
        const auto count = pods_on(c, n);
        auto result = c.integer(table.back());
        for (int i = std::min(static_cast<int>(table.size()) - 2, k_.pods()); i >= 0; --i)
            result = c.choose(count == i, table[at(i)], result);
        return result;
    }

    /// Pod p goes to a node that no feasible node outranks.
    template <class C>
    void assume(C& c, int p, int n) const {
        // An unbound pod is never marked for deletion: it is deleted at once.
        if (!c.require(is_known(c, p) && c[pods.copy_of(p)[pod::node]] == 0)) return;
        if (!c.require(c[assumed[at(p)]] == 0)) return;
        if (!c.require(is_feasible(c, n))) return;
        for (int other = 0; other < k_.nodes(); ++other)
            if (other != n && !c.require(!is_feasible(c, other) || score(c, other) <= score(c, n))) return;
        c.set(assumed[at(p)], c.integer(n + 1));
        c.set(binding[at(p)], c.integer(1));
    }

    // ---- the binding cycle (schedule_one.go:bindingCycle)

    template <class C>
    void decide_binding(C& c, int p) const {
        c.require(c[assumed[at(p)]] != 0 && c[binding[at(p)]] == 1);
    }

    /// POST binding with the pod's UID. The answer: whether the pod is bound.
    template <class C>
    Bool<C> bind(C& c, int p, bool is_answered) const {
        const auto accepted = may_bind(c, k_, p);
        const auto node = c[assumed[at(p)]];
        c.when(accepted,
               [&] { bind_pod(c, k_, p, node, is_answered && confirms_by_reply() ? &pods : nullptr); });
        return accepted;
    }

    template <class C>
    void learn_of_binding(C& c, int p, const Bool<C>& bound) const {
        end_binding(c, p);
        c.when(bound, [&] {
            if (!confirms_by_reply()) return;
            c.set(assumed[at(p)], c.integer(0));
            write(c, pods.copy_of(p), project(c, pods, read(c, k_.pod(p))));
        });
        c.when(!bound, [&] { forget(c, p); });
    }

    template <class C>
    void learn_nothing(C& c, int p) const {
        end_binding(c, p);
        forget(c, p);
    }

    /// On any failure the pod is forgotten and, if the cache still has it unbound, scheduled again.
    template <class C>
    void forget(C& c, int p) const {
        if (!k_.is(Variant::bind_failure_is_forgotten)) c.set(assumed[at(p)], c.integer(0));
    }

    template <class C>
    void end_binding(C& c, int p) const {
        c.set(binding[at(p)], c.integer(0));
        if (k_.has_crashes()) c.set(broken[at(p)], c.integer(0));
    }

    /// A reply that says the pod is bound stands in for the event of the binding.
    bool confirms_by_reply() const {
        return k_.reductions.watch_projection && !k_.is(Variant::binding_without_precondition) &&
               !k_.is(Variant::scheduler_writes_etcd);
    }

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }

    /// Terminal pods are none; where no node can fill up or outrank another, only those to be scheduled
    /// matter.
    static Projection<Pod> projection(const Encoding& k) {
        Projection<Pod> seen{.visible = {{pod::phase, false, pod::terminal}},
                             .keep = {Keep::whole, Keep::whole, Keep::nothing, Keep::whole}};
        if (!k.counts_pods_on_nodes()) seen.visible.push_back({pod::node, true, 0});
        return seen;
    }

    /// eventhandlers.go:updatePod, backend/cache/cache.go:AddPod. A bound pod's event confirms the
    /// assumption; a pod that terminates is forgotten (handleAssumedPodDeletion).
    template <class C>
    void pod_changed(C& c, int p, const Variables<Pod>& event) const {
        const auto settled =
            c[event[pod::exists]] == 0 || c[event[pod::phase]] == pod::terminal || c[event[pod::node]] != 0;
        c.when(settled, [&] {
            c.set(assumed[at(p)], c.integer(0));
            end_binding(c, p);
        });
    }

    const Encoding& k_;
    int process_;
    std::vector<ir::ClassMask> scheduling_, binding_;

public:
    const Watch<Pod>& pods;
    std::vector<VariableId> assumed;  // per pod: the node it is assumed on
    std::vector<VariableId> binding;  // per pod: its binding cycle has no reply yet
    std::vector<VariableId> broken;   // per pod: the connection broke under it

    std::vector<VariableId> late_binding;  // per pod, of a request that nobody waits for: the node
};

}  // namespace kcheck::model
