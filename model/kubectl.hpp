// kubectl: the user's operations, in order, each at any time.
//
// apply is GET, then POST or a PATCH of what changed, its annotation included, without resourceVersion
// (kubectl/cmd/apply/patcher.go); scale is a PATCH of spec.replicas, set image and rollout undo are one of
// spec.template. A user who sees an error repeats the command, and a repeated command that has taken effect
// changes nothing: so a lost reply leaves no state of its own.
#pragma once

#include <fmt/core.h>

#include "model/action.hpp"

namespace kcheck::model {

class Kubectl : public Component {
public:
    explicit Kubectl(Encoding& k) : k_(k) {}

    void add_actions(Actions& actions) const override {
        actions.of("kubectl", {});
        for (int i = 0; i < static_cast<int>(k_.configuration.operations.size()); ++i) {
            const auto& operation = k_.configuration.operations[static_cast<std::size_t>(i)];
            actions.request(
                {.verb = verb_of(operation.kind), .what = in_words(operation)},
                [this, i](auto& c) { decide(c, i); }, [this, i](auto& c) { operate(c, i); });
        }
    }

private:
    /// rollout undo finds no revision to go back to, or from, while one of the two ReplicaSets is not there
    /// (kubectl/pkg/polymorphichelpers/rollback.go:deploymentRevision).
    template <class C>
    void decide(C& c, int number) const {
        if (!c.require(c[k_.operations_done] == number)) return;
        const auto& operations = k_.configuration.operations;
        if (operations[static_cast<std::size_t>(number)].kind != UserOperation::Kind::undo) return;
        const int now = operations[static_cast<std::size_t>(number) - 1].pod_template;
        const int target = operations[static_cast<std::size_t>(number)].pod_template;
        c.require(c[k_.replica_set(now)[workload::exists]] == 1 &&
                  c[k_.replica_set(target)[workload::exists]] == 1);
    }

    std::string in_words(const UserOperation& operation) const {
        const auto verb = verb_of(operation.kind);
        const auto object = fmt::format("{} deployment/{}", name_of(verb), k_.configuration.deployment);
        const auto replicas = fmt::format("{} replicas", operation.replicas);
        if (!k_.rolls_out() || verb == Verb::scale) return fmt::format("{} with {}", object, replicas);
        const auto pod_template = fmt::format("template {}", operation.pod_template + 1);
        if (verb != Verb::apply) return fmt::format("{}: {}", object, pod_template);
        return fmt::format("{} with {} of {}", object, replicas, pod_template);
    }

    template <class C>
    void operate(C& c, int number) const {
        const auto& operation = k_.configuration.operations[static_cast<std::size_t>(number)];
        c.set(k_.operations_done, c.integer(number + 1));
        auto asked = number == 0 ? nothing<Deployment>(c) : read(c, k_.deployment());
        asked[workload::replicas] = c.integer(operation.replicas);
        asked[deployment::pod_template] = c.integer(operation.pod_template);
        if (number == 0)
            create_workload(c, k_, 0, asked);
        else
            update_spec(c, k_, 0, asked, Base::live, c.boolean(false), annotates(number));
    }

    /// An apply writes down what it applied (kubectl.kubernetes.io/last-applied-configuration): after a scale
    /// it may change that alone.
    bool annotates(int number) const {
        const auto& operations = k_.configuration.operations;
        const auto& now = operations[static_cast<std::size_t>(number)];
        if (now.kind != UserOperation::Kind::apply) return false;
        for (int i = number - 1; i >= 0; --i)
            if (const auto& last = operations[static_cast<std::size_t>(i)]; last.kind == now.kind)
                return last.replicas != now.replicas || last.pod_template != now.pod_template;
        return false;
    }

    const Encoding& k_;
};

}  // namespace kcheck::model
