// The explicit engine on the examples: the counts of bench/README.md, with any number
// of threads, and agreement with the search that shares nothing with it.
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "checker/explicit.hpp"
#include "examples/pipeline_benchmark.hpp"
#include "examples/two_phase_commit.hpp"
#include "tests/exhaustive_search.hpp"

namespace kcheck::tests {
namespace {

using examples::PipelineBenchmark;
using examples::TwoPhaseCommit;

template <checker::Model M>
checker::Exploration explore(const M& model, unsigned threads) {
    checker::ExploreOptions options;
    options.threads = threads;
    return checker::explore(model, model.safety(), options);
}

void require_counts(const checker::Exploration& found, std::uint64_t states, std::uint64_t transitions) {
    CHECK(found.complete());
    CHECK(found.states == states);
    CHECK(found.transitions == transitions);
    for (const auto& violation : found.violations) CHECK_FALSE(violation);
}

template <checker::Model M>
void require_agreement(const M& model) {
    const Exploration expected = search_exhaustively(model, model.safety());
    const checker::Exploration found = explore(model, 1);
    require_counts(found, expected.states, expected.transitions);
    CHECK(found.depth == expected.depth);
}

TEST_CASE("the engine agrees with the plain search on the examples") {
    for (int n = 1; n <= 5; ++n) require_agreement(TwoPhaseCommit(n));
    require_agreement(PipelineBenchmark(1, 1, false));
    require_agreement(PipelineBenchmark(1, 1, true));
    require_agreement(PipelineBenchmark(1, 3, false));
    require_agreement(PipelineBenchmark(2, 1, false));
}

TEST_CASE("the engine finds the counts of bench/README.md") {
    require_counts(explore(PipelineBenchmark(1, 1, false), 1), 287, 789);
    require_counts(explore(PipelineBenchmark(1, 2, true), 1), 55'224, 307'160);
    require_counts(explore(PipelineBenchmark(2, 1, false), 1), 39'767, 200'931);
}

TEST_CASE("threads change nothing", "[parallel]") {
    require_counts(explore(TwoPhaseCommit(5), 2), 8'832, 58'145);
    require_counts(explore(PipelineBenchmark(2, 1, false), 2), 39'767, 200'931);
    require_counts(explore(PipelineBenchmark(1, 2, true), 4), 55'224, 307'160);
}

TEST_CASE("the engine on 2 pods and 2 nodes", "[heavy]") {
    require_counts(explore(PipelineBenchmark(2, 2, false), 1), 153'463, 782'531);
}

TEST_CASE("the engine on 2 pods and 1 node, with crashes", "[.slow]") {
    require_counts(explore(PipelineBenchmark(2, 1, true), 1), 2'824'902, 20'605'519);
    require_counts(explore(PipelineBenchmark(2, 1, true), 2), 2'824'902, 20'605'519);
}

TEST_CASE("the engine on 2 pods and 2 nodes, with crashes", "[.slow]") {
    require_counts(explore(PipelineBenchmark(2, 2, true), 2), 21'692'556, 169'583'930);
}

// The goal of two-phase commit, denied: the counterexample is a shortest run to it.
TEST_CASE("a shortest run to a commit of all resource managers") {
    constexpr int rm_count = 3;
    const TwoPhaseCommit model(rm_count);
    const std::vector<checker::Safety<TwoPhaseCommit::State>> never_all_commit = {
        {"some RM has not committed", [](const TwoPhaseCommit::State& s) {
             for (int i = 0; i < rm_count; ++i) {
                 if (s.rm[i] != TwoPhaseCommit::Rm::committed) return true;
             }
             return false;
         }}};

    const checker::Exploration found = checker::explore(model, never_all_commit);
    REQUIRE(found.violations.at(0));
    const auto trace = checker::trace_to(model, found.store, found.violations[0]->state);
    // Each RM prepares, is heard, and receives Commit; the TM commits once.
    CHECK(trace.steps.size() == 3 * rm_count + 1);
    CHECK_FALSE(never_all_commit[0].holds(trace.steps.back().state));
}

}  // namespace
}  // namespace kcheck::tests
