// Rollouts: the arithmetic of the deployment controller, held to the numbers that Kubernetes' own loop
// comes to, and what it leads to.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "checker/explicit.hpp"
#include "model/pipeline.hpp"
#include "model/rollout.hpp"
#include "tests/invariants_small.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using model::Strategy;

namespace {

Strategy rolling(int surge, int unavailable) { return {false, {surge, false}, {unavailable, false}}; }

/// A ReplicaSet in the controller's view.
struct Set {
    int replicas = 0, available = 0;
};

struct Write {
    int of = -1, replicas = 0;  // -1: none
    bool operator==(const Write&) const = default;
};

/// The first write of one sync, as the loops of rolling.go make it: `sets.back()` is the new one, and the
/// others are old, oldest first.
Write first_write(int desired, const Strategy& strategy, const std::vector<Set>& sets) {
    const int newest = static_cast<int>(sets.size()) - 1;
    const auto& fresh = sets.back();
    int total = 0;
    for (const auto& set : sets) total += set.replicas;
    if (fresh.replicas > desired) return {newest, desired};
    const int most = desired + strategy.surge(desired);
    if (fresh.replicas < desired && total < most)
        return {newest, fresh.replicas + std::min(most - total, desired - fresh.replicas)};

    const int least = desired - strategy.unavailable(desired);
    const int room = total - least - (fresh.replicas - fresh.available);
    if (total == fresh.replicas || room <= 0) return {};
    for (int s = 0; s < newest; ++s) {
        const auto& old = sets[static_cast<std::size_t>(s)];
        if (old.replicas == 0 || old.replicas == old.available) continue;
        if (old.available > old.replicas) return {};  // an error, which is swallowed
        return {s, old.replicas - std::min(room, old.replicas - old.available)};
    }
    int available = fresh.available;
    for (int s = 0; s < newest; ++s)
        if (const auto& old = sets[static_cast<std::size_t>(s)]; old.replicas > 0) available += old.available;
    if (available <= least) return {};
    for (int s = 0; s < newest; ++s)
        if (const auto& old = sets[static_cast<std::size_t>(s)]; old.replicas > 0)
            return {s, old.replicas - std::min(old.replicas, available - least)};
    return {};
}

/// The same, as the model has it.
Write modelled(int desired, const Strategy& strategy, const std::vector<Set>& sets) {
    model::Valuation state;
    model::VariableId next = 1;
    const auto set = [&](int value) {
        state[next] = static_cast<std::uint8_t>(value);
        return next++;
    };
    model::Variables<model::Deployment> deployment;
    deployment[model::workload::exists] = set(1);
    deployment[model::workload::replicas] = set(desired);
    deployment[model::deployment::pod_template] = set(static_cast<int>(sets.size()) - 1);
    std::vector<model::Variables<model::ReplicaSet>> copies(sets.size());
    for (std::size_t s = 0; s < sets.size(); ++s) {
        copies[s][model::workload::exists] = set(1);
        copies[s][model::workload::replicas] = set(sets[s].replicas);
        copies[s][model::workload::status_available] = set(sets[s].available);
    }
    auto configuration = Small{.replicas = {desired}}.with();
    configuration.strategy = strategy;
    const model::Fenceposts fenceposts(configuration);
    const model::NativeStep step(state);
    const model::Rollout<model::NativeStep> rollout(step, fenceposts, deployment, copies, nullptr, false);
    Write write;
    for (int s = 0; s < static_cast<int>(sets.size()); ++s)
        if (rollout.scales(s)) {
            CHECK(write.of == -1);  // one at a time
            write = {s, rollout.target(s)};
        }
    CHECK(rollout.rests() == (write.of == -1));
    return write;
}

}  // namespace

TEST_CASE("surge is rounded up and unavailability down, and something moves") {
    const Strategy usual;
    const std::array<std::pair<int, int>, 6> wanted{{{0, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 1}, {2, 1}}};
    for (int replicas = 0; replicas <= 5; ++replicas) {
        INFO(replicas);
        const auto [surge, unavailable] = wanted[static_cast<std::size_t>(replicas)];
        CHECK(usual.surge(replicas) == surge);
        CHECK(usual.unavailable(replicas) == unavailable);
    }
    const Strategy rounds_to_nothing{false, {0, false}, {10, true}};
    CHECK(rounds_to_nothing.unavailable(3) == 1);
    CHECK(rolling(0, 9).unavailable(2) == 2);
}

TEST_CASE("the next write of a rollout is the one that the loops of Kubernetes make first") {
    int writes = 0;
    for (int desired = 0; desired <= 3; ++desired)
        for (const auto& strategy : {Strategy{}, rolling(1, 0), rolling(0, 1), rolling(1, 1), rolling(2, 2)})
            for (int code = 0; code < 4 * 4 * 4 * 4 * 3 * 3; ++code) {
                auto rest = code;
                const auto digit = [&](int base) {
                    const int value = rest % base;
                    rest /= base;
                    return value;
                };
                std::vector<Set> sets{{digit(4), digit(4)}, {digit(3), digit(3)}, {}};
                sets.back() = {digit(4), digit(4)};
                if (sets.back().replicas > desired + 1) continue;
                const auto expected = first_write(desired, strategy, sets);
                const auto found = modelled(desired, strategy, sets);
                writes += expected.of >= 0 ? 1 : 0;
                if (found == expected) continue;
                FAIL_CHECK("desired " << desired << ", code " << code << ": " << found.of << " to "
                                      << found.replicas << ", and should be " << expected.of << " to "
                                      << expected.replicas);
                return;
            }
    CHECK(writes > 10'000);
}

TEST_CASE("the states of small rollouts are as many as they were") {
    struct Row {
        int replicas, nodes, lag;  // -1: any
        std::uint64_t states;
    };
    for (const auto& row : {Row{1, 1, 0, 1154}, Row{2, 1, 0, 13019}}) {
        auto configuration = Small{.replicas = {row.replicas}, .nodes = row.nodes, .set_images = 1}.with();
        if (row.lag >= 0) configuration.staleness = row.lag;
        const model::Pipeline pipeline(configuration, {}, model::Bounds::least(configuration));
        const auto& k = pipeline.encoding();
        const std::vector<checker::Safety<model::Valuation>> within{
            {"bounds", [&](const model::Valuation& state) { return state[k.exceeded] == 0; }}};
        const auto found = checker::explore(pipeline, within);
        CHECK_FALSE(found.violations[0]);
        CHECK(found.states == row.states);
    }
}
