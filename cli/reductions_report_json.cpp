#include <nlohmann/json.hpp>

#include "cli/reductions_report.hpp"
#include "cli/version.hpp"

namespace kcheck::cli {

namespace {

using Json = nlohmann::ordered_json;
using namespace checker::reductions;
using scenarios::ProvedReductions;

const char* name_of(Finding finding) {
    switch (finding) {
        case Finding::footprints: return "footprints";
        case Finding::proved: return "proved";
        case Finding::condition: return "condition";
        case Finding::refused: return "not proved";
        case Finding::fails: return "fails";
    }
    return "";
}

const char* name_of(Related related) {
    switch (related) {
        case Related::neither: return "neither";
        case Related::same: return "same";
        case Related::other: return "other";
    }
    return "";
}

/// The values that are not 0, of the variables that the claim speaks about.
Json json_of(const ProvedReductions& proved, const Answer& answer) {
    Json object;
    object["found"] = name_of(answer.finding);
    const auto& system = proved.system;
    if (answer.state) {
        object["actions"] = {system.actions[answer.question.first].name};
        if (answer.question.second < system.actions.size())
            object["actions"].push_back(system.actions[answer.question.second].name);
        object["state"] = Json::object();
        for (const auto variable : answer.about)
            if (const auto value = (*answer.state)[variable]; value != 0)
                object["state"][system.variables[variable].name] = value;
    }
    for (const auto& [variable, set] : answer.condition)
        object["condition"][system.variables[variable].name] = {set.low, set.high};
    return object;
}

Json json_of(const ProvedReductions& proved, const Row& row) {
    const auto& table = proved.relations;
    Json object;
    object["first"] = row.first + 1;
    object["second"] = row.second + 1;
    for (std::size_t sort = 0; sort < table.sorts.size(); ++sort)
        object[table.sorts[sort]] = name_of(row.relation[sort]);
    object["pairs"] = row.pairs;
    object["never_both_enabled"] = holds(row.excludes.finding);
    object["commutes"] = json_of(proved, row.accords);
    object["leaves_enabled"] = json_of(proved, row.leaves_enabled);
    object["absorbs"] = json_of(proved, row.absorbs);
    if (row.overwritten) object["written_anew"] = json_of(proved, *row.overwritten);
    return object;
}

Json json_of(const ProvedReductions& proved, const Stated& claim) {
    Json object;
    object["reduction"] = claim.reduction;
    object["claim"] = claim.says;
    object["schema"] = claim.schema + 1;
    object["verdict"] = claim.refused.empty() ? "proved" : "refused";
    object["refused"] = Json::array();
    for (const auto& refusal : claim.refused) {
        Json one;
        one["schema"] = refusal.by + 1;
        one.update(json_of(proved, refusal.answer));
        object["refused"].push_back(std::move(one));
    }
    return object;
}

}  // namespace

std::string relations_json(const Description& of, const ProvedReductions& proved) {
    const auto& table = proved.relations;
    Json document;
    document["version"] = std::string(version);
    document["operations"] = of.operations;
    document["nodes"] = of.nodes;
    document["bounds"] = of.bounds;
    document["actions"] = table.actions;
    document["invariants"] = proved.invariants;
    document["budgets"] = proved.budgets;
    document["no_budgets"] = proved.not_budgets;
    document["solver"] = {{"questions", proved.queries}, {"seconds", proved.solver_s}};
    document["seconds"] = proved.seconds;
    document["schemas"] = table.schemas;
    document["pairs"] = Json::array();
    for (const auto& row : table.rows) document["pairs"].push_back(json_of(proved, row));
    document["dominated"] = Json::array();
    for (const auto& one : table.dominated)
        document["dominated"].push_back(
            {{"schema", one.schema + 1}, {"by", one.by ? Json(*one.by + 1) : Json(nullptr)}});
    document["claims"] = Json::array();
    for (const auto& claim : proved.stated) document["claims"].push_back(json_of(proved, claim));
    return document.dump(2) + "\n";
}

}  // namespace kcheck::cli
