// The two forms of the pipeline say the same: on every reachable state, each action and
// each receipt of an event is enabled, and leads where, its terms say.
#include <catch2/catch.hpp>

#include "ir/term.hpp"
#include "tests/invariants_support.hpp"

using namespace kcheck;
using namespace kcheck::tests;

namespace {

/// Compares both forms in one state; the first disagreement as text, or nothing.
class Comparison {
public:
    explicit Comparison(const Pipeline& pipeline)
        : pipeline_(pipeline), system_(pipeline.transition_system()), evaluator_(*system_.arena) {}

    std::string operator()(const Valuation& state) {
        std::vector<std::int32_t> values;
        for (std::size_t variable = 0; variable < pipeline_.layout().size(); ++variable)
            values.push_back(state[static_cast<model::VariableId>(variable)]);
        evaluator_.reset(values);
        const auto& actions = pipeline_.actions();
        for (std::size_t i = 0; i < system_.actions.size(); ++i) {
            const auto& terms = system_.actions[i];
            Valuation native = state;
            model::NativeStep step(native);
            const auto& watches = pipeline_.watches();
            const auto past_actions = i - actions.size(), past_watches = past_actions - watches.size();
            if (i < actions.size())
                actions[i].text(step);
            else if (past_actions < watches.size())
                watches[past_actions].text(step);
            else
                pipeline_.collections().at(past_watches).text(step);
            const bool enabled = evaluator_(terms.guard) == 1;
            if (enabled != step.enabled()) return terms.name + ": enabled in one form only";
            if (!enabled) {
                if (native != state) return terms.name + ": not enabled, and writes";
                continue;
            }
            Valuation expected = state;
            for (const auto& [variable, term] : terms.assignments)
                expected[static_cast<model::VariableId>(variable)] =
                    static_cast<std::uint8_t>(evaluator_(term));
            for (std::size_t variable = 0; variable < pipeline_.layout().size(); ++variable) {
                const auto s = static_cast<model::VariableId>(variable);
                if (native[s] != expected[s])
                    return terms.name + ": " + pipeline_.layout()[s].name + " differs";
                if (native[s] >= pipeline_.layout()[s].size)
                    return terms.name + ": " + pipeline_.layout()[s].name + " is out of range";
            }
        }
        return {};
    }

private:
    const Pipeline& pipeline_;
    ir::TransitionSystem system_;
    ir::Evaluator evaluator_;
};

void compare_everywhere(const Small& configuration, model::Reductions reductions,
                        std::set<std::string> variants = {}) {
    const Pipeline pipeline(configuration.with(std::move(variants)), reductions);
    Comparison compare(pipeline);
    std::string first;
    const std::vector<checker::SafetyOf<Pipeline>> agree{{"agree", [&](const Valuation& state) {
                                                              if (first.empty()) first = compare(state);
                                                              return first.empty();
                                                          }}};
    checker::ExploreOptions options;  // one thread: the evaluator is shared
    options.stop_at_violation = true;
    const auto found = checker::explore<Pipeline>(pipeline, agree, options);
    INFO(configuration.text() << ", " << found.states << " states");
    CHECK(first == "");
    CHECK(found.complete());
}

constexpr model::Reductions none{false, false, false, false, false};

}  // namespace

TEST_CASE("native steps and terms agree on every state of reduced pipelines") {
    compare_everywhere({.replicas = {1, 2}}, {});
    compare_everywhere({.nodes = 2, .crashes = 1}, {});
    compare_everywhere({.replicas = {2}, .lost_replies = 1, .capacity = 1}, {});
}

TEST_CASE("native steps and terms agree on every state of a pipeline without reductions") {
    compare_everywhere({}, none);
    compare_everywhere({.nodes = 2}, none);
}

TEST_CASE("the plain form has the steps of the pod garbage collector, as the search takes them") {
    const Pipeline pipeline(Small{.replicas = {2}, .capacity = 1}.with());
    const auto system = pipeline.transition_system();
    const auto pods = pipeline.collections().size();
    REQUIRE(pods > 1);
    REQUIRE(system.actions.size() == pipeline.actions().size() + pipeline.watches().size() + pods);
    // One pod has terminated, and nobody has anything of it on its way.
    Valuation state;
    const auto& k = pipeline.encoding();
    state[k.pod(1)[model::pod::exists]] = 1;
    state[k.pod(1)[model::pod::phase]] = model::pod::terminal;
    CHECK(Comparison(pipeline)(state) == "");
    ir::Evaluator evaluator(*system.arena);
    std::vector<std::int32_t> values(state.value.begin(), state.value.begin() + std::ssize(system.variables));
    evaluator.reset(values);
    for (std::size_t p = 0; p < pods; ++p) {
        const auto& collect = system.actions[system.actions.size() - pods + p];
        INFO(collect.name);
        CHECK(evaluator(collect.guard) == (p == 1 ? 1 : 0));
    }
}
