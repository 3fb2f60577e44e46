// Claims about pairs of actions: against evaluation in every state, their conditions, and the file.
#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "checker/reductions/table_file.hpp"
#include "tests/independence_systems.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using namespace kcheck::checker::reductions;

namespace {

/// Calls `each` with every state of the box.
template <class F>
void for_each_state(const Box& box, const F& each) {
    State state;
    for (const ValueSet& set : box) state.push_back(set.low);
    for (;;) {
        if (contains(box, state)) each(state);
        std::size_t v = 0;
        while (v < state.size() && state[v] == box[v].high) {
            state[v] = box[v].low;
            ++v;
        }
        if (v == state.size()) return;
        ++state[v];
    }
}

/// A queue of two places: `push` puts 1 or 2 at its end, `take` takes the first into `seen`.
struct QueueSystem : SystemBuilder {
    ir::Term first = variable("first", 3), second = variable("second", 3), seen = variable("seen", 3),
             crashes = variable("crashes", 2);
    enum : std::size_t { push, take, crash };

    QueueSystem() {
        action("push", second == 0,
               {{first, select(first == 0, number(1), first)},
                {second, select(first == 0, number(0), number(1))}});
        action("take", first != 0, {{seen, first}, {first, second}, {second, number(0)}});
        action("crash", crashes == 0,
               {{crashes, number(1)}, {seen, number(0)}, {first, number(0)}, {second, number(0)}});
    }
};

}  // namespace

TEST_CASE("a claim holds in a box exactly if it fails in none of its states") {
    int held = 0, failed = 0;
    for (unsigned seed = 0; seed < 16; ++seed) {
        const RandomSystem random = random_system(seed);
        const std::vector<ActionFootprint> footprints = footprints_of(random.system);
        std::mt19937 numbers(seed);
        for (int i = 0; i < 14; ++i) {
            Box box = all_states(random.system);
            for (std::size_t v = 0; v < box.size(); ++v) {
                const auto size = static_cast<unsigned>(random.system.variables[v].size);
                if (numbers() % 2 > 0) box[v] = ValueSet::only(static_cast<std::int32_t>(numbers() % size));
            }
            Question question{static_cast<Claim>(numbers() % 4), numbers() % footprints.size(),
                              numbers() % footprints.size()};
            if (question.claim == Claim::keeps_false) {
                const std::vector<ir::Term>& conjuncts = footprints[question.second].conjuncts;
                question.second = conjuncts[numbers() % conjuncts.size()].id();
            } else if (question.first == question.second) {
                continue;
            }
            // Each a new one: what was refuted before may be refused where it holds.
            Independence independence(random.system, {});
            bool fails = false;
            for_each_state(box, [&](const State& state) { fails |= independence.fails_in(question, state); });
            INFO("seed " << seed << ", question " << i);
            CHECK(independence.holds(question, box) == !fails);
            ++(fails ? failed : held);
        }
    }
    CHECK(held > 20);
    CHECK(failed > 20);
}

TEST_CASE("push and take accord where the queue is not empty, and the condition is found") {
    QueueSystem b;
    Independence independence(b.system, {});
    const Box anywhere = all_states(b.system);
    // A hole in the queue: no invariant excludes it.
    CHECK(independence.holds({Claim::accords, QueueSystem::push, QueueSystem::take}, anywhere));
    CHECK(independence.holds({Claim::moves_left, QueueSystem::take, QueueSystem::push}, anywhere) == false);
    CHECK(independence.holds({Claim::absorbs, QueueSystem::crash, QueueSystem::take}, anywhere));
    CHECK(independence.holds({Claim::absorbs, QueueSystem::take, QueueSystem::crash}, anywhere) == false);

    // What is pushed can be taken, but not if there is something before it.
    const Question question{Claim::moves_left, QueueSystem::push, QueueSystem::take};
    CHECK_FALSE(independence.holds(question, anywhere));
    Box nonempty = anywhere;
    nonempty[0] = ValueSet::between(1, 2);
    nonempty[3] = ValueSet::only(0);
    CHECK(independence.holds(question, nonempty));
    const auto learnt = independence.learnt();
    const auto known = std::ranges::find(learnt, question, &std::pair<Question, Knowledge>::first);
    REQUIRE(known != learnt.end());
    REQUIRE(known->second.proved.size() == 1);
    CHECK(known->second.proved[0] == Condition{{0, ValueSet::between(1, 2)}});  // `crashes` was not needed
    REQUIRE(known->second.refuted.size() == 1);
    CHECK(independence.fails_in(question, known->second.refuted[0]));

    // A smaller box, another one that the condition covers: nobody is asked.
    const std::size_t queries = independence.statistics().queries;
    nonempty[0] = ValueSet::only(2);
    nonempty[3] = ValueSet::only(1);
    CHECK(independence.holds(question, nonempty));
    CHECK_FALSE(independence.holds(question, anywhere));
    CHECK(independence.statistics().queries == queries);
}

TEST_CASE("an invariant makes a claim true that is false without it") {
    SystemBuilder b;
    const ir::Term x = b.variable("x", 3), y = b.variable("y", 3);
    b.action("a", x < 2, {{x, x + 1}});
    b.action("b", y == 1 && x != 2, {{y, b.number(2)}});
    const Question question{Claim::accords, 0, 1};
    CHECK_FALSE(Independence(b.system, {}).holds(question, all_states(b.system)));
    CHECK(Independence(b.system, {x == 0 || y != 1}).holds(question, all_states(b.system)));
}

TEST_CASE("intermediate values beyond the ranges are exact") {
    SystemBuilder b;
    const ir::Term x = b.variable("x", 200), y = b.variable("y", 2);
    b.action("up", x < 199, {{x, x + x + x + x + x + x + x - x - x - x - x - x - x + 1}});
    b.action("if", x + x < 3, {{y, b.number(1)}});
    Independence independence(b.system, {});
    Box box = all_states(b.system);
    const Question question{Claim::accords, 0, 1};
    CHECK_FALSE(independence.holds(question, box));
    box[0] = ValueSet::between(2, 199);
    CHECK(independence.holds(question, box));
    box[0] = ValueSet::only(0);
    CHECK(independence.holds(question, box));
}

TEST_CASE("the table is the same again, is read back, and is refused if it is stale or damaged") {
    const auto fill = [](Independence& independence, const ir::TransitionSystem& system) {
        for (const std::size_t u : {0, 1, 2}) {
            for (const std::size_t t : {0, 1, 2}) {
                if (u != t) independence.holds({Claim::moves_left, u, t}, all_states(system));
            }
        }
    };
    QueueSystem a, b;
    Independence first(a.system, {}), second(b.system, {}), third(b.system, {});
    fill(first, a.system);
    fill(second, b.system);
    const std::string text = table_text(first);
    CHECK(text == table_text(second));
    REQUIRE(third.statistics().queries == 0);

    const std::string path = (std::filesystem::temp_directory_path() / "kcheck-independence-table").string();
    std::filesystem::remove(path);
    CHECK(load_table(path, third) == "there is no such file");
    save_table(path, first);
    CHECK(load_table(path, third).empty());
    fill(third, b.system);
    CHECK(third.statistics().queries == 0);
    CHECK(table_text(third) == text);

    const std::string damaged = "it is damaged or not complete";
    Independence fresh(b.system, {});
    for (std::size_t i = 0; i < text.size(); i += 7) {
        std::string other = text;
        other[i] = other[i] == '1' ? '2' : '1';
        CHECK(read_table(other, fresh) == damaged);
        CHECK(read_table(text.substr(0, i), fresh) == damaged);
    }
    const std::string stale = "it is about another system, or of another version";
    QueueSystem changed;
    changed.action("new", changed.seen == 2, {{changed.seen, changed.number(0)}});
    Independence about_changed(changed.system, {});
    CHECK(read_table(text, about_changed) == stale);
    Independence with_invariant(b.system, {b.seen != 2});
    CHECK(read_table(text, with_invariant) == stale);
    CHECK(fresh.learnt().empty());
    std::filesystem::remove(path);
}

TEST_CASE("sets of values: what terms can be in a box covers what they are in its states") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        const RandomSystem random = random_system(seed);
        std::mt19937 numbers(seed);
        Box box = all_states(random.system);
        for (std::size_t v = 0; v < box.size(); ++v) {
            const auto size = static_cast<unsigned>(random.system.variables[v].size);
            const auto value = static_cast<std::int32_t>(numbers() % size);
            box[v] =
                united(ValueSet::only(value), ValueSet::only(static_cast<std::int32_t>(numbers() % size)));
        }
        BoxEvaluator in_box(*random.system.arena);
        in_box.reset(box);
        ir::Evaluator evaluate(*random.system.arena);
        for_each_state(box, [&](const State& state) {
            evaluate.reset(state);
            for (const ir::Action& action : random.system.actions) {
                if (!in_box(action.guard).contains(evaluate(action.guard))) FAIL("a guard, seed " << seed);
                for (const auto& [variable, term] : action.assignments) {
                    if (!in_box(term).contains(evaluate(term))) FAIL("a value, seed " << seed);
                }
            }
        });
    }
    SUCCEED();
}

TEST_CASE("sets of values: union, intersection, inclusion") {
    const ValueSet a = united(ValueSet::only(3), ValueSet::only(7)), wide = ValueSet::between(-5, 100);
    CHECK(a.contains(3));
    CHECK_FALSE(a.contains(5));
    CHECK(a.is_subset_of(ValueSet::between(0, 7)));
    CHECK_FALSE(ValueSet::between(3, 7).is_subset_of(a));
    CHECK(a.is_subset_of(wide));
    CHECK_FALSE(wide.is_subset_of(a));
    CHECK(common(a, ValueSet::between(4, 9)) == ValueSet::only(7));
    CHECK_FALSE(common(a, ValueSet::between(4, 6)));
    CHECK(common(wide, a) == a);
    CHECK(united(ValueSet::only(0), ValueSet::only(1000)).contains(500));  // widened
    CHECK_FALSE(ValueSet::between(0, 5).meets(ValueSet::between(6, 9)));
}
