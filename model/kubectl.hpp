// kubectl: the user's operations, in order, each at any time.
//
// apply is GET, then POST or a PATCH of what changed, without resourceVersion
// (kubectl/cmd/apply/patcher.go); scale is a PATCH of spec.replicas. A user who
// sees an error repeats the command, and a repeated command that has taken
// effect changes nothing: so a lost reply leaves no state of its own.
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
            const auto verb = operation.kind == UserOperation::Kind::scale ? Verb::scale : Verb::apply;
            actions.request(
                {.verb = verb,
                 .what = fmt::format("{} deployment/{} with {} replicas", name_of(verb),
                                     k_.configuration.deployment, operation.replicas)},
                [this, i](auto& c) { c.require(c[k_.operations_done] == i); },
                [this, i](auto& c) { operate(c, i); });
        }
    }

private:
    template <class C>
    void operate(C& c, int operation) const {
        const auto replicas =
            c.integer(k_.configuration.operations[static_cast<std::size_t>(operation)].replicas);
        c.set(k_.operations_done, c.integer(operation + 1));
        if (operation == 0)
            create_workload<Deployment>(c, k_, 0, replicas);
        else
            update_replicas<Deployment>(c, k_, 0, replicas, Base::live, c.boolean(false));
    }

    const Encoding& k_;
};

}  // namespace kcheck::model
