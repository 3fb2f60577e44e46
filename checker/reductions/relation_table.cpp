#include "checker/reductions/relation_table.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

namespace kcheck::checker::reductions {

Relations::Relations(const ir::TransitionSystem& system, const Instances& instances,
                     const std::vector<Budget>& budgets, Independence& independence,
                     std::vector<State> reachable)
    : system_(system),
      instances_(instances),
      budgets_(budgets),
      independence_(independence),
      reachable_(std::move(reachable)) {
    if (instances.of_action.size() != system.actions.size())
        throw std::invalid_argument("relations: there must be an instance for each action");
    for (const Instance& instance : instances.of_action) {
        if (instance.parameters.size() != instances.sorts.size())
            throw std::invalid_argument("relations: " + instance.schema + " needs a parameter of each sort");
        const auto known = std::ranges::find(schemas_, instance.schema);
        schema_of_.push_back(static_cast<std::size_t>(known - schemas_.begin()));
        if (known == schemas_.end()) schemas_.push_back(instance.schema);
    }
    ir::Evaluator evaluate(*system.arena);
    enabled_.assign(system.actions.size(), std::vector<bool>(reachable_.size()));
    for (std::size_t s = 0; s < reachable_.size(); ++s) {
        evaluate.reset(reachable_[s]);
        for (std::size_t a = 0; a < system.actions.size(); ++a)
            enabled_[a][s] = evaluate(system.actions[a].guard) != 0;
    }
}

Relation Relations::relation_of(std::size_t a, std::size_t b) const {
    Relation relation;
    for (std::size_t sort = 0; sort < instances_.sorts.size(); ++sort) {
        const int of_a = instances_.of_action[a].parameters[sort];
        const int of_b = instances_.of_action[b].parameters[sort];
        relation.push_back(of_a < 0 || of_b < 0 ? Related::neither
                           : of_a == of_b       ? Related::same
                                                : Related::other);
    }
    return relation;
}

std::vector<const State*> Relations::states_for(const Question& question) const {
    const bool both = question.claim != Claim::dominated && question.claim != Claim::overwritten &&
                      question.second < system_.actions.size();
    std::vector<const State*> states;
    for (std::size_t s = 0; s < reachable_.size(); ++s) {
        if (enabled_[question.first][s] && (!both || enabled_[question.second][s]))
            states.push_back(&reachable_[s]);
    }
    // Some from everywhere: the first are all near the initial state.
    std::vector<const State*> some;
    const std::size_t step = std::max<std::size_t>(1, states.size() / most_tried);
    for (std::size_t i = 0; i < states.size(); i += step) some.push_back(states[i]);
    return some;
}

std::optional<Answer> Relations::refuse(const std::vector<Question>& questions) {
    const auto refusal = [&](Finding finding, const Question& question, std::optional<State> state) {
        const std::set<ir::VariableId> about = independence_.support_of(question);
        return Answer{finding, question, std::move(state), {}, {about.begin(), about.end()}};
    };
    for (const Question& question : questions) {
        for (const State* state : states_for(question)) {
            if (independence_.fails_in(question, *state)) return refusal(Finding::fails, question, *state);
        }
    }
    for (const Question& question : questions) {
        if (!independence_.holds(question, all_states(system_)))
            return refusal(Finding::refused, question, independence_.refuted_in(question));
    }
    return std::nullopt;
}

Answer Relations::decide(Claim claim, const Pairs& pairs) {
    std::vector<Question> open;
    for (const auto& [a, b] : pairs) {
        const Question question{claim, a, b, claim == Claim::overwritten ? a : no_action};
        if (!independence_.holds_by_footprints(question)) open.push_back(question);
    }
    const Question first{claim, pairs.front().first, pairs.front().second, no_action};
    if (open.empty()) return {Finding::footprints, first, {}, {}, {}};
    if (std::optional<Answer> refusal = refuse(open)) return *std::move(refusal);
    return {Finding::proved, first, {}, {}, {}};
}

void Relations::add_condition(Answer& answer) {
    for (const State* state : states_for(answer.question)) {
        if (!independence_.applies_in(answer.question, *state) ||
            independence_.fails_in(answer.question, *state))
            continue;
        Condition condition = independence_.condition_around(answer.question, *state, 4 * longest_condition);
        if (condition.size() <= longest_condition) {
            answer.finding = Finding::condition;
            answer.condition = std::move(condition);
        }
        return;
    }
}

Row Relations::decide_row(Row row, const Pairs& pairs, const Row* mirrored) {
    row.pairs = pairs.size();
    if (mirrored != nullptr) {
        row.accords = mirrored->accords;
        row.excludes = mirrored->excludes;
    } else {
        row.accords = decide(Claim::accords, pairs);
        row.excludes.finding = Finding::refused;  // nobody needs to know
        if (row.accords.finding != Finding::footprints) row.excludes = decide(Claim::excludes, pairs);
        if (!holds(row.accords.finding)) add_condition(row.accords);
    }
    if (holds(row.excludes.finding)) {
        row.leaves_enabled = row.absorbs = row.accords;
    } else {
        row.leaves_enabled = holds(row.accords.finding) ? row.accords : decide(Claim::leaves_enabled, pairs);
        row.absorbs = row.accords.finding == Finding::footprints
                          ? Answer{Finding::refused, row.accords.question, {}, {}, {}}
                          : decide(Claim::absorbs, pairs);
    }
    const std::vector<Instance>& of_action = instances_.of_action;
    if (std::ranges::all_of(pairs, [&](const auto& pair) { return of_action[pair.first].rewrites; }))
        row.overwritten = decide(Claim::overwritten, pairs);
    return row;
}

RelationTable Relations::table() {
    RelationTable table;
    table.schemas = schemas_;
    table.sorts = instances_.sorts;
    const std::size_t actions = table.actions = system_.actions.size();
    using Key = std::tuple<std::size_t, std::size_t, Relation>;
    std::map<Key, Pairs> cells;
    for (std::size_t a = 0; a < actions; ++a) {
        for (std::size_t b = 0; b < actions; ++b) {
            if (a == b) continue;
            if (a < b) {
                ++table.pairs;
                if (independence_.holds_by_footprints({Claim::accords, a, b})) ++table.by_footprints;
            }
            cells[{schema_of_[a], schema_of_[b], relation_of(a, b)}].emplace_back(a, b);
        }
    }
    std::map<Key, std::size_t> row_of;
    for (const auto& [key, pairs] : cells) {
        const auto& [first, second, relation] = key;
        const auto mirrored = row_of.find({second, first, relation});
        const Row* other = mirrored == row_of.end() ? nullptr : &table.rows[mirrored->second];
        Row row;
        row.first = first, row.second = second, row.relation = relation;
        row = decide_row(std::move(row), pairs, other);
        if (other == nullptr) {
            if (row.accords.finding != Finding::footprints && holds(row.excludes.finding)) {
                ++table.excluded;
            } else {
                ++table.found[static_cast<std::size_t>(row.accords.finding)];
            }
        }
        row_of.emplace(key, table.rows.size());
        table.rows.push_back(std::move(row));
    }
    table.dominated = dominated();
    return table;
}

std::vector<Dominated> Relations::dominated() {
    const auto spends = [&](std::size_t action) {
        return std::ranges::any_of(budgets_, [&](const Budget& budget) {
            return std::ranges::binary_search(independence_.footprints()[action].writes, budget.variable);
        });
    };
    // By schema: the actions, and what each may be dominated by, by schema; about the same objects.
    std::vector<std::vector<std::size_t>> actions(schemas_.size());
    for (std::size_t a = 0; a < system_.actions.size(); ++a) {
        if (spends(a)) actions[schema_of_[a]].push_back(a);
    }
    const auto is_dominated = [&](std::size_t u, std::size_t t) {
        const Question question{Claim::dominated, u, t};
        const std::vector<const State*> states = states_for(question);
        // Where nothing has been seen, it is not asked: of what is never possible everything is true.
        return !states.empty() && std::ranges::none_of(states, [&](const State* state) {
            return independence_.fails_in(question, *state);
        }) && independence_.holds(question, all_states(system_));
    };
    const auto same_objects = [&](std::size_t u, std::size_t t) {
        return instances_.of_action[u].parameters == instances_.of_action[t].parameters;
    };
    std::vector<Dominated> result;
    for (std::size_t schema = 0; schema < schemas_.size(); ++schema) {
        const std::vector<std::size_t>& own = actions[schema];
        if (own.empty()) continue;
        if (std::ranges::all_of(own, [&](std::size_t u) { return is_dominated(u, no_action); })) {
            result.push_back({schema, std::nullopt, own.size()});
            continue;
        }
        for (std::size_t by = 0; by < schemas_.size(); ++by) {
            const auto has_one = [&](std::size_t u) {
                for (std::size_t t = 0; t < system_.actions.size(); ++t) {
                    if (t != u && schema_of_[t] == by && same_objects(u, t) && is_dominated(u, t))
                        return true;
                }
                return false;
            };
            if (by != schema && std::ranges::all_of(own, has_one)) result.push_back({schema, by, own.size()});
        }
    }
    return result;
}

std::vector<Stated> Relations::check(const std::vector<Statement>& statements) {
    std::map<std::tuple<std::string, std::string, std::size_t>, std::map<std::size_t, Stated::Refusal>>
        refused;
    std::map<std::tuple<std::string, std::string, std::size_t>, std::size_t> numbers;
    for (const Statement& statement : statements) {
        const Question& question = statement.question;
        const std::tuple key(statement.reduction, statement.says, schema_of_.at(question.first));
        ++numbers[key];
        if (independence_.holds_by_footprints(question)) continue;
        const std::optional<Answer> answer = refuse({question});
        if (!answer) continue;
        const std::size_t other = question.second < system_.actions.size() ? question.second : question.first;
        Stated::Refusal& refusal = refused[key][schema_of_[other]];
        refusal.by = schema_of_[other];
        if (++refusal.number == 1 || refusal.answer.finding < answer->finding) refusal.answer = *answer;
    }
    std::vector<Stated> result;
    for (const auto& [key, number] : numbers) {
        Stated stated{std::get<0>(key), std::get<1>(key), std::get<2>(key), number, {}};
        for (auto& [schema, refusal] : refused[key]) stated.refused.push_back(std::move(refusal));
        result.push_back(std::move(stated));
    }
    return result;
}

}  // namespace kcheck::checker::reductions
