// Requests that nobody waits for any more: their sender has given them up, or has crashed.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "checker/explicit.hpp"
#include "model/kube_scheduler.hpp"
#include "model/pipeline.hpp"
#include "model/replicaset_controller.hpp"

using namespace kcheck;
using model::ReplicaSetController;
using model::Valuation;
using model::Verb;

namespace {

model::Configuration configuration_of(std::vector<int> replicas, int crashes, int lost_replies) {
    model::Configuration configuration;
    for (const int count : replicas)
        configuration.operations.push_back({configuration.operations.empty()
                                                ? model::UserOperation::Kind::apply
                                                : model::UserOperation::Kind::scale,
                                            count});
    configuration.nodes = {model::Node{"node-0"}};
    configuration.crashes = crashes;
    configuration.lost_replies = lost_replies;
    return configuration;
}

/// Every reachable state, as the search keeps them.
std::vector<Valuation> states_of(const model::Pipeline& pipeline) {
    std::vector<Valuation> states;
    const std::vector<checker::Safety<Valuation>> all{{"collects", [&](const Valuation& state) {
                                                           states.push_back(state);
                                                           return true;
                                                       }}};
    checker::ExploreOptions options;
    options.threads = 1;
    REQUIRE(checker::explore(pipeline, all, options).complete());
    return states;
}

using Pods = std::set<int>;

/// The sets of pods that a run of steps of this verb deletes, from the state; each that is answered.
void deletions(const model::Pipeline& pipeline, Verb verb, const Valuation& state, const Pods& so_far,
               std::set<Pods>& found) {
    found.insert(so_far);
    for (const auto& action : pipeline.actions()) {
        if (action.verb != verb || !action.reply.is_known()) continue;
        auto after = state;
        model::NativeStep step(after);
        action.text(step);
        if (!step.enabled()) continue;
        auto with = so_far;
        with.insert(action.pod);
        deletions(pipeline, verb, after, with, found);
    }
}

/// Only those that change something: of pods that are stored, and not being deleted already.
std::set<Pods> effective(const std::set<Pods>& all, const model::Encoding& k, const Valuation& state) {
    std::set<Pods> result;
    for (auto pods : all) {
        std::erase_if(pods, [&](int p) {
            return state[k.pod(p)[model::pod::exists]] == 0 || state[k.pod(p)[model::pod::deleting]] == 1;
        });
        // Of requests that are under way any may be lost.
        const std::vector<int> list(pods.begin(), pods.end());
        for (std::size_t subset = 0; subset < (std::size_t{1} << list.size()); ++subset) {
            Pods some;
            for (std::size_t i = 0; i < list.size(); ++i)
                if ((subset >> i & 1) != 0) some.insert(list[i]);
            result.insert(some);
        }
    }
    return result;
}

}  // namespace

TEST_CASE("a crash leaves those DELETEs that the sync would have sent, several of them") {
    const model::Pipeline pipeline(configuration_of({3, 1}, 1, 0));
    const auto& k = pipeline.encoding();
    const auto& controller = k.the<ReplicaSetController>();
    const auto crash = std::ranges::find_if(pipeline.actions(), [](const auto& action) {
        return action.verb == Verb::crash && action.component == "kube-controller-manager";
    });
    REQUIRE(crash != pipeline.actions().end());
    int compared = 0, several = 0, undecided = 0;
    for (const auto& state : states_of(pipeline)) {
        auto after = state;
        model::NativeStep step(after);
        crash->text(step);
        if (!step.enabled()) continue;
        std::set<Pods> sent, arrive;
        deletions(pipeline, Verb::delete_pod, state, {}, sent);
        if (sent.size() == 1) continue;
        deletions(pipeline, Verb::late_delete, after, {}, arrive);
        REQUIRE(effective(arrive, k, state) == effective(sent, k, state));
        ++compared;
        if (std::ranges::any_of(arrive, [](const Pods& pods) { return pods.size() > 1; })) ++several;
        if (after[controller.late_choices] != 0) ++undecided;
    }
    CHECK(compared > 100);
    CHECK(several > 0);
    CHECK(undecided > 0);
}

TEST_CASE("a request that timed out commits though its sender lives on") {
    const model::Pipeline pipeline(configuration_of({1}, 0, 1), model::Reductions{}.plain());
    const auto& k = pipeline.encoding();
    const auto& controller = k.the<ReplicaSetController>();
    const auto& scheduler = k.the<model::KubeScheduler>();
    bool replaced = false, assumed_again = false, arrives = false;
    for (const auto& state : states_of(pipeline)) {
        REQUIRE(state[k.crashes_used] == 0);
        // The POST is on its way still, and the controller has made another pod and knows of it.
        auto copy = state;
        const model::NativeStep view(copy);
        replaced = replaced || (state[controller.late_creations] == 1 && controller.missing(view) == 0 &&
                                controller.may_manage(view));
        for (int p = 0; p < k.pods(); ++p) {
            const auto i = static_cast<std::size_t>(p);
            assumed_again =
                assumed_again || (state[scheduler.late_binding[i]] != 0 && state[scheduler.assumed[i]] != 0);
        }
        for (const auto& action : pipeline.actions()) {
            if (action.verb != Verb::late_create && action.verb != Verb::late_bind) continue;
            auto after = state;
            model::NativeStep step(after);
            action.text(step);
            arrives = arrives || step.enabled();
        }
    }
    CHECK(replaced);
    CHECK(assumed_again);
    CHECK(arrives);
}
