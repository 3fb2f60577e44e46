// kcheck-examples: explores one of the example models and prints what it found.
//
//     kcheck-examples two-phase-commit 5
//     kcheck-examples pipeline 2 1 1 --threads 2
//
// Exit code: 0 every property holds, 1 one is violated, 2 wrong usage.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "checker/explicit.hpp"
#include "examples/pipeline_benchmark.hpp"
#include "examples/two_phase_commit.hpp"

namespace {

using namespace kcheck;

template <checker::Model M>
int check(const M& model, unsigned threads) {
    const auto properties = model.safety();
    checker::ExploreOptions options;  // without limits: the search ends when it is complete
    options.threads = threads;
    const checker::Exploration found = checker::explore(model, properties, options);

    std::printf("states      %llu\n", static_cast<unsigned long long>(found.states));
    std::printf("transitions %llu\n", static_cast<unsigned long long>(found.transitions));
    std::printf("depth       %u\n", found.depth);
    std::printf("seconds     %.2f\n", found.seconds);

    bool safe = true;
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const auto& violation = found.violations[i];
        std::printf("%s  %s\n", violation ? "violated   " : "holds      ", properties[i].name.c_str());
        if (!violation) continue;
        safe = false;
        for (const auto& step : checker::trace_to(model, found.store, violation->state).steps) {
            std::printf("              %s\n", model.describe(step.action).c_str());
        }
    }
    return safe ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int usage_error = 2;
    CLI::App app("Explores one of kcheck's example models.", "kcheck-examples");
    app.require_subcommand(1);
    app.fallthrough();
    unsigned threads = 1;
    app.add_option("--threads", threads, "worker threads")->check(CLI::Range(1, 64));

    int resource_managers = 0;
    auto* two_phase_commit = app.add_subcommand("two-phase-commit", "Gray and Lamport's protocol");
    two_phase_commit->add_option("N", resource_managers, "resource managers")
        ->required()
        ->check(CLI::Range(1, examples::TwoPhaseCommitState::rm_max));

    int pods = 0;
    int nodes = 0;
    int crashes = 0;
    auto* pipeline = app.add_subcommand("pipeline", "the benchmark system of bench/");
    pipeline->add_option("R", pods, "pods")
        ->required()
        ->check(CLI::Range(1, examples::PipelineBenchmark::pods_max));
    pipeline->add_option("N", nodes, "nodes")
        ->required()
        ->check(CLI::Range(1, examples::PipelineBenchmark::nodes_max));
    pipeline->add_option("C", crashes, "crashes of each process")->required()->check(CLI::Range(0, 1));

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : usage_error;  // --help is no error
    }
    if (*two_phase_commit) return check(examples::TwoPhaseCommit(resource_managers), threads);
    return check(examples::PipelineBenchmark(pods, nodes, crashes == 1), threads);
}
