// The kubelet of a node (pkg/kubelet), and its container runtime.
//
// It watches the pods whose spec.nodeName is its node, admits each in the order of arrival,
// runs the admitted ones through the container runtime, and reports to
// kube-apiserver. The status manager reads the pod live before it patches
// (status_manager.go:syncPod), by UID and without resourceVersion; a patch without a reply is
// sent again and changes nothing then.
//
// Admission (kubelet.go:HandlePodAdditions, lifecycle/predicate.go:Admit) is once for each pod, one
// after the other, so it is part of the receipt of the event that adds the pod. After a restart the
// kubelet lists its pods and admits the oldest first. The model keeps no ages: those that it had admitted
// before come first (their allocation is checkpointed), the others in any order, and no later event
// before them. On a node with room for every pod that can exist, admission decides nothing and has no
// variable.
//
// Refusal: the terminal phase is written, and a container that the pod has from before a
// restart is stopped. Deletion: the container is stopped, the terminal phase is written, and
// only then is the pod removed with grace period 0.
#pragma once

#include <fmt/core.h>

#include "model/action.hpp"

namespace kcheck::model {

class Kubelet : public Component {
public:
    /// Of a pod's worker.
    enum Worker : std::uint8_t { unseen, admitted, refused };
    enum Container : std::uint8_t { none, created, started };

    Kubelet(Encoding& k, int of_node)
        : node(of_node),
          name(fmt::format("kubelet[{}]", of_node)),
          crowded_(k.crowded(of_node)),
          k_(k),
          pods(k.watch<Pod>({
              .client = name,
              .process = k.process(name, node),
              .node = node,
              .filter = k.is(Variant::kubelet_ignores_node_name)
                            ? std::nullopt
                            : std::optional(Requirement{pod::node, true, node + 1}),
              .receives = [this](const auto& c) { return receives(c); },
              .on_event = [this](auto& c, int p, const auto& event) { pod_changed(c, p, event); },
          })) {
        if (crowded_) worker = k.add_for_pods(name + ".worker", 3, Part::memory, Values::plain, node);
        container =
            k.add_for_pods(fmt::format("runtime[{}].container", node), 3, Part::runtime, Values::plain, node);
        const auto exchangeable = Fairness::Object::exchangeable;
        for (int t = 0; t < k.replica_sets(); ++t) {
            const auto which = of_template(t);
            images.push_back(k.add(fmt::format("runtime[{}].image{}", node, which), 2, Part::runtime,
                                   Values::plain, -1, node));
            // Pulls may fail, but not always.
            pull_.push_back(
                k.fairness.add(fmt::format("container-runtime[{}]: pull of the image{}", node, which),
                               exchangeable, Fairness::Strength::strong));
        }
        for (int p = 0; p < k.pods(); ++p) {
            work_.push_back(k.fairness.add(fmt::format("{}: work on pod[{}]", name, p), exchangeable));
            report_.push_back(k.fairness.add(fmt::format("{}: report of pod[{}]", name, p), exchangeable));
        }
        if (crowded_)
            k.processes[at(k.process(name))].on_restart.emplace_back(
                [this](auto& c) { admit_checkpointed(c); });
    }

    void add_actions(Actions& actions) const override {
        actions.of(name, {&pods}, node);
        const bool alone = !crowded_;  // nobody else can tell when it does something
        const auto runtime = fmt::format("container-runtime[{}]", node);
        const auto local = [&](Verb verb, std::string what, ir::ClassMask progress, Text text,
                               const std::string& who) {
            actions.step(verb, std::move(what), progress, std::move(text), who).local = alone;
        };
        for (int t = 0; t < k_.replica_sets(); ++t)
            local(
                Verb::pull_image, "pull the image" + of_template(t), pull_[at(t)],
                [this, t](auto& c) { pull(c, t); }, runtime);
        actions.for_each_pod([&](int p) {
            const auto work = work_[at(p)];
            if (crowded_ && k_.has_crashes())
                local(
                    Verb::admit, fmt::format("admit pod[{}], or refuse it if it does not fit", p), work,
                    [this, p](auto& c) { admit(c, p); }, name);
            local(
                Verb::create_container, fmt::format("create the container of pod[{}]", p), work,
                [this, p](auto& c) { create(c, p); }, runtime);
            local(
                Verb::start_container, fmt::format("start the container of pod[{}]", p), work,
                [this, p](auto& c) { start(c, p); }, runtime);
            local(
                Verb::stop_container, fmt::format("stop the container of pod[{}]", p), work,
                [this, p](auto& c) { stop(c, p); }, runtime);
            const bool unnoticed = alone && !k_.counts_pods_on_nodes();
            actions.request(
                {.verb = Verb::report_running,
                 .what = fmt::format("PATCH status of pod[{}]: Running and Ready", p),
                 .progress = report_[at(p)],
                 .status = 1},
                [this, p](auto& c) { decide_running(c, p); },
                [this, p](auto& c) { patch_pod_phase(c, k_, p, pod::running); });
            actions.request(
                {.verb = Verb::report_terminal,
                 .what = fmt::format("PATCH status of pod[{}]: Failed", p),
                 .progress = report_[at(p)],
                 .local = unnoticed},
                [this, p](auto& c) { decide_terminal(c, p); },
                [this, p](auto& c) { patch_pod_phase(c, k_, p, pod::terminal); });
            actions.request(
                {.verb = Verb::remove_pod,
                 .what = fmt::format("DELETE pod[{}] with grace period 0", p),
                 .progress = report_[at(p)],
                 .local = unnoticed},
                [this, p](auto& c) { decide_removal(c, p); }, [this, p](auto& c) { remove_pod(c, k_, p); });
        });
    }

    // ---- admission

    template <class C>
    Bool<C> is_admitted(const C& c, int p) const {
        return crowded_ ? c[worker[at(p)]] == admitted : c[pods.copy_of(p)[pod::exists]] == 1;
    }

    /// What admission counts: admitted pods, terminating ones included until their containers have
    /// stopped (kubelet_pods.go:filterOutInactivePods).
    template <class C>
    Int<C> admitted_pods(const C& c) const {
        auto count = c.integer(0);
        for (int p = 0; p < k_.pods(); ++p) {
            const auto over = c[pods.copy_of(p)[pod::deleting]] == 1 && c[container[at(p)]] == none;
            count = count + c.count(is_admitted(c, p) && !over);
        }
        return count;
    }

    /// A pod is admitted if it fits beside those that are.
    template <class C>
    void decide_admission(C& c, int p) const {
        const auto fits = admitted_pods(c) < capacity();
        c.set(worker[at(p)], c.choose(fits, admitted, refused));
    }

    /// Pod p was listed after a restart, and its turn has not come.
    template <class C>
    Bool<C> waits_for_admission(const C& c, int p) const {
        return is_here(c, pods.copy_of(p)) && c[worker[at(p)]] == unseen;
    }

    /// The turn of a pod that was listed after a restart.
    template <class C>
    void admit(C& c, int p) const {
        if (!c.require(waits_for_admission(c, p))) return;
        decide_admission(c, p);
        catch_up(c, pods);
    }

    // ---- the pod worker (pod_workers.go, kubelet.go:SyncPod) and the runtime

    /// Whether the kubelet has pod p, as far as it has heard, ...
    template <class C>
    Bool<C> has(const C& c, int p) const {
        return is_admitted(c, p) && is_here(c, pods.copy_of(p));
    }
    /// ... and may run it.
    template <class C>
    Bool<C> wants_to_run(const C& c, int p) const {
        return has(c, p) && c[pods.copy_of(p)[pod::deleting]] == 0;
    }

    /// EnsureImageExists, with success; a failed pull changes nothing and is retried after a back-off.
    template <class C>
    void pull(C& c, int t) const {
        if (!c.require(c[images[at(t)]] == 0)) return;
        auto needed = c.boolean(false);
        for (int p = 0; p < k_.pods(); ++p) needed = needed || (wants_to_run(c, p) && runs(c, p, t));
        if (!c.require(needed)) return;
        const bool is_last = t + 1 == k_.replica_sets();
        if (!c.require(!(is_last && k_.is(Variant::image_never_arrives)))) return;
        c.set(images[at(t)], c.integer(1));
    }

    /// Pod p is of template t.
    template <class C>
    Bool<C> runs(const C& c, int p, int t) const {
        return c[pods.copy_of(p)[pod::owner]] == t;
    }
    template <class C>
    Bool<C> has_image(const C& c, int p) const {
        auto has = c.boolean(false);
        for (int t = 0; t < k_.replica_sets(); ++t) has = has || (runs(c, p, t) && c[images[at(t)]] == 1);
        return has;
    }

    /// kuberuntime: create the sandbox and the container.
    template <class C>
    void create(C& c, int p) const {
        if (!c.require(c[container[at(p)]] == none && has_image(c, p) && wants_to_run(c, p))) return;
        c.set(container[at(p)], c.integer(created));
    }

    template <class C>
    void start(C& c, int p) const {
        if (!c.require(c[container[at(p)]] == created && wants_to_run(c, p))) return;
        c.set(container[at(p)], c.integer(started));
        monitors::start(c, k_, node, p);
    }

    /// SyncTerminatingPod, and the clean-up of containers whose pod is not in the configuration, or was
    /// refused after a restart.
    template <class C>
    void stop(C& c, int p) const {
        const auto& copy = pods.copy_of(p);
        if (!c.require(c[container[at(p)]] != none)) return;
        if (!c.require(c[copy[pod::exists]] == 0 || c[copy[pod::deleting]] == 1 || is_refused(c, p))) return;
        c.set(container[at(p)], c.integer(none));
    }

    // ---- the status manager

    /// PATCH status: the pod runs and is Ready. One that has been deleted meanwhile is reported too, until
    /// its container has stopped (kubelet.go:SyncTerminatingPod).
    template <class C>
    void decide_running(C& c, int p) const {
        const auto& stored = k_.pod(p);
        if (!c.require(c[container[at(p)]] == started)) return;
        if (!c.require(has(c, p))) return;
        c.require(c[stored[pod::exists]] == 1 && c[stored[pod::phase]] == pod::pending);
    }

    /// PATCH status: the pod is terminal, because it was refused or because it was deleted and
    /// its containers have stopped.
    template <class C>
    void decide_terminal(C& c, int p) const {
        const auto& stored = k_.pod(p);
        if (!c.require(is_stopped(c, p) || is_refused(c, p))) return;
        c.require(c[stored[pod::exists]] == 1 && c[stored[pod::phase]] != pod::terminal);
    }

    /// DELETE with grace period 0, once the persisted phase is terminal and nothing runs.
    template <class C>
    void decide_removal(C& c, int p) const {
        const auto& stored = k_.pod(p);
        if (!c.require(is_stopped(c, p))) return;
        c.require(c[stored[pod::exists]] == 1 && c[stored[pod::phase]] == pod::terminal);
    }

    int capacity() const { return k_.configuration.nodes[at(node)].capacity; }
    VariableId container_of(int p) const { return container[at(p)]; }

    const int node;
    const std::string name;

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    std::string of_template(int t) const {
        return k_.rolls_out() ? fmt::format(" of template {}", t + 1) : "";
    }

    /// It exists, and a kubelet that hears of all pods knows that it is bound to some node.
    template <class C>
    Bool<C> is_here(const C& c, const Variables<Pod>& pod) const {
        auto here = c[pod[pod::exists]] == 1;
        if (k_.is(Variant::kubelet_ignores_node_name)) here = here && c[pod[pod::node]] != 0;
        return here;
    }

    template <class C>
    Bool<C> is_refused(const C& c, int p) const {
        return crowded_ ? c[worker[at(p)]] == refused : c.boolean(false);
    }

    /// It was deleted, and its container has stopped.
    template <class C>
    Bool<C> is_stopped(const C& c, int p) const {
        const auto& copy = pods.copy_of(p);
        return c[copy[pod::exists]] == 1 && c[copy[pod::deleting]] == 1 && c[container[at(p)]] == none;
    }

    /// kubelet.go:syncLoopIteration takes one update after the other: none before the pods of the list are
    /// admitted.
    template <class C>
    Bool<C> receives(const C& c) const {
        auto free = c.boolean(true);
        if (crowded_ && k_.has_crashes())
            for (int p = 0; p < k_.pods(); ++p) free = free && !waits_for_admission(c, p);
        return free;
    }

    /// config/config.go:Merge, kubelet.go:HandlePodAdditions. A removed pod's worker ends once its
    /// container has.
    template <class C>
    void pod_changed(C& c, int p, const Variables<Pod>& event) const {
        if (!crowded_) return;
        const auto before = is_here(c, pods.copy_of(p)), now = is_here(c, event);
        c.when(!now, [&] { c.set(worker[at(p)], c.integer(unseen)); });
        c.when(now && !before, [&] { decide_admission(c, p); });
    }

    /// After a restart: what it had admitted stays so; what is terminal is never run again; the rest waits.
    template <class C>
    void admit_checkpointed(C& c) const {
        for (int p = 0; p < k_.pods(); ++p) {
            const auto listed = c[pods.copy_of(p)[pod::exists]] == 1;
            const auto over = listed && c[k_.pod(p)[pod::phase]] == pod::terminal;
            const auto again = listed && c[worker[at(p)]] == admitted;
            c.set(worker[at(p)], c.choose(over, c.integer(refused), c.choose(again, admitted, unseen)));
        }
    }

    const bool crowded_;
    const Encoding& k_;
    std::vector<ir::ClassMask> pull_;  // per template
    std::vector<ir::ClassMask> work_, report_;

public:
    const Watch<Pod>& pods;
    std::vector<VariableId> worker;  // per pod, where a pod may have to be refused
    // The container runtime of the node.
    std::vector<VariableId> images;     // per template
    std::vector<VariableId> container;  // per pod
};

}  // namespace kcheck::model
