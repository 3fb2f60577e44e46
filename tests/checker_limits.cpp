// A liveness decision ends when it is told to, in every phase, and takes little memory.
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <thread>

#include "checker/explicit.hpp"
#include "checker/liveness.hpp"
#include "checker/reach.hpp"

using namespace kcheck::checker;

namespace {

/// Two counters that run around: one component of `size` * `size` states, whose depth first search
/// is as deep as it has states.
struct Torus : PlainState<std::array<std::uint16_t, 2>> {
    using Action = int;
    explicit Torus(std::uint16_t length) : size(length) {}
    void initial(const std::function<void(const State&)>& each) const { each(State{}); }
    void successors(const State& state, SuccessorSink<Torus>& sink) const {
        for (int counter = 0; counter < 2; ++counter) {
            State next = state;
            auto& value = next[static_cast<std::size_t>(counter)];
            value = static_cast<std::uint16_t>((value + 1) % size);
            sink.edge(counter, next);
        }
    }
    ClassMask classes(Action counter) const { return ClassMask::bit(static_cast<std::size_t>(counter)); }
    std::string describe(Action counter) const { return "turn " + std::to_string(counter); }
    std::uint16_t size;
};

using TorusProperty = LivenessOf<Torus>;
using TorusForm = TorusProperty::Form;

const std::vector<FairnessClass> classes = {{"0", Fairness::weak}, {"1", Fairness::strong}};

/// Each form once, none of them violated: everything has to be looked at.
std::vector<TorusProperty> all_forms() {
    const auto always = [](const Torus::State&) { return true; };
    const auto origin = [](const Torus::State& state) { return state == Torus::State{}; };
    const auto never = [](const int&) { return false; };
    return {{"eventually always", TorusForm::eventually_always, always, {}, {}},
            {"leads to", TorusForm::leads_to, always, origin, {}},
            {"finitely often", TorusForm::finitely_often, {}, {}, never}};
}

Exploration explored(const Torus& model, const std::vector<TorusProperty>& properties) {
    ExploreOptions options;
    options.record_graph = true;
    return explore<Torus>(model, {}, options, properties);
}

template <class F>
double seconds_of(F&& f) {
    const auto start = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Calls `f`, and `then` after `delay_s`; returns what `f` takes after that, in seconds of processors: others
/// on the machine do not make it longer.
template <class F, class Then>
double processor_s_after(double delay_s, F&& f, Then&& then) {
    std::clock_t then_was = 0;
    std::thread waiting([&] {
        std::this_thread::sleep_for(std::chrono::duration<double>(delay_s));
        then();
        then_was = std::clock();
    });
    f();
    const std::clock_t end = std::clock();
    waiting.join();
    return static_cast<double>(end - then_was) / CLOCKS_PER_SEC;
}

}  // namespace

TEST_CASE("a liveness decision ends at the time, and at the flag", "[heavy]") {
    const Torus model(1000);
    const auto properties = all_forms();
    const Exploration found = explored(model, properties);
    REQUIRE(found.states == 1'000'000);
    std::vector<LivenessResult<Torus>> results;
    const double whole_s =
        seconds_of([&] { results = check_liveness<Torus>(model, found, classes, properties); });
    for (const auto& result : results) REQUIRE(result.verdict == LivenessVerdict::holds);

    // Wherever it is by then.
    for (const double part : {0.0, 0.2, 0.4, 0.6, 0.8}) {
        CAPTURE(part, whole_s);
        LivenessOptions options;
        options.limits.timeout_s = part * whole_s;
        const auto decide = [&] {
            results = check_liveness<Torus>(model, found, classes, properties, options);
        };
        CHECK(processor_s_after(part * whole_s, decide, [] {}) < 0.5);
        CHECK((results.back().verdict == LivenessVerdict::holds || results.back().ended == Ended::timeout));

        std::atomic<bool> stop = false;
        options.limits = {};
        options.limits.stop = &stop;
        CHECK(processor_s_after(part * whole_s, decide, [&] { stop = true; }) < 0.5);
        CHECK((results.back().verdict == LivenessVerdict::holds || results.back().ended == Ended::stopped));
    }
    Limits none;
    none.timeout_s = 0;
    const auto never = [](StateId) { return false; };
    CHECK_THROWS_AS(goal_stays_reachable(*found.graph, found.store, never, none), LimitReached);
}

TEST_CASE("a liveness decision obeys the limit of memory", "[heavy]") {
    constexpr std::size_t mebibyte = std::size_t{1} << 20;
    const Torus model(2000);
    const auto properties = all_forms();
    const Exploration found = explored(model, properties);
    REQUIRE(found.states == 4'000'000);
    const std::size_t before = resident_bytes();

    std::size_t most = 0;
    auto watched = properties;  // looks at the memory while the goals are asked
    for (auto& property : watched)
        if (property.goal)
            property.goal = [&, goal = property.goal, asked = 0U](const Torus::State& state) mutable {
                if (++asked % 100'000 == 0) most = std::max(most, resident_bytes());
                return goal(state);
            };
    LivenessOptions options;
    options.limits.memory_max_bytes = before + 40 * mebibyte;
    auto results = check_liveness<Torus>(model, found, classes, watched, options);
    CHECK(results[0].verdict == LivenessVerdict::incomplete);
    CHECK(results[0].ended == Ended::memory);
    CHECK(most < before + 80 * mebibyte);

    // Without a limit it is some 20 bytes a state.
    results = check_liveness<Torus>(model, found, classes, watched);
    CHECK(results[0].verdict == LivenessVerdict::holds);
    CHECK(most < before + found.states * 32);
}
