#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/report.hpp"
#include "cli/version.hpp"
#include "model/named_reductions.hpp"
#include "scenarios/levels.hpp"
#include "traces/counterexamples/json.hpp"

namespace kcheck::cli {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const model::Configuration& configuration) {
    auto operations = Json::array();
    for (const auto& operation : configuration.operations)
        operations.push_back({{"kind", model::name_of(operation.kind)},
                              {"replicas", operation.replicas},
                              {"template", operation.pod_template}});
    auto nodes = Json::array();
    for (const auto& node : configuration.nodes)
        nodes.push_back({{"name", node.name},
                         {"schedulable", node.schedulable},
                         {"capacity", node.capacity},
                         {"score", node.score}});
    for (std::size_t n = 0; n < nodes.size(); ++n)
        if (const auto& why = configuration.nodes[n].closed_because; !why.empty())
            nodes[n]["closed_because"] = why;
    return {{"deployment", configuration.deployment},
            {"operations", operations},
            {"nodes", nodes},
            {"waits_until_available", configuration.waits_until_available},
            {"variants", configuration.variants}};
}

Json json_of(const PropertyResult& row) {
    const auto& property = *row.property;
    Json object{{"name", property.name},
                {"id", property.id},
                {"kind", property.kind == invariants::Kind::safety ? "safety" : "liveness"},
                {"class", property.strength == invariants::Strength::guaranteed ? "guaranteed"
                          : property.strength == invariants::Strength::assumed  ? "assumed"
                                                                                : "soft"},
                {"verdict", row.verdict == Verdict::not_checked ? "not-checked" : to_string(row.verdict)},
                {"decides", row.decides}};
    if (!row.note.empty()) object["note"] = row.note;
    if (row.trace) {
        object["level"] = scenarios::level_of(row.trace->configuration);
        object["depth"] = row.trace->steps.size();
        std::stringstream trace;
        traces::write_json(trace, *row.trace);
        object["trace"] = Json::parse(trace);
    }
    return object;
}

Json json_of(const manifests::LeftOut& one) {
    Json object{{"name", one.info->name},
                {"file", one.file},
                {"line", one.place.line},
                {"column", one.place.column},
                {"what", one.what}};
    if (!one.accepted_by.empty()) object["accepted_by"] = one.accepted_by;
    return object;
}

Json json_of(const Outcome& outcome) {
    const auto& [workload, result] = outcome;
    const auto& configuration = workload->configuration;
    const auto on = workload->wanted.sound_for(configuration);
    auto off = Json::array();
    for (const auto& reduction : model::named_reductions)
        if (!(on.*reduction.member)) off.push_back(reduction.name);
    Json object{{"name", workload->name}, {"verdict", to_string(result.verdict)}};
    if (!result.reason.empty()) object["reason"] = result.reason;
    object["left_out"] = Json::array();
    object["accepted"] = Json::array();
    for (const auto& one : workload->left_out)
        object[one.accepted_by.empty() ? "left_out" : "accepted"].push_back(json_of(one));
    object["assumed"] = workload->assumed.objects;
    for (const auto& image : workload->assumed.images) object["assumed"].push_back(image);
    object["configuration"] = json_of(configuration);
    object["bounds"] = {{"crashes", configuration.crashes}, {"lost_replies", configuration.lost_replies}};
    object["bounds"]["staleness"] = configuration.staleness ? Json(*configuration.staleness) : Json();
    object["reductions_off"] = off;
    object["properties"] = Json::array();
    for (const auto& row : result.properties) object["properties"].push_back(json_of(row));
    if (!result.levels.empty()) object["levels"] = Json::array();
    for (const auto& level : result.levels) {
        const auto& c = level.covered;
        object["levels"].push_back({{"level", level.number},
                                    {"complete", level.complete},
                                    {"states", c.states},
                                    {"transitions", c.transitions},
                                    {"depth", c.depth},
                                    {"quiescent", c.quiescent},
                                    {"not_expanded", c.frontier},
                                    {"seconds", level.seconds}});
    }
    if (result.covered) {
        const auto& c = *result.covered;
        object["states"] = c.states;
        object["transitions"] = c.transitions;
        object["depth"] = c.depth;
        object["quiescent"] = c.quiescent;
        object["not_expanded"] = c.frontier;
        object["phases"] = {{"exploring", result.exploring_s},
                            {"liveness", result.liveness_s},
                            {"counterexamples", result.confirming_s}};
    }
    if (!result.details.empty()) object["details"] = result.details;
    object["seconds"] = result.seconds;
    object["peak_rss_bytes"] = result.peak_bytes;
    return object;
}

}  // namespace

std::string report_json(const Setup& setup, const std::vector<Outcome>& outcomes) {
    Json document{{"version", version}, {"verdict", to_string(overall(outcomes))}};
    document["workloads"] = Json::array();
    for (const auto& outcome : outcomes) document["workloads"].push_back(json_of(outcome));
    if (!setup.without_effect.empty()) document["without_effect"] = setup.without_effect;
    if (!setup.not_checked.empty()) document["not_checked"] = setup.not_checked;
    if (!setup.node_size.empty()) document["node_size"] = setup.node_size;
    return document.dump(2) + '\n';
}

}  // namespace kcheck::cli
