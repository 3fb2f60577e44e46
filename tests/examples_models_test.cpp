// The state counts of the examples, by a search that shares nothing with the engines.
#include <catch2/catch.hpp>
#include <cstddef>
#include <vector>

#include "examples/pipeline_benchmark.hpp"
#include "examples/two_phase_commit.hpp"
#include "tests/exhaustive_search.hpp"

namespace kcheck::tests {
namespace {

using examples::PipelineBenchmark;
using examples::TwoPhaseCommit;

template <checker::Model M>
void require_counts(const M& model, std::size_t states, std::size_t transitions) {
    const Exploration found = search_exhaustively(model, model.safety());
    CHECK(found.states == states);
    CHECK(found.transitions == transitions);
    CHECK(found.safe);
}

// TLC on TwoPhase.tla prints one transition more, as it counts the initial state.
TEST_CASE("two-phase commit has the states that TLC finds in TwoPhase.tla") {
    require_counts(TwoPhaseCommit(3), 288, 1'145);
    require_counts(TwoPhaseCommit(5), 8'832, 58'145);
}

TEST_CASE("the benchmark pipeline has the states of bench/README.md") {
    require_counts(PipelineBenchmark(1, 1, false), 287, 789);
    require_counts(PipelineBenchmark(1, 2, true), 55'224, 307'160);
    require_counts(PipelineBenchmark(2, 1, false), 39'767, 200'931);
}

TEST_CASE("the benchmark pipeline with 2 pods on 2 nodes", "[heavy]") {
    require_counts(PipelineBenchmark(2, 2, false), 153'463, 782'531);
}

TEST_CASE("a state survives packing in every configuration of the pipeline") {
    for (int pods = 1; pods <= PipelineBenchmark::pods_max; ++pods) {
        for (int nodes = 1; nodes <= PipelineBenchmark::nodes_max; ++nodes) {
            const PipelineBenchmark model(pods, nodes, true);
            PipelineBenchmark::State state;
            state.deployment = 1;
            state.kubelet_crashed[nodes - 1] = 1;
            state.pods[pods - 1].stored = PipelineBenchmark::ready(nodes - 1);
            state.pods[pods - 1].kubelet[nodes - 1] = PipelineBenchmark::bound(nodes - 1);

            std::vector<std::byte> packed(model.state_bytes());
            model.pack(state, packed);
            PipelineBenchmark::State unpacked;
            model.unpack(packed, unpacked);
            CHECK(unpacked == state);
        }
    }
}

// The properties must be able to fail.
TEST_CASE("the properties of the examples reject what they name") {
    TwoPhaseCommit::State disagreement;
    disagreement.rm[0] = TwoPhaseCommit::Rm::committed;
    disagreement.rm[1] = TwoPhaseCommit::Rm::aborted;
    CHECK_FALSE(TwoPhaseCommit(2).safety().at(0).holds(disagreement));

    const auto pipeline = PipelineBenchmark(1, 1, false).safety();
    PipelineBenchmark::State bound_twice;
    bound_twice.pods[0].times_bound = 2;
    CHECK_FALSE(pipeline.at(0).holds(bound_twice));
    PipelineBenchmark::State never_bound;
    never_bound.pods[0].stored = PipelineBenchmark::bound(0);
    CHECK_FALSE(pipeline.at(1).holds(never_bound));
}

}  // namespace
}  // namespace kcheck::tests
