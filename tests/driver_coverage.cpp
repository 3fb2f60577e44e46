// Coverage: the runs take every transition, by a count that shares nothing with how they are made.
#include <deque>
#include <map>
#include <random>
#include <sstream>

#include <fmt/core.h>

#include "tests/driver_support.hpp"
#include "tests/invariants_small.hpp"
#include "traces/counterexamples/actions.hpp"
#include "traces/counterexamples/json.hpp"
#include "traces/driver/coverage.hpp"
#include "traces/driver/path_cover.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

using driver::Digraph;

/// Every edge is taken, every run begins at 0 and is connected. Returns the number of edges taken.
std::size_t check(const Digraph& graph, const std::vector<std::vector<std::uint32_t>>& runs) {
    std::vector<bool> taken(graph.edges.size(), false);
    std::size_t length = 0;
    for (const auto& run : runs) {
        std::uint32_t at = 0;
        REQUIRE_FALSE(run.empty());
        for (const auto edge : run) {
            REQUIRE(graph.edges.at(edge).source == at);
            at = graph.edges[edge].target;
            taken[edge] = true;
        }
        length += run.size();
    }
    REQUIRE(std::ranges::all_of(taken, [](bool is) { return is; }));
    return length;
}

using Packed = std::vector<std::byte>;

struct Emitted {
    model::Move move;
    Packed target;
    bool operator<(const Emitted& other) const {
        return std::tie(move.action, target) < std::tie(other.move.action, other.target);
    }
};

/// The transitions of a pipeline, by a search of its own, and which of them runs have taken.
class Count {
public:
    explicit Count(const Pipeline& pipeline) : pipeline_(pipeline) {
        std::deque<model::Valuation> queue{model::Valuation{}};
        left_[packed(queue.front())];
        while (!queue.empty()) {
            const auto state = queue.front();
            queue.pop_front();
            struct Sink final : checker::SuccessorSink<Pipeline> {
                void edge(const model::Move& move, const model::Valuation& target) override {
                    all.emplace_back(move, target);
                }
                void enabled(checker::ClassMask) override {}
                std::vector<std::pair<model::Move, model::Valuation>> all;
            } sink;
            pipeline_.successors(state, sink);
            for (const auto& [move, target] : sink.all) {
                ++transitions;
                const auto to = packed(target);
                left_.at(packed(state)).insert({move, to});
                if (left_.try_emplace(to).second) queue.push_back(target);
            }
        }
        all_ = left_;
    }

    void take(const std::vector<traces::Edge>& path) {
        auto at = packed(model::Valuation{});
        for (const auto& edge : path) {
            const Emitted emitted{edge.move, packed(edge.target)};
            REQUIRE(all_.at(at).contains(emitted));
            left_.at(at).erase(emitted);
            at = emitted.target;
        }
    }
    std::size_t left() const {
        std::size_t sum = 0;
        for (const auto& [state, edges] : left_) sum += edges.size();
        return sum;
    }

    std::size_t transitions = 0;

private:
    Packed packed(const model::Valuation& state) const {
        Packed bytes(pipeline_.state_bytes());
        pipeline_.pack(state, bytes);
        return bytes;
    }

    const Pipeline& pipeline_;
    std::map<Packed, std::multiset<Emitted>> left_;
    std::map<Packed, std::multiset<Emitted>> all_;
};

/// Who does what, whichever pod or node it is done to, and what becomes of the reply.
std::string kind_of(const traces::Actions& actions, int action) {
    const auto component = actions.component(action);
    const auto* info = actions.info(action);
    const auto reply = info != nullptr ? info->reply : model::Reply{};
    return fmt::format("{} {} {} {}", component.substr(0, component.find('[')),
                       model::name_of(actions.verb(action)), static_cast<int>(reply.outcome),
                       static_cast<int>(reply.cause));
}

/// The trace has a step for each transition of the path, of its kind.
void check_kinds(const Pipeline& pipeline, const driver::Run& run) {
    const traces::Actions actions(pipeline);
    std::multiset<std::string> of_path, of_trace;
    for (const auto& edge : run.path) of_path.insert(kind_of(actions, edge.move.action));
    for (const auto& step : run.trace.steps) of_trace.insert(kind_of(actions, step.action));
    REQUIRE(std::ranges::includes(of_trace, of_path));
}

}  // namespace

TEST_CASE("a graph is covered by as few runs as possible") {
    const auto runs = [](const Digraph& graph) {
        const auto result = path_cover(graph);
        const auto length = check(graph, result);
        return std::pair{result.size(), length};
    };
    REQUIRE(runs({1, {}}) == std::pair<std::size_t, std::size_t>{0, 0});
    REQUIRE(runs({1, {{0, 0}, {0, 0}}}) == std::pair<std::size_t, std::size_t>{1, 2});
    REQUIRE(runs({3, {{0, 1}, {1, 2}, {2, 0}}}) == std::pair<std::size_t, std::size_t>{1, 3});
    REQUIRE(runs({4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}}) == std::pair<std::size_t, std::size_t>{2, 4});
    // Two ways in, two ways out, one edge between them: taken twice.
    REQUIRE(runs({5, {{0, 1}, {0, 1}, {1, 2}, {2, 3}, {2, 4}}}) == std::pair<std::size_t, std::size_t>{2, 6});
    // A cycle on the way is part of the run that comes by.
    REQUIRE(runs({4, {{0, 1}, {1, 2}, {2, 1}, {1, 3}}}) == std::pair<std::size_t, std::size_t>{1, 4});
}

TEST_CASE("random graphs are covered") {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        Digraph graph;
        graph.nodes = 1 + random() % 20;
        for (std::uint32_t node = 1; node < graph.nodes; ++node)
            graph.edges.push_back({static_cast<std::uint32_t>(random() % node), node});
        for (auto more = random() % 40; more > 0; --more)
            graph.edges.push_back({static_cast<std::uint32_t>(random() % graph.nodes),
                                   static_cast<std::uint32_t>(random() % graph.nodes)});
        const auto runs = path_cover(graph);
        check(graph, runs);
        // Whatever runs there are, those into nodes without a way out are at least as many.
        std::size_t sinks = 0;
        for (std::uint32_t node = 0; node < graph.nodes; ++node)
            if (std::ranges::none_of(graph.edges, [&](const auto& edge) { return edge.source == node; }))
                sinks += static_cast<std::size_t>(std::ranges::count_if(
                    graph.edges, [&](const auto& edge) { return edge.target == node; }));
        REQUIRE(runs.size() >= std::max<std::size_t>(graph.edges.empty() ? 0 : 1, sinks));
    }
}

TEST_CASE("every transition of small configurations is in a run", "[heavy]") {
    std::vector<std::pair<model::Configuration, model::Reductions>> cases{
        {small(1, 1, 0, 0), {}},
        {small(2, 2, 0, 0), {}},
        {small(1, 1, 1, 1), {}},
        {Small{.replicas = {2, 1}}.with(), {}},
        {Small{.replicas = {2}, .capacity = 1}.with(), {}},
        {small(1, 1, 0, 0), {.local_steps = false, .status_last = false}},
        {small(1, 1, 0, 0, {"status-carries-time"}), {}},
    };
    for (const auto& [configuration, reductions] : cases) {
        const Pipeline pipeline(configuration, reductions);
        Count count(pipeline);
        CAPTURE(count.transitions);
        std::uint64_t runs = 0;
        const auto coverage = driver::cover(pipeline, [&](const driver::Run& run) {
            count.take(run.path);
            check_kinds(pipeline, run);
            if (runs++ % 16 == 0) {
                // Under status-last a run need be none of the plain pipeline.
                if (!pipeline.encoding().reductions.status_last) {
                    const auto executed = traces::execute(run.trace);
                    INFO((executed ? "" : executed.error()));
                    REQUIRE(executed);
                }
                std::stringstream file;
                traces::write_json(file, run.trace);
                const auto back = traces::read_json(file);
                REQUIRE(back);
                REQUIRE(back->steps == run.trace.steps);
                REQUIRE(back->property.empty());
            }
            return true;
        });
        INFO((coverage ? "" : coverage.error()));
        REQUIRE(coverage);
        REQUIRE(count.left() == 0);
        REQUIRE(coverage->transitions == count.transitions);
        REQUIRE(coverage->covered == coverage->transitions - coverage->out_of_bounds);
        REQUIRE(coverage->out_of_bounds == 0);
        REQUIRE(coverage->runs == runs);
    }
}

TEST_CASE("coverage ends when it is told to, or where there are too many states") {
    const Pipeline pipeline(small(1, 1, 1, 1));
    int runs = 0;
    const auto some = driver::cover(pipeline, [&](const driver::Run&) { return ++runs < 3; });
    REQUIRE(some);
    REQUIRE(some->runs == 3);
    REQUIRE(some->covered < some->transitions);
    const auto none = driver::cover(pipeline, [](const driver::Run&) { return true; }, {.states_max = 10});
    REQUIRE(none);
    REQUIRE_FALSE(none->complete);
    REQUIRE(none->runs == 0);
}

TEST_CASE("random walks are functions of their seed") {
    const Pipeline pipeline(small(2, 2, 1, 1), model::Reductions{}.plain());
    std::set<std::vector<int>> ends;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto walk = driver::random_walk(pipeline, seed, 30),
                   again = driver::random_walk(pipeline, seed, 30);
        INFO((walk ? "" : walk.error()));
        REQUIRE(walk);
        REQUIRE(again);
        REQUIRE(walk->trace.steps == again->trace.steps);
        REQUIRE(walk->path.size() <= 30);
        REQUIRE(traces::execute(walk->trace));
        ends.insert(walk->trace.state(walk->trace.steps.size()));
    }
    REQUIRE(ends.size() > 5);
}

TEST_CASE("the example driver does what every run of a small pipeline says") {
    auto program = driver::ExecImplementation::start_shell(
        fmt::format("exec python3 {}/examples/driver/driver.py", KCHECK_SOURCE_DIR));
    REQUIRE(program);
    auto replayer = driver::Replayer::greet(**program);
    REQUIRE(replayer);
    REQUIRE(replayer->name() == "driver.py");
    for (const auto& [configuration, reductions] :
         std::vector<std::pair<model::Configuration, model::Reductions>>{
             {small(1, 1, 0, 0), {}},
             {small(1, 1, 0, 0), {.local_steps = false}},
             {small(2, 2, 0, 0), {}},
         }) {
        const Pipeline pipeline(configuration, reductions);
        const auto coverage = driver::cover(pipeline, [&](const driver::Run& run) {
            const auto script = driver::script_of(run.trace, pipeline);
            const auto result = replayer->run(script);
            INFO((result ? explain(*result, script) : result.error().message));
            REQUIRE(result);
            REQUIRE(result->agreement == driver::Agreement::same);
            return true;
        });
        REQUIRE(coverage);
        REQUIRE(coverage->covered == coverage->transitions);
    }
    // What it would not do it refuses, and says what it would.
    const Pipeline pipeline(small(1, 1, 0, 0));
    const auto walk = driver::random_walk(pipeline, 1, 4);
    REQUIRE(walk);
    auto script = driver::script_of(walk->trace, pipeline);
    script.steps.erase(script.steps.begin() + 1);
    const auto result = replayer->run(script);
    REQUIRE(result);
    REQUIRE(result->agreement == driver::Agreement::refused);
    REQUIRE(result->allowed.size() == 1);
    REQUIRE(result->allowed.front().starts_with("deployment-controller: receive"));
    REQUIRE((*program)->close());
}

TEST_CASE("a driver that stores something else is found out") {
    auto program = driver::ExecImplementation::start_shell(
        fmt::format("python3 {}/examples/driver/driver.py | sed -u 's/\"generation\": 1/\"generation\": 2/'",
                    KCHECK_SOURCE_DIR));
    REQUIRE(program);
    auto replayer = driver::Replayer::greet(**program);
    REQUIRE(replayer);
    const Pipeline pipeline(small(1, 1, 0, 0));
    const auto walk = driver::random_walk(pipeline, 1, 8);
    REQUIRE(walk);
    const auto script = driver::script_of(walk->trace, pipeline);
    const auto result = replayer->run(script);
    REQUIRE(result);
    REQUIRE(result->agreement == driver::Agreement::different);
    REQUIRE(result->at == 0);
    REQUIRE(result->differences.size() == 1);
    REQUIRE(result->differences[0].member == "deployment: generation");
}
