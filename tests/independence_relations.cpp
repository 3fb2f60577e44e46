// The table of schemas, on a system where each entry is known, and stated claims that are false.
#include <catch2/catch.hpp>

#include "checker/reductions/inductive_clauses.hpp"
#include "checker/reductions/relation_table.hpp"
#include "tests/symbolic_systems.hpp"

using namespace kcheck;
using namespace kcheck::tests;
using namespace kcheck::checker::reductions;

namespace {

/// Two workers. Each works, rests, writes its name into the shared log and reports how it is; somebody reads
/// the report of the first, somebody clears the log; work may be done at the cost of a budget, which may also
/// be lost for nothing.
struct Workers : SystemBuilder {
    std::vector<ir::Term> works{variable("works[0]", 2), variable("works[1]", 2)};
    std::vector<ir::Term> report{variable("report[0]", 2), variable("report[1]", 2)};
    ir::Term log = variable("log", 3), seen = variable("seen", 2), lost = variable("lost", 3);
    Instances instances{{"worker"}, {}};

    void add(const std::string& schema, int worker, ir::Term guard,
             const std::vector<std::pair<ir::Term, ir::Term>>& assignments, bool rewrites = false) {
        action(schema + std::to_string(instances.of_action.size()), guard, assignments);
        instances.of_action.push_back({schema, {worker}, rewrites});
    }

    Workers() {
        for (const int w : {0, 1}) {
            const auto at = static_cast<std::size_t>(w);
            add("work", w, works[at] == 0, {{works[at], number(1)}});
            add("rest", w, works[at] == 1, {{works[at], number(0)}});
            add("write", w, works[at] == 1, {{log, number(w + 1)}});
            add("report", w, truth(true), {{report[at], works[at]}}, true);
            add("work dearly", w, works[at] == 0 && lost < 2, {{works[at], number(1)}, {lost, lost + 1}});
        }
        add("read", -1, seen != report[0], {{seen, report[0]}});
        add("clear", -1, log != 0, {{log, number(0)}});
        add("lose", -1, lost < 2, {{lost, lost + 1}});
    }

    std::size_t action_of(const std::string& schema, int worker) const {
        const auto found = std::ranges::find_if(instances.of_action, [&](const Instance& instance) {
            return instance.schema == schema && instance.parameters[0] == worker;
        });
        return static_cast<std::size_t>(found - instances.of_action.begin());
    }
};

/// What is found of them.
struct Found : Workers {
    const std::vector<Budget> budgets{{static_cast<ir::VariableId>(lost.node().value), true}};
    Independence independence{system, {}, budgets};
    Relations relations{system, instances, budgets, independence, sample_states(system, 200, 1)};
    RelationTable table = relations.table();

    std::size_t schema(const std::string& name) const {
        const auto found = std::ranges::find(table.schemas, name);
        REQUIRE(found != table.schemas.end());
        return static_cast<std::size_t>(found - table.schemas.begin());
    }
    const Row& row(const std::string& first, const std::string& second, Related related) const {
        const auto found = std::ranges::find_if(table.rows, [&](const Row& row) {
            return row.first == schema(first) && row.second == schema(second) &&
                   row.relation == Relation{related};
        });
        REQUIRE(found != table.rows.end());
        return *found;
    }
};

}  // namespace

TEST_CASE("each relation of two schemas is found, by how their objects are related") {
    using enum Finding;
    const Found w;
    CHECK(w.table.schemas.size() == 8);
    CHECK(w.table.actions == 13);
    CHECK(w.table.pairs == 13 * 12 / 2);

    CHECK(w.row("work", "work", Related::other).accords.finding == footprints);
    CHECK(w.row("work", "work", Related::other).pairs == 2);
    CHECK(holds(w.row("work", "rest", Related::same).excludes.finding));
    CHECK(w.row("work", "rest", Related::other).accords.finding == footprints);

    // The log has the name of who wrote last.
    const Row& writes = w.row("write", "write", Related::other);
    CHECK(writes.accords.finding == fails);
    REQUIRE(writes.accords.state);
    CHECK((*writes.accords.state)[0] == 1);
    CHECK((*writes.accords.state)[1] == 1);
    CHECK(holds(writes.leaves_enabled.finding));
    CHECK(holds(writes.absorbs.finding));  // the later one is all there is to see

    // Rest takes away what makes the other possible, and not the other way round.
    CHECK(w.row("rest", "write", Related::same).leaves_enabled.finding == fails);
    CHECK(w.row("write", "rest", Related::same).leaves_enabled.finding == footprints);
    CHECK(holds(w.row("clear", "write", Related::neither).absorbs.finding));
    CHECK(holds(w.row("write", "clear", Related::neither).absorbs.finding));
    CHECK_FALSE(holds(w.row("write", "rest", Related::same).absorbs.finding));

    // A report is as good later, unless somebody has read it.
    const auto& past_work = w.row("report", "work", Related::same).overwritten;
    REQUIRE(past_work);
    CHECK(holds(past_work->finding));
    const auto& past_reader = w.row("report", "read", Related::neither).overwritten;
    REQUIRE(past_reader);
    CHECK(past_reader->finding == fails);
    CHECK_FALSE(w.row("work", "read", Related::neither).overwritten);

    // Of what costs a budget, and of nothing else.
    REQUIRE(w.table.dominated.size() == 2);
    CHECK(w.table.dominated[0].schema == w.schema("work dearly"));
    CHECK(w.table.dominated[0].by == w.schema("work"));
    CHECK(w.table.dominated[0].actions == 2);
    CHECK(w.table.dominated[1].schema == w.schema("lose"));
    CHECK_FALSE(w.table.dominated[1].by);

    std::size_t unordered = w.table.excluded;
    for (const std::size_t number : w.table.found) unordered += number;
    std::size_t rows = 0;
    for (const Row& row : w.table.rows) rows += row.first <= row.second ? 1 : 0;
    CHECK(unordered == rows);
}

TEST_CASE("a condition is found where two actions commute only under one") {
    SystemBuilder b;
    const ir::Term first = b.variable("first", 3), second = b.variable("second", 3),
                   other = b.variable("other", 3), seen = b.variable("seen", 3);
    // Into a queue of two places, and out of it; whoever takes from an empty one takes nothing.
    b.action("push", second == 0,
             {{first, select(first == 0, b.number(1), first)},
              {second, select(first == 0, b.number(0), b.number(1))}});
    b.action("take", b.truth(true), {{seen, first}, {first, second}, {second, b.number(0)}});
    b.action("go on", other < 2, {{other, other + 1}});
    const Instances instances{{}, {{"push", {}, false}, {"take", {}, false}, {"go on", {}, false}}};
    const std::vector<Budget> none;
    Independence independence(b.system, {}, none);
    Relations relations(b.system, instances, none, independence, sample_states(b.system, 50, 1));
    const RelationTable table = relations.table();
    const auto row =
        std::ranges::find_if(table.rows, [](const Row& r) { return r.first == 0 && r.second == 1; });
    REQUIRE(row != table.rows.end());
    CHECK(row->accords.finding == Finding::condition);
    REQUIRE(row->accords.state);
    CHECK((*row->accords.state)[0] == 0);
    CHECK(row->accords.condition == Condition{{0, ValueSet::between(1, 2)}});
}

TEST_CASE("a false claim is refused with the pair and a state, a true one is not") {
    Found w;
    const std::size_t work = w.action_of("work", 0), write = w.action_of("write", 1),
                      rest = w.action_of("rest", 0), mine = w.action_of("write", 0);
    const std::vector<Statement> statements{
        {"early", "commutes", {Claim::accords, work, write}},
        {"early", "commutes", {Claim::accords, rest, write}},
        {"early", "commutes", {Claim::accords, rest, mine}},
        {"late",
         "is written anew",
         {Claim::overwritten, w.action_of("report", 0), rest, w.action_of("report", 0)}},
    };
    const std::vector<Stated> stated = w.relations.check(statements);
    REQUIRE(stated.size() == 3);
    CHECK(stated[0].schema == w.schema("work"));
    CHECK(stated[0].refused.empty());
    CHECK(stated[1].schema == w.schema("rest"));
    CHECK(stated[1].statements == 2);
    REQUIRE(stated[1].refused.size() == 1);
    const Stated::Refusal& refusal = stated[1].refused[0];
    CHECK(refusal.by == w.schema("write"));
    CHECK(refusal.number == 1);
    CHECK(refusal.answer.finding == Finding::fails);
    CHECK(refusal.answer.question.first == rest);
    CHECK(refusal.answer.question.second == mine);
    REQUIRE(refusal.answer.state);
    CHECK((*refusal.answer.state)[0] == 1);  // he works
    CHECK(stated[2].reduction == "late");
    CHECK(stated[2].refused.empty());
}

TEST_CASE("domination looks past budgets, and past nothing else") {
    Found w;
    const std::size_t dearly = w.action_of("work dearly", 0), work = w.action_of("work", 0),
                      lose = w.action_of("lose", -1);
    const Box anywhere = all_states(w.system);
    CHECK(w.independence.holds({Claim::dominated, dearly, work}, anywhere));
    CHECK(w.independence.holds({Claim::dominated, dearly, work, lose}, anywhere));
    CHECK(w.independence.holds({Claim::dominated, lose}, anywhere) == false);  // of the first action
    CHECK(w.independence.holds({Claim::dominated, lose, no_action}, anywhere));
    CHECK_FALSE(w.independence.holds({Claim::dominated, dearly, w.action_of("work", 1)}, anywhere));
    CHECK_FALSE(w.independence.holds({Claim::dominated, work, dearly}, anywhere));  // more is spent
    Independence blind(w.system, {});
    CHECK_FALSE(blind.holds({Claim::dominated, dearly, work}, anywhere));
    CHECK(blind.digest() != w.independence.digest());
}

TEST_CASE("an instance is needed for each action, with a parameter of each sort") {
    SystemBuilder b;
    b.action("a", b.truth(true), {});
    Independence independence(b.system, {});
    const std::vector<Budget> none;
    CHECK_THROWS_WITH(Relations(b.system, {}, none, independence, {}),
                      "relations: there must be an instance for each action");
    const Instances instances{{"worker"}, {{"a", {}, false}}};
    CHECK_THROWS_WITH(Relations(b.system, instances, none, independence, {}),
                      "relations: a needs a parameter of each sort");
}
