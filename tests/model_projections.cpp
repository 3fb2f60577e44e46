// What the reductions leave out is only ever seen on the way: the clusters that are reachable
// - what is stored of the Deployment, the ReplicaSet and the pods that count - are the
// same with a reduction and without it. This is stronger than equal verdicts.
#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "checker/explicit.hpp"
#include "model/pipeline.hpp"

namespace kcheck {
namespace {

using model::Pipeline;
using model::Valuation;

using Projection = std::vector<int>;

/// The least description of what is stored, over all orders of the (equal) nodes. Budgets are left
/// out: a fault that changes nothing else is one of the things that the reductions leave out.
Projection project(const model::Encoding& k, const Valuation& state) {
    namespace pod = model::pod;
    namespace workload = model::workload;
    std::vector<int> order(static_cast<std::size_t>(k.nodes()));
    std::iota(order.begin(), order.end(), 1);
    Projection least;
    do {
        std::vector<std::pair<int, int>> pods;
        for (int p = 0; p < k.pods(); ++p) {
            const auto& stored = k.pod(p);
            const bool counts = state[stored[pod::exists]] == 1 && state[stored[pod::deleting]] == 0 &&
                                state[stored[pod::phase]] != pod::terminal;
            if (!counts) continue;
            const auto node = state[stored[pod::node]];
            pods.emplace_back(node == 0 ? 0 : order[node - 1U],
                              state[k.bindings[static_cast<std::size_t>(p)]]);
        }
        std::ranges::sort(pods);
        Projection projection{state[k.deployment()[workload::exists]],
                              state[k.deployment()[workload::replicas]],
                              state[k.replica_set()[workload::exists]],
                              state[k.replica_set()[workload::replicas]], state[k.operations_done]};
        for (const auto& [node, bindings] : pods) {
            projection.push_back(node);
            projection.push_back(bindings);
        }
        if (least.empty() || projection < least) least = projection;
    } while (std::ranges::next_permutation(order).found);
    return least;
}

struct Reached {
    std::set<Projection> projections;
    std::uint64_t states = 0;
};

Reached reach(const model::Configuration& configuration, const model::Reductions& reductions) {
    const Pipeline pipeline(configuration, reductions);
    checker::ExploreOptions options;
    options.threads = 2;
    const std::vector<checker::SafetyOf<Pipeline>> none;
    const auto found = checker::explore<Pipeline>(pipeline, none, options);
    REQUIRE(found.complete());
    Reached reached;
    reached.states = found.states;
    found.store.for_each([&](checker::StateId id) {
        const auto state = checker::state_of(pipeline, found.store, id);
        REQUIRE(state[pipeline.encoding().exceeded] == 0);
        reached.projections.insert(project(pipeline.encoding(), state));
    });
    return reached;
}

struct Case {
    int replicas, nodes, crashes, lost;
    std::vector<int> scales;
    int capacity;
    std::string off;  // a letter for each reduction that is off
};

model::Reductions without(const std::string& off) {
    const auto is_on = [&](char letter) { return off.find(letter) == std::string::npos; };
    model::Reductions reductions;
    reductions.watch_projection = is_on('w');
    reductions.symmetry = is_on('y');
    reductions.idle_faults = is_on('i');
    reductions.local_steps = is_on('o');
    reductions.status_last = is_on('s');
    return reductions;
}

void compare(const Case& c) {
    model::Configuration configuration;
    configuration.operations = {{model::UserOperation::Kind::apply, c.replicas}};
    for (const auto replicas : c.scales)
        configuration.operations.push_back({model::UserOperation::Kind::scale, replicas});
    configuration.nodes.clear();
    for (int n = 0; n < c.nodes; ++n)
        configuration.nodes.push_back({"node-" + std::to_string(n), true, c.capacity, {}});
    configuration.crashes = c.crashes;
    configuration.lost_replies = c.lost;
    const auto reduced = reach(configuration, {});
    const auto plain = reach(configuration, without(c.off));
    INFO("replicas " << c.replicas << ", nodes " << c.nodes << ", crashes " << c.crashes << ", lost "
                     << c.lost << ", scales " << c.scales.size() << ", capacity " << c.capacity << ", off "
                     << c.off << ": " << reduced.states << " states, " << plain.states << " without");
    CHECK(reduced.projections == plain.projections);
    CHECK(reduced.states < plain.states);
}

TEST_CASE("the reductions leave the reachable clusters as they are") {
    compare({1, 1, 0, 0, {}, 110, "wyios"});
    compare({2, 2, 0, 0, {}, 110, "os"});
    compare({2, 1, 0, 0, {}, 110, "wos"});
    compare({2, 1, 0, 1, {1}, 110, "o"});
    compare({1, 1, 0, 1, {}, 1, "os"});
    compare({2, 2, 0, 0, {}, 1, "os"});
    compare({2, 2, 0, 1, {}, 1, "o"});
    compare({2, 2, 1, 0, {}, 110, "o"});
}

TEST_CASE("the reductions leave the reachable clusters as they are, larger ones", "[heavy]") {
    compare({1, 1, 1, 0, {}, 110, "os"});
    compare({2, 1, 0, 1, {}, 110, "os"});
    compare({2, 1, 0, 0, {1}, 110, "os"});
    compare({2, 1, 0, 1, {1}, 110, "s"});
    compare({2, 2, 0, 1, {}, 1, "s"});
    compare({2, 2, 1, 0, {}, 1, "o"});
}

TEST_CASE("the reductions leave the reachable clusters as they are, the largest", "[.slow]") {
    compare({1, 1, 0, 1, {}, 110, "wyios"});
    compare({1, 1, 0, 1, {2}, 110, "os"});
    compare({2, 1, 1, 0, {}, 110, "os"});
    compare({2, 1, 1, 0, {1}, 110, "s"});
}

}  // namespace
}  // namespace kcheck
